"""A series is sorted whatever arrives, takes nothing twice, and never changes a bar that closed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.candle import Applied, Candle, CandleColumns, CandleSeries
from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey

KEY = SeriesKey("v", "A/B", "1m")
MINUTE = 60_000

prices = st.floats(1e-8, 1e8)


@st.composite
def candles(draw) -> Candle:
    values = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
    low, open_, close, high = values
    if draw(st.booleans()):
        open_, close = close, open_
    slot, volume = draw(st.integers(0, 40)), draw(st.sampled_from([0.0, 1.0, 2.5]))
    return Candle(slot * MINUTE, open_, high, low, close, volume, closed=draw(st.booleans()))


@st.composite
def histories(draw) -> CandleColumns:
    slots = np.array(sorted(draw(st.sets(st.integers(0, 40)))), np.int64)
    close = np.array(draw(st.lists(prices, min_size=len(slots), max_size=len(slots))), np.float64)
    return CandleColumns.of(slots * MINUTE, close, close, close, close, np.ones(len(slots)))


arrivals = st.lists(candles() | histories(), max_size=30)


def take(series: CandleSeries, arrival: Candle | CandleColumns) -> bool:
    """Hand over what arrived; return whether the series says that something changed."""
    if isinstance(arrival, Candle):
        return series.apply(arrival) is not Applied.IGNORED
    return series.merge(arrival) > 0


@given(arrivals)
def test_a_series_is_sorted_and_whole_whatever_arrives(everything):
    series = CandleSeries(KEY)
    for arrival in everything:
        take(series, arrival)
        bars = series.everything()
        assert (np.diff(bars.open_time) > 0).all()
        assert not bars.impossible().any()
        assert series.n_closed in {len(series) - 1, len(series)}
        assert (series.last is None) == (len(series) == 0)


@given(arrivals)
def test_taking_anything_twice_changes_nothing(everything):
    series = CandleSeries(KEY)
    for arrival in everything:
        take(series, arrival)
        before, n_closed = series.everything(), series.n_closed
        assert not take(series, arrival)
        assert series.everything().equals(before)
        assert series.n_closed == n_closed


@given(arrivals)
def test_a_bar_that_closed_never_changes(everything):
    series = CandleSeries(KEY)
    for arrival in everything:
        before = series.closed()
        take(series, arrival)
        after = series.closed()
        assert after.pick(np.isin(after.open_time, before.open_time)).equals(before)


@given(arrivals)
def test_a_series_says_so_exactly_when_it_changed(everything):
    series = CandleSeries(KEY)
    for arrival in everything:
        before, n_closed = series.everything(), series.n_closed
        changed = take(series, arrival)
        assert changed == (not series.everything().equals(before) or series.n_closed != n_closed)


@given(arrivals, histories())
def test_after_merging_every_bar_of_the_history_is_there(everything, history):
    series = CandleSeries(KEY)
    for arrival in everything:
        take(series, arrival)
    known = series.closed().open_time
    assert series.merge(history) == int((~np.isin(history.open_time, known)).sum())
    assert np.isin(history.open_time, series.closed().open_time).all()


@given(arrivals, st.integers(0, 50))
def test_forgetting_keeps_the_newest_bars_as_they_were(everything, n_kept):
    series = CandleSeries(KEY)
    for arrival in everything:
        take(series, arrival)
    before, last = series.everything(), series.last
    series.forget(n_kept)
    assert series.everything().equals(before[max(len(before) - n_kept, 0) :])
    assert series.last == (last if n_kept else None)
    assert series.n_closed == len(series.closed()) <= n_kept


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=5, max_size=5))
def test_columns_and_candles_call_the_same_bars_impossible(values):
    rows = CandleColumns.of(np.array([0]), *(np.array([value]) for value in values))
    try:
        Candle(0, *values, closed=True)
    except BadCandle:
        assert rows.impossible().tolist() == [True]
    else:
        assert rows.impossible().tolist() == [False]
