"""The providers panel says how each is doing, why, and what it is; its switches ask the engine."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.fakes.window_world import NOW_MS, Desk, provider
from workstation.domain.provider import ProviderStatus
from workstation.link import messages as said
from workstation.ui.providers.provider_row import StatusMark, answered_words
from workstation.ui.providers.providers_panel import AWAY, NONE_YET
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STATES = (
    provider("coinmetrics", label="Coin Metrics", last_ok_ms=NOW_MS - 12 * 60_000, n_rows=12_841),
    provider("mempool", ProviderStatus.WAITING, "Told to wait; asked again in 14 min.", last_ok_ms=NOW_MS),
    provider("evm", ProviderStatus.OFF, "Switched off."),
)


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    yield made
    made.window.finish()


@pytest.fixture
def panel(desk):
    desk.welcome()
    desk.prices()
    desk.tell(said.ProvidersSaid(STATES))
    desk.window.actions_by_id["providers.focus"].trigger()
    return desk.window.provider_desk.panel


def test_every_provider_has_a_row_with_status_reason_and_facts(panel):
    assert list(panel.rows) == ["coinmetrics", "mempool", "evm"]
    first, second, third = panel.rows.values()
    assert (first.box.text(), first.word.text(), first.box.isChecked()) == ("Coin Metrics", "working", True)
    assert first.facts.text() == (
        "answered 12 min ago  ·  12,841 rows so far  ·  coinmetrics.example  ·  CC BY 4.0"
    )
    assert first.reason.isHidden()
    assert second.reason.text() == "Told to wait; asked again in 14 min."
    assert (third.word.text(), third.reason.text(), third.box.isChecked()) == ("off", "Switched off.", False)
    assert not third.reason.isHidden(), "why it is off is on screen"


def test_the_first_switch_takes_the_keyboard_and_asks_the_engine(desk, panel, qtbot):
    box = panel.rows["coinmetrics"].box
    assert desk.window.focusWidget() is box
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert desk.requests.asked[-1] == ("switch", ("coinmetrics", False))
    assert box.isChecked(), "it is off only when the engine says so"
    off = provider("coinmetrics", ProviderStatus.OFF, "Switched off.", label="Coin Metrics")
    desk.tell(said.ProvidersSaid((off, *STATES[1:])))
    assert panel.rows["coinmetrics"].box is box, "the row stays, and the keyboard on it"
    assert not box.isChecked()
    box.click()
    assert desk.requests.asked[-1] == ("switch", ("coinmetrics", True))


def test_without_an_engine_the_panel_says_so(desk, panel):
    desk.bridge.on_engine_lost()
    assert panel.nothing.isVisible()
    assert panel.nothing.text() == AWAY
    desk.welcome()
    assert not panel.nothing.isVisible()


def test_before_the_engine_has_named_a_provider_that_is_said(desk):
    desk.welcome()
    assert desk.window.provider_desk.panel.nothing.text() == NONE_YET


def test_a_switch_without_an_engine_is_refused_with_a_sentence(desk, panel):
    desk.bridge.on_engine_lost()
    desk.requests.asked.clear()
    panel.switched.emit("evm", True)
    assert desk.requests.asked == []
    assert "was not done" in desk.window.notices.texts["request"]


def test_answers_grow_older_on_screen(desk, panel):
    desk.seconds += 600
    desk.window.provider_desk.refresh()
    assert panel.rows["coinmetrics"].facts.text().startswith("answered 22 min ago")


@pytest.mark.parametrize(
    ("last_ok_ms", "status", "now_ms", "words"),
    [
        (None, ProviderStatus.IDLE, NOW_MS, ""),
        (None, ProviderStatus.WAITING, NOW_MS, "never answered"),
        (NOW_MS + 5, ProviderStatus.OK, NOW_MS, "answered just now"),
        (NOW_MS - 2 * 86_400_000, ProviderStatus.OK, NOW_MS, "answered 2 d ago"),
        (NOW_MS, ProviderStatus.OK, 0, "answered"),
    ],
)
def test_when_it_answered_last_is_in_words(last_ok_ms, status, now_ms, words):
    assert answered_words(provider("x", status, last_ok_ms=last_ok_ms), now_ms) == words


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_no_two_states_share_a_shape(qtbot, theme):
    mark = StatusMark()
    qtbot.addWidget(mark)
    shapes = set()
    for status in ProviderStatus:
        mark.show_status(status, theme.muted)
        image = mark.grab().toImage()
        shapes.add(tuple(image.pixel(x, y) for x in range(14) for y in range(14)))
    assert len(shapes) == len(ProviderStatus), "told apart without colour"


def test_foreign_text_stays_plain(desk, panel):
    hostile = provider(
        "evil", ProviderStatus.WAITING, "<b>x</b>\u202e", label="A&B <i>", home="not an address", terms="<u>"
    )
    desk.tell(said.ProvidersSaid((hostile,)))
    labels = panel.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any("\u202e" in label.text() for label in labels)
    row = panel.rows["evil"]
    assert row.box.text() == "A&&B <i>"
    assert row.box.accessibleName() == "A&B <i>, waiting"
    assert "not an address" in row.facts.text()


def test_another_theme_reaches_the_rows(desk, panel):
    theme = DARK if desk.window.theme is LIGHT else LIGHT
    desk.window.set_theme(theme)
    row = panel.rows["mempool"]
    assert theme.warning in row.reason.styleSheet()
    image = row.box.grab().toImage()
    inks = {image.pixelColor(x, image.height() // 2).name() for x in range(15)}
    assert {theme.accent, theme.on_accent} <= inks, "ticked by colour and by a mark"
