"""The why panel at any bar: under the crosshair, with or without a signal, and the record of such ones."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt

from tests.fakes.window_world import NOW_MS, Desk, explanation, signal
from workstation.domain.explanation import Verdict
from workstation.domain.ledger import HitRecord
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Contribution, Direction, Family, FamilyVote, Flip, Regime
from workstation.link import messages as said
from workstation.ui.judgement.hit_reading import read_hits, record_row
from workstation.ui.judgement.signal_rows import SPOKE, SPOKE_UP, WOULD_UNDO
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
BTC = SeriesKey("binance", "BTC/USDT", "1h")
NEWEST = NOW_MS - HOUR
RECORD = HitRecord(
    ("bullish",),
    n=124,
    n_hits=72,
    n_open=12,
    n_corrected=0,
    base_rate=0.31,
    net_mean_pct=0.4,
)


def verdict(direction=Direction.BULLISH):
    bullish = FamilyVote(Family.MOMENTUM, Direction.BULLISH, 1.0, (), NEWEST + HOUR)
    heard = (Contribution("momentum.rsi_14", 54.2, 0.2), Contribution("volume.cmf_20", -0.2, -0.1))
    flips = (Flip("momentum.rsi_14", 54.2, 44.0),) if direction else ()
    return Verdict(direction, (bullish,), 0.34, 0.22, 0.3, 0.27, 24, heard, flips, Regime.BEAR, "ab" * 32)


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=60)
    qtbot.addWidget(made.open())
    made.welcome()
    made.window.actions_by_id["why.focus"].trigger()
    yield made
    made.window.finish()


def explain(desk, **parts) -> list[str]:
    told = replace(explanation(*desk.requests.explained[-1]), **parts)
    desk.tell(said.Explained(told))
    model = desk.window.why.model
    return [model.data(model.index(row)) for row in range(model.rowCount())]


def point(desk, qtbot, open_time) -> QPointF:
    """Move the pointer onto a bar of the chart."""
    chart = desk.window.chart
    chart.grab()
    slot = chart.frame.series.slot_from(open_time)
    where = QPointF(chart.frame.slots.x_of(slot), 200).toPoint()
    qtbot.mouseMove(chart, where)
    return where


def is_shown(desk, open_time) -> bool:
    return desk.requests.explained[-1] == (BTC, open_time)


def test_the_bar_under_the_crosshair_is_explained_and_the_chosen_one_after_it(desk, qtbot):
    explain(desk)
    why = desk.window.why
    where = point(desk, qtbot, NEWEST - 20 * HOUR)
    qtbot.waitUntil(lambda: is_shown(desk, NEWEST - 20 * HOUR), timeout=20_000)
    assert why.date.text() == "2024-07-31 15:00"
    assert not why.newest_button.isChecked()
    explain(desk)
    qtbot.mouseClick(desk.window.chart, Qt.MouseButton.LeftButton, pos=where)
    point(desk, qtbot, NEWEST - 10 * HOUR)
    qtbot.waitUntil(lambda: is_shown(desk, NEWEST - 10 * HOUR), timeout=20_000)
    explain(desk)
    qtbot.mouseMove(desk.window.chart, QPointF(desk.window.chart.width() - 4, 200).toPoint())
    qtbot.waitUntil(lambda: is_shown(desk, NEWEST - 20 * HOUR), timeout=20_000)
    explain(desk)
    desk.window.actions_by_id["why.older"].trigger()
    assert is_shown(desk, NEWEST - 21 * HOUR)


def test_a_bar_that_forms_says_so_and_is_explained_when_it_closes_under_the_crosshair(desk, qtbot):
    explain(desk)
    desk.tell(said.Frame(NOW_MS, 5, candles=(said.CandleState(BTC, (desk.candle(BTC, 64_000.0),)),)))
    point(desk, qtbot, NOW_MS)
    why = desk.window.why
    qtbot.waitUntil(lambda: why.summary.text().startswith("Still forming"), timeout=20_000)
    assert why.date.text() == "2024-08-01 11:00"
    explain(desk)
    assert why.summary.text().startswith("Still forming")
    closing = said.CandleState(BTC, (desk.candle(BTC, 64_000.0, closed=True),))
    desk.tell(said.Frame(NOW_MS + HOUR, 5, candles=(closing,)))
    assert is_shown(desk, NOW_MS)
    explain(desk)
    assert why.summary.text().startswith("3 families vote")


def test_a_close_does_not_take_away_what_is_under_the_crosshair(desk, qtbot):
    explain(desk)
    point(desk, qtbot, NEWEST - 20 * HOUR)
    qtbot.waitUntil(lambda: is_shown(desk, NEWEST - 20 * HOUR), timeout=20_000)
    explain(desk)
    closing = said.CandleState(BTC, (desk.candle(BTC, 64_000.0, closed=True),))
    desk.tell(said.Frame(NOW_MS + HOUR, 5, candles=(closing,)))
    assert is_shown(desk, NEWEST - 20 * HOUR)
    qtbot.mouseMove(desk.window.chart, QPointF(desk.window.chart.width() - 4, 200).toPoint())
    qtbot.waitUntil(lambda: is_shown(desk, NOW_MS), timeout=20_000)


def test_a_bar_that_was_refused_is_asked_about_again_when_somebody_goes_to_it(desk):
    desk.requests.refusals[-1]("The engine did not answer within 10 s.")
    n_asked = len(desk.requests.explained)
    desk.window.actions_by_id["why.newest"].trigger()
    assert desk.requests.explained[n_asked:] == [(BTC, NEWEST)]
    explain(desk)
    desk.window.actions_by_id["why.newest"].trigger()
    assert len(desk.requests.explained) == n_asked + 1, "what is known is not asked about again"


def test_a_bar_without_a_signal_has_its_chance_too(desk, qtbot):
    model = desk.window.why.model
    explain(desk, verdict=verdict())
    qtbot.waitUntil(lambda: model.row_of("record") == 1, timeout=20_000)
    rows = [model.data(model.index(row)) for row in range(model.rowCount())]
    assert rows[:6] == [
        "34 % bullish within 24 h (base 30 %). No signal: 1 of 1 families agree: price momentum. "
        "bear market   ·   model ababababab",
        "Record: no bullish 1h signal has an outcome yet. None was raised yet",
        SPOKE,
        "RSI 14 54.2, +0.20 log-odds, at the close",
        "CMF 20 −0.2, −0.10 log-odds",
        WOULD_UNDO,
    ]
    for theme in (DARK, LIGHT):
        desk.window.set_theme(theme)
        desk.window.why.resize(420, 600)
        image = desk.window.why.list.grab().toImage()
        inks = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, 260, 2)}
        assert {theme.muted, theme.accent, theme.warning} <= inks


def test_a_bar_that_leans_neither_way_tells_both_chances(desk):
    rows = explain(desk, verdict=verdict(Direction.NEUTRAL))
    assert rows[0].startswith(
        "24 h: 34 % bullish (base 30 %), 22 % bearish (27 %). No signal: the model leans neither way"
    )
    assert rows[1] == SPOKE_UP
    assert WOULD_UNDO not in rows


def test_where_no_model_judges_it_says_why(desk):
    sentence = "No model judges 1h bars: families vote by written rules."
    assert explain(desk, unjudged=sentence)[0] == f"No signal, and no chance to tell. {sentence}"


def test_the_votes_are_those_of_the_signal_and_the_rules_stand_beside_them(desk):
    why = desk.window.why
    explain(desk, verdict=verdict())
    row = why.model.row_of("vote:momentum")
    assert why.model.data(why.model.index(row)) == (
        "Price momentum: bullish by the model, at the close; the written rules say bullish +0.46"
    )
    assert why.summary.text().startswith("1 family votes:  ▲ 1  ▼ 0  – 0")
    raised = replace(signal(BTC, NEWEST, 64_000.0, Direction.BEARISH), probability=0.4, model_hash="ab" * 32)
    desk.tell(said.SignalSaid(raised))
    votes = {vote.family: vote.direction for vote in raised.votes}
    assert why.model.n_votes(Direction.BULLISH) == sum(way is Direction.BULLISH for way in votes.values())


def test_enter_on_what_spoke_goes_to_that_data_point(desk, qtbot):
    explain(desk, verdict=verdict())
    why = desk.window.why
    for chosen in ("contribution:momentum.rsi_14", "flip:momentum.rsi_14"):
        why.list.setCurrentIndex(why.model.index(why.model.row_of(chosen)))
        qtbot.keyClick(why.list, Qt.Key.Key_Return)
        assert why.model.row_at(why.list.currentIndex().row()).name == "momentum.rsi_14"


@pytest.mark.parametrize(
    ("record", "figure", "facts"),
    [
        (
            RECORD,
            "Record: 58 % of 124 bullish 1h signals right (95 %: 49–66 %)",
            "base 31 %   ·   net +0.40 % after costs   ·   12 open",
        ),
        (
            replace(RECORD, n=3, n_hits=2, n_open=0),
            "Record: 67 % of 3 bullish 1h signals right (95 %: 21–94 %)",
            "n < 30, too few to rely on   ·   base 31 %   ·   net +0.40 % after costs",
        ),
        (
            replace(RECORD, n=0, n_hits=0),
            "Record: no bullish 1h signal has an outcome yet",
            "12 open, counted when the horizon has passed",
        ),
        (None, "Record: no bullish 1h signal has an outcome yet", "None was raised yet"),
    ],
    ids=["many", "few", "open", "none"],
)
def test_the_record_of_such_signals_in_words(record, figure, facts):
    row = record_row(record, Direction.BULLISH, "1h")
    assert (row.figure, row.facts) == (figure, facts)


def test_an_empty_ledger_is_a_record_of_nothing(desk):
    key, rows = read_hits(desk.past.judgements, BTC)
    assert key == BTC
    assert set(rows) == {Direction.BULLISH, Direction.BEARISH}
