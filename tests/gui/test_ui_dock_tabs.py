"""Rows of tabs in a small window: every title can be read, or is in a list one press away."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QTabBar

from tests.fakes.window_world import Desk
from workstation.ui.tab_list import list_of
from workstation.ui.theme import DARK, style_sheet
from workstation.ui.window_docks import STACKS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

WAIT_MS = 20_000


@pytest.fixture(scope="module")
def desk(qapp, tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    window = desk.open()
    window.setStyleSheet(style_sheet(DARK))  # tests leave the application's own as it is
    window.resize(1280, 720)
    desk.welcome()
    yield desk
    window.finish()


def row_with(window, title):
    """Return the row of tabs that a dock stands in; those that Qt takes apart lie elsewhere."""
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    beside = window.docks.by_title[title].geometry()
    rows = window.findChildren(QTabBar, options=direct)
    return next(row for row in rows if row.x() == beside.x() and row.y() == beside.bottom() + 1)


def is_whole(row):
    return all(row.rect().contains(row.tabRect(place)) for place in range(row.count()))


def test_at_first_no_row_of_tabs_is_cut_off_in_a_window_of_1280_by_720(desk, qtbot):
    desk.window.grab()
    for title, n in (("Watchlist", 6), ("Alerts", 4)):
        row = row_with(desk.window, title)
        assert row.count() == n
        assert is_whole(row)
        assert not list_of(row).isVisible()


def test_where_tabs_end_their_row_goes_on_in_their_colour(desk):
    row = row_with(desk.window, "Alerts")
    last = row.tabRect(row.count() - 1)
    assert row.width() - last.right() > 40
    seen = row.grab().toImage()
    scale = seen.devicePixelRatio()
    beside = {
        seen.pixelColor(round((row.width() - 10) * scale), round(y * scale)).name()
        for y in range(row.height())
    }
    assert beside == {row.palette().color(QPalette.ColorRole.AlternateBase).name()}  # the theme's panel


def test_a_row_without_room_lists_all_its_tabs_and_goes_to_the_one_that_is_chosen(desk, qtbot):
    docks = desk.window.docks
    for title in STACKS[0]:
        docks.reveal(title)
    desk.window.grab()
    row = row_with(desk.window, "Depth")
    found = list_of(row)
    qtbot.waitUntil(found.isVisible, timeout=WAIT_MS)
    assert row.rect().contains(found.geometry())
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)
    titles = [action.text() for action in docks.lists.menu.actions()]
    assert len(titles) == len(STACKS[0])
    assert [action.text() for action in docks.lists.menu.actions() if action.isChecked()] == ["Depth"]
    docks.lists.menu.actions()[titles.index("Screener")].trigger()
    docks.lists.menu.close()
    assert row.tabText(row.currentIndex()) == "Screener"
    qtbot.waitUntil(lambda: docks.by_title["Screener"].widget().isVisible(), timeout=WAIT_MS)
    docks.by_title["Trades"].hide()
    docks.by_title["Depth"].hide()
    qtbot.waitUntil(lambda: not found.isVisible(), timeout=WAIT_MS)


def test_a_short_tab_keeps_its_whole_name_in_the_menu_and_for_a_screen_reader(desk):
    dock = desk.window.docks.by_title["Market map"]
    assert dock.windowTitle() == "Map"
    assert dock.accessibleName() == dock.toggleViewAction().text() == "Market map"
