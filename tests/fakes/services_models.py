"""The model that Tidemark comes with, in its real process, and a market that it has not learnt from."""

import numpy as np

from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.candle import CandleColumns
from workstation.domain.events import ModelsChanged
from workstation.domain.market import SeriesKey
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.services.bus import Bus
from workstation.services.models import Models
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import resource

HOUR = 3_600_000
SIGNALS = "signals-1h"
POINTS = frozenset(point.name for point in CANDLE_POINTS)


class Ledger:
    """Remembers what was written about models, and tells the signals that it was given."""

    def __init__(self):
        self.events, self.entries = [], []

    async def add_model_event(self, event):
        self.events.append(event)
        return len(self.events)

    def signals(self, wanted=None, limit=None):
        return [entry for entry in self.entries if entry.signal.model_hash == wanted.model_hash][-limit:]


class ModelHouse:
    """Models of a folder, and what was told of them."""

    def __init__(self, folder, shipped=None, known=POINTS):
        self.bus, self.ledger = Bus(), Ledger()
        self.store = ModelStore(folder, shipped or resource("models"), StepClock())
        self.models = Models(self.bus, self.store, self.ledger, {SIGNALS: known})
        self.told = []
        self.bus.subscribe(ModelsChanged, self.told.append)

    @property
    def state(self):
        """What was told last of the model."""
        return self.told[-1].states[0]


def walk(seed, first_slot, n):
    """Return hourly candles with fat tails and slow waves, in some of which the model speaks."""
    steps = np.random.default_rng(seed).standard_t(4, n + 1) * 0.006
    closes = 100 * np.exp(np.cumsum(steps + 0.004 * np.sin(np.arange(n + 1) / 60)))
    opens, closes = closes[:-1], closes[1:]
    volume = 1e5 * (1 + np.abs(steps[1:]) * 200)
    high, low = np.maximum(opens, closes) * 1.002, np.minimum(opens, closes) * 0.998
    return CandleColumns.of((first_slot + np.arange(n)) * HOUR, opens, high, low, closes, volume)


class Market:
    """Stored candles of a few coins, all of them; whoever asks says until when."""

    def __init__(self, first_slot, n, seeds):
        self.candles = {
            SeriesKey("practice", f"C{seed}/USDT", "1h"): walk(seed, first_slot, n) for seed in seeds
        }

    def series(self):
        return sorted(self.candles)

    def read(self, key, since_ms=None, until_ms=None):
        candles = self.candles[key]
        start, end = np.searchsorted(candles.open_time, (since_ms or 0, until_ms or 2**62))
        return candles[int(start) : int(end)]

    def past(self, key, until_ms, n_bars):
        return self.read(key, until_ms - n_bars * HOUR, until_ms)
