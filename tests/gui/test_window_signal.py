"""A signal that a model judged says how likely it is, on what ground, and what would undo it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.fakes.window_world import NOW_MS, Desk, explanation, signal
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Contribution, Direction, Flip, Regime
from workstation.link import messages as said
from workstation.ui.chart.overlay_painter import signal_lines
from workstation.ui.judgement.signal_rows import SPOKE, WOULD_UNDO, ContributionRow, FlipRow, signal_rows
from workstation.ui.judgement.why_model import VoteRow
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.words.signal_words import chance_words, flip_words, horizon_words

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
BTC = SeriesKey("binance", "BTC/USDT", "1h")
NEWEST = NOW_MS - HOUR
NAN = float("nan")


def judged(open_time=NEWEST, direction=Direction.BULLISH):
    return replace(
        signal(BTC, open_time, 64_000.0, direction),
        probability=0.61,
        base_rate=0.31,
        horizon_bars=24,
        regime=Regime.BEAR,
        model_hash="ab" * 32,
        contributions=(
            Contribution("momentum.rsi_14", 51.03, 0.62),
            Contribution("whales.netflow_24h", 0.31, -0.31),
            Contribution("sentiment.mood", NAN, 0.05),
        ),
        flips=(Flip("momentum.rsi_14", 51.03, 44.2), Flip("volume.cmf_20", -0.2, 0.05)),
    )


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=60)
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


def explain(desk) -> list[str]:
    desk.tell(said.Explained(explanation(*desk.requests.explained[-1])))
    model = desk.window.why.model
    return [model.data(model.index(row)) for row in range(model.rowCount())]


def test_the_why_panel_begins_with_what_the_model_said(desk):
    desk.tell(said.SignalSaid(judged()))
    desk.window.actions_by_id["why.focus"].trigger()
    assert explain(desk)[:8] == [
        "61 % bullish within 24 h (base 31 %). 2 of 3 families agree: price momentum, volume. "
        "bear market   ·   model ababababab",
        SPOKE,
        "RSI 14 51, +0.62 log-odds, at the close",
        "Netflow 24 h 0.31, −0.31 log-odds, 3 h",
        "Mood not known, +0.05 log-odds",
        WOULD_UNDO,
        "RSI 14 below 44.2, now 51",
        "CMF 20 above 0.05, now −0.2",
    ]
    for theme in (DARK, LIGHT):
        desk.window.set_theme(theme)
        desk.window.why.resize(420, 600)
        image = desk.window.why.list.grab().toImage()
        inks = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, 220, 2)}
        assert {theme.bullish, theme.accent, theme.warning} <= inks, "for and against differ"


def test_a_signal_of_another_bar_adds_nothing_and_one_without_a_model_says_so(desk):
    plain = signal(BTC, NEWEST, 64_000.0, Direction.BULLISH)
    desk.tell(said.SignalsOf(BTC, (judged(NEWEST - 5 * HOUR), plain)))
    desk.window.actions_by_id["why.focus"].trigger()
    alone = "Bullish signal, by votes alone. 2 of 3 families agree: price momentum, volume"
    assert explain(desk)[0] == alone
    desk.window.why_desk.show_bar(
        desk.window.chart._series.candle_at(desk.window.chart._series.slot_from(NEWEST - 5 * HOUR))
    )
    assert desk.window.why_desk.open_time == NEWEST - 5 * HOUR
    assert explain(desk)[0].startswith("61 % bullish")
    desk.window.why_desk.show_newest()
    assert explain(desk)[0] == alone
    desk.window.why_desk.step(-1)
    assert explain(desk)[0].startswith("Price momentum:")


def test_signals_of_earlier_sessions_are_explained_too(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store(n=60)
    desk.past.journal.said.append(judged(direction=Direction.BEARISH))
    qtbot.addWidget(desk.open())
    desk.welcome()
    desk.window.actions_by_id["why.focus"].trigger()
    assert explain(desk)[0].startswith("61 % bearish within 24 h")
    desk.window.finish()


def test_the_filter_is_for_data_points_and_hides_what_the_model_said(desk, qtbot):
    desk.tell(said.SignalSaid(judged()))
    desk.window.actions_by_id["why.focus"].trigger()
    explain(desk)
    desk.window.why.filter.setText("rsi")
    rows = [desk.window.why.model.row_at(row) for row in range(desk.window.why.model.rowCount())]
    assert not any(isinstance(row, ContributionRow | FlipRow | VoteRow) for row in rows)
    qtbot.keyClick(desk.window.why.list, Qt.Key.Key_Down)


def test_the_marker_says_it_too():
    lines = [text for _, text in signal_lines(judged())]
    assert lines[:4] == [
        "Bullish signal",
        "2 of 3 families agree",
        "61 % bullish within 24 h (base 31 %)",
        "bear market   ·   model ababababab",
    ]
    assert lines[-1] == "Undone by RSI 14 below 44.2, now 51"


def test_bars_are_as_long_as_their_share_of_the_loudest():
    rows = signal_rows(judged(), {})
    shares = [row.share for row in rows if isinstance(row, ContributionRow)]
    assert shares == pytest.approx([1.0, -0.5, 0.05 / 0.62])
    silent = replace(judged(), contributions=(Contribution("a.b", 1.0, 0.0),), flips=())
    assert [row.share for row in signal_rows(silent, {}) if isinstance(row, ContributionRow)] == [0.0]
    assert signal_rows(None, {}) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"probability": None}, ""),
        ({"base_rate": None}, "61 % bullish within 24 h"),
        ({"horizon_bars": None}, "Probability 61 %, any bar 31 %"),
        ({"horizon_bars": 168}, "61 % bullish within 7 d (base 31 %)"),
    ],
)
def test_the_chance_in_words(changes, words):
    assert chance_words(replace(judged(), **changes)) == words


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [(45 * 60_000, "45 min"), (72 * HOUR, "72 h"), (100 * HOUR, "100 h"), (96 * HOUR, "4 d")],
)
def test_a_horizon_in_words(length_ms, words):
    assert horizon_words(length_ms) == words


def test_what_would_undo_it_in_words():
    assert flip_words(Flip("levels.pivot_distance", 2.5, 3.126)) == "Pivot distance above 3.13, now 2.5"
