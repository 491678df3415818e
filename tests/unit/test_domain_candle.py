"""What a candle may be, and how a series of them grows."""

import math

import numpy as np
import pytest

from workstation.domain.candle import Applied, Candle, CandleColumns, CandleSeries, Quality
from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey

MINUTE = 60_000
KEY = SeriesKey("v", "A/B", "1m")


def bar(slot: int, close: float = 2.0, *, closed: bool = True, volume: float = 1.0) -> Candle:
    return Candle(slot * MINUTE, close, close, close, close, volume, closed)


def columns(*slots: int, close: float = 2.0) -> CandleColumns:
    price = np.full(len(slots), close)
    return CandleColumns.of(np.array(slots, np.int64) * MINUTE, price, price, price, price, price)


# --- one candle -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        (0.0, 2.0, 1.0, 1.0, 1.0),
        (1.0, 2.0, -1.0, 1.0, 1.0),
        (math.nan, 2.0, 1.0, 1.0, 1.0),
        (1.0, math.inf, 1.0, 1.0, 1.0),
        (1.0, 1.0, 2.0, 1.0, 1.0),
        (3.0, 2.0, 1.0, 1.0, 1.0),
        (1.0, 2.0, 1.0, 0.5, 1.0),
        (1.0, 2.0, 1.0, 1.0, -1.0),
        (1.0, 2.0, 1.0, 1.0, math.nan),
        (1.0, 2.0, 1.0, 1.0, math.inf),
    ],
)
def test_a_bar_that_cannot_be_is_refused_and_named(values):
    with pytest.raises(BadCandle, match="Candle at 60000"):
        Candle(60_000, *values, closed=True)
    open_, high, low, close, volume = (np.array([1.0, value]) for value in values)
    rows = CandleColumns.of(np.array([0, MINUTE]), open_, high, low, close, volume)
    assert rows.impossible().tolist() == [False, True]


def test_a_bar_without_trades_may_be():
    assert bar(1, volume=0.0).volume == 0.0


# --- columns ----------------------------------------------------------------------------------------------


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(BadCandle, match="differ in length"):
        CandleColumns.of(np.array([0]), *(np.ones(1) for _ in range(4)), np.ones(2))


def test_columns_are_sound_unless_told_otherwise():
    assert columns(1, 2).quality.tolist() == [Quality.SOUND, Quality.SOUND]
    price = np.ones(1)
    flagged = CandleColumns.of(np.array([0]), price, price, price, price, price, np.array([Quality.IMPORTED]))
    assert flagged.quality.tolist() == [Quality.IMPORTED]
    assert flagged.quality.dtype == np.uint8


def test_columns_are_picked_by_slice_mask_and_position():
    rows = columns(1, 2, 3, 4)
    assert rows[1:3].open_time.tolist() == [2 * MINUTE, 3 * MINUTE]
    assert rows.pick(np.array([True, False, False, True])).open_time.tolist() == [MINUTE, 4 * MINUTE]
    assert rows.pick(np.array([2, 0])).open_time.tolist() == [3 * MINUTE, MINUTE]


def test_columns_read_bar_by_bar_are_closed_candles():
    assert list(columns(1, 2)) == [bar(1, volume=2.0), bar(2, volume=2.0)]


def test_parts_join_end_to_end():
    assert CandleColumns.join(columns(1), CandleColumns.empty(), columns(2, 3)).equals(columns(1, 2, 3))
    assert len(CandleColumns.empty()) == 0


def test_columns_are_equal_only_to_the_last_bit():
    assert columns(1, close=0.1 + 0.2).equals(columns(1, close=0.30000000000000004))
    assert not columns(1, close=0.1 + 0.2).equals(columns(1, close=0.3))
    assert not columns(1).equals(columns(2))


# --- a series ---------------------------------------------------------------------------------------------


def test_a_new_series_is_empty():
    series = CandleSeries(KEY)
    assert len(series) == series.n_closed == 0
    assert series.last is None
    assert len(series.closed()) == 0


def test_a_bar_forms_and_closes_and_the_next_begins():
    series = CandleSeries(KEY)
    assert series.apply(bar(5, 1.0, closed=False)) is Applied.APPENDED
    assert (len(series), series.n_closed) == (1, 0)
    assert series.apply(bar(5, 1.5, closed=False)) is Applied.UPDATED
    assert series.apply(bar(5, 1.5, closed=False)) is Applied.IGNORED
    assert series.apply(bar(5, 1.5)) is Applied.UPDATED
    assert (len(series), series.n_closed) == (1, 1)
    assert series.apply(bar(5, 9.0)) is Applied.IGNORED
    assert series.apply(bar(6, 2.0, closed=False)) is Applied.APPENDED
    assert series.apply(bar(5, 9.0)) is Applied.IGNORED
    assert series.last == bar(6, 2.0, closed=False)
    assert series.closed().close.tolist() == [1.5]
    assert series.everything().close.tolist() == [1.5, 2.0]


