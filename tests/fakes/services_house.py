"""A household over real stores in a folder: candles, journal and ledger, and the bus between them."""

from pathlib import Path

import numpy as np

from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.recorder import Recorder


class StoredHouse:
    """Stores, bus and tasks; closing and making it again in the same folder is a restart."""

    def __init__(self, folder: Path) -> None:
        store = CandleStore(folder / "candles.db")
        ledger = Ledger(folder / "ledger.db", StepClock())
        self.recorder = Recorder(store, Journal(folder / "journal.db"), ledger=ledger)
        self.candles, self.ledger = store.reader(), ledger.reader()
        self.bus, self.died = Bus(), []
        self.tasks = Supervisor(lambda name, error: self.died.append((name, error)))
        self.told = []

    def hear(self, *kinds: type) -> None:
        """Keep what is published of these kinds."""
        for kind in kinds:
            self.bus.subscribe(kind, self.told.append)

    async def close(self) -> None:
        """End every task, then let go of the files."""
        await self.tasks.close()
        self.ledger.close()
        self.candles.close()
        await self.recorder.close()
        assert not self.died


def walk(seed: int, key: SeriesKey, begin_ms: int, n: int) -> CandleColumns:
    """Return candles of a liquid coin that goes nowhere on purpose."""
    bar_ms = timeframe_ms(key.timeframe)
    rng = np.random.default_rng(seed)
    closes = 100 * np.exp(np.cumsum(rng.normal(0.0, 0.01, n + 1)))
    opens, closes = closes[:-1], closes[1:]
    wicks = 1 + np.abs(rng.normal(0.0, 0.003, (2, n)))
    high, low = np.maximum(opens, closes) * wicks[0], np.minimum(opens, closes) / wicks[1]
    volume = 1e6 * rng.lognormal(0.0, 0.3, n) / closes
    return CandleColumns.of(begin_ms + bar_ms * np.arange(n), opens, high, low, closes, volume)
