"""What the window asks of the engine and of the store, said without naming link or database."""

from collections.abc import Callable, Sequence
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

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        """Ask why a closed bar was judged as it was; the answer comes as an `Explained` fact.

        Parameters
        ----------
        on_refused : callable
            Told the engine's sentence where it refuses or does not answer, in place of a notice.
        """
        ...

    def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off, for good."""
        ...

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
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
