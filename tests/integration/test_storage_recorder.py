"""The engine's writing hand: one thread, what waits together is committed together."""

import asyncio
import threading
import time

import numpy as np
import pytest

from tests.fakes.patience import PROMPT_S
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import BadCandle, StoreError, StoreReadOnly
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.recorder import Recorder

HOUR = 3_600_000
KEY = SeriesKey("binance", "BTC/USDT", "1h")


def candles(n, first=0):
    close = 100 + np.arange(first, first + n) / 1024
    times = HOUR * np.arange(first, first + n)
    return CandleColumns.of(times, close, close + 1, close - 1, close, close)


def signal(i):
    return Signal(KEY, i * HOUR, 1.0, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1")


def key(i):
    return SeriesKey("binance", f"COIN{i}/USDT", "1h")


@pytest.fixture
async def recorder(tmp_path):
    recorder = Recorder(CandleStore(tmp_path / "candles.db"), Journal(tmp_path / "journal.db"))
    yield recorder
    await recorder.close()


async def test_a_call_that_returned_is_on_disk(recorder, tmp_path):
    assert await recorder.record(KEY, candles(5)) == 5
    assert await recorder.record(KEY, candles(7)) == 2
    await recorder.quarantine(KEY, b"raw", "high below low")
    with CandleStore(tmp_path / "candles.db", read_only=True) as store:
        assert store.read(KEY).equals(candles(7))
        assert [row.raw for row in store.quarantined(KEY)] == [b"raw"]
    assert await recorder.add_signal(signal(1))
    assert not await recorder.add_signal(signal(1))
    alert = await recorder.add_alert(signal(1), "text", 5, 0)
    assert await recorder.add_alert(signal(1), "text", 5, 0) is None
    assert recorder.signals(KEY) == [signal(1)]
    assert recorder.alerts() == [alert]
    assert await recorder.dismiss_alert(alert.id)
    assert recorder.alerts()[0].dismissed
    assert recorder.alerts(after_id=alert.id) == []


async def test_what_waits_together_is_committed_together(recorder):
    commits = []
    recorder.candles._database._connect().set_commit_hook(
        lambda: commits.append(threading.get_ident()) or False
    )
    new = await asyncio.gather(*(recorder.record(key(i), candles(1 + i % 3)) for i in range(200)))
    assert new == [1 + i % 3 for i in range(200)]
    assert 1 <= len(commits) <= 5, "two hundred closes are not two hundred commits"
    assert set(commits) != {threading.get_ident()}, "and none is on the loop's thread"
    assert len(recorder.candles.series()) == 200


async def test_an_impossible_candle_fails_its_own_call_only(recorder):
    bad = candles(3)
    bad.close[1] = np.nan
    results = await asyncio.gather(
        recorder.record(key(1), candles(2)),
        recorder.record(key(2), bad),
        recorder.record(key(3), candles(4)),
        return_exceptions=True,
    )
    assert results[0] == 2
    assert isinstance(results[1], BadCandle)
    assert results[2] == 4
    assert recorder.candles.series() == [key(1), key(3)]


async def test_where_the_disk_is_full_exactly_the_writes_that_do_not_fit_fail_and_writing_resumes(recorder):
    connection = recorder.candles._database._connect()
    await recorder.record(key(0), candles(1))
    connection.pragma("max_page_count", connection.pragma("page_count") + 2)
    results = await asyncio.gather(
        recorder.record(key(1), candles(1)),
        recorder.record(key(2), candles(20_000)),
        recorder.record(key(3), candles(1)),
        recorder.add_signal(signal(1)),
        return_exceptions=True,
    )
    assert [results[0], results[2], results[3]] == [1, 1, True]
    assert isinstance(results[1], StoreError)
    assert str(results[1]).startswith("The disk is full: ")
    assert recorder.candles.span(key(2)) is None
    connection.pragma("max_page_count", 1 << 30)
    assert await recorder.record(key(2), candles(20_000)) == 20_000


async def test_a_caller_that_stops_waiting_harms_nobody(recorder):
    waiting = asyncio.ensure_future(recorder.record(key(1), candles(3)))  # noqa: TID251 -- a test owns its tasks
    await asyncio.sleep(0)
    waiting.cancel()
    assert await recorder.record(key(2), candles(2)) == 2
    await recorder.flush()
    assert recorder.candles.read(key(1)).equals(candles(3))


async def test_closing_writes_what_is_queued(tmp_path):
    recorder = Recorder(CandleStore(tmp_path / "candles.db"), Journal(tmp_path / "journal.db"))
    queued = [asyncio.ensure_future(recorder.record(key(i), candles(2))) for i in range(50)]  # noqa: TID251 -- same
    await asyncio.sleep(0)
    began = time.perf_counter()
    await recorder.close()
    assert time.perf_counter() - began < PROMPT_S
    assert await asyncio.gather(*queued) == [2] * 50
    await recorder.close()
    with pytest.raises(StoreError, match="is closing"):
        await recorder.record(KEY, candles(1))
    assert not [t for t in threading.enumerate() if t.name.startswith("recorder") and t.is_alive()]
    with CandleStore(tmp_path / "candles.db", read_only=True) as store:
        assert len(store.series()) == 50


async def test_a_disk_that_hangs_does_not_hold_the_program(tmp_path):
    recorder = Recorder(CandleStore(tmp_path / "candles.db"), Journal(tmp_path / "journal.db"))
    with recorder.candles._database._lock:  # stands for a write that the disk does not finish
        stuck = asyncio.ensure_future(recorder.record(KEY, candles(1)))  # noqa: TID251 -- a test owns its tasks
        await asyncio.sleep(0)
        with pytest.raises(StoreError, match="disk is too slow"):
            await recorder.close()
    assert await stuck == 1
    recorder._close_files()


async def test_a_reader_sees_what_was_committed_and_changes_nothing(recorder):
    assert await recorder.record(KEY, candles(40)) == 40
    with recorder.candles.reader() as reader:
        assert reader.read(KEY).equals(candles(40))
        with pytest.raises(StoreReadOnly, match="reading only"):
            reader.add(KEY, candles(41))


async def test_reading_the_journal_does_not_wait_for_a_write(recorder):
    await recorder.add_signal(signal(1))
    with recorder._journal._database.writing():
        assert recorder.signals(KEY) == [signal(1)]
        assert recorder.alerts() == []
