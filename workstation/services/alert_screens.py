"""Watches the screens that alerts stand on: at every close of the universe, and between closes if wanted."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.alert import RuleMark
from workstation.domain.alert_record import RuleRecord
from workstation.domain.alert_rule import ScreenEvent, ScreenRule
from workstation.domain.alert_screen import MOST_ALONE, ScreenState, look
from workstation.domain.alert_visits import FROM_CANDLES, PastClose, Visit, visits
from workstation.domain.alert_words import (
    coin_sentence,
    many_sentence,
    meanwhile_sentence,
    visit_sentence,
)
from workstation.domain.errors import StoreError
from workstation.domain.events import (
    AlertRulesChanged,
    CoinsGraded,
    LevelDistancesFound,
    NarrativesChanged,
    NoticePosted,
    SignalRaised,
    TickersUpdated,
)
from workstation.domain.level import LevelDistances
from workstation.domain.market import timeframe_ms
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.screen_column import HOUR_MS, CoinColumns, FloatArray, Words
from workstation.domain.ticker import Ticker
from workstation.services.alert_rules import AlertRules
from workstation.services.bus import Bus

SETTLES_S = 2.0
"""What comes together at a close is looked at together."""

LOOKS_EVERY_S = 10.0
"""Live prices are looked at this often."""

LEVEL_COLUMNS = ("support_pct", "support_atr", "resistance_pct", "resistance_atr")
"""Ids of the columns that are heard, not read: fields of `LevelDistances`."""

_LIVE = ("price", "change_24h", "volume_24h")
_GRADED = frozenset({"grade", "grade_change"})
_WORKED_OUT_MS = 120_000  # of wall time
_MOST_BARS = 2  # without a look, or since a close that still tells how a coin stands


@dataclass(frozen=True, slots=True, eq=False)
class CoinsKnown:
    """What is known of the coins.

    Parameters
    ----------
    coins : CoinColumns
    signal_ms, closed_ms, graded_ms : ndarray, shape (n,)
        When the newest signal of each became known, when the newest bar that is stored closed, and the close
        of its newest grade, UTC milliseconds; NaN where there is none.
    """

    coins: CoinColumns
    signal_ms: FloatArray
    closed_ms: FloatArray
    graded_ms: FloatArray

    def seen_ms(self, screen: ScreenRule) -> FloatArray:
        """Return at which close each coin is known as a screen asks for it, shape (n,)."""
        return np.minimum(self.closed_ms, self.graded_ms) if screen.columns & _GRADED else self.closed_ms


PastReader = Callable[[Words, int, int], Sequence[PastClose]]
"""Returns what closed candles say of coins at each close after an instant, up to another; it blocks."""

CoinReader = Callable[[int, tuple[IndexStanding, ...]], CoinsKnown]
"""Returns what is known of every coin at an instant, with how narratives stand; it blocks."""


class ScreenAlerts:
    """Looks at the coins for every rule on a screen.

    Parameters
    ----------
    bus : Bus
        Gives closes, signals, prices and rules.
    rules : AlertRules
        The rules; they tell.
    tasks : TaskOwner
        Owns the looking.
    """

    def __init__(self, bus: Bus, rules: AlertRules, tasks: TaskOwner) -> None:
        self._bus, self._rules, self._tasks = bus, rules, tasks
        self._wanted = asyncio.Event()
        self._standings: tuple[IndexStanding, ...] = ()
        self._tickers: dict[str, Ticker] = {}
        self._known: CoinsKnown | None = None
        self._read_past: PastReader | None = None
        self._levels: dict[str, dict[str, LevelDistances]] = {}
        self._timeframe, self._most_ms = "1h", 0
        self._looking = asyncio.Lock()
        self._complaint = ""
        bus.subscribe(CoinsGraded, lambda _graded: self._wanted.set())
        bus.subscribe(SignalRaised, lambda _raised: self._wanted.set())
        bus.subscribe(NarrativesChanged, self._on_narratives)
        bus.subscribe(TickersUpdated, self._on_tickers)
        bus.subscribe(LevelDistancesFound, self._on_levels)
        bus.subscribe(AlertRulesChanged, self._on_rules)

    def begin(
        self,
        timeframe: str,
        clock: Clock,
        read: CoinReader,
        speed: float = 1.0,
        read_past: PastReader | None = None,
    ) -> None:
        """Begin to look; called once, when the universe is followed.

        Parameters
        ----------
        timeframe : str
            Of the universe's bars.
        clock : Clock
            The venue's time.
        read : callable
            Reads what is known of the coins.
        speed : float
            Market time per wall time; a quick market is not away while it is worked out.
        read_past : callable, optional
            Reads what was known of coins while nobody looked.
        """
        self._read_past = read_past
        self._timeframe = timeframe
        self._most_ms = max(_MOST_BARS * timeframe_ms(timeframe), round(_WORKED_OUT_MS * speed))
        self._tasks.start("look at the screens", self._look_at_closes(clock, read))
        self._tasks.start("look at the screens between closes", self._look_at_prices(clock))

    def _on_narratives(self, changed: NarrativesChanged) -> None:
        self._standings = changed.standings
        self._wanted.set()

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._tickers.update((ticker.symbol, ticker) for ticker in updated.tickers)

    def _on_levels(self, found: LevelDistancesFound) -> None:
        self._levels.setdefault(found.timeframe, {}).update((one.symbol, one) for one in found.distances)
        self._wanted.set()

    def _on_rules(self, _changed: AlertRulesChanged) -> None:
        if any(not record.screen.looked_ms for record in self._rules.screens()):
            self._wanted.set()

    async def _look_at_closes(self, clock: Clock, read: CoinReader) -> None:
        while True:
            await self._wanted.wait()
            await asyncio.sleep(SETTLES_S)
            self._wanted.clear()
            if not self._rules.screens():
                continue
            try:
                now = clock.now_ms()
                self._known = await asyncio.to_thread(read, now, self._standings)
                await self._look(self._known, now)
                self._complain("")
            except StoreError as error:
                self._complain(f"Screens could not be looked at: {error} They are at the next close.")

    async def _look_at_prices(self, clock: Clock) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            is_wanted = any(
                one.rule.screen is not None and one.rule.screen.is_live for one in self._rules.screens()
            )
            if self._known is None or not is_wanted or not self._tickers:
                continue
            try:
                known = await asyncio.to_thread(with_prices, self._known, self._tickers)
                await self._look(known, clock.now_ms(), only_live=True)
            except StoreError as error:
                self._complain(str(error))

    async def _look(self, known: CoinsKnown, now_ms: int, *, only_live: bool = False) -> None:
        """Look at the coins for every rule; a state goes on only when its alerts are written.

        Where no coin is known at a close of now, as before the first after a start, nothing is looked at.
        """
        most_ms = self._most_ms
        coins = await asyncio.to_thread(self._whole, known, now_ms)
        async with self._looking:
            for record in self._rules.screens():
                screen = record.rule.screen
                if screen is None or (only_live and not screen.is_live):
                    continue
                fresh = now_ms - known.seen_ms(screen) <= most_ms
                if not fresh.any():
                    continue
                asked, before = with_lists(coins, screen), record.screen.back_after(most_ms, now_ms)
                state, told = await asyncio.to_thread(look, screen, before, asked, now_ms, fresh)
                visited = await asyncio.to_thread(self._visits, screen, before, state, now_ms)
                if not self._rules.is_current(record):
                    continue  # it was changed meanwhile
                await self._tell(record, coins, tuple(s for s in told if s not in before.away), now_ms)
                missed = tuple(s for s in told if s in before.away)
                await self._tell(record, coins, missed, now_ms, before.away_since_ms)
                await self._tell_visits(record, visited, now_ms)
                self._rules.judged_screen(record, state.after_visits([v.symbol for v in visited], now_ms))

    def _visits(
        self, screen: ScreenRule, before: ScreenState, after: ScreenState, now_ms: int
    ) -> tuple[Visit, ...]:
        """Return which coins that are seen again moved and moved back meanwhile, where candles say it."""
        back = before.away - after.away
        if self._read_past is None or not back or not screen.columns <= FROM_CANDLES:
            return ()
        past = self._read_past(tuple(sorted(back)), before.away_since_ms, now_ms)
        listed = [replace(close, coins=with_lists(close.coins, screen)) for close in past]
        return visits(screen, before, after, listed, now_ms)

    async def _tell_visits(self, record: RuleRecord, visited: tuple[Visit, ...], now_ms: int) -> None:
        screen = record.rule.screen
        if screen is None or not visited:
            return
        for part in [visited] if len(visited) > MOST_ALONE else [(one,) for one in visited]:
            mark = self._mark(record, screen, tuple(one.symbol for one in part), now_ms)
            late_ms = now_ms - min(one.moved_ms for one in part)
            await self._rules.tell(record, mark, visit_sentence(screen, part), late_ms)

    def _whole(self, known: CoinsKnown, now_ms: int) -> CoinColumns:
        """Return what is known of the coins with what follows from the time, and what was heard only."""
        symbols, levels = known.coins.symbols, self._levels.get(self._timeframe, {})
        hours = np.maximum(now_ms - known.signal_ms, 0.0) / HOUR_MS
        apart = {
            name: np.array([getattr(levels.get(symbol), name, None) for symbol in symbols], np.float64)
            for name in LEVEL_COLUMNS
        }
        return CoinColumns(symbols, {**known.coins.numbers, "signal_age": hours, **apart}, known.coins.names)

    async def _tell(
        self, record: RuleRecord, coins: CoinColumns, told: tuple[str, ...], now_ms: int, since_ms: int = 0
    ) -> None:
        """Tell of each coin by itself, or of very many as one; `since_ms` says since when nobody looked."""
        screen = record.rule.screen
        if screen is None or not told:
            return
        parts = [told] if len(told) > MOST_ALONE else [(symbol,) for symbol in told]
        late_ms = now_ms - since_ms if since_ms else 0
        for part in parts:
            text = coin_sentence(screen, coins, part[0]) if len(part) == 1 else many_sentence(screen, part)
            if since_ms:
                text += f" {meanwhile_sentence(screen, len(part), since_ms, now_ms)}"
            await self._rules.tell(record, self._mark(record, screen, part, now_ms), text, late_ms)

    def _mark(self, record: RuleRecord, screen: ScreenRule, coins: tuple[str, ...], now_ms: int) -> RuleMark:
        return RuleMark(
            record.rule.id,
            record.revision,
            screen.name,
            record.rule.venue,
            coins[0] if len(coins) == 1 else "",
            "",
            now_ms,
            direction=1 if screen.event is ScreenEvent.ENTERS else -1,
            coins=coins,
        )

    def _complain(self, text: str) -> None:
        if text != self._complaint:
            self._complaint = text
            self._bus.publish(NoticePosted("alerts on screens", text))


def with_lists(coins: CoinColumns, screen: ScreenRule) -> CoinColumns:
    """Return the coins with those of the trader's lists that a screen asks for."""
    if "list" not in screen.columns:
        return coins
    names = {**coins.names, "list": screen.lists_of(coins.symbols)}
    return CoinColumns(coins.symbols, coins.numbers, names, coins.lines)


def with_prices(known: CoinsKnown, tickers: dict[str, Ticker]) -> CoinsKnown:
    """Return what is known of the coins with their newest prices, where the venue tells them."""
    symbols, numbers = known.coins.symbols, dict(known.coins.numbers)
    heard = [tickers.get(symbol) for symbol in symbols]
    told = (
        [None if ticker is None else ticker.last for ticker in heard],
        [None if ticker is None else ticker.change_24h_pct for ticker in heard],
        [None if ticker is None else ticker.quote_volume_24h for ticker in heard],
    )
    for column, values in zip(_LIVE, told, strict=True):
        fresh = np.array(values, np.float64)  # None becomes NaN
        numbers[column] = np.where(np.isnan(fresh), known.coins.number(column), fresh)
    return replace(known, coins=CoinColumns(symbols, numbers, known.coins.names, known.coins.lines))
