"""What the window asks of the engine and of the store, said without naming link or database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workstation.domain.alert import Alert
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.domain.signal import Signal
from workstation.link.alert_messages import AlertRuleCommand
from workstation.link.key_messages import KeyCommand
from workstation.link.rotation_messages import RotationCommand


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

    def change_alert_rule(
        self, command: Callable[[int], AlertRuleCommand], on_refused: Callable[[str], None]
    ) -> None:
        """Set, change or delete a rule of alerts; how all of them stand comes as an `AlertRulesSaid` fact.

        Parameters
        ----------
        command : callable
            Makes the command from its number.
        on_refused : callable
            Told the engine's sentence where it refuses or does not answer, in place of a notice.
        """
        ...

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        """Ask why a closed bar was judged as it was.

        The answer comes as an `Explained` or a `NotExplained` fact.

        Parameters
        ----------
        on_refused : callable
            Told the engine's sentence where it was not even begun, in place of a notice.
        """
        ...

    def find_votes(self, key: SeriesKey, since: int, until: int, on_refused: Callable[[str], None]) -> None:
        """Ask how every family voted on the closed bars that open in ``since <= open time < until``.

        The answer comes as a `VotesFound` fact.

        Parameters
        ----------
        on_refused : callable
            Told the engine's sentence where it was not even begun, in place of a notice.
        """
        ...

    def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off, for good."""
        ...

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        ...

    def follow_market(self, symbol: str, step: float) -> None:
        """Send the book and the trades of a market, in place of another; empty for none any more.

        Parameters
        ----------
        step : float
            In which the book is told, quote currency; 0.0 for the venue's own levels.
        """
        ...

    def follow_quotes(self, is_on: bool) -> None:
        """Send the prices of every market from now on, or no longer; they come as `QuotesSaid`."""
        ...

    def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off; for good."""
        ...

    def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again."""
        ...

    def promote_model(self, name: str, model_hash: str) -> None:
        """Let a challenger judge, or the champion before."""
        ...

    def rotate(self, command: Callable[[int], RotationCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about rotation or paper accounts.

        Parameters
        ----------
        command : callable
            Makes the command from its number.
        on_refused : callable
            Told the engine's sentence where it refuses or does not answer, in place of a notice.
        """
        ...

    def look_after_key(self, command: Callable[[int], KeyCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about the key of a venue; what came of it comes as a `KeyJudged` fact.

        Parameters
        ----------
        command : callable
            Makes the command from its number; it holds no key.
        on_refused : callable
            Told the engine's sentence where it was not even begun.
        """
        ...


@dataclass(frozen=True, slots=True)
class JudgementFiles:
    """Where judgements and the models that made them lie; each may be missing, which is an empty one.

    Parameters
    ----------
    ledger : Path
        File of signals, grades and outcomes.
    models, shipped_models : Path
        Folders of models that were trained here, and of those that came with Tidemark.
    """

    ledger: Path
    models: Path
    shipped_models: Path


@dataclass(frozen=True, slots=True)
class NarrativeFiles:
    """Where the past of narratives lies; each file may be missing.

    Parameters
    ----------
    candles : Path
        File of closed candles.
    book : Path
        The trader's own book of narratives; the shipped one is used until it is there.
    """

    candles: Path
    book: Path


@dataclass(frozen=True, slots=True)
class RotationFiles:
    """Where paper accounts and backtests lie.

    Parameters
    ----------
    papers : Path
        File of paper accounts; may be missing.
    backtests : Path
        Folder of the last backtest that was asked for in this window; made when the first one is.
    """

    papers: Path
    backtests: Path


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

    @property
    def judgements(self) -> JudgementFiles:
        """Where ledger and models lie; they are read by another thread than the window's."""
        ...

    @property
    def narratives(self) -> NarrativeFiles:
        """Where candles and the book of narratives lie; they are read by another thread, too."""
        ...

    @property
    def rotation(self) -> RotationFiles:
        """Where paper accounts and backtests lie."""
        ...
