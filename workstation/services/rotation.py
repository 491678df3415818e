"""Rotation advice as days go by: written down, told, followed, and joined with what became of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.events import (
    AdviceChanged,
    NoticePosted,
    RotationRulesChanged,
    UniverseProgressed,
)
from workstation.domain.given_advice import AdviceEntry, AdviceRecorder, GivenAdvice
from workstation.domain.narrative import NarrativeBook
from workstation.domain.ports import CandleReader, Clock, TaskOwner
from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.panel import DAY_MS
from workstation.services.bus import Bus
from workstation.services.paper_accounts import PaperAccounts
from workstation.services.rotation_adviser import AdviceGround, JudgedLedger, RotationAdviser
from workstation.services.rotation_outcomes import outcome_of, spans

LOOK_EVERY_S = 2.0
SETTLED_AFTER_MS = 60_000
"""After a day's close: by then its last candles are stored."""

GRADES_WITHIN_MS = 600_000
"""After a day's close: so long its grades are waited for."""

LATE_AFTER_MS = 3_600_000
AGAIN_AFTER_MS = 60_000
FRESH_MS = 2 * DAY_MS
"""Older advice is not followed by itself any more."""

REMEMBERED = 60
"""Newest advice whose outcomes are looked for."""


class AdviceLedger(JudgedLedger, Protocol):
    """Where advice is read, too; its calls block."""

    def advice(self, venue: str, limit: int = 1) -> list[AdviceEntry]:
        """Return the newest `limit` advice on a venue's closes with what became of it, oldest first."""
        ...


class RulesKeeper(Protocol):
    """Where the trader's rules are kept; its calls block."""

    def load(self) -> tuple[RotationRules, list[str]]:
        """Return the rules, and a sentence for every problem met."""
        ...

    def change(self, values: Mapping[str, object]) -> RotationRules:
        """Change some rules, by name; on disk when this returns."""
        ...


