"""The trader's own rules of alerts: set from drawings and screens, listed, changed and brought back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import tzinfo

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workstation.domain.alert_line import MOMENT, lines_of
from workstation.domain.alert_rule import AlertRule, ScreenRule
from workstation.domain.errors import UsageError
from workstation.domain.screen import ALWAYS_KNOWN
from workstation.domain.screen_text import parse
from workstation.link.alert_messages import DeleteAlertRule, SetAlertRule
from workstation.ui.alerts.alert_rule_dialog import LineAlertDialog, ScreenAlertDialog
from workstation.ui.alerts.alert_rule_words import where_words
from workstation.ui.alerts.alerts_panel import AlertPanel
from workstation.ui.alerts.drawing_alerts import DrawingAlerts
from workstation.ui.alerts.screen_alerts import ScreenAlerts
from workstation.ui.chart.drawing_book import new_id
from workstation.ui.drawings.drawing_desk import DrawingDesk
from workstation.ui.section import GoTo
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.watchlists.screener_desk import SCREENER, ScreenerDesk
from workstation.ui.watchlists.watchlist_desk import WatchlistDesk
from workstation.ui.words.foreign_text import one_line

_ALONE = "The engine is away just now, so the alert was not changed. Try again when it is back."
_MOST_KEPT = 50  # deleted rules that can be brought back


class AlertRuleDesk(QObject):
    """Asks the engine for rules, and shows how they stand.

    Parameters
    ----------
    around : Surroundings
        Bridge and requests.
    panel : AlertPanel
        Where they are listed.
    theme : Theme
        Colours.
    """

    symbol_opened = Signal(str)
    series_opened = Signal(str, str)
    count_changed = Signal(int)

    def __init__(
        self, around: Surroundings, panel: AlertPanel, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._requests, self._theme = around.bridge, around.requests, theme
        self.panel, self.page = panel, panel.rules
        self._deleted: list[AlertRule] = []
        self._go_to: GoTo | None = None
        self._drawings: DrawingDesk | None = None
        self._screener: ScreenerDesk | None = None
        self._unsaid: AlertRule | None = None  # asked for; the trader hears of it once it is set
        self.followed: DrawingAlerts | None = None
        self.screens: ScreenAlerts | None = None
        self._bridge.alert_rules_changed.connect(self._on_rules)
        self._bridge.tickers_changed.connect(lambda _tickers: self.refresh())
        page = self.page
        page.show_wanted.connect(self.show)
        page.edit_wanted.connect(self.edit)
        page.pause_wanted.connect(self.pause)
        page.delete_wanted.connect(self.delete)
        page.undo_wanted.connect(self.undo)

    def join(self, drawings: DrawingDesk, lists: WatchlistDesk) -> None:
        """Let drawings and screens have alerts."""
        self._drawings, self._screener = drawings, lists.screener
        self.followed = DrawingAlerts(self._bridge, drawings, self._set, self._forget, self)
        lists.screener.alert_wanted.connect(self.ask_screen)
        self.screens = ScreenAlerts(self._bridge, lists.keeper, self._set, self._say_of_lists, self)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do; `go_to` reveals a dock and gives it the keyboard."""
        self._go_to = go_to
        return {"drawing.alert": self.ask_drawing, "screener.alert": self._ask_of_screener}

    def refresh(self) -> None:
        """Say how far prices are from the lines, while somebody looks."""
        if not self.page.isVisible():
            return
        now, world = self._bridge.venue_time_ms, self._bridge.world
        found = {one.rule.id: where_words(one.rule, world, now) for one in self.page.model.standings}
        self.page.model.set_places({rule_id: words for rule_id, words in found.items() if words})

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.page.set_theme(theme)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.page.set_zone(zone)

    def stop(self) -> None:
        """Ask for nothing more."""
        if self.followed is not None:
            self.followed.stop()

    def ask_drawing(self) -> None:
        """Ask for an alert on the drawing that is chosen on the active chart."""
        desk = self._drawings
        if desk is None:
            return
        chart = desk.chart
        drawing, key = chart.drawings.chosen, chart.key
        if drawing is None or key is None:
            desk.say("Choose a drawing first: click on it, or Tab on the chart.")
        elif not lines_of(drawing):
            desk.say(f"A {drawing.kind.label.lower()} has no line to put an alert on.")
        else:
            known = [rule for rule in self._rules() if rule.line and rule.line.drawing.id == drawing.id]
            dialog = LineAlertDialog(key, drawing, known, new_id(), self._theme, chart)
            self._open(dialog)

    def ask_screen(self, name: str, text: str) -> None:
        """Ask for an alert on a screen."""
        venue, screener = self._bridge.world.venue, self._screener
        panel = None if screener is None else screener.panel
        if screener is None or panel is None or venue is None:
            return
        try:
            screen = ScreenRule(name, text, lists=screener.book.asked_by(parse(text)))
        except UsageError as error:
            panel.complain(str(error))
            return
        rule = AlertRule(new_id(), venue.name, screen=screen)
        self._open_screen(rule, panel, is_new=True)

    def edit(self, rule: AlertRule) -> None:
        """Ask how a rule shall be changed."""
        line = rule.line
        if line is not None:
            known = [rule]
            dialog = LineAlertDialog(line.key, line.drawing, known, new_id(), self._theme, self.page)
            self._open(dialog)
        else:
            self._open_screen(rule, self.page, is_new=False)

    def show(self, rule: AlertRule) -> None:
        """Show the market of a line, or the coins of a screen."""
        if rule.line is not None:
            self.series_opened.emit(rule.line.key.symbol, rule.line.key.timeframe)
        elif rule.screen is not None and self._screener is not None and self._go_to is not None:
            self._go_to(SCREENER, self._screener.focus)
            self._screener.show_text(rule.screen.text)

    def pause(self, rule: AlertRule) -> None:
        """Halt a rule, or watch it again from now on; one that was told or ended is watched again, too."""
        is_off = rule.is_paused or rule.is_done
        self._set(replace(rule, is_paused=not is_off, is_done=False))

    def delete(self, rule: AlertRule) -> None:
        """Forget a rule; undo brings it back."""
        if self._forget(rule):
            self._deleted = [*self._deleted[1 - _MOST_KEPT :], rule]
            self.page.undo_button.setEnabled(True)

    def undo(self) -> None:
        """Bring back the rule that was deleted last."""
        if self._deleted and self._set(self._deleted[-1]):
            self._deleted.pop()
            self.page.undo_button.setEnabled(bool(self._deleted))

    def _open(self, dialog: LineAlertDialog | ScreenAlertDialog) -> None:
        dialog.set_wanted.connect(self._set_and_say)
        dialog.delete_wanted.connect(self.delete)
        dialog.open()

    def _open_screen(self, rule: AlertRule, parent: QWidget, *, is_new: bool) -> None:
        from workstation.storage.coin_reading import COLUMNS_READ

        asked = frozenset[str]() if rule.screen is None else rule.screen.columns
        names = ", ".join(sorted(asked - COLUMNS_READ - LEVELS - ALWAYS_KNOWN))
        problem = f"The engine cannot watch {names}: only the window knows that." if names else ""
        if not problem and rule.screen is not None and self._screener is not None:
            lists = ", ".join(self._screener.book.unknown_to(parse(rule.screen.text)))
            problem = f"You have no list {one_line(lists, 60)}; make one, or name another." if lists else ""
        self._open(ScreenAlertDialog(rule, self._theme, parent, is_new=is_new, unknown=problem))

    def _ask_of_screener(self) -> None:
        if self._screener is not None and self._go_to is not None:
            self._go_to(SCREENER, self._screener.focus)
            self._screener.want_alert()

    def _set_and_say(self, rule: AlertRule) -> None:
        if not self._set(rule):
            return
        line = rule.line
        if line is None and self._go_to is not None:
            self._go_to("Alerts", self.panel.focus_rules)
        elif line is not None:
            self._unsaid = rule
            self._say_once_set()

    def _say_once_set(self) -> None:
        """Say that the alert on a line is set when the engine has taken it, not when it was asked."""
        rule, drawings = self._unsaid, self._drawings
        if rule is None or rule.line is None or drawings is None or rule not in self._rules():
            return
        self._unsaid = None
        when = "when its time comes" if rule.line.part == MOMENT else "and is watched without a chart, too"
        drawings.say(f"The alert is set {when}. The panel Alerts lists it under Watched.")

    def _set(self, rule: AlertRule) -> bool:
        if not self._is_answered():
            return False
        self._requests.change_alert_rule(lambda number: SetAlertRule(number, rule), self._complain)
        return True

    def _forget(self, rule: AlertRule) -> bool:
        if not self._is_answered():
            return False
        self._requests.change_alert_rule(lambda number: DeleteAlertRule(number, rule.id), self._complain)
        return True

    def _rules(self) -> list[AlertRule]:
        return [standing.rule for standing in self._bridge.world.alert_rules]

    def _on_rules(self) -> None:
        standings = self._bridge.world.alert_rules
        self.page.show_standings(standings)
        self.count_changed.emit(len(standings))
        self.refresh()
        self._say_once_set()

    def _is_answered(self) -> bool:
        is_there = self._bridge.world.connected
        self._complain("" if is_there else _ALONE)
        return is_there

    def _say_of_lists(self, sentence: str) -> None:
        self._bridge.notice_posted.emit("alerts on lists", sentence)

    def _complain(self, sentence: str) -> None:
        if sentence:
            self._unsaid = None
        self._bridge.notice_posted.emit("alert rule", sentence)


LEVELS = frozenset({"support_pct", "support_atr", "resistance_pct", "resistance_atr"})
"""Ids of the columns that the engine hears itself."""
