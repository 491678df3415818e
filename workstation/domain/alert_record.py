"""A rule with what it has come to, as it is kept between sessions."""

from dataclasses import dataclass, field, replace

from workstation.domain.alert import Alert
from workstation.domain.alert_crossing import LineState, is_over
from workstation.domain.alert_rule import AlertRule, RuleStanding, RuleState, ScreenEvent
from workstation.domain.alert_screen import ScreenState
from workstation.domain.alert_words import lists_gone_sentence


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule and its state.

    Parameters
    ----------
    rule : AlertRule
    revision : int
        How often it was changed; what was judged for an older one says nothing of a newer one.
    line : LineState or None
        Of a line's rule; None until it is set.
    screen : ScreenState
        Of a screen's rule.
    n_told : int
        Alerts that it raised.
    told_ms : int or None
        What the last one was about happened then, UTC milliseconds.
    told_id : int
        Number of the last one; 0 before the first.
    """

    rule: AlertRule
    revision: int = 1
    line: LineState | None = None
    screen: ScreenState = field(default_factory=ScreenState)
    n_told: int = 0
    told_ms: int | None = None
    told_id: int = 0

    @property
    def is_watching(self) -> bool:
        """True where it is to be judged."""
        return self.state is RuleState.WATCHING

    @property
    def state(self) -> RuleState:
        """What it is doing, where nothing keeps it from being judged."""
        if self.rule.is_paused:
            return RuleState.PAUSED
        if self.rule.is_done:
            return RuleState.DONE
        line, state = self.rule.line, self.line
        return RuleState.ENDED if line and state and is_over(line, state) else RuleState.WATCHING

    def standing(self, why_not: str = "") -> RuleStanding:
        """Return how it stands; `why_not` says why it cannot be judged just now."""
        waits = bool(why_not) and self.is_watching
        state = RuleState.WAITING if waits else self.state
        screen = self.rule.screen
        doubt = why_not if waits else lists_gone_sentence(screen) if screen is not None else ""
        return RuleStanding(self.rule, state, self.n_told, self.told_ms, doubt)

    def changed_to(self, rule: AlertRule) -> "RuleRecord":
        """Return the record of the rule as the trader wants it now.

        What it was judged by begins anew, except where a screen asks for the same as before. Coins that the
        trader put into a list, or took out, are looked at anew: that they moved is nothing to be told.
        """
        before, after, anew = self.rule.screen, rule.screen, self._anew(rule)
        if before is None or after is None or self.rule.is_paused != rule.is_paused:
            return anew
        if (before.text, before.event) != (after.text, after.event):
            return anew
        return replace(anew, screen=self.screen.without(before.listed_otherwise(after)))

    def _anew(self, rule: AlertRule) -> "RuleRecord":
        return RuleRecord(
            rule, self.revision + 1, n_told=self.n_told, told_ms=self.told_ms, told_id=self.told_id
        )

    def not_beyond(self, until_ms: int) -> "RuleRecord":
        """Return the record; where it was judged beyond an instant, as the rule set anew.

        Time never goes back at a venue, but it does on a practice market that begins again.
        """
        judged_ms = self.screen.looked_ms if self.line is None else self.line.judged_ms
        return self if judged_ms <= until_ms else self._anew(self.rule)

    def told(self, alert: Alert) -> "RuleRecord":
        """Return the record after an alert that it raised; one that it counts already changes nothing.

        A line that is told once is done by it. The coins of a screen have moved, and their pause begins.
        """
        mark = alert.rule
        if mark is None or mark.revision != self.revision or alert.id <= self.told_id:
            return self
        line, screen = self.rule.line, self.rule.screen
        rule = replace(self.rule, is_done=True) if line is not None and line.is_once else self.rule
        after = replace(self, rule=rule, n_told=self.n_told + 1, told_ms=mark.at_ms, told_id=alert.id)
        if screen is None:
            return after
        is_in = screen.event is ScreenEvent.ENTERS
        return replace(after, screen=self.screen.moved(mark.coins, is_in, mark.at_ms))
