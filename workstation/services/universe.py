"""Keeps everything liquid on the venue stored: its past most liquid first, then every close."""

import asyncio
import logging
from collections.abc import Sequence
from enum import IntEnum

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.errors import (
    BadCandle,
    StoreError,
    TidemarkError,
    VenueBusy,
    VenueError,
    VenueUnreachable,
)
from workstation.domain.events import (
    CandleUpdated,
    HistoryFilled,
    TickersUpdated,
    UniverseFilled,
    UniverseProgressed,
)
from workstation.domain.market import TIMEFRAMES, Market, SeriesKey, open_of
from workstation.domain.ports import Clock, TaskOwner
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData
from workstation.services.patience import FIRST_WAIT_S, LONGEST_WAIT_S, Patience
from workstation.services.universe_members import Liquidity, Member, UniverseOptions
from workstation.services.universe_past import UniversePast
from workstation.services.universe_slot import Slot

_log = logging.getLogger(__name__)

N_WORKERS = 8  # requests under way at once: an answer takes up to 0.3 s, and 25 a second are allowed
LOOK_S = 0.5  # between two looks at what is due
CHOOSE_S = 5.0  # between two looks at who is liquid: prices of all come in by and by
N_ASKS = 2  # for a candle that nobody told, before it counts as absent
ASK_AGAIN_S = 5.0
MOST_REFUSALS = 5  # in a row, before a symbol counts as delisted


class _Job(IntEnum):
    """What is asked for, and how many seconds it lets what comes after it go first.

    A close goes before every past. Where closes come so fast that there is always one to ask for, as on a
    quick practice market, a past takes its turn all the same.
    """

    CLOSE = 0
    PAST = 20


