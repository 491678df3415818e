"""Long histories reach the chart newest part first, then whole, and the window never waits for them."""

import threading

import numpy as np
import pytest

from tests.fakes.window_world import NOW_MS, StoredCandles, columns
from workstation.domain.candle import Candle, CandleColumns, Quality
from workstation.domain.errors import StoreError
from workstation.domain.market import SeriesKey
from workstation.ui.chart.series import ChartSeries
from workstation.ui.workspaces import history_reader
from workstation.ui.workspaces.history_reader import HistoryReader

KEY = SeriesKey("binance", "BTC/USDT", "1m")
MINUTE = 60_000


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(history_reader, "FIRST_CANDLES", 100)
    monkeypatch.setattr(history_reader, "STEP_CANDLES", 300)
    return StoredCandles()


@pytest.fixture
def told(store, qtbot):
    reader, heard = HistoryReader(store), []
    reader.read.connect(heard.append)
    yield reader, heard
    reader.stop()


def test_a_short_history_is_told_once_and_at_once(store, told):
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 60)
    reader.open(KEY)
    assert [len(one) for one in heard] == [60]
    assert not reader.is_reading


def test_a_long_history_is_told_newest_first_and_then_whole(store, told, qtbot):
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 1_234)
    reader.open(KEY)
    assert [len(one) for one in heard] == [100]
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert heard[1].columns.equals(store.by_key[KEY])
    assert not reader.is_reading


def test_what_the_other_thread_lays_out_is_what_the_chart_would_from_all_candles_at_once(store, told, qtbot):
    reader, heard = told
    whole = columns(KEY, 1_234)
    whole.quality[[3, 700, 1_200]] = Quality.REVISED, Quality.NO_TRADES, Quality.IMPORTED
    whole.close[400] = -1.0
    store.by_key[KEY] = whole.pick(np.r_[0:500, 507:1_234])
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    at_once, in_parts = ChartSeries(KEY), ChartSeries(KEY)
    at_once.load(store.by_key[KEY])
    for laid in heard:
        in_parts.load(laid)
    for one, other in zip(in_parts.pyramid.levels, at_once.pyramid.levels, strict=True):
        assert (one.start, one.size) == (other.start, other.size)
        np.testing.assert_array_equal(one.values, other.values)
    slots = range(at_once.pyramid.first_slot, at_once.pyramid.last_slot + 1)
    assert [in_parts.quality_at(n) for n in slots] == [at_once.quality_at(n) for n in slots]
    assert len(in_parts.doubted(slots[0], slots[-1] + 1)) == 1


def test_the_rest_of_a_history_is_read_and_laid_out_by_another_thread(store, told, qtbot, monkeypatch):
    reader, heard = told
    threads = []
    lay = history_reader.LaidCandles.of
    monkeypatch.setattr(
        history_reader.LaidCandles, "of", lambda *a: (threads.append(threading.get_ident()), lay(*a))[1]
    )
    store.by_key[KEY] = columns(KEY, 1_234)
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert threads[0] == threading.get_ident()
    assert threading.get_ident() not in threads[1:]


def test_a_reader_that_is_stopped_leaves_no_thread_at_work_and_tells_nothing_more(store, told, qtbot):
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 5_000)
    reader.open(KEY)
    reader.stop()
    assert reader._pool.activeThreadCount() == 0
    qtbot.wait(20)
    assert [len(one) for one in heard] == [100]


def test_the_same_candles_again_leave_the_forming_one_as_it_is():
    series, laid = ChartSeries(KEY), history_reader.LaidCandles.of(KEY, columns(KEY, 50))
    series.load(laid)
    series.apply(Candle(NOW_MS, 5.0, 6.0, 4.0, 5.5, 1.0, closed=False))
    series.load(laid)
    assert (series.last.close, series.last.closed) == (5.5, False)
    series.load(columns(KEY, 50))
    assert (series.last.close, series.last.closed) == (5.5, False)


def test_a_hole_longer_than_one_step_does_not_end_the_reading(store, told, qtbot):
    reader, heard = told
    old = columns(KEY, 200, NOW_MS - 5_000 * MINUTE)
    store.by_key[KEY] = CandleColumns.join(old, columns(KEY, 250))
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert heard[1].columns.equals(store.by_key[KEY])


def test_no_more_is_kept_than_a_chart_can_use(store, told, qtbot, monkeypatch):
    monkeypatch.setattr(history_reader, "MOST_CANDLES", 500)
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 5_000)
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert 500 <= len(heard[1]) < 1_000
    assert heard[1].columns.open_time[-1] == store.by_key[KEY].open_time[-1]


def test_an_empty_store_says_so_and_the_first_history_comes_at_once(store, told):
    reader, heard = told
    reader.open(KEY)
    assert [len(one) for one in heard] == [0]
    store.by_key[KEY] = columns(KEY, 30)
    reader.read_again()
    assert [len(one) for one in heard] == [0, 30]


def test_history_that_grows_many_times_a_second_is_read_a_few_times(store, told, qtbot):
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 30)
    reader.open(KEY)
    before = store.n_reads
    for n in range(31, 81):
        store.by_key[KEY] = columns(KEY, n)
        reader.read_again()
    qtbot.waitUntil(lambda: len(heard[-1]) == 80, timeout=20_000)
    assert store.n_reads - before == 1


def test_a_chart_that_shows_everything_never_shrinks_while_it_is_read_again(store, told, qtbot):
    reader, heard = told
    store.by_key[KEY] = columns(KEY, 900)
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    store.by_key[KEY] = columns(KEY, 950)
    reader.read_again()
    qtbot.waitUntil(lambda: len(heard) == 3, timeout=20_000)
    assert [len(one) for one in heard] == [100, 900, 950]


def test_another_series_ends_the_reading_of_the_first(store, told, qtbot):
    reader, heard = told
    other = SeriesKey("binance", "ETH/USDT", "1m")
    store.by_key = {KEY: columns(KEY, 5_000), other: columns(other, 40)}
    reader.open(KEY)
    reader.open(other)
    assert [len(one) for one in heard] == [100, 40]
    assert not reader.is_reading


def test_a_store_that_fails_on_the_way_says_so_and_what_was_read_is_shown(store, told, qtbot, monkeypatch):
    reader, heard = told
    problems = []
    reader.failed.connect(problems.append)
    store.by_key[KEY] = columns(KEY, 900)

    def fail(*_args):
        raise StoreError("The candles of January cannot be read; they are fetched again.")

    monkeypatch.setattr(store, "read", fail)
    reader.open(KEY)
    qtbot.waitUntil(lambda: len(heard) == 2, timeout=20_000)
    assert len(heard[1]) == 100
    assert problems == ["The candles of January cannot be read; they are fetched again."]
