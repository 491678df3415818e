"""What windows need of the engine: facts to hear, and somebody who carries out what they ask."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeVar

from workstation.domain.alert import Alert
from workstation.domain.candle import Candle
from workstation.domain.market import SeriesKey
from workstation.link.alert_messages import AlertRuleCommand
from workstation.link.key_messages import KeyCommand
from workstation.link.messages import Explain, Explained, NotExplained
from workstation.link.rotation_messages import RotationCommand
from workstation.link.vote_messages import FindVotes, VotesFound

Fact = TypeVar("Fact")


class Facts(Protocol):
    """A bus to hear facts on."""

    def subscribe(self, kind: type[Fact], handler: Callable[[Fact], None]) -> None:
        """Call `handler` with every fact of exactly this type from now on."""
        ...


class Household(Protocol):
    """What a window can ask of the engine."""

    @property
    def watched(self) -> tuple[str, ...]:
        """The watched symbols, in the trader's order."""
        ...

    def now_ms(self) -> int:
        """Return the venue's time, UTC milliseconds."""
        ...

    def show_charts(self, keys: Collection[SeriesKey]) -> None:
        """Load and stream exactly these series for charts, with their signals."""
        ...

    def newest(self, key: SeriesKey) -> Sequence[Candle]:
        """Return the newest candles of a series that is loaded, the forming one last."""
        ...

    def choose_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols; on disk when this returns."""
        ...

    async def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert for good."""
        ...

    async def change_alert_rule(self, command: AlertRuleCommand) -> None:
        """Carry out what is asked of the trader's rules of alerts; on disk when this returns.

        Raises
        ------
        TidemarkError
            It cannot be watched, or was not kept.
        """
        ...

    def explain(self, command: Explain, tell: Callable[[Explained | NotExplained], None]) -> None:
        """Begin to work out why a bar was judged as it was; `tell` is told what came of it."""
        ...

    def find_votes(self, command: FindVotes, tell: Callable[[VotesFound], None]) -> None:
        """Begin to work out how families voted on some bars; `tell` is told what came of it."""
        ...

    async def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off; on disk when this returns.

        Raises
        ------
        UsageError
            There is no such provider.
        """
        ...

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        ...

    async def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is none, or it was not kept.
        """
        ...

    async def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is none, or it was not kept.
        """
        ...

    async def promote_model(self, name: str, model_hash: str) -> None:
        """Let another model of this name judge; on disk when this returns.

        Raises
        ------
        TidemarkError
            There is none, or it was not kept.
        """
        ...

    async def rotate(self, command: RotationCommand) -> None:
        """Carry out what is asked of rotation and paper accounts; on disk when this returns."""
        ...

    def look_after_key(self, command: KeyCommand) -> None:
        """Begin what is asked about the key of a venue; a fact says what came of it.

        Raises
        ------
        UsageError
            No keys are kept for this venue.
        """
        ...

    def alerts_after(self, alert_id: int) -> list[Alert]:
        """Return alerts with a higher id, oldest first."""
        ...

    def watch_market(self, symbol: str, step: float) -> None:
        """Hear the book and the trades of this market in place of another; empty for none any more.

        Raises
        ------
        UsageError
            The step is no length of price.
        """
        ...

    def end(self) -> None:
        """Close everything and leave.

        Raises
        ------
        UsageError
            The engine is not a window's to end.
        """
        ...
