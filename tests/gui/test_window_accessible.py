"""Everything that takes the keyboard has a name, and foreign text is never markup."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QTextDocument
from PySide6.QtWidgets import QWidget

from tests.fakes.window_world import Desk, alert, provider
from workstation.domain.market import SeriesKey
from workstation.link import messages as said
from workstation.ui.theme import DARK
from workstation.ui.words.foreign_text import in_menu, one_line, tooltip
from workstation.ui.workspaces.chart_pane_header import ChartPaneHeader
from workstation.ui.zone import ZONES, day_and_time, zone_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


def spoken_name(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize("raised", ["Alerts", "Why", "Grades", "Record", "Models", "Providers"])
def test_every_control_has_a_name_for_a_screen_reader(tmp_path, qtbot, raised):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    desk.welcome()
    desk.prices()
    desk.tell(said.AlertSaid(alert(1)), said.Notice("venue", "Binance does not answer."))
    desk.tell(said.ProvidersSaid((provider("mempool"),)), said.UniverseSaid(3, 9, False, "1h"))
    window.docks.reveal(raised)
    for desk_of_judgement in (window.judgement.grades, window.judgement.record, window.judgement.models):
        desk_of_judgement.focus()
    window.search.open("btc")
    takes_keys = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
    ]
    assert len(takes_keys) > 20
    nameless = [
        f"{type(w).__name__} in {type(w.parent()).__name__}" for w in takes_keys if not spoken_name(w)
    ]
    assert nameless == []
    window.finish()


def test_tab_goes_from_the_chart_through_the_panels_and_comes_back(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window)
    desk.welcome()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.chart.setFocus()
    seen = []
    for _ in range(60):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(window.focusWidget())
        if window.focusWidget() is window.chart:
            break
    assert window.chart in seen
    assert {window.watchlist.filter, window.watchlist.table, window.strip.symbol_button} <= set(seen)
    window.finish()


def unspaced(text: str) -> str:
    return "".join(text.split())


def is_balanced(text: str) -> bool:
    depth = 0
    for one in text:
        depth += (one == "\u2068") - (one == "\u2069")
        if depth < 0:
            return False
    return depth == 0


@given(st.text(st.characters() | st.sampled_from("\u2068\u2069\u202e\u0301\u0337אم"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_foreign_text_is_one_line_without_anything_that_moves_or_hides(text):
    shown = one_line(text, 60)
    letters = [c for c in shown if c not in "\u2068\u2069" and not unicodedata.combining(c)]
    assert len(letters) <= 60
    assert is_balanced(shown)
    assert one_line(shown, 60) == shown, "what went through here goes through again as it is"
    assert not any(c in shown for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\n\r\x1b\0")
    document = QTextDocument()
    document.setHtml(tooltip(text))
    assert unspaced(document.toPlainText()) == unspaced(one_line(text, 300)), "a tool tip shows it as it is"
    assert "&" not in in_menu(text).replace("&&", "")


def test_text_that_runs_right_to_left_cannot_turn_what_stands_around_it():
    assert one_line("שלום/USDT") == "\u2068שלום/USDT\u2069"
    assert one_line("BTC/USDT") == "BTC/USDT"
    title = in_menu(f"{one_line('שלום/USDT', 40)}  1h")
    assert title == "\u2068שלום/USDT\u2069  1h", "the title over a chart is made of a name that was made fit"


def test_accents_piled_up_to_cover_other_rows_are_cut():
    assert one_line("Z" + "\u0301" * 90 + "/USDT") == "Z\u0301\u0301\u0301/USDT"


def test_a_name_over_a_chart_is_shown_in_its_own_order(qtbot):
    header = ChartPaneHeader(DARK)
    qtbot.addWidget(header)
    header.set_series(SeriesKey("binance", "שלום/USDT", "1h"))
    assert "\ufffd" not in header.title_button.text()


@pytest.mark.parametrize("name", [name for name, _ in ZONES])
def test_every_zone_on_offer_is_known_here(name):
    assert day_and_time(1_722_513_600_000, zone_of(name)).startswith(("1 Aug ", "2 Aug "))


def test_an_unknown_zone_is_utc():
    for name in ("Mars/Olympus", "../../etc/passwd"):
        assert zone_of(name).key == "UTC"