class Rotation:
    """Gives advice after every day's close at 00:00 UTC, and at the start where the day's is missing.

    Nothing is advised, and no outcome told, while the universe's history has holes that are being filled.

    Parameters
    ----------
    bus : Bus
        Gives `UniverseProgressed`, hears `AdviceChanged` and `RotationRulesChanged`.
    reader : CandleReader
        Stored candles.
    ledger : AdviceLedger
        Where advice is read.
    recorder : AdviceRecorder
        Where advice and its outcomes are written, before anybody is told.
    accounts : PaperAccounts
        Who follows.
    tasks : TaskOwner
        Owns the looking.
    """

    def __init__(
        self,
        bus: Bus,
        reader: CandleReader,
        ledger: AdviceLedger,
        recorder: AdviceRecorder,
        accounts: PaperAccounts,
        tasks: TaskOwner,
    ) -> None:
        self._bus = bus
        self._reader, self._ledger, self._recorder = reader, ledger, recorder
        self._adviser = RotationAdviser(reader, ledger)
        self._accounts = accounts
        self._tasks = tasks
        self._book: Callable[[], tuple[NarrativeBook, Sequence[str]]] | None = None
        self._rules: RulesKeeper | None = None
        self._alert: Callable[[GivenAdvice, str], Awaitable[None]] | None = None
        self._newest: AdviceEntry | None = None
        self._tried_ms = 0
        self._refused_ms = 0
        self._said = ""
        self._is_whole = False
        bus.subscribe(UniverseProgressed, self._on_progress)

    def _on_progress(self, progressed: UniverseProgressed) -> None:
        self._is_whole = 0 < progressed.total <= progressed.done

    def follow_rules(
        self, book: Callable[[], tuple[NarrativeBook, Sequence[str]]], rules: RulesKeeper
    ) -> None:
        """Use this book of narratives and these rules from the next advice on; both may block."""
        self._book, self._rules = book, rules

    def alert_by(self, alert: Callable[[GivenAdvice, str], Awaitable[None]]) -> None:
        """Have the trader told by this, in one sentence, whenever advice changes something."""
        self._alert = alert

    async def begin(self, venue: str, timeframe: str, clock: Clock) -> None:
        """Begin to advise on a venue's closes; `timeframe` is that of its stored universe."""
        known = await asyncio.to_thread(self._ledger.advice, venue)
        if known:
            self._newest = known[-1]
            self._bus.publish(AdviceChanged(self._newest, is_new=False))
        if self._rules is not None:
            rules, problems = await asyncio.to_thread(self._rules.load)
            self._bus.publish(RotationRulesChanged(rules))
            self._bus.publish(NoticePosted("rotation rules", " ".join(problems)))
        self._tasks.start("advise on rotation", self._advise_for_ever(venue, timeframe, clock))

    async def _alert_again(self, now_ms: int) -> None:
        """Tell of today's advice where the engine ended before it did; who was told is not told again."""
        given = None if self._newest is None else self._newest.given
        if self._alert is not None and given is not None and given.advice.changes and self._is_given(now_ms):
            await self._alert(given, advice_sentence(given))

    async def follow_now(self, account: str) -> bool:
        """Apply the newest advice to a paper account; False where it was applied before.

        Raises
        ------
        UsageError
            There is no advice yet, or no such account.
        StoreError
            Nothing was traded.
        """
        if self._newest is None:
            raise UsageError("There is no rotation advice yet; it is given after a day's close, 00:00 UTC.")
        return await self._accounts.follow(account, self._newest.given)

    async def change_rules(self, values: Mapping[str, object]) -> None:
        """Change rules, by name; the next advice follows them.

        Raises
        ------
        TidemarkError
            There is no such rule, or its value cannot be; nothing is changed.
        """
        if self._rules is None:
            raise UsageError("Nothing keeps rules of rotation here.")
        rules = await asyncio.to_thread(self._rules.change, values)
        self._bus.publish(RotationRulesChanged(rules))
        self._bus.publish(NoticePosted("rotation rules", ""))

    async def _advise_for_ever(self, venue: str, timeframe: str, clock: Clock) -> None:
        joined_ms, is_new_here = 0, True
        while True:
            now_ms = clock.now_ms()
            try:
                if is_new_here:
                    await self._alert_again(now_ms)
                    is_new_here = False
                if self._is_whole and self._is_due(now_ms):
                    await self._advise(venue, timeframe, now_ms)
                if self._is_whole and self._is_given(now_ms) and now_ms // DAY_MS > joined_ms // DAY_MS:
                    await self._join(venue, timeframe, now_ms)
                    joined_ms = now_ms
            except TidemarkError as error:
                self._say(f"Rotation advice could not be given: {error} It is tried again in a minute.")
            await self._have_followed(now_ms)
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_given(self, now_ms: int) -> bool:
        """Return whether there is advice of the newest close."""
        return self._newest is not None and self._newest.given.advice.at_ms >= now_ms // DAY_MS * DAY_MS

    def _is_due(self, now_ms: int) -> bool:
        """Return whether the newest close has no advice, has settled, and was not just tried."""
        settled_ms = now_ms // DAY_MS * DAY_MS + SETTLED_AFTER_MS
        return not self._is_given(now_ms) and now_ms >= max(settled_ms, self._tried_ms + AGAIN_AFTER_MS)

    async def _advise(self, venue: str, timeframe: str, now_ms: int) -> None:
        self._tried_ms, at_ms = now_ms, now_ms // DAY_MS * DAY_MS
        if self._book is None or self._rules is None:
            return
        if now_ms < at_ms + GRADES_WITHIN_MS:
            graded = await asyncio.to_thread(self._ledger.grade_values, venue, timeframe, at_ms)
            if not graded:
                return
        (book, _), (rules, problems) = await asyncio.to_thread(self._loaded)
        self._bus.publish(NoticePosted("rotation rules", " ".join(problems)))
        ground = AdviceGround(venue, timeframe, at_ms, book, rules)
        before = None if self._newest is None else self._newest.given
        given = await asyncio.to_thread(self._adviser.given_at, ground, before)
        if given is not None:
            await self._give(given, now_ms)
        elif now_ms >= at_ms + LATE_AFTER_MS:
            self._say(
                "Rotation advice waits for the last candle of BTC before 00:00 UTC; nothing is advised."
            )

    def _loaded(self) -> tuple[tuple[NarrativeBook, Sequence[str]], tuple[RotationRules, list[str]]]:
        assert self._book is not None  # noqa: S101  asked before
        assert self._rules is not None  # noqa: S101  asked before
        return self._book(), self._rules.load()

    async def _give(self, given: GivenAdvice, now_ms: int) -> None:
        """Write advice down, then tell it."""
        row = await self._recorder.add_advice(given)
        if row is None:
            (entry,) = await asyncio.to_thread(self._ledger.advice, given.venue)
        else:
            entry = AdviceEntry(row, now_ms, given)
        changes = bool(given.advice.changes) or self._turned(given)
        self._newest = entry
        self._say("")
        self._bus.publish(AdviceChanged(entry))
        if changes and self._alert is not None:
            await self._alert(given, advice_sentence(given))

    def _turned(self, given: GivenAdvice) -> bool:
        """Return whether the gate stands other than at the advice before."""
        return self._newest is not None and self._newest.given.advice.is_open != given.advice.is_open

    async def _have_followed(self, now_ms: int) -> None:
        """Apply the newest advice to every account that follows; one that did already is left alone."""
        if self._newest is None or now_ms < self._refused_ms + AGAIN_AFTER_MS:
            return
        if now_ms - self._newest.given.advice.at_ms > FRESH_MS:
            return
        for standing in self._accounts.standings():
            is_behind = (standing.followed_ms or 0) < self._newest.given.advice.at_ms
            if standing.account.is_following and is_behind and not standing.trouble:
                try:
                    await self._accounts.follow(standing.account.name, self._newest.given)
                except TidemarkError as error:
                    self._refused_ms = now_ms
                    text = f"{standing.account.name} could not follow the newest advice: {error}"
                    self._bus.publish(NoticePosted("paper accounts", text))

    async def _join(self, venue: str, timeframe: str, now_ms: int) -> None:
        """Write what became of advice whose span has passed."""
        if self._book is None:
            return
        entries = await asyncio.to_thread(self._ledger.advice, venue, REMEMBERED)
        due = spans(entries, now_ms)
        if not due:
            return
        book, _ = await asyncio.to_thread(self._book)
        for entry, until_ms in due:
            told = await asyncio.to_thread(outcome_of, entry.given, until_ms, self._reader, timeframe, book)
            await self._recorder.add_advice_outcome(entry.row, told)

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._bus.publish(NoticePosted("rotation", text))


def advice_sentence(given: GivenAdvice) -> str:
    """Return what changes by advice as one plain sentence, e.g. for a notification."""
    advice = given.advice
    if not advice.changes:
        return f"Rotation: nothing to trade; the gate is {advice.gate_sentence}."
    first, n_more = advice.changes[0].sentence, len(advice.changes) - 1
    more = f" (and {n_more} more change{'' if n_more == 1 else 's'})" if n_more else ""
    return f"Rotation: {first}{more}."
