"""The engine's writing hand and the ledger: what was answered is written, whatever the disk does."""

import asyncio

import pytest

from tests.fakes.storage_ledger_world import HOUR, KEY, StepClock, full_signal, grade, outcome
from workstation.domain.errors import StoreError
from workstation.domain.ledger import Correction, ModelChange, ModelEvent
from workstation.domain.outcome import Barrier
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.ledger_reader import LedgerReader
from workstation.storage.recorder import Recorder
from workstation.storage.reserve import DiskReserve


def make_recorder(folder, ledger=None, reserve=None):
    candles, journal = CandleStore(folder / "candles.db"), Journal(folder / "journal.db")
    return Recorder(candles, journal, reserve, ledger=ledger)


@pytest.fixture
async def recorder(tmp_path):
    recorder = make_recorder(tmp_path, Ledger(tmp_path / "ledger.db", StepClock()))
    yield recorder
    await recorder.close()


async def test_a_call_that_returned_is_in_the_ledger(recorder, tmp_path):
    assert await recorder.add_signal(full_signal(1))
    assert not await recorder.add_signal(full_signal(1))
    with LedgerReader(tmp_path / "ledger.db") as reader:
        (entry,) = reader.signals()
        assert entry.signal == full_signal(1)
        assert recorder.signals(KEY) == [full_signal(1)], "and in the journal"
        assert await recorder.add_grades([grade(at_ms=HOUR)]) == 3
        assert await recorder.add_grades([grade(at_ms=HOUR)]) is None
        assert reader.grades("binance", "1h", HOUR) == (grade(at_ms=HOUR),)
        assert await recorder.add_outcome(entry.row, outcome(1)) == 4
        assert await recorder.add_correction(Correction(4, "Bad tick.", outcome(1, Barrier.STOP))) == 5
        assert await recorder.add_model_event(ModelEvent(ModelChange.SWITCHED_OFF, "ab", "No edge.")) == 6
        assert reader.signals()[0].outcome == outcome(1, Barrier.STOP)
        assert reader.head() == recorder.ledger.reader().head()
        assert reader.verify().is_sound


async def test_a_burst_is_one_chain(recorder):
    assert all(await asyncio.gather(*(recorder.add_signal(full_signal(i)) for i in range(100))))
    with recorder.ledger.reader() as reader:
        verification = reader.verify()
    assert (verification.is_sound, verification.n_rows) == (True, 101)


async def test_a_signal_that_the_ledger_cannot_take_is_not_said_to_be_written(recorder):
    connection = recorder.ledger._database._connect()
    await recorder.add_signal(full_signal(1))
    connection.pragma("max_page_count", connection.pragma("page_count"))
    written = [i for i in range(2, 40) if await taken(recorder, i)]
    assert 0 < len(written) < 38, "until the file is full"
    assert [signal.open_time // HOUR for signal in recorder.signals(KEY)] == [1, *written]
    connection.pragma("max_page_count", 1 << 30)
    assert await recorder.add_signal(full_signal(50)), "and it goes on when there is room"
    with recorder.ledger.reader() as reader:
        assert reader.verify().is_sound
        assert [entry.signal.open_time // HOUR for entry in reader.signals()] == [1, *written, 50]


async def taken(recorder, i):
    try:
        return await recorder.add_signal(full_signal(i))
    except StoreError as error:
        return not str(error).startswith("The disk is full")


async def test_the_reserve_is_given_up_for_the_ledger(tmp_path):
    reserve = DiskReserve(tmp_path / "reserve", 4096)
    assert reserve.ensure()
    recorder = make_recorder(tmp_path, Ledger(tmp_path / "ledger.db", StepClock()), reserve)
    try:
        await recorder.add_signal(full_signal(1))
        connection = recorder.ledger._database._connect()
        connection.pragma("max_page_count", connection.pragma("page_count"))
        assert not all([await taken(recorder, i) for i in range(2, 40)])
        assert not reserve.held
    finally:
        await recorder.close()


async def test_without_a_ledger_only_signals_are_taken(tmp_path):
    recorder = make_recorder(tmp_path)
    try:
        assert await recorder.add_signal(full_signal(1))
        with pytest.raises(StoreError, match="Nothing keeps a ledger"):
            await recorder.add_grades([grade()])
    finally:
        await recorder.close()
