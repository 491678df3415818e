"""A venue of many symbols that answers in bulk, and whoever hears of the universe kept of it."""

import asyncio
from collections import Counter

import numpy as np

from tests.fakes.services_market import HOUR, MemoryStore, ScriptedFeed, SetClock, bars
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import VenueError
from workstation.domain.events import TickersUpdated, UniverseClosed, UniverseFilled, UniverseProgressed
from workstation.domain.market import Market, SeriesKey, Venue, VenueKind
from workstation.domain.ticker import Ticker
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData
from workstation.services.supervisor import Supervisor
from workstation.services.universe import Universe
from workstation.services.universe_members import UniverseOptions
from workstation.services.universe_past import UniversePast

NOW = 4000 * HOUR + 60_000
EVERYTHING = bars(0, 4100)


def key_of(symbol: str) -> SeriesKey:
    return SeriesKey("practice", symbol, "1h")


class BulkVenue:
    """A venue whose past is `bars` for every symbol. Knobs are plain attributes."""

    def __init__(self, clock: SetClock) -> None:
        self.venue = Venue("practice", VenueKind.PRACTICE_SIMULATED, "Practice")
        self.clock = clock
        self.asked: list[tuple[str, int, int]] = []  # symbol, slot, rows
        self.errors: dict[str, Exception] = {}  # by symbol; "" is everybody's
        self.silent: Counter[str] = Counter()  # so often nothing younger than the silence is told
        self.listed_at: dict[str, int] = {}  # slot of a symbol's first bar
        self.hold: asyncio.Event | None = None
        self.held = ""  # whose answers wait for it; all where empty

    async def bulk_history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        self.asked.append((key.symbol, since_ms // HOUR, limit))
        await asyncio.sleep(0)
        if self.hold is not None and self.held in ("", key.symbol):
            await self.hold.wait()
        error = self.errors.get("") or self.errors.get(key.symbol)
        if error is not None:
            raise error
        n_closed = self.clock.now // HOUR
        if self.silent[key.symbol]:
            self.silent[key.symbol] -= 1
            n_closed -= 1
        first = max(since_ms, self.listed_at.get(key.symbol, 0) * HOUR)
        start, end = np.searchsorted(EVERYTHING.open_time, (first, n_closed * HOUR))
        return EVERYTHING[int(start) : max(int(start), min(int(end), int(start) + limit))]

    def asked_of(self, symbol: str) -> list[tuple[int, int]]:
        return [(slot, n) for name, slot, n in self.asked if name == symbol]


class UniverseHouse:
    """A universe of a few symbols, of which each trades less than the one before."""

    def __init__(self, symbols: str = "ABCDE", store: MemoryStore | None = None, n_bars: int = 100) -> None:
        self.symbols = [f"{letter}/USDT" for letter in symbols]
        self.clock = SetClock(NOW)
        self.venue = BulkVenue(self.clock)
        self.store = store or MemoryStore()
        self.bus, self.tasks = Bus(), Supervisor()
        self.data = MarketData(self.bus, self.store, self.store, self.tasks)
        past = UniversePast(self.venue, self.store, self.store)
        self.universe = Universe(self.bus, past, self.tasks, self.data, self.clock)
        self.options = UniverseOptions(bars=n_bars)
        self.filled: list[UniverseFilled] = []
        self.closed: list[UniverseClosed] = []
        self.progress: list[UniverseProgressed] = []
        self.bus.subscribe(UniverseFilled, self.filled.append)
        self.bus.subscribe(UniverseClosed, self.closed.append)
        self.bus.subscribe(UniverseProgressed, self.progress.append)

    def start(self) -> None:
        markets = [Market(s, s.partition("/")[0], "USDT") for s in self.symbols]
        self.universe.start(markets, self.options)
        self.tell_volumes({s: 1e9 / 10**rank for rank, s in enumerate(self.symbols)})

    def tell_volumes(self, volumes: dict[str, float]) -> None:
        self.bus.publish(TickersUpdated(tuple(Ticker(s, 1.0, None, v, NOW) for s, v in volumes.items())))

    def stream(self) -> ScriptedFeed:
        """Have `MarketData` listen to the same venue."""
        feed = ScriptedFeed(self.clock)
        self.data.listen_to(feed, self.clock)
        return feed

    def is_whole(self) -> bool:
        done = self.universe.progress
        return done.done == done.total == len(self.symbols)


def refusal(text: str = "Invalid symbol.") -> VenueError:
    return VenueError(text)


def stored(house: UniverseHouse, symbol: str) -> CandleColumns:
    return house.store.candles.get(key_of(symbol), CandleColumns.empty())
