"""What is said at the close is what is said about it afterwards, to the last bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, open_of_slot, timeframe_ms
from workstation.domain.signal import SignalOrigin
from workstation.engine.ballot import ballots
from workstation.engine.confluence import ConfluenceRules, ConfluenceStream, judge
from workstation.engine.segments import BLOCK, DEPTH, first_needed_slot, slots_of

KEY = SeriesKey("venue", "AAA/USDT", "1h")
LOOSE = ConfluenceRules(min_agree=1, cool_down=5)


def trending(
    seed: int, n: int, *, first_slot: int, timeframe: str = "1h", hole_at: int | None = None
) -> CandleColumns:
    """Return a market of trends, bursts of volume and small holes, in which families often take sides."""
    rng = np.random.default_rng(seed)
    drift = np.repeat(rng.normal(0, 0.002, n // 50 + 1), 50)[:n]
    close = 0.00002 * np.exp(np.cumsum(drift + rng.normal(0, 0.004, n)))
    open_ = np.concatenate((close[:1], close[:-1]))
    gaps = np.where(rng.random(n) < 0.02, rng.integers(2, 26, n), 1)
    if hole_at is not None:
        gaps[hole_at] = 40
    return CandleColumns.of(
        open_of_slot(first_slot, timeframe) + np.cumsum(gaps) * timeframe_ms(timeframe),
        open_,
        np.maximum(open_, close) * 1.002,
        np.minimum(open_, close) * 0.998,
        close,
        rng.lognormal(8, 1, n) * (1 + 200 * np.abs(drift)),
    )


def recorded(recordings: Path, folder: str, name: str) -> CandleColumns:
    table = pq.read_table(recordings / "ohlcv" / folder / f"{name}-1h.parquet")
    ts, *values = (table[column].to_numpy() for column in ("ts", "open", "high", "low", "close", "volume"))
    return CandleColumns.of(ts, *values)


def assert_stream_says_what_batch_says(key, candles, start, rules, known=None):
    """Push the candles from row `start` on and compare every vote and every signal with the batch."""
    stream = ConfluenceStream(key, candles[:start] if known is None else known, rules)
    cast = ballots(candles, key.timeframe)
    raised = []
    for row, candle in enumerate(candles[start:], start):
        signal = stream.push(candle)
        assert stream.votes == cast.votes(row, candle.open_time + key.bar_ms)
        if signal is not None:
            assert signal.origin is SignalOrigin.LIVE
            raised.append(replace(signal, origin=SignalOrigin.HISTORY))
    since = int(candles.open_time[start])
    assert raised == [signal for signal in judge(key, candles, rules) if signal.open_time >= since]
    return len(raised)


@settings(max_examples=8, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(400, 1000), st.integers(0, BLOCK), st.none() | st.integers(0, 500)
)
def test_streaming_is_batch_on_any_market_with_holes(seed, start, offset, hole_at):
    candles = trending(seed, start + 120, first_slot=470_000 + offset, hole_at=hole_at)
    assert_stream_says_what_batch_says(KEY, candles, start, LOOSE)


@settings(max_examples=4, deadline=None)
@given(st.sampled_from(["1m", "4h", "1d", "1w"]), st.integers(0, 999))
def test_streaming_is_batch_on_every_bar_length(timeframe, seed):
    key = replace(KEY, timeframe=timeframe)
    candles = trending(seed, 560, first_slot=2000, timeframe=timeframe)
    assert_stream_says_what_batch_says(key, candles, 500, LOOSE)


def test_a_stream_from_nothing_says_what_batch_says():
    candles = trending(3, 500, first_slot=470_000)
    stream = ConfluenceStream(KEY, CandleColumns.empty(), LOOSE)
    raised = [signal for signal in map(stream.push, candles) if signal is not None]
    assert len(raised) > 2
    assert [replace(s, origin=SignalOrigin.HISTORY) for s in raised] == list(judge(KEY, candles, LOOSE))


@pytest.mark.parametrize(
    ("folder", "name"),
    [("binance-spot-2024", "WIFUSDT"), ("binance-spot-majors-2018-2025", "BTCUSDT")],
)
def test_streaming_is_batch_across_block_edges_of_a_recorded_market(recordings, folder, name):
    candles = recorded(recordings, folder, name)[:9000]
    slots = slots_of(candles, "1h")
    edges = np.flatnonzero(np.diff(slots // BLOCK)) + 1
    start = int(edges[-1]) - 60
    n_raised = assert_stream_says_what_batch_says(
        KEY, candles[: start + 150], start, ConfluenceRules(min_agree=1, cool_down=12)
    )
    assert n_raised > 0


def test_streaming_is_batch_across_holes_of_a_recorded_market(recordings):
    candles = recorded(recordings, "binance-spot-2021-2023", "LUNAUSDT")
    hole = int(np.argmax(np.diff(candles.open_time)))
    candles = candles[hole - 3200 : hole + 420]
    assert_stream_says_what_batch_says(KEY, candles, 3150, ConfluenceRules(min_agree=1))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.data())
def test_a_judgement_does_not_depend_on_how_much_older_history_is_stored(seed, data):
    candles = trending(seed, 4 * BLOCK, first_slot=470_000)
    slots = slots_of(candles, "1h")
    row = data.draw(st.integers(len(candles) - 600, len(candles) - 1))
    needed = int(np.searchsorted(slots, first_needed_slot(int(slots[row]) - LOOSE.cool_down)))
    start = data.draw(st.integers(0, needed))
    since = int(candles.open_time[row])
    later = [signal for signal in judge(KEY, candles, LOOSE) if signal.open_time >= since]
    assert [s for s in judge(KEY, candles[start:], LOOSE) if s.open_time >= since] == later


def test_a_stream_from_a_full_depth_of_history_says_what_one_from_all_of_it_says():
    candles = trending(8, 6000, first_slot=470_000)
    assert_stream_says_what_batch_says(
        KEY, candles, 5800, LOOSE, known=candles[5800 - DEPTH - LOOSE.cool_down : 5800]
    )
