"""The trader's own rules of alerts: kept, changed, told of once, and known to every window."""

import asyncio
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from workstation.domain.alert import Alert, RuleMark
from workstation.domain.alert_crossing import LineState, armed
from workstation.domain.alert_line import line_of
from workstation.domain.alert_record import RuleRecord
from workstation.domain.alert_rule import MOST_RULES, AlertRule, LineRule
from workstation.domain.alert_screen import ScreenState
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.events import AlertRulesChanged, NoticePosted
from workstation.domain.market import SeriesKey
from workstation.domain.ports import Clock, TaskOwner
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus

KEEP_EVERY_S = 5.0
"""What was judged is written at most this often; what was set at once, and what was told is journalled."""

TELL_EVERY_S = 0.1
"""How rules stand is told at most this often while many come true at once."""

_FUTURE_MS = 3_600_000  # what was judged further ahead than that was judged by a clock that went back


class RuleKeeper(Protocol):
    """Where rules are kept; its calls block."""

    def load(self) -> tuple[tuple[RuleRecord, ...], str]:
        """Return the rules, and a sentence where they could not be used."""
        ...

    def save(self, records: Sequence[RuleRecord]) -> None:
        """Keep every rule.

        Raises
        ------
        StoreError
            They were not kept.
        """
        ...


class ToldAlerts(Protocol):
    """Where it is written what was told."""

    def alerts(self, after_id: int = 0, limit: int = 500) -> list[Alert]:
        """Return the newest alerts after a number, oldest first."""
        ...


