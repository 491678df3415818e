"""The why panel: which bar it explains, what it says of it, and how it asks."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible

from tests.fakes.window_world import NOW_MS, PRACTICE, READINGS, Desk, explanation, reading
from workstation.domain.candle import CandleColumns
from workstation.domain.explanation import Availability
from workstation.domain.market import SeriesKey
from workstation.link import messages as said
from workstation.ui.judgement.signal_rows import N_STRONGEST, STRONGEST
from workstation.ui.judgement.why_desk import AWAY, NOT_A_TIME
from workstation.ui.judgement.why_model import FamilyRow, VoteRow, WhyModel
from workstation.ui.judgement.why_panel import WORKING
from workstation.ui.surroundings import Choices
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.words.reading_words import missing_words, plain_name, unit_words, value_words

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BTC = SeriesKey("binance", "BTC/USDT", "1h")
ETH = SeriesKey("binance", "ETH/USDT", "1h")
HOUR = 3_600_000
NEWEST = NOW_MS - HOUR


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path, Choices(theme="dark"))
    made.fill_store()
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


@pytest.fixture
def why(desk):
    """The panel, on screen, with the newest bar of BTC explained."""
    desk.window.actions_by_id["why.focus"].trigger()
    answer(desk)
    return desk.window.why


def answer(desk, readings=READINGS) -> None:
    """Answer what was asked last."""
    desk.tell(said.Explained(explanation(*desk.requests.explained[-1], readings)))


def texts(model: WhyModel) -> list[str]:
    return [model.data(model.index(row)) for row in range(model.rowCount())]


# which bar


def test_nothing_is_asked_while_nobody_sees_the_panel(desk):
    assert desk.requests.explained == []
    desk.window.actions_by_id["why.focus"].trigger()
    assert desk.requests.explained == [(BTC, NEWEST)]


def test_a_click_on_a_bar_explains_it_and_the_forming_bar_means_the_newest_closed_one(desk, why, qtbot):
    desk.tell(said.Frame(NOW_MS, 5, candles=(said.CandleState(BTC, (desk.candle(BTC, 64_000.0),)),)))
    chart = desk.window.chart
    chart.grab()

    def click(open_time: int) -> None:
        slot = chart.frame.series.slot_from(open_time)
        where = QPointF(chart.frame.slots.x_of(slot), 200).toPoint()
        qtbot.mouseMove(chart, where)
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=where)

    click(NEWEST - 20 * HOUR)
    assert desk.requests.explained[-1] == (BTC, NEWEST - 20 * HOUR)
    assert why.date.text() == "2024-07-31 15:00"
    assert not why.newest_button.isChecked()
    answer(desk)
    click(NOW_MS)
    assert desk.requests.explained[-1] == (BTC, NEWEST)
    assert why.newest_button.isChecked()


def test_that_it_is_being_worked_out_is_said_once(desk, why, qtbot):
    desk.window.why_desk.step(-1)
    qtbot.waitUntil(lambda: why.summary.text() == WORKING)
    assert why.list.message == "", "rows of another bar stand there, pale"
    why.model.show(None)
    why.set_working(is_working=True)
    assert (why.list.message, why.summary.text()) == (WORKING, "")


def test_arrow_keys_go_from_bar_to_bar(desk, why, qtbot):
    qtbot.keyClick(why.list, Qt.Key.Key_Left)
    answer(desk)
    assert desk.requests.explained[-1] == (BTC, NEWEST - HOUR)
    qtbot.keyClick(why.date, Qt.Key.Key_Down)
    answer(desk)
    assert desk.requests.explained[-1] == (BTC, NEWEST - 2 * HOUR)
    qtbot.keyClick(why.date, Qt.Key.Key_Up)
    answer(desk)
    qtbot.keyClick(desk.window.chart, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert desk.requests.explained[-1] == (BTC, NEWEST)
    assert why.newest_button.isChecked()


def test_a_hole_in_the_history_is_stepped_over(desk, why):
    whole = desk.past.candles.by_key[BTC]
    times = whole.open_time
    desk.past.candles.by_key[BTC] = whole.pick((times < NEWEST - 9 * HOUR) | (times >= NEWEST))
    desk.window.why_desk.step(-1)
    assert desk.window.why_desk.open_time == NEWEST - 10 * HOUR
    desk.window.why_desk.step(1)
    assert desk.window.why_desk.open_time == NEWEST


def test_a_time_that_is_typed_is_read_in_the_chosen_zone(desk, why, qtbot):
    desk.window.set_zone("Asia/Tokyo")
    assert why.date.text() == "2024-08-01 20:00"
    why.date.setText("2024-07-30 09:40")
    qtbot.keyClick(why.date, Qt.Key.Key_Return)
    assert why.date.text() == "2024-07-30 09:00"
    assert desk.requests.explained[-1] == (BTC, 1_722_297_600_000)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("yesterday", NOT_A_TIME),
        ("", NOT_A_TIME),
        ("24-13-01", NOT_A_TIME),
        ("0001-01-01", "No bar of BTC/USDT 1h is stored at that time."),
        ("2009-01-03", "No bar of BTC/USDT 1h is stored at that time."),
    ],
)
def test_a_time_without_a_bar_is_a_sentence(why, qtbot, typed, sentence):
    why.date.setText(typed)
    qtbot.keyClick(why.date, Qt.Key.Key_Return)
    assert why.list.message == sentence
    assert why.model.rowCount() == 0


def test_a_time_in_the_future_is_the_newest_bar(desk, why):
    desk.window.why_desk.step(-1)
    desk.window.why_desk.jump("2030-01-01")
    assert desk.window.why_desk.open_time == NEWEST


def test_the_newest_bar_is_followed_when_the_next_one_closes_and_a_chosen_one_stays(desk, why):
    closing = said.CandleState(BTC, (desk.candle(BTC, 64_000.0, closed=True),))
    desk.tell(said.Frame(NOW_MS + HOUR, 5, candles=(closing,)))
    assert desk.requests.explained[-1] == (BTC, NOW_MS)
    answer(desk)
    desk.window.why_desk.step(-1)
    answer(desk)
    n_asked = len(desk.requests.explained)
    desk.tell(said.Frame(NOW_MS + HOUR, 5, candles=(closing,)), said.HistoryGrew(BTC, 5))
    assert len(desk.requests.explained) == n_asked


def test_the_panel_follows_the_chart_unless_pinned(desk, why):
    desk.window.open_symbol("ETH/USDT")
    assert desk.requests.explained[-1] == (ETH, NEWEST)
    assert why.symbol_button.text() == "ETH/USDT"
    answer(desk)
    why.pin_button.click()
    desk.window.open_symbol("SOL/USDT")
    assert desk.requests.explained[-1] == (ETH, NEWEST)
    why.pin_button.click()
    assert desk.requests.explained[-1] == (SeriesKey("binance", "SOL/USDT", "1h"), NEWEST)


def test_any_coin_can_be_chosen_here_and_then_stays(desk, why, qtbot):
    why.symbol_button.click()
    search = desk.window.why_desk.search
    search.edit.setText("eth")
    qtbot.keyClick(search.edit, Qt.Key.Key_Return)
    assert desk.requests.explained[-1] == (ETH, NEWEST)
    assert why.pin_button.isChecked()
    assert desk.window.desk.key == BTC, "the chart stays"
    answer(desk)
    next(action for action in why._menu.actions() if action.text() == "15m").trigger()
    assert desk.requests.explained[-1][0] == SeriesKey("binance", "ETH/USDT", "15m")
    answer(desk)
    desk.welcome(PRACTICE)
    assert desk.window.why_desk.key == SeriesKey("practice", "ETH/USDT", "15m")


def test_a_market_without_a_closed_bar_says_so(desk, why):
    desk.past.candles.by_key[ETH] = CandleColumns.empty()
    desk.window.open_symbol("ETH/USDT")
    assert why.list.message == "No closed bar of ETH/USDT 1h is stored yet."
    assert why.date.text() == ""


# how it asks


def test_one_question_is_out_at_a_time_and_the_bar_wanted_last_wins(desk, why):
    before = len(desk.requests.explained)
    for _ in range(5):
        desk.window.why_desk.step(-1)
    assert desk.requests.explained[before:] == [(BTC, NEWEST - HOUR)]
    answer(desk)
    assert why.model.explanation.open_time == NEWEST, "what nobody waits for is not shown"
    assert desk.requests.explained[before:] == [(BTC, NEWEST - HOUR), (BTC, NEWEST - 5 * HOUR)]
    answer(desk)
    assert why.model.explanation.open_time == NEWEST - 5 * HOUR


def test_an_answer_that_nobody_asked_for_is_not_shown(desk, why):
    desk.tell(said.Explained(explanation(ETH, NEWEST)))
    assert why.model.explanation.key == BTC


def test_a_slow_answer_is_said_to_be_under_way_and_a_quick_one_is_not(desk, why, qtbot):
    desk.window.why_desk.step(-1)
    assert why.summary.text() != WORKING
    qtbot.waitUntil(lambda: why.summary.text() == WORKING)
    assert why.delegate.is_stale, "what is listed is of another bar"
    answer(desk)
    assert why.summary.text() == "3 families vote:  ▲ 1  ▼ 1  – 1   ·   4 of 8 known"
    assert not why.delegate.is_stale


def test_a_refusal_is_shown_as_its_sentence_and_the_keys_still_work(desk, why, qtbot):
    desk.window.why_desk.step(-1)
    desk.requests.refusals[-1]("There is no closed candle of that bar; <b>nothing</b> was judged there.")
    assert why.list.message == "There is no closed candle of that bar; <b>nothing</b> was judged there."
    assert why.list.accessibleDescription() == why.list.message
    qtbot.keyClick(why.list, Qt.Key.Key_Left)
    answer(desk)
    assert why.list.message == ""
    assert why.model.explanation.open_time == NEWEST - 2 * HOUR


def test_a_bar_that_the_engine_cannot_explain_is_told_with_its_reason(desk, why):
    desk.window.why_desk.step(-1)
    desk.tell(said.NotExplained(ETH, NEWEST - HOUR, "of another coin"))
    assert why.list.message == ""
    desk.tell(said.NotExplained(BTC, NEWEST - HOUR, "There is no closed candle of that bar."))
    assert why.list.message == "There is no closed candle of that bar."


def test_a_refusal_that_comes_too_late_is_nobodys(desk, why):
    desk.window.why_desk.step(-1)
    refuse = desk.requests.refusals[-1]
    answer(desk)
    desk.window.why_desk.step(-1)
    refuse("too late")
    assert why.list.message == ""
    answer(desk)
    assert why.model.explanation.open_time == NEWEST - 2 * HOUR


def test_without_an_engine_the_panel_says_so_and_asks_again_when_it_is_back(desk, why):
    desk.bridge.on_engine_lost()
    assert why.list.message == AWAY
    n_asked = len(desk.requests.explained)
    desk.window.why_desk.step(-1)
    assert len(desk.requests.explained) == n_asked
    desk.welcome()
    assert desk.requests.explained[n_asked:] == [(BTC, NEWEST - HOUR)]


# what it says


def test_votes_come_first_then_every_data_point_under_its_family(why):
    rows = [why.model.row_at(i) for i in range(why.model.rowCount())]
    assert [type(row) for row in rows[:8]] == [VoteRow] * 8
    said_aloud = texts(why.model)
    assert said_aloud[0] == "Price momentum: bullish +0.46, at the close"
    assert said_aloud[2] == "Support and resistance: cannot vote"
    assert said_aloud[4] == "Whale flows: bearish −0.28, 3 h"
    assert said_aloud[8] == STRONGEST
    assert said_aloud[9] == "Netflow 24 h 0.31, leans bullish +0.60, 3 h"
    first = said_aloud.index("Price momentum, 2 of 2 data points known")
    assert said_aloud[first + 1] == (
        "RSI 14: 54.2 of 0…100, at the close, leans bullish +0.08."
        " Share of the recent movement that was upward."
    )
    heads = [row.family for row in rows if isinstance(row, FamilyRow)]
    assert heads == list(dict.fromkeys(one.family for one in READINGS))


@pytest.mark.parametrize(
    ("availability", "age_ms", "words"),
    [
        (Availability.WARMING_UP, 0, "needs more bars"),
        (Availability.SILENT, 0, "the market says nothing"),
        (Availability.NOT_OBSERVED, None, "no provider tells this of BTC"),
        (Availability.STALE, 3 * 86_400_000 + 5, "too old: 3 d"),
    ],
)
def test_what_is_missing_says_why(availability, age_ms, words):
    missing = reading("onchain.mvrv_365", None, age_ms=age_ms, availability=availability)
    assert missing_words(missing, "BTC") == words
    assert value_words(missing) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("momentum.rsi_14", "RSI 14"),
        ("momentum.btc_strength_24", "BTC strength 24"),
        ("onchain.addresses_7_30", "Addresses 7 / 30"),
        ("whales.netflow_24h", "Netflow 24 h"),
        ("levels.pivot_r1_distance", "Pivot R1 distance"),
    ],
)
def test_names_are_in_plain_words(name, words):
    assert plain_name(name) == words


def test_values_have_three_digits_and_their_unit():
    assert value_words(reading("volume.x", 12_345.6)) == "12.3 K"
    assert value_words(reading("volume.x", -0.41823)) == "−0.418"
    assert value_words(reading("volume.x", 0.0)) == "0"
    assert (unit_words("-1..1 inside"), unit_words("basis points")) == ("of −1…1 inside", "basis points")


def test_the_filter_and_the_switch_narrow_the_list(why):
    why.filter.setText("MACD")
    assert [row for row in texts(why.model) if row.startswith("MACD")]
    assert why.model.rowCount() == 2, "its family and itself"
    why.filter.setText("no such thing")
    assert why.list.message.startswith("No data point holds “no such thing”.\nEsc")
    why.filter.clear()
    assert why.list.message == ""
    why.only_known.click()
    known = [row for row in texts(why.model) if row.endswith(".")]
    assert len(known) == 4
    assert not any("needs more bars" in row for row in known)
    assert "On-chain activity, 0 of 2 data points known" not in texts(why.model)


def test_the_chosen_row_stays_from_bar_to_bar(desk, why):
    before = why.model.row_of("whales.netflow_24h")
    why.list.setCurrentIndex(why.model.index(before))
    desk.window.why_desk.step(-1)
    answer(desk, [one for one in READINGS if one.name != "momentum.rsi_14"])
    row = why.list.currentIndex().row()
    assert row < before
    assert why.model.row_at(row).name == "whales.netflow_24h"


def test_enter_on_a_vote_goes_to_its_data_points(why, qtbot):
    why.list.setCurrentIndex(why.model.index(4))
    qtbot.keyClick(why.list, Qt.Key.Key_Return)
    assert why.model.row_at(why.list.currentIndex().row()) == FamilyRow("whales", 1, 1)


def test_foreign_text_stays_plain(desk, why):
    hostile = reading("volume.x", 1.0, sentence="<b>x</b>\u202etrap", unit="<i>u</i>\n")
    desk.window.why_desk.step(-1)
    answer(desk, [hostile])
    row = why.model.row_of("volume.x")
    assert "\u202e" not in texts(why.model)[row]
    assert "<b>x</b>" in texts(why.model)[row]
    tip = why.model.data(why.model.index(row), 3)
    assert "&lt;b&gt;x&lt;/b&gt;" in tip
    desk.window.grab()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_vote_is_an_arrow_and_a_bar_in_the_themes_colours(desk, why, theme):
    desk.window.set_theme(theme)
    why.list.clearSelection()
    image = why.list.viewport().grab().toImage()
    row = why.list.visualRect(why.model.index(0))
    inks = {image.pixelColor(x, row.center().y()).name() for x in range(row.width())}
    assert theme.bullish in inks
    assert theme.bearish not in inks


def test_a_hundred_and_thirty_rows_are_quick_to_change(desk, why, qtbot):
    many = [reading(f"momentum.x_{i}") for i in range(130)]
    desk.window.why_desk.step(-1)
    resets = []
    why.model.modelReset.connect(lambda: resets.append(1))
    answer(desk, many)
    desk.window.why_desk.step(-1)
    answer(desk, many)
    assert len(resets) == 1, "the same rows of another bar only change"
    assert why.model.rowCount() == 139 + 1 + N_STRONGEST


def test_the_list_tells_a_screen_reader_its_rows(why):
    spoken = QAccessible.queryAccessibleInterface(why.list)
    assert spoken.text(QAccessible.Text.Name) == "Votes and data points"
    assert spoken.child(0).text(QAccessible.Text.Name) == "Price momentum: bullish +0.46, at the close"


def test_a_narrow_panel_keeps_the_market_and_the_date(desk, why, qtbot):
    why.resize(250, 300)
    assert not why.date.isHidden()
    assert why.older_button.isHidden()
    why.resize(420, 300)
    assert not why.older_button.isHidden()
    why.resize(180, 300)
    why.grab()
    assert why.symbol_button.text().startswith("B")


def test_the_panel_shows_itself_by_its_key_and_stands_behind_the_alerts_at_first(desk, qtbot):
    docks = desk.window.docks.by_title
    assert docks["Why"].visibleRegion().isEmpty()
    assert docks["Providers"].isHidden()
    qtbot.keyClick(desk.window.chart, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not docks["Why"].visibleRegion().isEmpty())
    docks["Providers"].toggleViewAction().trigger()
    qtbot.waitUntil(lambda: not docks["Providers"].visibleRegion().isEmpty())
    assert docks["Why"].visibleRegion().isEmpty(), "one that is shown comes before its neighbours"
