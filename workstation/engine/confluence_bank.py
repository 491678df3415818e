"""The vote, live: many series of one timeframe, judged bar by bar exactly as `judge` does afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from workstation import __version__
from workstation.domain.candle import Candle, CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey, slot_of, timeframe_ms
from workstation.domain.signal import Direction, FamilyVote, Signal, SignalOrigin
from workstation.engine.ballot import Ballots, ballots, cast
from workstation.engine.confluence import (
    DEFAULT_RULES,
    HORIZON_BARS,
    NEVER,
    SIDES,
    ConfluenceRules,
    agreement,
)
from workstation.engine.features import columns
from workstation.engine.features.analogue_library import WINDOW, AnalogueLibrary
from workstation.engine.features.analogues import (
    AGE,
    N_FACTS,
    analogues,
    analogues_together,
    is_searched,
    phase_of,
)
from workstation.engine.features.bank import FeatureBank
from workstation.engine.features.factor_family import SideArray
from workstation.engine.segments import LARGEST_HOLE, slots_of
from workstation.engine.sight import BLIND, Sight, observed_together


@dataclass(frozen=True, slots=True, eq=False)
class _Bars:
    """One bar of some series: their names, their candles, and their places in the bank."""

    keys: Sequence[SeriesKey]
    candles: Sequence[Candle]
    places: IntArray

    @property
    def open_time(self) -> int:
        """Open of the first, UTC milliseconds."""
        return self.candles[0].open_time


class ConfluenceBank:
    """Judges series of one timeframe.

    Parameters
    ----------
    timeframe : str
        Of all of them.
    n_expected : int
        Series for which room is reserved; more may come.
    rules : ConfluenceRules
        When families agree enough.
    """

    def __init__(self, timeframe: str, n_expected: int = 8, rules: ConfluenceRules = DEFAULT_RULES) -> None:
        self.timeframe = timeframe
        self._bar_ms = timeframe_ms(timeframe)
        self._rules = rules
        self._features = FeatureBank(timeframe, n_expected)
        self._places: dict[SeriesKey, int] = {}
        self._free: list[int] = []
        self._last_agreed = np.empty((len(SIDES), 0), np.int64)
        self._facts = np.empty((N_FACTS, 0))  # what followed similar windows, as it stands
        self._phases = np.empty(0, np.int64)  # when each symbol is searched for them
        self._newest: dict[
            int, tuple[Ballots, int, int]
        ] = {}  # by place: ballots, row in them, when it closed

    def __contains__(self, key: SeriesKey) -> bool:
        return key in self._places

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series that it judges."""
        return tuple(self._places)

    @property
    def n_bytes(self) -> int:
        """Memory that its data points hold."""
        return self._features.n_bytes

    def load(
        self, key: SeriesKey, history: CandleColumns, sight: Sight = BLIND, next_open: int | None = None
    ) -> None:
        """Begin a series, or begin it anew, from its closed candles so far.

        Parameters
        ----------
        key : SeriesKey
            Of this bank's timeframe.
        history : CandleColumns
            Oldest first. To judge as `judge` would, the newest ``segments.DEPTH + rules.cool_down`` bars
            must be in it, where they exist.
        sight : Sight
            What is seen beside them.
        next_open : int or None
            Open of the bar that comes next, UTC milliseconds; None where it is the one that follows.

        Raises
        ------
        UsageError
            The series is of another timeframe.
        """
        if key.timeframe != self.timeframe:
            raise UsageError(f"{key} does not belong to the series of {self.timeframe}.")
        if key not in self._places:
            self._places[key] = self._free.pop() if self._free else self._add_place()
            self._phases[self._places[key]] = phase_of(key.symbol)
        place = self._places[key]
        self._features.load(place, history, sight.market, next_open)
        self._last_agreed[:, place] = NEVER
        self._facts[:, place] = np.nan
        self._newest.pop(place, None)
        if len(history):
            self._recall(key, history, sight)

    def _add_place(self) -> int:
        self._last_agreed = np.append(self._last_agreed, np.full((len(SIDES), 1), NEVER), axis=1)
        self._facts = np.append(self._facts, np.full((N_FACTS, 1), np.nan), axis=1)
        self._phases = np.append(self._phases, 0)
        return self._features.add()

    def _recall(self, key: SeriesKey, history: CandleColumns, sight: Sight) -> None:
        """Work out what the newest bars said, as if they had been pushed."""
        slots = slots_of(history, self.timeframe)
        since = int(np.searchsorted(slots, slots[-1] - self._rules.cool_down))
        past = ballots(key.symbol, history, self.timeframe, sight, since)
        if sight.library is not None:
            newest = analogues(history, self.timeframe, sight.library, key.symbol, len(history) - 1)
            self._facts[:, self._places[key]] = newest[:, 0]
        sides = agreement(past, self._rules)
        for row, side in enumerate(SIDES):
            agreed = slots[since:][sides == side]
            if len(agreed):
                self._last_agreed[row, self._places[key]] = agreed[-1]
        closed_ms = int(history.open_time[-1]) + self._bar_ms
        self._newest[self._places[key]] = past, len(sides) - 1, closed_ms

    def drop(self, key: SeriesKey) -> None:
        """Let go of a series; one that is not there is none."""
        place = self._places.pop(key, None)
        if place is not None:
            self._free.append(place)
            self._newest.pop(place, None)

    def needs_history(self, key: SeriesKey, open_time: int) -> bool:
        """Return whether a bar can only be judged after `load`: it begins a block of `segments`."""
        return self._features.needs_history(self._places[key], open_time)

    def newest(self, key: SeriesKey) -> int | None:
        """Return the open of a series' newest bar, UTC milliseconds; None while it has none."""
        newest = int(self._features.newest(np.array([self._places[key]]))[0])
        return newest if newest >= 0 else None

    def newest_ballot(self, key: SeriesKey) -> tuple[Ballots, int] | None:
        """Return the ballots that hold a series' newest closed bar, and its row in them; None: no bar yet."""
        found = self._newest.get(self._places.get(key, -1))
        return None if found is None else found[:2]

    def true_range(self, key: SeriesKey) -> float:
        """Return the average true range on a series' newest bar, a fraction of its close; NaN: not known."""
        return self._features.true_range(self._places[key]) if key in self._places else float("nan")

    def votes(self, key: SeriesKey) -> tuple[FamilyVote, ...]:
        """Return the votes on a series' newest closed bar; empty while the warm-up lasts."""
        found = self._newest.get(self._places.get(key, -1))
        if found is None:
            return ()
        ballot, row, closed_ms = found
        return ballot.votes(row, closed_ms)

    def push(self, candles: Mapping[SeriesKey, Candle], sight: Sight = BLIND) -> tuple[Signal, ...]:
        """Take the next closed candle of some series, all of one bar, and return the signals that they raise.

        A candle that is not younger than its series' newest bar changes nothing.

        Raises
        ------
        UsageError
            A candle is still forming, is of another bar than the rest, or needs its history first.
        """
        if any(not candle.closed for candle in candles.values()):
            raise UsageError("A candle is still forming; ask preview() about it.")
        opens = np.array([candle.open_time for candle in candles.values()], np.int64)
        places = np.array([self._places[key] for key in candles], np.int64)
        is_new = opens > self._features.newest(places)
        if not is_new.any():
            return ()
        new = _Bars(
            tuple(compress(candles, is_new)), tuple(compress(candles.values(), is_new)), places[is_new]
        )
        ballot, sides = self._consider(new, sight, is_kept=True)
        signals = self._raised(new, ballot, sides)
        slot = slot_of(new.open_time, self.timeframe)
        for row, side in enumerate(SIDES):
            self._last_agreed[row, new.places[sides == side]] = slot
        closed_ms = new.open_time + self._bar_ms
        self._newest.update((place, (ballot, i, closed_ms)) for i, place in enumerate(new.places.tolist()))
        return signals

    def preview(self, key: SeriesKey, forming: Candle, sight: Sight = BLIND) -> Signal | None:
        """Return the signal that a forming candle would raise if it closed as it stands; changes nothing."""
        place, open_time = self._places[key], forming.open_time
        newest = self.newest(key)
        is_next = newest is not None and open_time > newest
        if (
            not is_next
            or self._features.begins_market(place, open_time)
            or self.needs_history(key, open_time)
        ):
            return None
        bar = _Bars((key,), (forming,), np.array([place], np.int64))
        ballot, sides = self._consider(bar, sight, is_kept=False)
        return next(iter(self._raised(bar, ballot, sides)), None)

    def _consider(self, bars: _Bars, sight: Sight, *, is_kept: bool) -> tuple[Ballots, SideArray]:
        """Return the votes on one more bar of some series, and the side on which each agrees."""
        times = np.array([candle.open_time for candle in bars.candles], np.int64)
        if (times != bars.open_time).any():
            raise UsageError(
                f"Candles of different bars were given together: {times.min()} to {times.max()}."
            )
        given = self._given(bars, sight)
        facts = given[:, columns.ANALOGUE_OUTCOME :]
        facts[:] = self._looked_up(bars, given[:, columns.CLOSE], sight.library)
        fill = self._features.push if is_kept else self._features.preview
        computed = fill(bars.places, times, given)
        if is_kept:
            self._facts[:, bars.places] = facts.T
        closed_ms = bars.open_time + self._bar_ms
        seen = observed_together([key.symbol for key in bars.keys], closed_ms, sight.observations)
        ballot = cast(computed, seen)
        return ballot, agreement(ballot, self._rules)

    @staticmethod
    def _given(bars: _Bars, sight: Sight) -> FloatArray:
        given = np.full((len(bars.keys), columns.N_GIVEN), np.nan)
        given[:, : columns.VOLUME + 1] = [(c.open, c.high, c.low, c.close, c.volume) for c in bars.candles]
        if sight.market is not None:
            market = sight.market.at(np.array([bars.open_time], np.int64))
            given[:, columns.BTC_RETURN : columns.ANALOGUE_OUTCOME] = market[:, 0]
        return given

    def _looked_up(self, bars: _Bars, close: FloatArray, library: AnalogueLibrary | None) -> FloatArray:
        """Return what followed similar windows, searched now or carried on, shape (n, N_FACTS)."""
        facts = self._facts[:, bars.places].T.copy()
        facts[:, AGE] += 1.0
        if library is None:
            facts[:] = np.nan
            return facts
        newest, phases = self._features.newest(bars.places), self._phases[bars.places]
        slot = slot_of(bars.open_time, self.timeframe)
        before = slot - (bars.open_time - newest) // self._bar_ms
        due = np.flatnonzero((newest >= 0) & is_searched(phases, slot, before))
        if len(due):
            closes = np.column_stack((self._features.closes(bars.places[due], WINDOW - 1), close[due]))
            closes[slot - before[due] > LARGEST_HOLE + 1] = np.nan  # a new market
            symbols = [bars.keys[i].symbol for i in due.tolist()]
            facts[due] = analogues_together(closes, slot, symbols, library)
        return facts

    def _raised(self, bars: _Bars, ballot: Ballots, sides: SideArray) -> tuple[Signal, ...]:
        slot = slot_of(bars.open_time, self.timeframe)
        return tuple(
            Signal(
                key=bars.keys[i],
                open_time=bars.open_time,
                price=bars.candles[i].close,
                direction=Direction(int(sides[i])),
                votes=ballot.votes(i, bars.open_time + self._bar_ms),
                closed=bars.candles[i].closed,
                origin=SignalOrigin.LIVE,
                engine_version=__version__,
                horizon_bars=HORIZON_BARS,
            )
            for i in np.flatnonzero(sides).tolist()
            if slot - self._last_agreed[SIDES.index(Direction(int(sides[i]))), bars.places[i]]
            > self._rules.cool_down
        )
