"""A venue, a store and a journal small enough to read, for tests of the household."""

import asyncio
from collections.abc import Iterable

import numpy as np

from workstation.domain.alert import Alert
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import VenueUnreachable
from workstation.domain.market import Market, SeriesKey, Venue, VenueKind
from workstation.domain.observation import ObservationColumns
from workstation.domain.signal import Signal

HOUR = 3_600_000
KEY = SeriesKey("practice", "BTC/USDT", "1h")


def bars(first: int, last: int, seed: int = 7) -> CandleColumns:
    """Return hourly candles with slots ``first..last``; a slot's candle is the same in every call."""
    slots = np.arange(0, last + 1)
    steps = np.random.default_rng(seed).normal(0, 0.01, len(slots) + 1)
    closes = 100 * np.exp(np.cumsum(steps))
    opens, closes = closes[:-1], closes[1:]
    high, low = np.maximum(opens, closes) * 1.002, np.minimum(opens, closes) * 0.998
    volume = 10 + np.abs(steps[1:]) * 1000
    return CandleColumns.of(slots * HOUR, opens, high, low, closes, volume)[first : last + 1]


def bar(slot: int, *, closed: bool = True) -> Candle:
    """Return one of `bars` as a candle."""
    (candle,) = bars(slot, slot)
    c = candle
    return Candle(c.open_time, c.open, c.high, c.low, c.close, c.volume, closed)


class SetClock:
    """A clock that stands where it is put."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now


class ScriptedFeed:
    """A venue whose past is `bars`, except for holes; it counts what it is asked."""

    def __init__(self, clock: SetClock, holes: Iterable[int] = ()) -> None:
        self.venue = Venue("practice", VenueKind.PRACTICE_SIMULATED, "Practice")
        self.clock = clock
        self.holes = set(holes)
        self.followed: set[SeriesKey] = set()
        self.asked: list[tuple[SeriesKey, int, int]] = []
        self.failures = 0
        self.n_messages = 0

    async def markets(self) -> tuple[Market, ...]:
        return (Market("BTC/USDT", "BTC", "USDT"),)

    async def history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        self.asked.append((key, since_ms, limit))
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise VenueUnreachable("The venue did not answer.")
        n_closed = self.clock.now // HOUR
        everything = bars(0, n_closed - 1)
        wanted = (everything.open_time >= since_ms) & ~np.isin(
            everything.open_time, [h * HOUR for h in self.holes]
        )
        return everything.pick(wanted)[:limit]

    def follow(self, keys: Iterable[SeriesKey]) -> None:
        self.followed = set(keys)

    async def close(self) -> None:
        self.followed = set()


class MemoryStore:
    """Keeps candles and journal in memory, the way the real ones answer."""

    def __init__(self) -> None:
        self.candles: dict[SeriesKey, CandleColumns] = {}
        self.observed: dict[tuple[str, str], ObservationColumns] = {}
        self.said: list[Signal] = []
        self.told: list[Alert] = []
        self.quarantined: list[tuple[SeriesKey, bytes, str]] = []

    def read(self, key: SeriesKey, since_ms: int | None = None, until_ms: int | None = None) -> CandleColumns:
        have = self.candles.get(key, CandleColumns.empty())
        since = 0 if since_ms is None else int(np.searchsorted(have.open_time, since_ms))
        until = len(have) if until_ms is None else int(np.searchsorted(have.open_time, until_ms))
        return have[since:until]

    def series(self) -> list[SeriesKey]:
        return sorted(self.candles)

    def observations(
        self, metric: str, subject: str, until_ms: int | None = None, since_ms: int | None = None
    ) -> ObservationColumns:
        assert (until_ms, since_ms) == (None, None)
        return self.observed.get((metric, subject), ObservationColumns.empty())

    def subjects(self, metric: str) -> list[str]:
        return sorted(subject for name, subject in self.observed if name == metric)

    def read_last(self, key: SeriesKey, n: int) -> CandleColumns:
        return self.read(key)[-n:]

    async def record(self, key: SeriesKey, candles: CandleColumns) -> int:
        have = self.read(key)
        fresh = candles.pick(~np.isin(candles.open_time, have.open_time))
        both = CandleColumns.join(have, fresh)
        self.candles[key] = both.pick(np.argsort(both.open_time))
        return len(fresh)

    async def quarantine(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        self.quarantined.append((key, raw, reason))

    async def add_signal(self, signal: Signal) -> bool:
        mark = (signal.key, signal.open_time, signal.direction)
        if any((s.key, s.open_time, s.direction) == mark for s in self.said):
            return False
        self.said.append(signal)
        return True

    async def add_alert(self, signal: Signal, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        mark = (signal.key, signal.open_time, signal.direction)
        if any((a.signal.key, a.signal.open_time, a.signal.direction) == mark for a in self.told):
            return None
        alert = Alert(len(self.told) + 1, signal, text, raised_at_ms, late_ms)
        self.told.append(alert)
        return alert

    async def dismiss_alert(self, alert_id: int) -> bool:
        return any(a.id == alert_id for a in self.told)

    def signals(self, key: SeriesKey) -> list[Signal]:
        return [s for s in self.said if s.key == key]

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        return [a for a in self.told if a.id > after_id][:limit]
