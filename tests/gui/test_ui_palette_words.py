"""The palette knows the words of other workstations, leaves noise out, and opens menus by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from tests.fakes.window_world import Desk, markets
from workstation.ui.bridge import World
from workstation.ui.commands import COMMANDS
from workstation.ui.keyboard.command_words import PANELS, WORDS
from workstation.ui.keyboard.palette_rows import Finder, Kind, Sources

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def finder(qapp):
    actions = {command.id: QAction(command.title) for command in COMMANDS}
    return Finder(World(), Sources(actions=actions, keys_of=lambda one: f"keys of {one}"))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("indicators", "chart.studies"),
        ("dark mode", "view.theme"),
        ("screenshot", "chart.copy"),
        ("log scale", "chart.log"),
        ("save layout", "workspace.choose"),
        ("undo", "drawing.undo"),
        ("redo", "drawing.redo"),
        ("hotkeys", "help.shortcuts"),
        ("preferences", "settings.open"),
        ("dom", "market.book"),
        ("time and sales", "market.trades"),
        ("fullscreen", "chart.maximise"),
        ("magnet", "drawing.snap"),
        ("timezone", "chart.zone"),
        ("import a watchlist", "watchlist.lists"),
        ("api keys", "keys.open"),
        ("tutorial", "help.first_steps"),
        ("heatmap", "market.map"),
        ("ruler", "drawing.measure"),
        ("4 hours", "timeframe.4h"),
    ],
)
def test_words_of_other_workstations_find_the_command(finder, typed, wanted):
    assert wanted in [hit.id for hit in finder.find(typed)][:4]


def test_every_further_word_belongs_to_a_command():
    assert {*WORDS, *PANELS} <= {command.id for command in COMMANDS}


def test_letters_that_are_only_scattered_over_words_are_left_out_where_something_fits(finder):
    assert [hit.id for hit in finder.find("fib")] == ["drawing.retracement", "drawing.extension"]
    assert [hit.id for hit in finder.find("fibrtr")] == ["drawing.retracement"], "alone they still find it"
    world = World(markets={one.symbol: one for one in markets()})
    found = Finder(world, finder.sources).find("eth")
    assert found[0].id == "ETH/USDT"
    assert all("eth" in hit.title.lower() for hit in found if hit.kind is Kind.COMMAND)


def test_a_timeframe_is_offered_once_with_its_keys(finder):
    first, *others = finder.find("15m")
    assert (first.kind, first.id, first.keys) == (Kind.TIMEFRAME, "15m", "keys of timeframe.15m")
    assert "timeframe.15m" not in [hit.id for hit in others]


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("timezone", "UTC"),
        ("export a watchlist", "New list…"),
        ("save the screen", "Save as…"),
        ("new narrative", "New narrative…"),
    ],
)
def test_menus_of_panels_are_opened_and_closed_by_keyboard(tmp_path, qtbot, typed, entry):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    desk.welcome()
    window.search.open(typed)
    qtbot.keyClick(window.search.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None, timeout=20_000)
    menu = QApplication.activePopupWidget()
    assert entry in [action.text() for action in menu.actions()]
    assert menu.activeAction() is not None
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None, timeout=20_000)
