"""What the window asks of the engine."""

from collections.abc import Callable, Sequence

from workstation.domain.errors import LinkError, TidemarkError
from workstation.domain.market import SeriesKey
from workstation.link.alert_messages import AlertRuleCommand
from workstation.link.client import LinkClient
from workstation.link.key_messages import KeyCommand
from workstation.link.market_messages import FollowMarket, FollowQuotes
from workstation.link.messages import (
    Command,
    DismissAlert,
    Explain,
    Follow,
    HoldUniverse,
    Notice,
    PromoteModel,
    RollBackModel,
    SetWatchlist,
    SwitchModel,
    SwitchProvider,
    Unfollow,
)
from workstation.link.rotation_messages import RotationCommand
from workstation.link.vote_messages import FindVotes
from workstation.services.supervisor import Supervisor
from workstation.ui.bridge import Bridge


class EngineDesk:
    """Asks the engine for the window: each request is a task, a refusal a notice."""

    def __init__(self, client: LinkClient, bridge: Bridge, tasks: Supervisor) -> None:
        self._client, self._bridge, self._tasks = client, bridge, tasks
        self._is_late = False  # it was told that an answer did not come

    def follow(self, key: SeriesKey) -> None:
        """Load and stream a series, and send its signals."""
        self._ask(lambda number: Follow(number, key))

    def unfollow(self, key: SeriesKey) -> None:
        """No longer send this series."""
        self._ask(lambda number: Unfollow(number, key))

    def set_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols."""
        self._ask(lambda number: SetWatchlist(number, tuple(symbols)))

    def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert for good."""
        self._ask(lambda number: DismissAlert(number, alert_id))

    def change_alert_rule(
        self, command: Callable[[int], AlertRuleCommand], on_refused: Callable[[str], None]
    ) -> None:
        """Set, change or delete a rule of alerts; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        """Ask why a closed bar was judged as it was; a refusal is told to whoever asks, not to everybody."""
        self._ask(lambda number: Explain(number, key, open_time), on_refused)

    def find_votes(self, key: SeriesKey, since: int, until: int, on_refused: Callable[[str], None]) -> None:
        """Ask how every family voted on the bars of a span; a refusal is told to whoever asks."""
        self._ask(lambda number: FindVotes(number, key, since, until), on_refused)

    def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off, for good."""
        self._ask(lambda number: SwitchProvider(number, name, is_on))

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        self._ask(lambda number: HoldUniverse(number, is_held))

    def follow_market(self, symbol: str, step: float) -> None:
        """Send the book and the trades of a market, in place of another; empty for none any more."""
        self._ask(lambda number: FollowMarket(number, symbol, step))

    def follow_quotes(self, is_on: bool) -> None:
        """Send the prices of every market from now on, or no longer."""
        self._ask(lambda number: FollowQuotes(number, is_on))

    def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off; for good."""
        self._ask(lambda number: SwitchModel(number, name, is_on))

    def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again."""
        self._ask(lambda number: RollBackModel(number, name))

    def promote_model(self, name: str, model_hash: str) -> None:
        """Let a challenger judge, or the champion before."""
        self._ask(lambda number: PromoteModel(number, name, model_hash))

    def rotate(self, command: Callable[[int], RotationCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about rotation or paper accounts; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def look_after_key(self, command: Callable[[int], KeyCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about the key of a venue; a refusal is told to whoever asks."""
        self._ask(command, on_refused)

    def _ask(
        self, command: Callable[[int], Command], on_refused: Callable[[str], None] | None = None
    ) -> None:
        if self._client.is_connected:
            self._tasks.start("ask the engine", self._answer(command, on_refused or self._post))

    def _post(self, reason: str) -> None:
        self._bridge.on_fact(Notice("request", reason))

    async def _answer(self, command: Callable[[int], Command], on_refused: Callable[[str], None]) -> None:
        try:
            await self._client.ask(command)
        except TidemarkError as error:
            on_refused(str(error))
            self._is_late |= isinstance(error, LinkError) and on_refused == self._post
        else:
            if self._is_late:
                self._is_late = False
                self._post("")