def test_a_bar_off_the_grid_is_refused():
    with pytest.raises(BadCandle, match="grid of A/B 1m on v"):
        CandleSeries(KEY).apply(Candle(MINUTE + 1, 1.0, 1.0, 1.0, 1.0, 1.0, closed=True))


def test_a_column_is_read_only_and_ends_with_the_newest_bar():
    series = CandleSeries(KEY)
    series.apply(bar(1))
    series.apply(bar(2, 3.0, closed=False))
    assert series.column("open_time").tolist() == [MINUTE, 2 * MINUTE]
    close = series.column("close")
    assert close.tolist() == [2.0, 3.0]
    with pytest.raises(ValueError, match="read-only"):
        close[0] = 7.0


def test_copies_do_not_move_when_the_series_does():
    series = CandleSeries(KEY)
    series.apply(bar(1, 1.0, closed=False))
    before = series.everything()
    series.apply(bar(1, 2.0, closed=False))
    assert before.close.tolist() == [1.0]


def test_a_series_grows_past_its_first_room_without_losing_a_bar():
    series = CandleSeries(KEY)
    for slot in range(1000):
        series.apply(bar(slot, 1.0 + slot))
    assert series.closed().close.tolist() == [1.0 + slot for slot in range(1000)]
    assert series.merge(columns(*range(1000, 3000))) == 2000
    assert series.column("open_time").tolist() == [slot * MINUTE for slot in range(3000)]


def test_a_bar_without_trades_is_marked_once_it_closed():
    series = CandleSeries(KEY)
    series.apply(bar(1, volume=0.0, closed=False))
    assert series.everything().quality.tolist() == [Quality.SOUND]
    series.apply(bar(1, volume=0.0))
    assert series.everything().quality.tolist() == [Quality.NO_TRADES]


def test_merging_fills_holes_and_leaves_what_is_there():
    series = CandleSeries(KEY)
    series.apply(bar(3, 7.0))
    assert series.merge(columns(1, 3, 5, close=2.0)) == 2
    assert series.closed().close.tolist() == [2.0, 7.0, 2.0]
    assert series.merge(columns(1, 3, 5, close=9.0)) == 0
    assert series.closed().close.tolist() == [2.0, 7.0, 2.0]


def test_the_forming_bar_stays_last_when_history_arrives_below_it():
    series = CandleSeries(KEY)
    series.apply(bar(9, 7.0, closed=False))
    assert series.merge(columns(7, 8)) == 2
    assert series.last == bar(9, 7.0, closed=False)
    assert (len(series), series.n_closed) == (3, 2)


def test_the_forming_bar_gives_way_to_its_closed_self_and_to_newer_ones():
    for history in (columns(9), columns(9, 10)):
        series = CandleSeries(KEY)
        series.apply(bar(9, 7.0, closed=False))
        assert series.merge(history) == len(history)
        assert series.everything().equals(history)
        assert series.n_closed == len(history)


def test_the_newest_closed_bar_is_the_one_below_the_forming():
    series = CandleSeries(KEY)
    assert series.newest_closed is None
    series.apply(bar(1, closed=False))
    assert series.newest_closed is None
    series.apply(bar(1))
    assert series.newest_closed == MINUTE
    series.apply(bar(2, closed=False))
    assert series.newest_closed == MINUTE


def test_a_series_forgets_its_oldest_bars_and_grows_on():
    series = CandleSeries(KEY)
    series.merge(columns(*range(300)))
    series.apply(bar(300, 7.0, closed=False))
    series.forget(400)
    assert len(series) == 301
    series.forget(3)
    assert series.column("open_time").tolist() == [298 * MINUTE, 299 * MINUTE, 300 * MINUTE]
    assert series.last == bar(300, 7.0, closed=False)
    assert series.n_closed == 2
    for slot in range(300, 900):
        series.apply(bar(slot, 8.0))
    assert series.closed().open_time.tolist() == [slot * MINUTE for slot in range(298, 900)]


def test_a_series_that_forgets_everything_is_empty_even_while_a_bar_forms():
    series = CandleSeries(KEY)
    series.apply(bar(1))
    series.apply(bar(2, closed=False))
    series.forget(0)
    assert len(series) == series.n_closed == len(series.closed()) == 0
    assert series.last is None
    assert series.newest_closed is None
    assert series.apply(bar(3, closed=False)) is Applied.APPENDED
    assert series.n_closed == 0


def test_merging_nothing_new_leaves_the_forming_bar_forming():
    series = CandleSeries(KEY)
    series.apply(bar(1))
    series.apply(bar(2, closed=False))
    assert series.merge(columns(1)) == 0
    assert series.merge(CandleColumns.empty()) == 0
    assert series.last == bar(2, closed=False)
