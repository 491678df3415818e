"""Do families agree when they should, and does a signal speak once?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from workstation import __version__
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, SignalOrigin
from workstation.engine.ballot import STRONGEST, Ballots, ballots
from workstation.engine.confluence import DEFAULT_RULES, ConfluenceRules, ConfluenceStream, agreement, judge
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.registry import FAMILIES, LONGEST_WARMUP
from workstation.engine.segments import DEPTH

HOUR = 3_600_000
KEY = SeriesKey("venue", "AAA/USDT", "1h")


def recorded(recordings: Path, name: str) -> CandleColumns:
    table = pq.read_table(recordings / "ohlcv" / "binance-spot-2024" / f"{name}-1h.parquet")
    return CandleColumns.of(*(table[c].to_numpy() for c in ("ts", "open", "high", "low", "close", "volume")))


def calm_then(step: float, n_calm: int, n_trend: int) -> CandleColumns:
    """Return a market that idles around 100 and then moves `step` a bar on five times the volume."""
    rng = np.random.default_rng(4)
    calm = 100 * (1 + rng.normal(0, 0.001, n_calm))
    trend = 100 * (1 + step) ** np.arange(1, n_trend + 1)
    close = np.concatenate((calm, trend))
    open_ = np.concatenate((close[:1], close[:-1]))
    volume = np.where(np.arange(len(close)) < n_calm, 100.0, 500.0) * rng.uniform(0.9, 1.1, len(close))
    times = (470_000 + np.arange(len(close))) * HOUR
    top, bottom = np.maximum(open_, close) * 1.0003, np.minimum(open_, close) * 0.9997
    return CandleColumns.of(times, open_, top, bottom, close, volume)


def cast_of(*sides: list[int], ready: list[bool] | None = None) -> Ballots:
    """Return the ballots of three families, one list of sides each."""
    families = (Family.MOMENTUM, Family.VOLUME, Family.LEVELS)
    by_family = {family: np.array(row, np.int8) for family, row in zip(families, sides, strict=True)}
    is_ready = np.ones(len(sides[0]), np.bool_) if ready is None else np.array(ready)
    return Ballots({}, {}, by_family, is_ready)


# --- how a family votes -----------------------------------------------------------------------------------


def test_a_lean_is_full_at_its_value_mirrored_below_and_silent_when_unknown():
    rsi = Lean("momentum.rsi_14", neutral=50.0, full=70.0)
    assert rsi.say(np.array([30.0, 10.0, 50.0, 60.0, 70.0, 95.0, np.nan])).tolist() == [
        -1,
        -1,
        0,
        0.5,
        1,
        1,
        0,
    ]
    overhead = Lean("levels.volume_overhead_72", neutral=0.5, full=0.0)
    assert overhead.say(np.array([0.0, 0.25, 1.0])).tolist() == [1.0, 0.5, -1.0]


def family_of_two(*needs: Least) -> FactorFamily:
    points = tuple(DataPoint(f"momentum.{name}", "", "", 0, lambda c: c.close) for name in ("a", "b"))
    return FactorFamily(Family.MOMENTUM, points, (Lean("a", full=2.0), Lean("b", full=1.0)), needs)


def test_a_family_s_score_is_the_mean_of_its_leans():
    family = family_of_two()
    readings = {"a": np.array([2.0, 1.0, -2.0, np.nan]), "b": np.array([1.0, -1.0, 0.0, 1.0])}
    score = family.score(readings)
    assert score.tolist() == [1.0, -0.25, -0.5, 0.5]
    assert family.side(readings, score).tolist() == [1, 0, -1, 1]
    assert family.reads == ("a", "b")


def test_a_family_abstains_without_its_confirmation():
    family = family_of_two(Least("strength", 20.0))
    readings = {"strength": np.array([25.0, 19.9, 20.0, np.nan])}
    side = family.side(readings, np.array([0.6, 0.9, -0.6, 1.0]))
    assert side.tolist() == [1, 0, -1, 0]
    assert side.dtype == np.int8


# --- how families agree -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("min_agree", "expected"),
    [(1, [1, 1, 1, 0, -1, -1, 0]), (2, [1, 1, 0, 0, -1, 0, 0]), (3, [1, 0, 0, 0, -1, 0, 0])],
)
def test_families_agree_when_enough_say_so_and_none_objects(min_agree, expected):
    cast = cast_of([1, 1, 1, 1, -1, -1, 0], [1, 1, 0, 1, -1, 0, 0], [1, 0, 0, -1, -1, 0, 0])
    assert agreement(cast, ConfluenceRules(min_agree=min_agree)).tolist() == expected


def test_nobody_agrees_before_the_warm_up_is_over():
    cast = cast_of([1, 1], [1, 1], [1, 1], ready=[False, True])
    assert agreement(cast, DEFAULT_RULES).tolist() == [0, 1]


@pytest.mark.parametrize("wrong", [{"min_agree": 0}, {"cool_down": -1}])
def test_rules_that_cannot_be_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        ConfluenceRules(**wrong)


# --- signals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "direction"), [(0.004, Direction.BULLISH), (-0.004, Direction.BEARISH)])
def test_a_trend_out_of_a_calm_market_is_one_signal_that_way(step, direction):
    candles = calm_then(step, 500, 40)
    (signal,) = judge(KEY, candles)
    assert signal.direction is direction
    assert signal.key == KEY
    assert signal.closed
    assert signal.origin is SignalOrigin.HISTORY
    assert signal.engine_version == __version__
    assert signal.probability is None
    row = int(np.searchsorted(candles.open_time, signal.open_time))
    assert 500 <= row < 530
    assert signal.price == candles.close[row]
    assert [vote.family for vote in signal.votes] == [family.family for family in FAMILIES]
    for vote in signal.votes:
        assert vote.direction is direction
        assert 0.5 <= vote.score * direction <= 1.0
        assert vote.as_of_ms == signal.known_at_ms
        assert len(vote.readings) == STRONGEST


def test_a_vote_shows_its_strongest_reading_first():
    cast = ballots(calm_then(0.004, 500, 40), "1h")
    for vote in cast.votes(520, 0):
        family = next(family for family in FAMILIES if family.family is vote.family)
        leans = {lean.point: lean for lean in family.leans}
        weights = [abs(leans[r.name].say(np.array([r.value]))[0]) for r in vote.readings]
        assert weights == sorted(weights, reverse=True)
        assert [r.value for r in vote.readings] == [cast.readings[r.name][520] for r in vote.readings]


def test_a_family_that_knows_nothing_has_no_vote():
    candles = calm_then(0.004, 500, 40)
    silent = CandleColumns.of(
        candles.open_time, candles.open, candles.high, candles.low, candles.close, np.zeros(len(candles))
    )
    cast = ballots(silent, "1h")
    unknown = {lean.point for lean in FAMILIES[1].leans} - {"volume.spike_6"}
    assert all(np.isnan(cast.readings[name]).all() for name in unknown)
    blind = replace(
        cast, readings={k: np.full(540, np.nan) if k[0] == "v" else v for k, v in cast.readings.items()}
    )
    assert [vote.family for vote in blind.votes(520, 0)] == [Family.MOMENTUM, Family.LEVELS]


def test_there_is_no_signal_and_no_vote_before_the_longest_warm_up():
    candles = calm_then(0.004, LONGEST_WARMUP - 30, 60)
    eager = ConfluenceRules(min_agree=1, cool_down=0)
    told = judge(KEY, candles, eager)
    assert told
    assert told[0].open_time >= candles.open_time[LONGEST_WARMUP]
    cast = ballots(candles, "1h")
    assert cast.votes(LONGEST_WARMUP - 1, 0) == ()
    assert len(cast.votes(LONGEST_WARMUP, 0)) == len(FAMILIES)


def test_agreement_speaks_again_only_after_a_cool_down_without_it():
    candles = calm_then(0.004, 500, 60)
    once = judge(KEY, candles, ConfluenceRules(min_agree=1, cool_down=10))
    every = judge(KEY, candles, ConfluenceRules(min_agree=1, cool_down=0))
    bullish = [
        s.open_time
        for s in once
        if s.direction is Direction.BULLISH and s.open_time >= candles.open_time[500]
    ]
    agreed = [s.open_time for s in every if s.direction is Direction.BULLISH]
    assert len(bullish) == 1
    assert len(agreed) > 10
    expected = [t for t in agreed if not any(0 < t - other <= 10 * HOUR for other in agreed)]
    assert [s.open_time for s in once if s.direction is Direction.BULLISH] == expected


def test_a_cool_down_is_counted_in_bars_of_time_across_a_hole():
    candles = calm_then(0.004, 500, 60)
    holed = candles.pick(np.r_[np.arange(520), np.arange(535, 560)])
    rules = ConfluenceRules(min_agree=1, cool_down=5)
    times = [s.open_time for s in judge(KEY, holed, rules) if s.direction is Direction.BULLISH]
    assert int(candles.open_time[535]) in times


def test_no_candles_give_no_signals():
    assert judge(KEY, CandleColumns.empty()) == ()


def test_a_flat_market_is_silent():
    price = np.full(900, 5.0)
    flat = CandleColumns.of((470_000 + np.arange(900)) * HOUR, price, price, price, price, price)
    assert judge(KEY, flat, ConfluenceRules(min_agree=1, cool_down=0)) == ()


# --- live -------------------------------------------------------------------------------------------------


def trend_start() -> tuple[CandleColumns, int]:
    """Return a market and the row of its one signal."""
    candles = calm_then(0.004, 500, 40)
    (signal,) = judge(KEY, candles)
    return candles, int(np.searchsorted(candles.open_time, signal.open_time))


def test_the_close_of_the_deciding_bar_raises_the_signal_live():
    candles, row = trend_start()
    stream = ConfluenceStream(KEY, candles[:row])
    (history,) = judge(KEY, candles)
    bars = list(candles[row:])
    assert stream.push(bars[0]) == replace(history, origin=SignalOrigin.LIVE)
    assert [stream.push(bar) for bar in bars[1:]] == [None] * (len(bars) - 1)


def test_a_preview_says_what_a_close_would_and_changes_nothing():
    candles, row = trend_start()
    stream = ConfluenceStream(KEY, candles[:row])
    closed = next(iter(candles[row:]))
    forming = replace(closed, closed=False)
    before = stream.votes
    first = stream.preview(forming)
    assert first is not None
    assert not first.closed
    assert stream.preview(forming) == first
    assert stream.votes == before
    assert stream.push(closed) == replace(first, closed=True)
    assert stream.preview(replace(forming, close=closed.low)) is None


def test_a_preview_of_a_calm_bar_is_silent():
    candles, row = trend_start()
    stream = ConfluenceStream(KEY, candles[: row - 30])
    assert stream.preview(replace(next(iter(candles[row - 30 :])), closed=False)) is None


def test_a_late_or_repeated_candle_changes_nothing():
    candles, row = trend_start()
    stream = ConfluenceStream(KEY, candles[:row])
    bar, following = list(candles[row : row + 2])
    assert stream.push(bar) is not None
    votes = stream.votes
    assert stream.push(bar) is None
    assert stream.push(next(iter(candles[row - 3 :]))) is None
    assert stream.votes == votes
    assert stream.push(following) is None


def test_a_forming_candle_cannot_be_pushed():
    stream = ConfluenceStream(KEY, CandleColumns.empty())
    with pytest.raises(ValueError, match="still forming"):
        stream.push(Candle(0, 1.0, 1.0, 1.0, 1.0, 1.0, closed=False))


def test_a_stream_remembers_what_was_said_just_before_it_began():
    candles, row = trend_start()
    stream = ConfluenceStream(KEY, candles[: row + 2])
    assert stream.votes == ballots(candles, "1h").votes(row + 1, int(candles.open_time[row + 1]) + HOUR)
    assert [stream.push(bar) for bar in candles[row + 2 :]] == [None] * (len(candles) - row - 2)


def test_a_stream_keeps_no_more_bars_than_a_judgement_reads():
    price = np.ones(2 * DEPTH)
    times = np.arange(2 * DEPTH) * HOUR
    long = CandleColumns.of(times, price, price, price, price, price)
    stream = ConfluenceStream(KEY, long)
    assert len(stream._bars) <= DEPTH
    for slot in range(2 * DEPTH, 2 * DEPTH + 3):
        stream.push(Candle(slot * HOUR, 1.0, 1.0, 1.0, 1.0, 1.0, closed=True))
        assert len(stream._bars) <= DEPTH


# --- on recorded markets ----------------------------------------------------------------------------------


def test_a_recorded_coin_has_a_handful_of_signals_a_month_in_both_directions(recordings):
    names = sorted(
        path.stem[:-3] for path in (recordings / "ohlcv" / "binance-spot-2024").glob("*-1h.parquet")
    )
    rates: list[float] = []
    for name in names[::8]:
        candles = recorded(recordings, name)
        signals = judge(KEY, candles)
        assert {signal.direction for signal in signals} == {Direction.BULLISH, Direction.BEARISH}, name
        rates.append(len(signals) / ((len(candles) - LONGEST_WARMUP) / 730))
    assert 3.0 < float(np.mean(rates)) < 7.0
    assert min(rates) > 1.5
    assert max(rates) < 10.0
