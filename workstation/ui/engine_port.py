"""What the window asks of the engine and of the store, said without naming link or database."""

from collections.abc import Sequence
from typing import Protocol

from workstation.domain.alert import Alert
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.domain.signal import Signal


class EngineRequests(Protocol):
    """Asks the engine. Returns at once; a refusal comes back as a `Failed` fact and becomes a notice."""

    def follow(self, key: SeriesKey) -> None:
        """Load and stream a series, and send its signals."""
        ...

    def unfollow(self, key: SeriesKey) -> None:
        """No longer send this series."""
        ...

    def set_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols."""
        ...

    def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert for good."""
        ...


class JournalReader(Protocol):
    """Reads what the engine has said."""

    def signals(self, key: SeriesKey) -> list[Signal]:
        """Return the signals of a series, oldest first."""
        ...

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        """Return the newest `limit` alerts with an id above `after_id`, oldest first."""
        ...


class Past(Protocol):
    """Everything that lies in the store, opened for reading."""

    @property
    def candles(self) -> CandleReader:
        """Closed candles."""
        ...

    @property
    def journal(self) -> JournalReader:
        """Signals and alerts."""
        ...
