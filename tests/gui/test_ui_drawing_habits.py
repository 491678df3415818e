"""Snapping, hidden drawings and the last look of a tool are there again in the next session."""

import json

import pytest
from PySide6.QtCore import QObject

from tests.fakes.window_world import Desk
from workstation.domain.drawing import Dash, DrawingKind, Style
from workstation.storage.drawings import DrawingFiles
from workstation.ui.chart.drawing_book import DrawingBook
from workstation.ui.drawings.drawing_habits import DrawingHabits

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def begin(tmp_path, qapp):
    made = QObject()

    def begin() -> tuple[DrawingBook, DrawingHabits]:
        book = DrawingBook(DrawingFiles(tmp_path / "drawings"), made)
        return book, DrawingHabits(tmp_path / "habits.json", book, made)

    yield begin
    made.deleteLater()


def test_habits_outlive_the_session(begin):
    book, habits = begin()
    book.set_snaps(True)
    book.set_hidden(True)
    book.set_style(DrawingKind.TREND, Style("warning", 4, Dash.DOTTED))
    habits.finish()
    book, _ = begin()
    assert (book.snaps, book.is_hidden) == (True, True)
    assert book.styles == {DrawingKind.TREND: Style("warning", 4, Dash.DOTTED)}


@pytest.mark.parametrize(
    "saved",
    [
        b"{",
        b"[]",
        json.dumps({"version": 1, "snaps": "yes", "styles": {"trend": ["mauve", 2, "solid"]}}).encode(),
        json.dumps({"version": 1, "styles": {"circle": ["accent", 2, "solid"], "ray": 3}}).encode(),
        json.dumps({"version": 1, "styles": [1]}).encode(),
    ],
    ids=["cut off", "a list", "another colour", "another kind", "no table"],
)
def test_a_file_that_cannot_be_read_begins_anew(begin, tmp_path, saved):
    (tmp_path / "habits.json").write_bytes(saved)
    book, _ = begin()
    assert (book.snaps, book.is_hidden, book.styles) == (False, False, {})


def test_a_new_window_draws_as_the_last_one_did_and_keeps_what_changes(tmp_path, qtbot):
    file = tmp_path / "drawing_habits.json"
    file.write_text(json.dumps({"version": 1, "snaps": True, "hidden": True, "styles": {}}))
    desk = Desk(tmp_path)
    desk.fill_store(n=30)
    qtbot.addWidget(desk.open())
    desk.welcome()
    actions = desk.window.actions_by_id
    assert actions["drawing.snap"].isChecked()
    assert actions["drawing.hide"].isChecked()
    actions["drawing.snap"].trigger()
    desk.window.finish()
    kept = json.loads(file.read_text())
    assert (kept["snaps"], kept["hidden"]) == (False, True)
