"""Do families agree when they should, and does a signal speak once?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.engine_markets import recorded
from workstation import __version__
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, SignalOrigin
from workstation.engine.ballot import STRONGEST, Ballots, ballots
from workstation.engine.confluence import ConfluenceRules, agreement, judge
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.registry import FAMILIES, JUDGED_AFTER
from workstation.engine.segments import BLOCK

HOUR = 3_600_000
KEY = SeriesKey("venue", "AAA/USDT", "1h")


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
    return Ballots({}, {}, {}, by_family, is_ready)


# --- how a family votes -----------------------------------------------------------------------------------


def test_a_lean_is_full_at_its_value_mirrored_below_and_silent_when_unknown():
    rsi = Lean("momentum.rsi_14", neutral=50.0, full=70.0)
    said = rsi.say(np.array([30.0, 10.0, 50.0, 60.0, 70.0, 95.0])).tolist()
    assert said == [-1, -1, 0, 0.5, 1, 1]
    assert np.isnan(rsi.say(np.array([np.nan]))).all()
    overhead = Lean("levels.volume_overhead_72", neutral=0.5, full=0.0)
    assert overhead.say(np.array([0.0, 0.25, 1.0])).tolist() == [1.0, 0.5, -1.0]


def family_of_two(*needs: Least) -> FactorFamily:
    points = tuple(DataPoint(f"momentum.{name}", "", "", ("close",), -1, 1) for name in ("a", "b"))
    return FactorFamily(Family.MOMENTUM, points, (Lean("a", full=2.0), Lean("b", full=1.0)), needs)


def test_a_family_s_score_is_the_mean_of_its_known_leans():
    family = family_of_two()
    readings = {"a": np.array([2.0, 1.0, -2.0, np.nan]), "b": np.array([1.0, -1.0, 0.0, 0.8])}
    score = family.score(readings)
    assert score.tolist() == [1.0, -0.25, -0.5, 0.8]
    assert family.side(readings, score).tolist() == [1, 0, -1, 1]
    assert family.reads == ("a", "b")


def test_a_family_that_knows_fewer_than_half_of_its_leans_cannot_vote():
    family = family_of_two()
    three = replace(family, leans=(*family.leans, Lean("c", full=1.0)))
    one, unknown = np.array([1.0]), np.array([np.nan])
    assert np.isnan(three.score({"a": one, "b": unknown, "c": unknown})).all()
    assert three.score({"a": one, "b": one, "c": unknown}).tolist() == [0.75]
    unsure = np.array([np.nan])
    assert three.side({"a": one}, unsure).tolist() == [0]


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
    assert agreement(cast, ConfluenceRules(min_agree=3)).tolist() == [0, 1]


@pytest.mark.parametrize("wrong", [{"min_agree": 0}, {"cool_down": -1}])
def test_rules_that_cannot_be_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        ConfluenceRules(**wrong)


# --- signals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "direction"), [(0.004, Direction.BULLISH), (-0.004, Direction.BEARISH)])
def test_a_trend_out_of_a_calm_market_is_one_signal_that_way(step, direction):
    candles = calm_then(step, 500, 40)
    rules = ConfluenceRules(min_agree=3)
    (signal,) = judge(KEY, candles, rules=rules)
    assert signal.direction is direction
    assert signal.key == KEY
    assert signal.closed
    assert signal.origin is SignalOrigin.HISTORY
    assert signal.engine_version == __version__
    assert signal.probability is None
    row = int(np.searchsorted(candles.open_time, signal.open_time))
    assert 500 <= row < 530
    assert signal.price == candles.close[row]
    assert {vote.family for vote in signal.votes} >= {Family.MOMENTUM, Family.VOLUME, Family.LEVELS}
    assert sum(vote.direction is direction for vote in signal.votes) >= rules.min_agree
    for vote in signal.votes:
        assert vote.direction in (direction, Direction.NEUTRAL)
        if vote.direction is direction:
            assert 0.5 <= vote.score * direction <= 1.0
        assert vote.as_of_ms == signal.known_at_ms
        assert 0 < len(vote.readings) <= STRONGEST


def test_a_vote_shows_its_strongest_reading_first():
    cast = ballots("AAA/USDT", calm_then(0.004, 500, 40), "1h")
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
    voters = {vote.family for vote in ballots("AAA/USDT", silent, "1h").votes(520, 0)}
    assert Family.MOMENTUM in voters
    assert Family.VOLUME not in voters
    assert not voters & {Family.ONCHAIN, Family.WHALES, Family.SENTIMENT}


def test_there_is_no_signal_and_no_vote_before_the_longest_warm_up():
    candles = calm_then(0.004, JUDGED_AFTER - 30, 60)
    eager = ConfluenceRules(min_agree=1, cool_down=0)
    told = judge(KEY, candles, rules=eager)
    assert told
    assert told[0].open_time >= candles.open_time[JUDGED_AFTER]
    cast = ballots("AAA/USDT", candles, "1h")
    assert cast.votes(JUDGED_AFTER - 1, 0) == ()
    assert len(cast.votes(JUDGED_AFTER, 0)) >= 3


def test_agreement_speaks_again_only_after_a_cool_down_without_it():
    candles = calm_then(0.004, 500, 60)
    once = judge(KEY, candles, rules=ConfluenceRules(min_agree=1, cool_down=10))
    every = judge(KEY, candles, rules=ConfluenceRules(min_agree=1, cool_down=0))
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
    times = [s.open_time for s in judge(KEY, holed, rules=rules) if s.direction is Direction.BULLISH]
    assert int(candles.open_time[535]) in times


def test_no_candles_give_no_signals():
    assert judge(KEY, CandleColumns.empty()) == ()


def test_a_flat_market_is_silent():
    price = np.full(900, 5.0)
    flat = CandleColumns.of((470_000 + np.arange(900)) * HOUR, price, price, price, price, price)
    assert judge(KEY, flat, rules=ConfluenceRules(min_agree=1, cool_down=0)) == ()


# --- live -------------------------------------------------------------------------------------------------


def trend_start() -> tuple[CandleColumns, int]:
    """Return a market and the row of its one signal."""
    candles = calm_then(0.004, 500, 40)
    (signal,) = judge(KEY, candles)
    return candles, int(np.searchsorted(candles.open_time, signal.open_time))


def bank_after(candles: CandleColumns) -> ConfluenceBank:
    bank = ConfluenceBank("1h")
    bank.load(KEY, candles)
    return bank


def test_the_close_of_the_deciding_bar_raises_the_signal_live():
    candles, row = trend_start()
    bank = bank_after(candles[:row])
    (history,) = judge(KEY, candles)
    bars = list(candles[row:])
    assert bank.push({KEY: bars[0]}) == (replace(history, origin=SignalOrigin.LIVE),)
    assert [bank.push({KEY: bar}) for bar in bars[1:]] == [()] * (len(bars) - 1)


def test_many_series_are_judged_at_one_close_each_on_its_own():
    candles, row = trend_start()
    calm = calm_then(0.0, 500, 40)
    keys = [replace(KEY, symbol=f"{name}/USDT") for name in "ABCDEFGHIJKL"]
    bank = ConfluenceBank("1h")
    for k, key in enumerate(keys):
        bank.load(key, (candles if k % 3 == 0 else calm)[:row])
    bars = {key: next(iter((candles if k % 3 == 0 else calm)[row:])) for k, key in enumerate(keys)}
    assert [signal.key for signal in bank.push(bars)] == keys[::3]
    assert set(bank.keys) == set(keys)
    assert bank.newest(keys[1]) == int(calm.open_time[row])


def test_a_preview_says_what_a_close_would_and_changes_nothing():
    candles, row = trend_start()
    bank = bank_after(candles[:row])
    closed = next(iter(candles[row:]))
    forming = replace(closed, closed=False)
    before = bank.votes(KEY)
    first = bank.preview(KEY, forming)
    assert first is not None
    assert not first.closed
    assert bank.preview(KEY, forming) == first
    assert bank.votes(KEY) == before
    assert bank.push({KEY: closed}) == (replace(first, closed=True),)
    assert bank.preview(KEY, replace(forming, close=closed.low)) is None


def test_a_preview_of_a_calm_bar_is_silent():
    candles, row = trend_start()
    bank = bank_after(candles[: row - 30])
    assert bank.preview(KEY, replace(next(iter(candles[row - 30 :])), closed=False)) is None


def test_a_late_or_repeated_candle_changes_nothing():
    candles, row = trend_start()
    bank = bank_after(candles[:row])
    bar, following = list(candles[row : row + 2])
    assert bank.push({KEY: bar})
    votes = bank.votes(KEY)
    assert bank.push({KEY: bar}) == ()
    assert bank.push({KEY: next(iter(candles[row - 3 :]))}) == ()
    assert bank.votes(KEY) == votes
    assert bank.push({KEY: following}) == ()


def test_what_cannot_be_judged_is_refused():
    candles, row = trend_start()
    other = replace(KEY, symbol="BBB/USDT")
    bank = bank_after(candles[:row])
    bank.load(other, candles[:row])
    bar, following = list(candles[row : row + 2])
    with pytest.raises(UsageError, match="still forming"):
        bank.push({KEY: replace(bar, closed=False)})
    with pytest.raises(UsageError, match="different bars"):
        bank.push({KEY: bar, other: following})
    with pytest.raises(UsageError, match="does not belong"):
        bank.load(replace(KEY, timeframe="4h"), candles)


def test_a_bar_that_begins_a_block_needs_its_history_first():
    price = np.full(700, 5.0)
    edge = 29 * BLOCK
    candles = CandleColumns.of((edge - 700 + np.arange(700)) * HOUR, price, price, price, price, price)
    bank = bank_after(candles)
    first = Candle(edge * HOUR, 5.0, 5.0, 5.0, 5.0, 5.0, closed=True)
    assert not bank.needs_history(KEY, first.open_time)
    bank.load(KEY, candles, next_open=first.open_time - HOUR + HOUR)
    assert bank.push({KEY: first}) == ()
    early = bank_after(candles[:-1])
    early.push({KEY: next(iter(candles[-1:]))})
    assert early.needs_history(KEY, first.open_time)
    assert early.preview(KEY, replace(first, closed=False)) is None
    with pytest.raises(UsageError, match="load the history"):
        early.push({KEY: first})


def test_a_bank_remembers_what_was_said_just_before_it_began():
    candles, row = trend_start()
    bank = bank_after(candles[: row + 2])
    expected = ballots(KEY.symbol, candles, "1h").votes(row + 1, int(candles.open_time[row + 1]) + HOUR)
    assert bank.votes(KEY) == expected
    assert [bank.push({KEY: bar}) for bar in candles[row + 2 :]] == [()] * (len(candles) - row - 2)


def test_a_series_that_is_dropped_leaves_its_place_to_another():
    candles, row = trend_start()
    bank = bank_after(candles[:row])
    size, other = bank.n_bytes, replace(KEY, symbol="BBB/USDT")
    assert KEY in bank
    bank.drop(KEY)
    bank.drop(KEY)
    assert KEY not in bank
    bank.load(other, CandleColumns.empty())
    assert (bank.votes(other), bank.newest(other), bank.newest_ballot(other)) == ((), None, None)
    assert bank.n_bytes == size
    assert bank.push({other: next(iter(candles))}) == ()
    assert bank.newest(other) == int(candles.open_time[0])


# --- on recorded markets ----------------------------------------------------------------------------------


def test_a_recorded_coin_has_a_handful_of_signals_a_month_in_both_directions(recordings):
    names = sorted(
        path.stem[:-3] for path in (recordings / "ohlcv" / "binance-spot-2024").glob("*-1h.parquet")
    )
    rates: list[float] = []
    directions = set()
    for name in names[::8]:
        candles = recorded(recordings, "binance-spot-2024", name)
        signals = judge(KEY, candles)
        directions |= {signal.direction for signal in signals}
        rates.append(len(signals) / ((len(candles) - JUDGED_AFTER) / 730))
    assert directions == {Direction.BULLISH, Direction.BEARISH}
    assert 2.0 < float(np.mean(rates)) < 5.0
    assert min(rates) > 2.0
    assert max(rates) < 12.0
