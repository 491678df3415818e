"""Observations through the engine's writing hand, and through a kill."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.observation import Observation
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.observation_store import ObservationStore
from workstation.storage.recorder import Recorder
from workstation.storage.reserve import DiskReserve

METRIC = "whales.trade_usd"
KEY = SeriesKey("binance", "BTC/USDT", "1h")
CANDLE = CandleColumns.of([0], [1.0], [1.0], [1.0], [1.0], [1.0])
SIGNAL = Signal(KEY, 0, 1.0, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1")


def rows(first, n, subject="BTC/USDT"):
    return [Observation(METRIC, subject, i, i + 5, i / 7, "trades") for i in range(first, first + n)]


def make_recorder(folder, reserve=None):
    return Recorder(
        CandleStore(folder / "candles.db"),
        Journal(folder / "journal.db"),
        reserve,
        ObservationStore(folder / "observations.db"),
    )


@pytest.fixture
async def recorder(tmp_path):
    recorder = make_recorder(tmp_path)
    yield recorder
    await recorder.close()


async def test_a_call_that_returned_is_on_disk(recorder, tmp_path):
    assert await recorder.observe(rows(0, 5)) == 5
    assert await recorder.observe(rows(0, 7)) == 2
    await recorder.remember_asked("trades", ["BTC"], 7)
    with ObservationStore(tmp_path / "observations.db", read_only=True) as store:
        assert store.observations(METRIC, "BTC/USDT").event_ms.tolist() == list(range(7))
        assert store.asked("trades") == {"BTC": 7}
    assert recorder.observations.subjects(METRIC) == ["BTC/USDT"]


async def test_it_is_written_beside_candles_and_signals_and_each_fails_alone(recorder):
    wrong = [Observation("no.such", "BTC", 1, 1, 1.0, "x")]
    results = await asyncio.gather(
        recorder.observe(rows(0, 3)),
        recorder.record(KEY, CANDLE),
        recorder.observe(wrong),
        recorder.add_signal(SIGNAL),
        recorder.observe(rows(2, 3)),
        return_exceptions=True,
    )
    assert [results[0], results[1], results[3], results[4]] == [3, 1, True, 2]
    assert isinstance(results[2], UsageError)


async def test_without_a_store_observations_are_refused(tmp_path):
    recorder = Recorder(CandleStore(tmp_path / "candles.db"), Journal(tmp_path / "journal.db"))
    with pytest.raises(StoreError, match="Nothing keeps observations here"):
        await recorder.observe(rows(0, 1))
    await recorder.close()


async def test_on_a_nearly_full_disk_observations_wait_and_signals_are_written(tmp_path):
    class FullReserve(DiskReserve):
        is_full = True

        def ensure(self):
            return not self.is_full

    reserve = FullReserve(tmp_path / "reserve")
    recorder = make_recorder(tmp_path, reserve)
    refused, written = await asyncio.gather(
        recorder.observe(rows(0, 3)), recorder.add_signal(SIGNAL), return_exceptions=True
    )
    assert str(refused).startswith("The disk is nearly full: candles are not stored, nor observations")
    assert written is True
    reserve.is_full = False
    assert await recorder.observe(rows(0, 3)) == 3
    await recorder.close()


WRITER = """
import json, sys
from pathlib import Path
from workstation.domain.observation import Observation
from workstation.storage.observation_store import ObservationStore

with ObservationStore(Path(sys.argv[1])) as store:
    last = store.observations("whales.trade_usd", "BTC/USDT").event_ms
    start = int(last[-1]) + 1 if len(last) else 0
    print(json.dumps(start), flush=True)
    while True:
        n = (1, 1, 300, 7)[start % 4]
        rows = [Observation("whales.trade_usd", "BTC/USDT", i, i + 5, i / 7, "trades")
                for i in range(start, start + n)]
        store.observe(rows)
        start += n
        print(json.dumps(start), flush=True)
"""


def test_no_kill_loses_what_was_acknowledged_or_leaves_half_a_call(tmp_path):
    path = tmp_path / "observations.db"
    for round_ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            said = [json.loads(writer.stdout.readline()) for _ in range(5)]
            time.sleep(0.01 + 0.02 * round_)
            os.kill(writer.pid, signal.SIGKILL)
            said += [json.loads(line) for line in writer.stdout if line.endswith("\n")]
        with ObservationStore(path) as store:
            found = store.observations(METRIC, "BTC/USDT")
            assert found.event_ms.tolist() == list(range(len(found)))
            assert len(found) >= said[-1]
            assert store.verify() == []
