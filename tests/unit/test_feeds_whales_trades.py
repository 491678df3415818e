"""Prints are summed by quarters of an hour, and judged by those before them."""

import json
import math
import random

import ccxt.pro
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.metric import BUCKET_MS, METRICS
from workstation.feeds.whales.trade_desk import TradeDesk, print_of
from workstation.feeds.whales.trade_flow import LargeBar, LargeRule, Print, TradeFlow

T0 = 1_706_745_600_000
RULE = LargeRule(floor_usd=100.0, window=50, least=10)


def prints_of(worths, step_ms=60_000):
    return [Print(str(i), T0 + i * step_ms, usd, i % 3 != 0) for i, usd in enumerate(worths)]


def watched(rule=RULE, from_ms=T0 - 1):
    flow = TradeFlow(rule)
    flow.watch_from(from_ms)
    return flow


worths = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=80)


@given(worths, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_bundles_change_no_bit(usd, rng):
    prints, whole, bundled = prints_of(usd), watched(), watched()
    whole.add(prints)
    told, at = [], 0
    while at < len(prints):
        n = rng.randrange(1, 9)
        bundled.add(prints[at : at + n])
        at += n
        told += bundled.finish(prints[min(at, len(prints)) - 1].time_ms)
    end_ms = prints[-1].time_ms + BUCKET_MS
    assert [q.values() for q in told + bundled.finish(end_ms)] == [q.values() for q in whole.finish(end_ms)]


@given(worths, worths)
@settings(max_examples=60, deadline=None)
def test_what_comes_later_changes_no_earlier_verdict(past, future):
    bar, longer = LargeBar(RULE), LargeBar(RULE)
    verdicts = [bar.clears(usd) for usd in past]
    assert [longer.clears(usd) for usd in past + future][: len(past)] == verdicts


@given(worths)
@settings(max_examples=60, deadline=None)
def test_the_bar_is_the_plain_quantile_of_the_window(usd):
    bar = LargeBar(RULE)
    for i, worth in enumerate(usd):
        before = sorted(usd[max(0, i - RULE.window) : i])
        expected = worth >= RULE.floor_usd and worth > before[-1] if i >= RULE.least else None
        assert bar.clears(worth) == expected


def test_one_in_a_thousand_is_large_once_ten_thousand_are_known():
    bar, rng = LargeBar(LargeRule(floor_usd=1.0)), np.random.default_rng(0)
    for usd in rng.lognormal(8, 2, 10_000).tolist():
        bar.clears(usd)
    n_large = sum(bar.clears(usd) is True for usd in rng.lognormal(8, 2, 50_000).tolist())
    assert 30 <= n_large <= 70


def test_a_quarter_that_was_not_watched_from_its_start_is_absent_and_a_quiet_one_is_zero():
    flow = watched(from_ms=T0 + 1)
    flow.add([Print("1", T0 + 5, 10.0, True), Print("2", T0 + 2 * BUCKET_MS, 7.0, False)])
    told = flow.finish(T0 + 3 * BUCKET_MS)
    assert [(q.end_ms - T0, q.trade_usd, q.n_trades) for q in told] == [
        (2 * BUCKET_MS, 0.0, 0),
        (3 * BUCKET_MS, 7.0, 1),
    ]
    assert "whales.large_buy_usd" not in told[0].values()  # ten prints would be needed to say it is zero


def test_an_interruption_leaves_out_the_quarter_that_runs():
    flow = watched()
    flow.add(prints_of([5.0] * 20))
    assert [q.end_ms for q in flow.finish(T0 + 16 * 60_000)] == [T0 + BUCKET_MS]
    flow.interrupt()
    assert not flow.is_watched
    flow.watch_from(T0 + 20 * 60_000)
    flow.add([Print("later", T0 + 2 * BUCKET_MS + 1, 3.0, True)])
    assert [(q.end_ms - T0, q.trade_usd) for q in flow.finish(T0 + 4 * BUCKET_MS)] == [
        (3 * BUCKET_MS, 3.0),
        (4 * BUCKET_MS, 0.0),
    ]


def test_a_print_that_comes_late_changes_its_quarter_once_more_and_one_that_repeats_does_not():
    flow = watched()
    flow.add([Print("1", T0, 5.0, True)])
    assert [q.trade_usd for q in flow.finish(T0 + BUCKET_MS)] == [5.0]
    flow.add([Print("1", T0, 5.0, True), Print("2", T0 + 1, 6.0, True)])
    assert [(q.end_ms, q.trade_usd) for q in flow.finish(T0 + BUCKET_MS)] == [(T0 + BUCKET_MS, 11.0)]
    assert flow.finish(T0 + 2 * BUCKET_MS)[0].n_trades == 0
    flow.add([Print("3", T0 + 2, 6.0, True)])  # too late
    assert not flow.finish(T0 + 2 * BUCKET_MS)


def test_without_a_side_only_what_needs_none_is_told():
    flow = watched()
    flow.add([Print(None, T0, 5.0, None), Print(None, T0, 5.0, True)])
    assert flow.finish(T0 + BUCKET_MS)[0].values() == {"whales.trade_usd": 10.0, "whales.trade_count": 2.0}


GOOD = {"id": 7, "timestamp": T0, "price": 2.0, "amount": 3, "side": "sell"}


@pytest.mark.parametrize(
    "broken",
    [{"price": value} for value in (None, "2", 0, -1.0, math.nan, math.inf, 1e308, True, 10**400)]
    + [{"amount": value} for value in (None, 0.0, -3, math.nan, 1e30)]
    + [{"timestamp": value} for value in (None, 0, T0 / 1000, T0 * 1000, T0 + 1, "now", True)]
    + [{"price": 1e9, "amount": 1e9}],
)
def test_what_cannot_be_a_trade_is_counted_and_left_out(broken):
    assert print_of(GOOD, T0) == Print("7", T0, 6.0, taker_buys=False)
    assert print_of(GOOD | broken, T0) is None


def test_a_wrong_date_does_not_end_a_quarter_early():
    desk = TradeDesk(RULE)
    desk.follow(["A/USDT"])
    desk.hear("A/USDT", [GOOD | {"timestamp": T0 - BUCKET_MS - 1}, {}], T0 - BUCKET_MS - 1)
    desk.hear("A/USDT", [GOOD | {"id": 8, "timestamp": T0 + BUCKET_MS + 5_000}], T0 + 60_000)
    desk.finish(T0 + 60_000, 1_000, 20_000)
    assert {row.event_ms for row in desk.observations(0, "x")} == {T0}
    assert desk.n_rejected == 1
    desk.hear("unknown", [GOOD], T0)


def test_every_metric_is_a_known_one_and_known_no_earlier_than_its_end():
    desk = TradeDesk(LargeRule(floor_usd=1.0, least=1))
    desk.follow(["A/USDT"])
    for i in range(10):
        desk.hear("A/USDT", [GOOD | {"id": i, "timestamp": T0 + i * 300_000}], T0 + i * 300_000)
    now_ms = T0 + 2_700_000
    desk.finish(now_ms, 1_000, 20_000)
    rows = desk.observations(0, "trades:binance")
    assert {row.metric for row in rows} == {name for name in METRICS if name.startswith("whales.")} - {
        f"whales.{way}_exchange_{unit}" for way in ("to", "from") for unit in ("usd", "count")
    }
    assert all(row.event_ms <= row.available_ms == now_ms for row in rows)
    assert not desk.observations(now_ms + 1, "trades:binance")


def recorded_trades(recordings, name):
    """Return the trades of a recording as ccxt tells them, in the order in which they came."""
    path = recordings / "orderbook" / "binance-raw-2024-08" / f"{name}.jsonl.zst"
    exchange = ccxt.pro.binance()
    told = []
    for line in pa.input_stream(str(path), compression="zstd").read().splitlines():
        if b'"e":"trade"' in line:
            told.append(exchange.parse_ws_trade(json.loads(line.partition(b" ")[2])["data"]))
    return told


@pytest.mark.parametrize("name", ["spot__btcusdt_20240808", "usdm__ethusdt_20240808"])
def test_recorded_trades_are_summed_whole_whatever_the_bundles(recordings, name):
    rows = recorded_trades(recordings, name)
    first_ms, rng = rows[0]["timestamp"], random.Random(1)
    sums = []
    for most in (1, 500):
        desk, at = TradeDesk(LargeRule()), 0
        desk.follow(["S"])
        desk.hear("S", [GOOD | {"timestamp": first_ms - BUCKET_MS}], first_ms - BUCKET_MS)
        while at < len(rows):
            bundle = rows[at : at + rng.randint(1, most)]
            desk.hear("S", bundle, bundle[-1]["timestamp"])
            at += len(bundle)
        desk.finish(first_ms + 2 * BUCKET_MS, 1_000, 0)
        assert desk.n_rejected == 0
        sums.append({(row.event_ms, row.metric): row.value for row in desk.observations(0, "x")})
    assert sums[0] == sums[1]
    ends = sorted({end for end, _ in sums[0]})

    def total(metric):
        return sum(value for (_, name), value in sums[0].items() if name == f"whales.{metric}")

    worth = [row["price"] * row["amount"] for row in rows if row["timestamp"] < ends[-1]]
    bought = [row["price"] * row["amount"] for row in rows if row["side"] == "buy"]
    assert total("trade_count") == len(worth) == len(rows)
    assert total("trade_usd") == pytest.approx(math.fsum(worth), rel=1e-12)
    assert total("buy_usd") == pytest.approx(math.fsum(bought), rel=1e-12)