class AlertRules:
    """Holds every rule with its state.

    An alert is in the journal before a rule's state says so. What was told just before a crash is learnt
    from the journal at the next start, so that nothing is told twice, and nothing is forgotten.

    Parameters
    ----------
    bus : Bus
        Hears `AlertRulesChanged`.
    keeper : RuleKeeper
        Where rules outlive the session.
    journal : ToldAlerts
        What was told already.
    alerts : Alerts
        Tells.
    tasks : TaskOwner
        Owns the writing.
    """

    def __init__(
        self, bus: Bus, keeper: RuleKeeper, journal: ToldAlerts, alerts: Alerts, tasks: TaskOwner
    ) -> None:
        self._bus, self._keeper, self._alerts, self._tasks = bus, keeper, alerts, tasks
        stored, problem = keeper.load()
        self._records = {record.rule.id: record for record in stored}
        self._is_other = False  # than what is on disk
        self._is_telling = False
        self._has_complained = False
        self._saving = asyncio.Lock()
        self._venue = ""
        self._listed: Container[str] = ()
        self._clock: Clock | None = None
        self._price_of: Callable[[SeriesKey], float | None] = lambda _key: None
        self._known_columns: frozenset[str] = frozenset()
        self.why_no_screens = ""
        self._learn(journal)
        self._problem = problem

    def _learn(self, journal: ToldAlerts) -> None:
        """Learn from the journal what was told after the rules were written last."""
        newest = min((record.told_id for record in self._records.values()), default=0)
        for alert in journal.alerts(newest) if self._records else ():
            mark = alert.rule
            if mark is not None and mark.rule_id in self._records:
                self._records[mark.rule_id] = self._records[mark.rule_id].told(alert)

    def begin(
        self,
        venue: str,
        listed: Container[str],
        clock: Clock,
        price_of: Callable[[SeriesKey], float | None],
        known_columns: frozenset[str],
    ) -> None:
        """Begin to watch at a venue.

        Parameters
        ----------
        venue : str
            Its short name; rules of other venues wait.
        listed : container of str
            What trades there.
        clock : Clock
            The venue's time.
        price_of : callable
            Returns the newest price of a series; None where it is not known.
        known_columns : frozenset of str
            Columns of coins that a screen can be watched by.
        """
        self._venue, self._listed, self._clock = venue, listed, clock
        self._price_of, self._known_columns = price_of, known_columns
        for rule_id, record in self._records.items():
            self._records[rule_id] = self._armed(record.not_beyond(clock.now_ms() + _FUTURE_MS))
        self._tasks.start("keep the rules of alerts", self._keep_for_ever())
        if self._problem:
            self._bus.publish(NoticePosted("damaged alert rules", self._problem))
        self._tell_all()

    def lines(self) -> list[tuple[RuleRecord, LineRule]]:
        """Return the rules on lines that are to be judged now."""
        watched = (record for record in self._records.values() if self._is_judged(record))
        return [(record, record.rule.line) for record in watched if record.rule.line is not None]

    def watched(self, rule_ids: Iterable[str]) -> list[RuleRecord]:
        """Return those of these rules that are to be judged now."""
        found = (self._records.get(rule_id) for rule_id in rule_ids)
        return [record for record in found if record is not None and self._is_judged(record)]

    def screens(self) -> list[RuleRecord]:
        """Return the rules on screens that are to be judged now."""
        watched = (record for record in self._records.values() if self._is_judged(record))
        return [record for record in watched if record.rule.screen is not None]

    def is_current(self, record: RuleRecord) -> bool:
        """Return whether a rule is still there as it was when it was read, and is to be judged."""
        now = self._records.get(record.rule.id)
        return now is not None and now.revision == record.revision and self._is_judged(now)

    async def change(self, rule: AlertRule) -> None:
        """Set a rule, or change it; it is watched from now on, and on disk when this returns.

        Raises
        ------
        UsageError
            It cannot be watched; the sentence says why.
        StoreError
            It was not kept.
        """
        self._check(rule)
        before = self._records.get(rule.id)
        record = RuleRecord(rule) if before is None else before.changed_to(rule)
        self._records[rule.id] = self._armed(record)
        self._tell_all()
        await self._keep()

    async def delete(self, rule_id: str) -> None:
        """Forget a rule; on disk when this returns. One that is not there is forgotten already.

        Raises
        ------
        StoreError
            That was not kept.
        """
        if self._records.pop(rule_id, None) is not None:
            self._tell_all()
            await self._keep()

    async def tell(self, record: RuleRecord, mark: RuleMark, text: str, late_ms: int | None = None) -> None:
        """Tell that a rule came true, unless that was told before.

        Raises
        ------
        StoreError
            The alert was not written, and so not told.
        """
        alert = await self._alerts.raise_for_rule(mark, text, late_ms)
        now = self._records.get(record.rule.id)
        if alert is not None and now is not None:
            self._records[record.rule.id] = now.told(alert)
            self._is_other = True
            self._tell_soon()

    def judged_line(self, record: RuleRecord, state: LineState) -> None:
        """Take how far a line's rule was judged."""
        now = self._records.get(record.rule.id)
        if now is None or now.revision != record.revision:
            return
        after = self._records[record.rule.id] = replace(now, line=state)
        self._is_other = True
        if now.state is not after.state:
            self._tell_soon()

    def judged_screen(self, record: RuleRecord, state: ScreenState) -> None:
        """Take what a screen's rule saw."""
        now = self._records.get(record.rule.id)
        if now is not None and now.revision == record.revision:
            self._records[record.rule.id] = replace(now, screen=state)
            self._is_other = True

    async def close(self) -> None:
        """Keep what was judged; called once, at the end."""
        if self._is_other:
            await self._keep_or_say()

    def _is_judged(self, record: RuleRecord) -> bool:
        return record.is_watching and not self._why_not(record.rule)

    def _why_not(self, rule: AlertRule) -> str:
        """Return why a rule cannot be judged just now; empty where it can."""
        if not self._venue:
            return "The venue is not open yet."
        if rule.venue != self._venue:
            return f"It watches {rule.venue}; this is {self._venue}."
        if rule.screen is not None:
            return self.why_no_screens
        if rule.line is not None and rule.line.key.symbol not in self._listed:
            return f"{rule.line.key.symbol} does not trade at this venue, or no longer."
        return ""

    def _check(self, rule: AlertRule) -> None:
        if len(self._records) >= MOST_RULES and rule.id not in self._records:
            raise UsageError(f"{MOST_RULES:,} alerts are set already, the most there can be; delete some.")
        if rule.is_paused or rule.is_done:
            return  # it is only kept
        if why_not := self._why_not(rule):
            raise UsageError(f"This alert cannot be set: {why_not}")
        if rule.screen is not None and (unknown := rule.screen.columns - self._known_columns):
            names = ", ".join(sorted(unknown))
            raise UsageError(f"A screen cannot be watched by {names}: only the window knows that.")
        is_new = rule.id not in self._records  # a line that is moved into the past ends there
        if is_new and rule.line is not None and self._clock is not None:
            ends_ms = line_of(rule.line.drawing, rule.line.part).ends_ms
            if ends_ms is not None and ends_ms <= self._clock.now_ms():
                raise UsageError(
                    "The alert is not set: its line ends in the past, where no price comes any more. "
                    "Draw it on, past the newest candle, and set it again."
                )

    def _armed(self, record: RuleRecord) -> RuleRecord:
        """Return a record whose line knows on which side the price is."""
        line = record.rule.line
        if line is None or record.line is not None or self._clock is None or not self._is_judged(record):
            return record
        return replace(record, line=armed(line, self._clock.now_ms(), self._price_of(line.key)))

    def _tell_soon(self) -> None:
        if not self._is_telling:
            self._is_telling = True
            self._tasks.start("tell how alerts stand", self._tell_later())

    async def _tell_later(self) -> None:
        await asyncio.sleep(TELL_EVERY_S)
        self._is_telling = False
        self._tell_all()

    def _tell_all(self) -> None:
        records = tuple(self._records.values())
        self._bus.publish(AlertRulesChanged(tuple(r.standing(self._why_not(r.rule)) for r in records)))

    async def _keep(self) -> None:
        async with self._saving:
            self._is_other = False
            await asyncio.to_thread(self._keeper.save, tuple(self._records.values()))

    async def _keep_or_say(self) -> None:
        try:
            await self._keep()
        except StoreError as error:
            self._is_other = self._has_complained = True
            self._bus.publish(NoticePosted("alert rules", str(error)))
        else:
            if self._has_complained:
                self._has_complained = False
                self._bus.publish(NoticePosted("alert rules", ""))

    async def _keep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            if self._is_other:
                await self._keep_or_say()
