"""The application's own things: theme, unexpected errors, the pair of Python and Qt, the process's cost."""

import asyncio
import logging
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from workstation.ui import qt_pair
from workstation.ui.application import LastResort, chosen_theme
from workstation.ui.icon import app_icon, badged, glyph
from workstation.ui.process_cost import ProcessCost
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.mark.parametrize(("name", "theme"), [("dark", DARK), ("light", LIGHT)])
def test_a_theme_is_chosen_by_its_setting(qapp, name, theme):
    assert chosen_theme(qapp, name) is theme


def test_a_desktop_without_a_choice_gets_the_dark_one(qapp):
    wants_light = qapp.styleHints().colorScheme() is Qt.ColorScheme.Light
    assert chosen_theme(qapp, "system") is (LIGHT if wants_light else DARK)


def test_everything_is_as_large_as_the_trader_wants_it():
    """In a process of its own: Qt takes its scale once."""
    code = (
        "from workstation.ui.application import make_application\n"
        "app = make_application(['tidemark'], 'dark', 250)\n"
        "print(app.devicePixelRatio())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(said.stdout) == 2.5


def boxes() -> list[QMessageBox]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]


def test_an_unexpected_error_is_written_down_and_shown_once_in_plain_text(qapp, caplog, qtbot):
    last_resort = LastResort("tidemark.log")
    error = ValueError("<b>boom</b>")
    with caplog.at_level(logging.ERROR):
        last_resort.on_exception(ValueError, error, None)
        last_resort.on_exception(ValueError, error, None)
    assert len(caplog.records) == 2
    (box,) = boxes()
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert "<b>boom</b>" in box.text()
    assert "tidemark.log" in box.informativeText()
    box.reject()
    qtbot.waitUntil(lambda: not boxes())


async def test_an_error_in_a_task_names_the_task(caplog, qtbot):
    last_resort = LastResort("tidemark.log")
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(last_resort.on_loop_error)

    async def fail() -> None:
        raise KeyError("lost")

    task = loop.create_task(fail(), name="read the tide")
    await asyncio.sleep(0.01)
    assert task.done()
    with caplog.at_level(logging.ERROR):
        del task
        for _ in range(3):
            await asyncio.sleep(0)
    assert "read the tide" in caplog.text
    (box,) = boxes()
    assert "read the tide" in box.text()
    box.reject()


def test_the_excepthook_is_given_back():
    before = sys.excepthook
    restore = LastResort("x").install()
    assert sys.excepthook is not before
    restore()
    assert sys.excepthook is before


@pytest.mark.parametrize(
    ("python", "pyside", "is_sound"),
    [
        ((3, 11, 7), (6, 12, 0), False),
        ((3, 11, 2), (6, 13, 1), False),
        ((3, 11, 7), (6, 11, 3), True),
        ((3, 12, 0), (6, 12, 0), True),
        ((3, 13, 0), (6, 12, 0), True),
    ],
)
def test_a_pair_that_crashes_is_refused_with_what_to_do(python, pyside, is_sound):
    problem = qt_pair.problem(python, pyside)
    assert (problem is None) is is_sound
    assert is_sound or "Use Python 3.12 or newer, or install PySide6-Essentials 6.11.3" in problem


def test_the_installed_pair_is_sound():
    assert qt_pair.problem() is None


def test_the_programs_icon_is_drawn_at_every_size(qapp):
    for side in (16, 22, 48, 128):
        image = app_icon().pixmap(side, side).toImage()
        assert image.width() >= side
        assert image.pixelColor(side // 2, side // 2).alpha() == 255


def test_the_number_of_unread_alerts_is_on_the_icon(qapp):
    plain, few, many = (badged(n, "#5a9bff", "#000000").pixmap(64, 64).toImage() for n in (0, 3, 12))
    assert plain != few != many != plain
    assert few.pixelColor(58, 45).name() == "#5a9bff"


@pytest.mark.parametrize("name", ["menu", "search", "theme", "plus", "close", "bell", "quiet"])
def test_every_glyph_is_drawn_in_the_colour_it_was_asked_for(qapp, name):
    image = glyph(name, "#ff0000").pixmap(20, 20).toImage()
    painted = [image.pixelColor(x, y) for x in range(20) for y in range(20)]
    solid = [colour for colour in painted if colour.alpha() > 150]
    assert solid
    assert {colour.name() for colour in solid} == {"#ff0000"}


def test_the_cost_of_this_process_is_read_and_not_more_often_than_it_changes():
    cost = ProcessCost()
    cpu_pct, memory_bytes = cost.read()
    assert cpu_pct >= 0
    assert memory_bytes > 10_000_000
    assert cost.read() == (cpu_pct, memory_bytes)
