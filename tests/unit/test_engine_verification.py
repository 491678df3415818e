"""The examination catches every planted leak, and raises no false alarm; else its silence proves nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.fakes.engine_markets import HOUR, made_market, observed_market
from tests.fakes.planted_leaks import LEAKS, NEWS
from workstation.domain.metric import METRICS
from workstation.engine.features.registry import CANDLE_POINTS, DATA_POINTS, FAMILIES
from workstation.engine.verification.examination import Effort, checks
from workstation.engine.verification.futures import (
    later_known,
    other_futures,
    other_futures_of_others,
    revised,
)
from workstation.engine.verification.hidden_state import digests
from workstation.engine.verification.live import LiveMarket, live_after_restart
from workstation.engine.verification.lookahead import Told, values_keep_to_their_range
from workstation.engine.verification.record import read
from workstation.engine.verification.tally import Place, Tally
from workstation.engine.verification.warm_ups import warm_ups_are_long_enough

ON_OBSERVATIONS = {"newest_revision", "news_by_its_event_time"}
EXAMINED_LIVE = Effort(cuts=8, starts=2, restarts=2, live_bars=24, first_bars=12)
THOROUGH = Effort(cuts=40, starts=1, restarts=0, live_bars=0, first_bars=0)


def examined(record, effort, fresh=None, live=LiveMarket, seed=1):
    tally = Tally()
    given = {} if fresh is None else {"fresh": fresh}
    for check in checks(record, effort, seed, live=live, **given):
        tally.add(check())
    return tally


def examined_reader(record, fresh):
    """Run the checks that need no live market on a reader that is not the engine."""
    tally = Tally()
    for check in checks(record, THOROUGH, 1, fresh):
        if not check.func.__name__.startswith("live"):
            tally.add(check())
    return tally


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_caught(name):
    record = only_news() if name in ON_OBSERVATIONS else made_market(5, 500, 1, 3)
    tally = examined_reader(record, LEAKS[name])
    assert {subject for subject, _ in tally.leaks} == {f"planted.{name}"}


def only_news():
    """Return a market of which nothing is observed but what the planted leaks read."""
    record = observed_market(3, 200)
    return replace(record, observed={(NEWS, ""): record.observed[NEWS, ""]})


def test_sixteen_kinds_of_leak_and_more_are_planted():
    assert len(LEAKS) >= 16


@cache
def candle_market():
    return made_market(7, 1500, 2)


def test_the_engine_raises_no_alarm_on_candles_with_everything_hard():
    tally = examined(candle_market(), EXAMINED_LIVE)
    assert [str(leak) for leak in tally.leaks.values()] == []
    compared = {subject for subject, test in tally.counts if test == "T2" and tally.counts[subject, test]}
    assert compared >= {point.name for point in CANDLE_POINTS if point.name != "patterns.analogue_age"}


def test_the_engine_raises_no_alarm_on_observations():
    tally = examined(observed_market(3, 200), EXAMINED_LIVE)
    assert [str(leak) for leak in tally.leaks.values()] == []
    observed = {point.name for point in DATA_POINTS.values() if point.observed is not None}
    for test in ("T1", "T2", "T3", "T6", "T8", "range"):
        seen = {subject for subject, one in tally.counts if one == test and tally.counts[subject, one]}
        assert len(observed & seen) >= len(observed) - 2, (test, observed - seen)
    assert {family.family for family in FAMILIES} & {"onchain", "whales", "sentiment"} <= seen | {
        subject for subject, _ in tally.counts
    }


def test_every_metric_is_made_up():
    names = {metric for metric, _ in observed_market(3, 200).observed}
    assert names == set(METRICS)


# --- each test can fail -----------------------------------------------------------------------------------


class OneBitOff(LiveMarket):
    """Says one data point a last bit larger after a restart."""

    def newest(self, key):
        said = dict(super().newest(key))
        said["momentum.rsi_14 "] = np.nextafter(said["momentum.rsi_14 "], np.inf)
        return said


def test_a_last_bit_that_differs_live_is_seen():
    told = Told.by(read, candle_market())
    start = int(candle_market().series["BTC/USDT"].open_time[900])
    tally = live_after_restart(told, start, 12, OneBitOff)
    assert set(tally.leaks) == {("momentum.rsi_14", "T6")}
    assert not live_after_restart(told, start, 12).leaks


def test_a_warm_up_that_is_too_short_is_seen(monkeypatch):
    told = Told.by(read, candle_market())
    start = int(candle_market().series["BTC/USDT"].open_time[200])
    assert not warm_ups_are_long_enough(told, start).leaks
    monkeypatch.setattr(
        "workstation.engine.verification.warm_ups._WARMUPS", {"momentum.adx_14 ": 60, "momentum.rsi_14 ": 400}
    )
    assert set(warm_ups_are_long_enough(told, start).leaks) == {("momentum.adx_14", "T7")}


def test_a_value_out_of_its_range_is_seen():
    record = candle_market()
    told = Told.by(read, record)
    told.readings["BTC/USDT"] = {**told.readings["BTC/USDT"]}
    wild = told.readings["BTC/USDT"]["momentum.rsi_14 "].copy()
    wild[700] = 100.5
    told.readings["BTC/USDT"]["momentum.rsi_14 "] = wild
    (leak,) = values_keep_to_their_range(told).leaks.values()
    assert (leak.expected, leak.found) == (100.0, 100.5)
    assert str(leak) == (
        f"momentum.rsi_14 of BTC/USDT (made), bar {record.series['BTC/USDT'].open_time[700]}, as recorded: "
        "100.0 became 100.5"
    )


def test_digests_do_not_depend_on_the_order_of_reading_but_on_hidden_state():
    record = candle_market()
    one, other = (digests(read, record, np.random.default_rng(seed)) for seed in (1, 2))
    assert one == other
    leak = LEAKS["remembers_across_readings"]
    one, other = (digests(leak(), record, np.random.default_rng(seed)) for seed in (1, 2))
    assert one != other


# --- other futures ----------------------------------------------------------------------------------------


def test_other_futures_agree_on_the_past_and_on_nothing_else():
    record = observed_market(3, 200)
    at_ms = int(record.series["BTC/USDT"].open_time[100])
    past = record.known_at(at_ms)
    rng = np.random.default_rng(1)
    for _, other in other_futures(record, at_ms, rng):
        for symbol, candles in other.series.items():
            assert not candles.impossible().any()
            assert candles[: len(past.series[symbol])].equals(past.series[symbol])
            assert not candles.equals(record.series[symbol])
        for key, rows in other.observed.items():
            n = len(past.observed[key])
            assert rows.value[:n].tobytes() == past.observed[key].value.tobytes()


def test_what_others_do_leaves_a_symbol_s_own_candles_alone():
    record = made_market(5, 500, 1, 4)
    at_ms = int(record.series["BTC/USDT"].open_time[300])
    for how, other in other_futures_of_others(record, "BTC/USDT", at_ms, np.random.default_rng(1)):
        assert other.series["BTC/USDT"] is record.series["BTC/USDT"], how
        assert any(
            name not in record.series or not candles.equals(record.series[name])
            for name, candles in other.series.items()
        )


def test_delayed_and_revised_observations_were_not_there_at_the_moment():
    record = observed_market(3, 200)
    at_ms = int(record.series["BTC/USDT"].open_time[100])
    key = ("whales.trade_usd", "BTC/USDT")
    known = len(record.known_at(at_ms).observed[key])
    late = later_known(record, at_ms, np.random.default_rng(1))
    assert len(late.known_at(at_ms).observed[key]) < known
    assert len(late.observed[key]) == len(record.observed[key])
    again = revised(record, at_ms, np.random.default_rng(1))
    assert len(again.known_at(at_ms).observed[key]) == known
    assert len(again.observed[key]) > len(record.observed[key])
    assert (np.diff(again.observed[key].available_ms) >= 0).all()


def test_comparing_counts_what_is_known_and_keeps_the_first_difference():
    place = Place("made", "BTC/USDT", "cut off", np.arange(4) * HOUR)
    a = np.array([np.nan, 1.0, 2.0, -0.0])
    b = np.array([np.nan, 1.0, np.nan, 0.0])
    tally = Tally()
    tally.compare("T1", place, {"momentum.x ": a}, {"momentum.x ": b})
    assert tally.counts["momentum.x", "T1"] == 3
    leak = tally.leaks["momentum.x", "T1"]
    assert (leak.open_time, leak.expected) == (2 * HOUR, 2.0)
    assert replace(leak, found=0.0).found == 0.0