class Universe:
    """Follows everything liquid at one venue without streaming it.

    Who belongs to it is told by the 24 h volumes of the prices that are heard. Every request goes through
    the venue's bulk door, which keeps to half of the rate that it allows and lets charts and the watchlist
    go first; on Binance, 25 requests a second, the past of 2,000 symbols takes four minutes and a sweep at
    a close 80 s (1,000: 40 s). What `MarketData` follows is left to it and only heard. At a speed of the
    practice market at which bars are shorter than a sweep the least liquid fall behind, to be caught up with
    by whichever sweep reaches them. No candle is kept here longer than the bar it belongs to is awaited.

    Publishes `UniverseProgressed`, `UniverseFilled` and `UniverseClosed`.

    Parameters
    ----------
    bus : Bus
        Tells prices and what was streamed; hears what changed.
    past : UniversePast
        The venue's bulk door, and the store behind it.
    tasks : TaskOwner
        Owns the work.
    data : MarketData
        Follows what the trader watches.
    clock : Clock
        The venue's.
    """

    def __init__(
        self, bus: Bus, past: UniversePast, tasks: TaskOwner, data: MarketData, clock: Clock
    ) -> None:
        self._bus = bus
        self._past = past
        self._tasks = tasks
        self._data = data
        self._clock = clock
        self._options = UniverseOptions()
        self._members: dict[str, Member] = {}
        self._gone: set[str] = set()
        self._liquidity = Liquidity(())
        self._jobs: asyncio.PriorityQueue[tuple[float, float, int, _Job, Member]] = asyncio.PriorityQueue()
        self._n_jobs = 0
        self._slot: Slot | None = None
        self._is_paused = False
        self._patience = Patience()
        self._n_answers = 0
        self._said: UniverseProgressed | None = None
        self._working: list[asyncio.Task[None]] = []
        bus.subscribe(TickersUpdated, self._on_tickers)
        bus.subscribe(CandleUpdated, self._on_candle)
        bus.subscribe(HistoryFilled, self._on_history)

    def start(self, markets: Sequence[Market], options: UniverseOptions) -> None:
        """Begin; called once. Nothing is asked for before prices were heard.

        Parameters
        ----------
        markets : sequence of Market
            What trades at the venue.
        options : UniverseOptions
            How large it is, and how deep.
        """
        self._options, self._liquidity = options, Liquidity(markets)
        work = [("look after the universe", self._look_for_ever())]
        work += [(f"fill the universe {n}", self._work_for_ever()) for n in range(N_WORKERS)]
        self._working = [self._tasks.start(name, coroutine) for name, coroutine in work]

    @property
    def progress(self) -> UniverseProgressed:
        """How far the back-fill is."""
        done = sum(member.is_whole for member in self._members.values())
        return UniverseProgressed(done, len(self._members), self._is_paused, self._options.timeframe)

    @property
    def whole(self) -> tuple[SeriesKey, ...]:
        """The series whose history is whole, in the order in which they entered."""
        return tuple(member.key for member in self._members.values() if member.is_whole)

    def pause(self) -> None:
        """Hold the back-fill after what is under way; what is whole is kept current all the same."""
        self._is_paused = True
        self._say_progress()

    def resume(self) -> None:
        """Go on with the back-fill."""
        self._is_paused = False
        self._say_progress()

    def stop(self) -> None:
        """Ask the venue nothing more; called at the end, before the feed is closed."""
        for task in self._working:
            task.cancel()

    # What is heard

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._liquidity.hear(updated.tickers)

    def _on_candle(self, updated: CandleUpdated) -> None:
        if updated.candle.closed:
            member = self._member(updated.key)
            if member is not None and member.is_whole:
                self._arrive(member, updated.candle)

    def _on_history(self, filled: HistoryFilled) -> None:
        member = self._member(filled.key)
        if member is not None:
            self._join_streamed(member, filled.n_new)

    def _member(self, key: SeriesKey) -> Member | None:
        member = self._members.get(key.symbol)
        return member if member is not None and member.key == key else None

    def _join_streamed(self, member: Member, n_new: int) -> None:
        """Take over what `MarketData` has filled."""
        closed = [candle for candle in self._data.newest(member.key) if candle.closed]
        member.is_whole = True
        self._bus.publish(UniverseFilled(member.key, n_new))
        if closed:
            self._arrive(member, closed[-1])
        self._say_progress()

    def _arrive(self, member: Member, candle: Candle) -> None:
        """Take the newest candle of a member; one that is not younger than what is known changes nothing."""
        if candle.open_time > member.newest_ms:
            self._note(member, candle)

    def _note(self, member: Member, candle: Candle) -> None:
        member.newest_ms = candle.open_time
        if candle.open_time <= open_of(
            self._clock.now_ms(), self._options.timeframe
        ):  # our clock may be late
            self._turn_to(candle.open_time)
        if self._slot is not None and candle.open_time == self._slot.open_time and not self._slot.is_told:
            self._slot.take(member.key.symbol, candle)

    # What is due

    async def _look_for_ever(self) -> None:
        loop, choose_at_s = asyncio.get_running_loop(), 0.0
        while True:
            if loop.time() >= choose_at_s:
                choose_at_s = loop.time() + CHOOSE_S
                self._choose()
                await asyncio.sleep(0)  # each of the two takes a millisecond or two for thousands
            if self._members:  # else no prices were heard, and the venue's time may not be known either
                self._look_around(loop.time(), self._clock.now_ms())
            await asyncio.sleep(LOOK_S)

    def _look_around(self, now_s: float, now_ms: int) -> None:
        self._turn_to(open_of(now_ms, self._options.timeframe) - TIMEFRAMES[self._options.timeframe])
        for member in self._members.values():
            self._queue_if_due(member, now_s, now_ms)
        self._tell_if_complete(now_ms)

    def _choose(self) -> None:
        chosen = self._liquidity.choose(self._options, self._members)
        for symbol in self._members.keys() - chosen.keys():
            self._leave(symbol)
        venue, timeframe = self._past.venue.name, self._options.timeframe
        for symbol, volume in chosen.items():
            if symbol in self._members:
                self._members[symbol].volume = volume
            elif symbol not in self._gone:
                key = SeriesKey(venue, symbol, timeframe)
                self._members[symbol] = member = Member(key, volume)
                if self._data.is_filled(key):
                    self._join_streamed(member, 0)
        self._say_progress()

    def _leave(self, symbol: str) -> None:
        del self._members[symbol]
        if self._slot is not None:
            self._slot.forget(symbol)

    def _turn_to(self, open_time: int) -> None:
        """Await the candles of a younger bar; what is missing of the one before is told as absent."""
        timeframe, speed = self._options.timeframe, self._past.venue.speed
        if self._slot is None:  # it closed before we came: the back-fill has it
            self._slot = Slot(timeframe, open_time, speed, is_told=True)
        elif open_time > self._slot.open_time:
            self._tell(self._slot)
            lacking = {s for s, m in self._members.items() if m.is_whole and m.newest_ms < open_time}
            self._slot = Slot(timeframe, open_time, speed, lacking)

    def _queue_if_due(self, member: Member, now_s: float, now_ms: int) -> None:
        if member.is_queued or now_s < member.ask_at_s or self._data.series(member.key) is not None:
            return
        if not member.is_whole:
            if not self._is_paused:
                self._queue(_Job.PAST, member, now_s)
        elif self._lacks_close(member, now_ms):
            self._queue(_Job.CLOSE, member, now_s)

    def _lacks_close(self, member: Member, now_ms: int) -> bool:
        slot = self._slot
        if slot is None or member.newest_ms >= slot.open_time:
            return False
        was_asked = member.n_asked >= N_ASKS and member.asked_of_ms == slot.open_time
        return now_ms >= slot.ask_from_ms and not was_asked

    def _queue(self, job: _Job, member: Member, now_s: float) -> None:
        member.is_queued = True
        self._n_jobs += 1
        self._jobs.put_nowait((now_s + job, -member.volume, self._n_jobs, job, member))

    def _tell_if_complete(self, now_ms: int) -> None:
        slot = self._slot
        if slot is not None and (not slot.awaited or now_ms >= slot.deadline_ms):
            self._tell(slot)

    def _tell(self, slot: Slot) -> None:
        if not slot.is_told:
            fact = slot.tell()
            if fact.candles or fact.absent:
                self._bus.publish(fact)

    def _say_progress(self) -> None:
        progress = self.progress
        if progress != self._said:
            self._said = progress
            self._bus.publish(progress)

    # What is asked

    async def _work_for_ever(self) -> None:
        while True:
            _, _, _, job, member = await self._jobs.get()
            await self._patience.over()
            if self._is_wanted(job, member):
                await self._ask_patiently(job, member)
            member.is_queued = False

    def _is_wanted(self, job: _Job, member: Member) -> bool:
        """Return whether what was queued is still to be asked for."""
        is_held = job is _Job.PAST and self._is_paused
        return self._is_inside(member) and not is_held and self._data.series(member.key) is None

    def _is_inside(self, member: Member) -> bool:
        """Return whether a member has not left, not even while the venue was answering."""
        return self._members.get(member.key.symbol) is member

    async def _ask_patiently(self, job: _Job, member: Member) -> None:
        """Ask; a venue that cannot answer is left alone by all, one that refuses a symbol by that one."""
        try:
            await (self._fill(member) if job is _Job.PAST else self._catch_up(member))
        except (VenueBusy, VenueUnreachable, StoreError) as error:
            self._patience.put_off(error)
        except (VenueError, BadCandle) as error:
            self._refuse(member, error)
        else:
            self._patience.reset()
            self._n_answers += 1
            member.n_refused = 0

    def _refuse(self, member: Member, error: TidemarkError) -> None:
        """Put a symbol aside; one that is refused again and again while others are answered is gone."""
        member.n_refused += 1
        now_s = asyncio.get_running_loop().time()
        member.ask_at_s = now_s + min(FIRST_WAIT_S * 2 ** (member.n_refused - 1), LONGEST_WAIT_S)
        _log.info("%s was refused: %s", member.key, error)
        if self._slot is not None:
            self._slot.miss([member.key.symbol])
        if member.n_refused >= MOST_REFUSALS and self._n_answers and self._is_inside(member):
            self._gone.add(member.key.symbol)
            self._leave(member.key.symbol)
            self._say_progress()
        if member.n_refused == 1:
            self._n_answers = 0

    async def _fill(self, member: Member) -> None:
        """Store a member's past as deep as is wanted."""
        end = open_of(self._clock.now_ms(), member.key.timeframe)
        n_new, newest = await self._past.fill(member.key, end, self._options.bars)
        if not self._is_inside(member):
            return
        member.is_whole, member.newest_ms = True, end - member.key.bar_ms
        self._bus.publish(UniverseFilled(member.key, n_new))
        if newest is not None:
            self._note(member, newest)
        if self._slot is not None and not self._slot.is_told and member.newest_ms < self._slot.open_time:
            self._slot.awaited.add(member.key.symbol)
        self._say_progress()

    async def _catch_up(self, member: Member) -> None:
        """Store a member's candles up to the bar that closed last."""
        slot, key = self._slot, member.key
        assert slot is not None  # noqa: S101  a close is asked for only when a bar is awaited
        n_missing = (slot.open_time - member.newest_ms) // key.bar_ms
        if n_missing <= 0:
            return
        n_before = member.n_asked if member.asked_of_ms == slot.open_time else 0
        fetched, _ = await self._past.fetch(key, member.newest_ms + key.bar_ms, n_missing)
        if not self._is_inside(member):
            return
        member.asked_of_ms, member.n_asked = slot.open_time, n_before + 1
        self._hand_over(member, fetched, slot)

    def _hand_over(self, member: Member, fetched: CandleColumns, slot: Slot) -> None:
        symbol = member.key.symbol
        for candle in fetched[-1:]:
            is_awaited = candle.open_time == slot.open_time and not slot.is_told
            if len(fetched) > 1 or not is_awaited:
                self._bus.publish(UniverseFilled(member.key, len(fetched)))
            self._arrive(member, candle)
        if member.newest_ms < slot.open_time:
            member.ask_at_s = asyncio.get_running_loop().time() + ASK_AGAIN_S
            if member.n_asked >= N_ASKS:
                slot.miss([symbol])
        self._tell_if_complete(self._clock.now_ms())
