"""The advice and the paper accounts that follow it, kept as engine, ledger and candles say."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from workstation.domain.paper_account import PaperAccount, nearest_decimal
from workstation.domain.rotation import CASH, RotationRules
from workstation.link.rotation_messages import (
    ChangeRotationRules,
    CreatePaperAccount,
    DeletePaperAccount,
    FollowAdvice,
    RenamePaperAccount,
    ResetPaperAccount,
    SwitchFollowing,
)
from workstation.ui.asking import Asking
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.rotation.rotation_reading import (
    RotationPlaces,
    RotationRead,
    RotationWanted,
    fills_csv,
    read_rotation,
)
from workstation.ui.rotation.rotation_view import RotationView, coins_now
from workstation.ui.rotation.trial import TrialFiles
from workstation.ui.rotation.trial_desk import TrialDesk
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme

if TYPE_CHECKING:
    from workstation.ui.rotation.paper_accounts_panel import PaperAccountsPanel
    from workstation.ui.rotation.rotation_advice_panel import AdvicePanel

_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000


class AdviceDesk(QObject):
    """Two panels over one piece of advice, and the backtest of its rules.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    asking : Asking
        Who is asked to follow, and to change accounts and rules.
    theme : Theme
        Colours.
    is_seen : callable
        Whether somebody looks at one of the panels.
    """

    symbol_opened = Signal(str)
    panel_wanted = Signal(str)  # title of a dock

    def __init__(
        self,
        around: Surroundings,
        asking: Asking,
        theme: Theme,
        is_seen: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        past = around.past
        self._bridge, self._asking, self._theme = around.bridge, asking, theme
        self._is_seen = is_seen
        self._places = RotationPlaces(past.judgements.ledger, past.rotation.papers, past.narratives.candles)
        self._chosen, self._minute = "", 0
        self._rules_before: RotationRules | None = None
        self._busy: frozenset[str] = frozenset()
        self._read, self._read_for = RotationRead(), tuple[object, ...]()
        self.advice: AdvicePanel | None = None
        self.paper: PaperAccountsPanel | None = None
        self.trial = TrialDesk(around.bridge, TrialFiles(past.rotation.backtests), theme, self)
        self.reading = BackgroundReading(self._work, is_seen, self, rests=0)
        self._connect()
        self.trial.begin()

    def _connect(self) -> None:
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        self.trial.changed.connect(self.show)
        bridge = self._bridge
        for said in (bridge.rotation_changed, bridge.narratives_changed, bridge.venue_changed):
            said.connect(self.show)
        bridge.link_changed.connect(self._on_link)
        bridge.outcomes_known.connect(self.reading.want)

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        minute = self._bridge.venue_time_ms // _MINUTE_MS
        self.reading.look_again()
        if minute != self._minute and self._is_seen():
            self._minute = minute
            self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for part in (self.advice, self.paper, self.trial):
            if part is not None:
                part.set_theme(theme)

    def stop(self) -> None:
        """Read and run nothing more."""
        self.trial.stop()
        self.reading.stop()

    def view(self) -> RotationView:
        """Return what is known now."""
        world = self._bridge.world
        venue = "" if world.venue is None else world.venue.name
        entry = world.advice if world.advice is not None and world.advice.given.venue == venue else None
        accounts = tuple(each for each in world.paper_accounts if each.account.venue == venue)
        names = [each.account.name for each in accounts]
        following = [each.account.name for each in accounts if each.account.is_following]
        chosen = self._chosen if self._chosen in names else next(iter((*following, *names)), "")
        if entry is not None:
            self._busy -= {
                each.account.name for each in accounts if (each.followed_ms or 0) >= entry.given.advice.at_ms
            }
        coins = set(self._read.prices) | {symbol.partition("/")[0] for symbol in world.tickers}
        live = {
            coin: nearest_decimal(ticker.last)
            for coin in coins
            if (ticker := world.tickers.get(f"{coin}/USDT")) is not None and ticker.last > 0
        }
        return RotationView(
            entry,
            world.rotation_rules,
            self._rules_before,
            accounts,
            chosen,
            tuple(each for each in self._read.advice if each.given.venue == venue),
            {**self._read.prices, **live},
            {each.name: each.title for each in world.narratives},
            coins_now(world.narratives),
            self.trial.last,
            self._bridge.venue_time_ms,
            world.connected,
            self._busy,
        )

    def follow_chosen(self) -> None:
        """Apply the newest advice to the account that is looked at, where that was not done."""
        view = self.view()
        if view.plan() is not None and view.chosen not in self._busy:
            self.follow(view.chosen)

    def follow(self, name: str) -> None:
        """Apply the newest advice to an account."""
        if self._bridge.world.connected:
            self._busy |= {name}
        self._asking.rotate(lambda number: FollowAdvice(number, name), partial(self._on_refused, name))
        self.show()

    def open_rules(self) -> None:
        """Ask how the rules should be."""
        from workstation.ui.rotation.rotation_rules import RulesDialog

        rules = self._bridge.world.rotation_rules
        if rules is not None and self.advice is not None:
            dialog = RulesDialog(rules, self._theme, self.advice)
            dialog.saved.connect(self._change_rules)
            dialog.open()

    def _change_rules(self, values: Mapping[str, int | float]) -> None:
        self._rules_before = self._bridge.world.rotation_rules
        self._asking.rotate(lambda number: ChangeRotationRules(number, dict(values)), self._refuse)
        self.show()

    def _undo_rules(self) -> None:
        """Bring back the rules before the last change; once more brings that change back."""
        before, now = self._rules_before, self._bridge.world.rotation_rules
        if before is not None and now is not None:
            values = asdict(before)
            self._change_rules(
                {name: values[name] for name, value in asdict(now).items() if value != values[name]}
            )

    def make_advice(self) -> "AdvicePanel":
        """Return the panel of the advice."""
        from workstation.ui.rotation.rotation_advice_panel import AdvicePanel

        panel = self.advice = AdvicePanel(self._theme)
        panel.follow_requested.connect(self.follow)
        panel.following_switched.connect(self._switch_following)
        panel.account_chosen.connect(self._choose)
        panel.coin_opened.connect(lambda coin: self.symbol_opened.emit(f"{coin}/USDT"))
        panel.rules_requested.connect(self.open_rules)
        panel.undo_requested.connect(self._undo_rules)
        panel.backtest_requested.connect(lambda: self.panel_wanted.emit("Backtest"))
        panel.paper_requested.connect(lambda: self.panel_wanted.emit("Paper"))
        self.show()
        return panel

    def make_paper(self) -> "PaperAccountsPanel":
        """Return the panel of paper accounts."""
        from workstation.ui.rotation.paper_accounts_panel import PaperAccountsPanel

        panel = self.paper = PaperAccountsPanel(self._theme)
        panel.account_chosen.connect(self._choose)
        panel.create_requested.connect(self._create)
        panel.rename_requested.connect(self._rename)
        panel.reset_requested.connect(
            lambda name: self._asking.rotate(lambda n: ResetPaperAccount(n, name, is_sure=True), self._refuse)
        )
        panel.delete_requested.connect(
            lambda name: self._asking.rotate(
                lambda n: DeletePaperAccount(n, name, is_sure=True), self._refuse
            )
        )
        panel.following_switched.connect(self._switch_following)
        panel.export_requested.connect(self._export)
        panel.coin_opened.connect(lambda coin: self.symbol_opened.emit(f"{coin}/USDT"))
        self.show()
        panel.show_read(self._read)
        return panel

    def _choose(self, name: str) -> None:
        self._chosen = name
        self.show()

    def _create(self, account: PaperAccount) -> None:
        self._chosen = account.name
        balance, fee_pct, slippage_pct = account.start_balance, account.fee_pct, account.slippage_pct
        self._asking.rotate(
            lambda number: CreatePaperAccount(number, account.name, balance, fee_pct, slippage_pct),
            self._refuse,
        )

    def _rename(self, name: str, new_name: str) -> None:
        self._chosen = new_name  # shown as soon as the engine calls it so
        self._asking.rotate(lambda number: RenamePaperAccount(number, name, new_name), self._refuse)

    def _switch_following(self, name: str, is_on: bool) -> None:
        self._asking.rotate(lambda number: SwitchFollowing(number, name, is_on), self._refuse)

    def _export(self) -> None:
        view, read = self.view(), self._read
        if view.account is None or read.account_id != view.account.id:
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self.paper, "Trades of the paper account", "trades.csv", "CSV (*.csv)"
        )
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, path: Path) -> None:
        """Write the trades of the account that is looked at as CSV."""
        account = self.view().account
        currency = "USDT" if account is None else account.account.currency
        try:
            path.write_text(fills_csv(self._read.fills, currency), encoding="utf-8")
        except OSError as error:
            self._refuse(
                f"{path} cannot be written ({error.strerror}). "
                "The account is as it was: choose another folder."
            )

    def _refuse(self, reason: str) -> None:
        self._bridge.notice_posted.emit("request", reason)
        self.show()

    def _on_refused(self, name: str, reason: str) -> None:
        self._busy -= {name}
        self._refuse(reason)

    def _on_link(self) -> None:
        self._busy = frozenset()
        self.show()

    def _work(self) -> Work:
        world, view = self._bridge.world, self.view()
        timeframe = world.universe.timeframe if world.universe is not None else ""
        targets = () if view.entry is None else view.entry.given.advice.targets
        coins = tuple(each.coin for each in targets if each.coin != CASH)
        venue = "" if world.venue is None else world.venue.name
        wanted = RotationWanted(venue, timeframe, view.account, coins, view.now_ms)
        return partial(read_rotation, self._places, wanted, self._read)

    def show(self) -> None:
        """Show what is known, and read what is new."""
        view = self.view()
        if self.advice is not None:
            self.advice.show_view(view)
        if self.paper is not None:
            self.paper.show_view(view)
        account, universe = view.account, self._bridge.world.universe
        wanted = (
            None if view.entry is None else view.entry.row,
            None if account is None else (account.id, account.n_fills),
            "" if universe is None else universe.timeframe,
            view.now_ms // _HOUR_MS,
        )
        if wanted != self._read_for and self._bridge.world.venue is not None:
            self._read_for = wanted
            self.reading.want()
        else:
            self.reading.look_again()

    def _on_read(self, read: RotationRead) -> None:
        self._read = read
        self._bridge.notice_posted.emit("rotation panels", "")
        if self.paper is not None:
            self.paper.show_read(read)
        self.show()

    def _on_failure(self, sentence: str) -> None:
        self._read_for = ()  # a file that was set aside meanwhile is read at the next news
        self._bridge.notice_posted.emit("rotation panels", sentence)
