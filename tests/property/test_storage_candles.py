"""Whatever arrives, in whatever order: what was stored comes back, once, bit for bit."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.candle import CandleColumns
from workstation.domain.market import TIMEFRAMES, SeriesKey, open_of_slot
from workstation.storage.candle_store import CandleStore

PRICES = st.floats(1e-12, 1e12)


@st.composite
def candle_sets(draw, timeframe="1h"):
    """Draw sound candles on neighbouring and far slots, so that blocks, holes and single rows all occur."""
    slots = draw(
        st.lists(
            st.integers(-3000, 3000) | st.integers(400_000, 400_040), unique=True, min_size=1, max_size=60
        )
    )
    rows = []
    for slot in sorted(slots):
        low, open_, close, high = sorted(draw(st.tuples(PRICES, PRICES, PRICES, PRICES)))
        rows.append((open_of_slot(slot, timeframe), open_, high, low, close, draw(st.floats(0, 1e15))))
    quality = [draw(st.sampled_from([0, 4, 8, 12])) for _ in rows]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return CandleColumns.of(columns[0].astype(np.int64), *columns[1:], np.array(quality, np.uint8))


@contextmanager
def a_store() -> Iterator[CandleStore]:
    """Open an empty store of its own for each example."""
    with tempfile.TemporaryDirectory() as folder, CandleStore(Path(folder) / "candles.db") as store:
        yield store


@settings(max_examples=60, deadline=None)
@given(candles=candle_sets(), cut=st.integers(0, 60), foreign=st.text(min_size=1))
def test_what_was_stored_comes_back_bit_for_bit(candles, cut, foreign):
    key = SeriesKey("binance", foreign, "1h")
    with a_store() as store:
        assert store.add(key, candles[:cut]) + store.add(key, candles[cut:]) == len(candles)
        assert store.read(key).equals(candles)
        assert store.series() == [key]
        assert store.span(key) == (candles.open_time[0], candles.open_time[-1], len(candles))


@settings(max_examples=40, deadline=None)
@given(candles=candle_sets(), order=st.randoms(use_true_random=False), size=st.integers(1, 50))
def test_the_order_and_the_number_of_times_candles_arrive_change_nothing(candles, order, size):
    key = SeriesKey("binance", "BTC/USDT", "1h")
    rows = list(range(len(candles))) * 2
    order.shuffle(rows)
    with a_store() as store:
        new = sum(
            store.add(key, candles.pick(np.unique(np.array(rows[i : i + size]))))
            for i in range(0, len(rows), size)
        )
        assert new == len(candles)
        assert store.read(key).equals(candles)
        assert store.revisions(key) == []


@settings(max_examples=40, deadline=None)
@given(candles=candle_sets(), bounds=st.tuples(st.integers(-4000, 401_000), st.integers(-4000, 401_000)))
def test_a_part_is_the_same_part_of_the_whole(candles, bounds):
    key = SeriesKey("binance", "BTC/USDT", "1h")
    since, until = (slot * key.bar_ms + 1 for slot in sorted(bounds))
    n = len(candles) // 2
    with a_store() as store:
        store.add(key, candles)
        inside = (candles.open_time >= since) & (candles.open_time < until)
        assert store.read(key, since, until).equals(candles.pick(inside))
        assert store.read_last(key, n).equals(candles[len(candles) - n :])


@settings(max_examples=40, deadline=None)
@given(first=candle_sets(), second=candle_sets())
def test_a_changed_candle_takes_the_place_of_the_first_version_which_is_kept(first, second):
    key = SeriesKey("binance", "BTC/USDT", "1h")
    first.quality[:], second.quality[:] = 0, 0
    both = np.intersect1d(first.open_time, second.open_time)
    old, new = (c.pick(np.isin(c.open_time, both)) for c in (first, second))
    changed = [a for a, b in zip(old, new, strict=True) if a != b]
    with a_store() as store:
        store.add(key, first)
        store.add(key, second)
        stored = store.read(key)
        now = stored.pick(np.isin(stored.open_time, second.open_time))
        assert list(now) == list(second)
        assert store.revisions(key) == changed
        assert int((stored.quality == 1).sum()) == len(changed)


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_every_timeframe_keeps_its_own_grid(timeframe):
    key = SeriesKey("binance", "BTC/USDT", timeframe)
    times = np.array([open_of_slot(slot, timeframe) for slot in (5, 6, 1023, 1024, 5000)])
    one = np.ones(len(times))
    candles = CandleColumns.of(times, one, one, one, one, one)
    with a_store() as store:
        store.add(key, candles)
        assert store.read(key).equals(candles)
