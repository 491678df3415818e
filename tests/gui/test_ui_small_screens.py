"""On a small screen, or a large one whose everything is twice as large, nothing is cut off."""

import pytest
from PySide6.QtWidgets import QDialog

from tests.fakes.market_book import book
from tests.fakes.window_world import PRACTICE, Desk
from workstation.engine.book_ladder import sight_of
from workstation.ui.market.depth_panel import DepthPanel
from workstation.ui.market.depth_view import DepthView
from workstation.ui.market.market_sight import MarketSight
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.venue_badge import PracticeBand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

WAIT_MS = 20_000
SCREEN = (800, 800)  # of Qt without a display: as much as 1600x1600 at 200 %
DIALOGS = (
    "chart.studies",
    "chart.compare",
    "watchlist.columns",
    "workspace.choose",
    "keys.open",
    "settings.open",
    "help.shortcuts",
    "help.documentation",
)


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.fill_store()
    window = desk.open()
    desk.welcome()
    yield window
    window.finish()


@pytest.mark.parametrize("command", DIALOGS)
def test_a_dialog_is_no_larger_than_the_screen(window, qtbot, command):
    def opened():
        return [one for one in window.findChildren(QDialog) if one.isVisible()]

    window.actions_by_id[command].trigger()
    qtbot.waitUntil(lambda: len(opened()) == 1, timeout=WAIT_MS)
    dialog = opened()[0]
    room = dialog.screen().availableSize()
    size, least = dialog.size(), dialog.minimumSizeHint()
    dialog.reject()
    qtbot.waitUntil(lambda: not opened(), timeout=WAIT_MS)
    assert (room.width(), room.height()) == SCREEN
    assert size.width() < room.width()
    assert size.height() < room.height()
    assert least.height() <= 450, "it must be usable on 800x500"


def test_a_narrow_band_says_less_but_all_of_what_must_be_said(qtbot):
    band = PracticeBand(DARK)
    qtbot.addWidget(band)
    band.set_venue(PRACTICE)
    band.resize(600, 24)
    assert band._label.text().endswith("nothing on screen is a live price")
    band.resize(1600, 24)
    assert band._label.text() == band.text


def test_a_low_picture_of_the_depth_has_fewer_values_and_none_on_another(qtbot, monkeypatch):
    written = []
    monkeypatch.setattr("workstation.ui.market.depth_view.volume", lambda value: written.append(value) or "")
    view = DepthView(DARK)
    qtbot.addWidget(view)
    view.show_book(sight_of(book(), 0.0), 0.01, "USDT", is_live=True)
    for height, least, most in ((400, 3, 5), (80, 1, 2)):
        written.clear()
        view.resize(400, height)
        view.grab()
        assert least <= len(written) <= most


def test_a_hint_of_the_status_line_takes_other_colours(window):
    window.status.set_hint("no tray")
    window.set_theme(LIGHT)
    assert LIGHT.muted in window.status.hint.styleSheet()
    window.set_theme(DARK)
    assert DARK.muted in window.status.hint.styleSheet()


def test_the_amount_of_the_depth_is_whole_in_a_narrow_dock(qtbot):
    panel = DepthPanel(DARK)
    qtbot.addWidget(panel)
    sight = MarketSight()
    sight.open("BTC/USDT", 0.01)
    panel.open(sight)
    panel.show()
    for width, is_labelled in ((376, False), (440, True)):
        panel.resize(width, 400)
        assert panel.amount_label.isVisible() is is_labelled
        assert panel.amount.geometry().right() < panel.width()
        words = panel.amount.fontMetrics().horizontalAdvance(panel.amount.text())
        assert panel.amount.lineEdit().width() >= words
