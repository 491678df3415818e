"""Where siblings meet: what a room needs from another, said without naming it."""

from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from workstation.domain.alert import AdviceMark, Alert, RuleMark
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.events import FeedState
from workstation.domain.market import Market, SeriesKey, Venue
from workstation.domain.observation import Observation, ObservationColumns
from workstation.domain.signal import Signal
from workstation.domain.ticker import Ticker

if TYPE_CHECKING:
    import asyncio


class Clock(Protocol):
    """Tells the venue's time. Live, replay and practice differ only here."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        ...


class CandleArchive(Protocol):
    """A folder of recorded candles."""

    def series(self) -> Sequence[tuple[str, str]]:
        """Return every (symbol, timeframe) in it, sorted."""
        ...

    def read(self, symbol: str, timeframe: str) -> CandleColumns:
        """Return its candles, checked.

        Raises
        ------
        BadCandleFile
            The file cannot be trusted.
        """
        ...


class CandleReader(Protocol):
    """Reads stored candles."""

    def read(self, key: SeriesKey, since_ms: int | None = None, until_ms: int | None = None) -> CandleColumns:
        """Return closed candles with ``since_ms <= open_time < until_ms``, oldest first."""
        ...

    def series(self) -> Sequence[SeriesKey]:
        """Return every series of which candles are stored, sorted."""
        ...

    def read_last(self, key: SeriesKey, n: int) -> CandleColumns:
        """Return the newest `n` closed candles, oldest first."""
        ...


class CandleRecorder(Protocol):
    """Keeps candles for good. A call that returned is on disk."""

    async def record(self, key: SeriesKey, candles: CandleColumns) -> int:
        """Store closed candles; those already there are left alone, a changed one is kept beside them.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        StoreError
            Nothing of this call was stored.
        """
        ...

    async def quarantine(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        """Keep a row that cannot be a candle, for the trader to look at."""
        ...


class ObservationReader(Protocol):
    """Reads stored observations."""

    def observations(
        self, metric: str, subject: str, until_ms: int | None = None, since_ms: int | None = None
    ) -> ObservationColumns:
        """Return every version with ``since_ms <= available_ms <= until_ms``, in order of being known."""
        ...

    def subjects(self, metric: str) -> Sequence[str]:
        """Return which subjects a metric was ever observed of, sorted."""
        ...


class ObservationRecorder(Protocol):
    """Keeps observations for good. A call that returned is on disk."""

    async def observe(self, rows: Sequence[Observation]) -> int:
        """Store observations; one that repeats the newest known version of its event is left out.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        StoreError
            Nothing of this call was stored.
        """
        ...


class Journal(Protocol):
    """What was said, in the order it was said. A call that returned survives a power cut."""

    async def add_signal(self, signal: Signal) -> bool:
        """Write a live signal; False where the same (series, bar, direction) is already there."""
        ...

    async def add_alert(self, signal: Signal, text: str, raised_at_ms: int, late_ms: int) -> Alert | None:
        """Write an alert; None where this signal already raised one."""
        ...

    async def add_advice_alert(
        self, about: AdviceMark, text: str, raised_at_ms: int, late_ms: int
    ) -> Alert | None:
        """Write an alert on rotation advice; None where this advice already raised one."""
        ...

    async def add_rule_alert(
        self, about: RuleMark, text: str, raised_at_ms: int, late_ms: int
    ) -> Alert | None:
        """Write an alert on a rule; None where it already raised one on this bar or moment."""
        ...

    async def dismiss_alert(self, alert_id: int) -> bool:
        """Mark an alert as closed by the trader; False where it is not there or already was."""
        ...

    def signals(self, key: SeriesKey) -> list[Signal]:
        """Return the signals of a series, oldest first."""
        ...

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        """Return the newest `limit` alerts with an id above `after_id`, oldest first."""
        ...


class FeedListener(Protocol):
    """Whom a feed tells what it heard. Called on the engine's loop; must not block, must not raise."""

    def on_candles(self, key: SeriesKey, candles: Sequence[Candle]) -> None:
        """Take checked candles of one series, oldest first; only the last may be forming."""
        ...

    def on_rejected(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        """Take a row that cannot be a candle, as it came, and why."""
        ...

    def on_tickers(self, tickers: Sequence[Ticker]) -> None:
        """Take the newest prices."""
        ...

    def on_state(self, state: FeedState, reason: str) -> None:
        """Take how the feed is doing."""
        ...


class TaskOwner(Protocol):
    """Starts tasks and answers for them: their exceptions are heard, and they end with it."""

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run `work` until it ends or the owner closes."""
        ...


class Feed(Protocol):
    """Ears at one venue."""

    @property
    def venue(self) -> Venue:
        """Where it listens."""
        ...

    async def markets(self) -> tuple[Market, ...]:
        """Return what trades there."""
        ...

    @property
    def n_messages(self) -> int:
        """Market messages heard since it was made."""
        ...

    async def history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`; checked, oldest first.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        ...

    def follow(self, keys: Iterable[SeriesKey]) -> None:
        """Stream exactly these series from now on."""
        ...

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        ...


class BulkHistory(Protocol):
    """A venue's past, asked for in bulk: inside a share of what it allows, after everybody else."""

    @property
    def venue(self) -> Venue:
        """Where it asks."""
        ...

    async def bulk_history(self, key: SeriesKey, since_ms: int, limit: int) -> CandleColumns:
        """Return closed candles from `since_ms` on, at most `limit`; checked, oldest first.

        Raises
        ------
        VenueError
            With what the venue said, or that it did not answer.
        """
        ...
