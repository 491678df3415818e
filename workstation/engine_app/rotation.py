"""Rotation in the engine's process: advice, its ledger, and the paper accounts that follow it."""

from collections.abc import Callable, Sequence

from workstation.domain.market import Venue
from workstation.domain.narrative import NarrativeBook
from workstation.domain.ports import Clock, TaskOwner
from workstation.link.rotation_messages import (
    ChangeRotationRules,
    CreatePaperAccount,
    DeletePaperAccount,
    FollowAdvice,
    RenamePaperAccount,
    ResetPaperAccount,
    RotationCommand,
    SwitchFollowing,
)
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.coin_prices import CoinPrices
from workstation.services.paper_accounts import PaperAccounts
from workstation.services.rotation import Rotation
from workstation.storage.paper_account_recorder import PaperAccountRecorder
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder
from workstation.storage.rotation_rules_file import RotationRulesFile


class RotationDesk:
    """Introduces rotation to the stores, and carries out what windows ask of it.

    Parameters
    ----------
    bus : Bus
        On which they hear each other.
    paths : Paths
        Where the trader's rules lie.
    recorder : Recorder
        Writes the ledger and the paper accounts.
    tasks : TaskOwner
        Owns what they do.
    book : callable
        Returns the trader's book of narratives; may block.
    alerts : Alerts
        Tell the trader of advice that changes something.
    """

    def __init__(
        self,
        bus: Bus,
        paths: Paths,
        recorder: Recorder,
        tasks: TaskOwner,
        book: Callable[[], tuple[NarrativeBook, Sequence[str]]],
        alerts: Alerts,
    ) -> None:
        self._candles, self._ledger = recorder.candles.reader(), recorder.ledger.reader()
        self._papers = recorder.papers.reader()
        prices, keeper = CoinPrices(bus, self._candles), PaperAccountRecorder(recorder)
        self._accounts = PaperAccounts(bus, keeper, self._papers, prices, tasks)
        self._rotation = Rotation(bus, self._candles, self._ledger, recorder, self._accounts, tasks)
        self._rotation.follow_rules(book, RotationRulesFile(paths.rotation_rules_file))
        self._rotation.alert_by(alerts.raise_for_advice)
        self._tasks = tasks

    def begin(self, venue: Venue, timeframe: str, clock: Clock) -> None:
        """Take up the accounts of a venue and advise on its closes; `timeframe` is the universe's."""
        self._tasks.start("take up paper accounts", self._begin(venue.name, timeframe, clock))

    async def _begin(self, venue: str, timeframe: str, clock: Clock) -> None:
        await self._accounts.begin(venue, clock)
        await self._rotation.begin(venue, timeframe, clock)

    def close(self) -> None:
        """Let go of the files; nothing is advised any more."""
        for store in (self._candles, self._ledger, self._papers):
            store.close()

    async def carry_out(self, command: RotationCommand) -> None:
        """Carry out what a window asks; on disk when this returns.

        Raises
        ------
        TidemarkError
            It cannot be done; nothing is changed.
        """
        match command:
            case CreatePaperAccount():
                balance, fee_pct, slippage_pct = command.start_balance, command.fee_pct, command.slippage_pct
                await self._accounts.create(command.name, balance, fee_pct, slippage_pct)
            case RenamePaperAccount(name=name, new_name=new_name):
                await self._accounts.rename(name, new_name)
            case DeletePaperAccount(name=name, is_sure=is_sure):
                await self._accounts.delete(name, is_sure)
            case ResetPaperAccount(name=name, is_sure=is_sure):
                await self._accounts.reset(name, is_sure)
            case SwitchFollowing(name=name, is_on=is_on):
                await self._accounts.switch_following(name, is_on)
            case FollowAdvice(name=name):
                await self._rotation.follow_now(name)
            case ChangeRotationRules(values=values):
                await self._rotation.change_rules(values)
