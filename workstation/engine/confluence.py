"""The vote: factor families take sides, and a signal fires where they newly agree.

A bar agrees bullish when at least `ConfluenceRules.min_agree` families vote bullish and none votes bearish,
and the other way round. A signal is an agreement that was not there in the cool-down before: the first bar of
a consensus speaks, the rest of it is silent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation import __version__
from workstation.domain.candle import Candle, CandleColumns, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey, open_of_slot, slot_of
from workstation.domain.signal import Direction, FamilyVote, Signal, SignalOrigin
from workstation.engine.ballot import Ballots, ballots
from workstation.engine.features.factor_family import SideArray
from workstation.engine.segments import first_needed_slot, slots_of

_SIDES = (Direction.BULLISH, Direction.BEARISH)
_NEVER = -(2**62)


@dataclass(frozen=True, slots=True)
class ConfluenceRules:
    """When families agree enough to say so.

    Parameters
    ----------
    min_agree : int
        Families that must vote the same way; 1 or more.
    cool_down : int
        Bars without agreement in that direction before it may speak again; 0 or more.

    Raises
    ------
    UsageError
        Either is out of range.
    """

    min_agree: int = 3
    cool_down: int = 24

    def __post_init__(self) -> None:
        if self.min_agree < 1:
            raise UsageError(f"min_agree must be 1 or more families, got {self.min_agree}.")
        if self.cool_down < 0:
            raise UsageError(f"cool_down must be 0 or more bars, got {self.cool_down}.")


DEFAULT_RULES = ConfluenceRules()


def agreement(cast: Ballots, rules: ConfluenceRules) -> SideArray:
    """Return 1 where families agree bullish, -1 bearish, 0 where they do not, shape (n,)."""
    sides = np.stack(tuple(cast.sides.values()))
    n_bullish, n_bearish = (sides > 0).sum(axis=0), (sides < 0).sum(axis=0)
    bullish = (n_bullish >= rules.min_agree) & (n_bearish == 0) & cast.ready
    bearish = (n_bearish >= rules.min_agree) & (n_bullish == 0) & cast.ready
    side: SideArray = bullish.astype(np.int8) - bearish.astype(np.int8)
    return side


def judge(
    key: SeriesKey, candles: CandleColumns, rules: ConfluenceRules = DEFAULT_RULES
) -> tuple[Signal, ...]:
    """Return every signal in a history, oldest first.

    Each depends only on bars up to its own, and on no more of them than `workstation.engine.segments` says;
    the same candles arriving one by one at a `ConfluenceStream` give the same signals. In the first
    ``segments.DEPTH + rules.cool_down`` bars a longer history could say otherwise: to be sure of a bar, give
    that much before it.

    Parameters
    ----------
    key : SeriesKey
        The series the candles are of.
    candles : CandleColumns
        Closed candles, oldest first; bars may be missing.
    rules : ConfluenceRules
        When families agree enough.
    """
    cast = ballots(candles, key.timeframe)
    slots = slots_of(candles, key.timeframe)
    sides = agreement(cast, rules)
    fresh = np.zeros(len(candles), np.bool_)
    for side in _SIDES:
        agreed = sides == side
        fresh |= agreed & (slots - _slot_of_previous(agreed, slots) > rules.cool_down)
    return tuple(_from_history(key, candles, row, cast, sides) for row in np.flatnonzero(fresh).tolist())


def _slot_of_previous(agreed: NDArray[np.bool_], slots: IntArray) -> IntArray:
    """Return the slot of the newest agreement before each bar, shape (n,)."""
    newest = np.maximum.accumulate(np.where(agreed, slots, _NEVER))
    return np.concatenate((np.array([_NEVER]), newest))[: len(slots)]


def _from_history(
    key: SeriesKey, candles: CandleColumns, row: int, cast: Ballots, sides: SideArray
) -> Signal:
    open_time = int(candles.open_time[row])
    return Signal(
        key=key,
        open_time=open_time,
        price=float(candles.close[row]),
        direction=Direction(int(sides[row])),
        votes=cast.votes(row, open_time + key.bar_ms),
        closed=True,
        origin=SignalOrigin.HISTORY,
        engine_version=__version__,
    )


class ConfluenceStream:
    """Judges a series live, bar by bar, exactly as `judge` does afterwards.

    It keeps no more than the bars that the next judgement can read. When candles are filled in below the
    newest one, make a new stream from the history as it is then.

    Parameters
    ----------
    key : SeriesKey
        The series.
    history : CandleColumns
        Its closed candles so far, oldest first. To judge as `judge` would, the newest
        ``segments.DEPTH + rules.cool_down`` bars must be in it, where they exist.
    rules : ConfluenceRules
        When families agree enough.
    """

    def __init__(
        self, key: SeriesKey, history: CandleColumns, rules: ConfluenceRules = DEFAULT_RULES
    ) -> None:
        self.key = key
        self._rules = rules
        self._last_agreed = dict.fromkeys(_SIDES, _NEVER)
        self._votes: tuple[FamilyVote, ...] = ()
        self._bars = history
        if len(history):
            self._recall(history)

    def _recall(self, history: CandleColumns) -> None:
        """Work out what the newest bars said, as if they had been pushed."""
        slots = slots_of(history, self.key.timeframe)
        since = int(np.searchsorted(slots, slots[-1] - self._rules.cool_down))
        cast = ballots(history, self.key.timeframe, since)
        sides = agreement(cast, self._rules)
        for side in _SIDES:
            agreed = slots[since:][sides == side]
            if len(agreed):
                self._last_agreed[side] = int(agreed[-1])
        self._votes = cast.votes(len(sides) - 1, int(history.open_time[-1]) + self.key.bar_ms)
        self._bars = self._needed_from(int(slots[-1]))

    @property
    def votes(self) -> tuple[FamilyVote, ...]:
        """The votes on the newest closed bar; empty while the warm-up lasts."""
        return self._votes

    def push(self, candle: Candle) -> Signal | None:
        """Take the next closed candle and return the signal it raises, if it raises one.

        A candle that is not newer than the newest one changes nothing.

        Raises
        ------
        ValueError
            The candle is still forming.
        """
        if not candle.closed:
            raise ValueError(f"Candle at {candle.open_time} is still forming; ask preview() about it.")
        if not self._is_next(candle):
            return None
        bars, votes, side = self._consider(candle)
        signal = self._raised(candle, votes, side)
        self._bars, self._votes = bars, votes
        if side is not Direction.NEUTRAL:
            self._last_agreed[side] = slot_of(candle.open_time, self.key.timeframe)
        return signal

    def preview(self, forming: Candle) -> Signal | None:
        """Return the signal that a forming candle would raise if it closed as it stands; changes nothing."""
        if not self._is_next(forming):
            return None
        _, votes, side = self._consider(forming)
        return self._raised(forming, votes, side)

    def _is_next(self, candle: Candle) -> bool:
        return not len(self._bars) or candle.open_time > int(self._bars.open_time[-1])

    def _consider(self, candle: Candle) -> tuple[CandleColumns, tuple[FamilyVote, ...], Direction]:
        """Return the bars with this one last, the votes on it, and the side on which they agree."""
        known = self._needed_from(slot_of(candle.open_time, self.key.timeframe))
        bars = CandleColumns.join(known, _columns(candle))
        cast = ballots(bars, self.key.timeframe, len(known))
        votes = cast.votes(0, candle.open_time + self.key.bar_ms)
        return bars, votes, Direction(int(agreement(cast, self._rules)[0]))

    def _raised(self, candle: Candle, votes: tuple[FamilyVote, ...], side: Direction) -> Signal | None:
        if side is Direction.NEUTRAL:
            return None
        slot = slot_of(candle.open_time, self.key.timeframe)
        if slot - self._last_agreed[side] <= self._rules.cool_down:
            return None
        return Signal(
            key=self.key,
            open_time=candle.open_time,
            price=candle.close,
            direction=side,
            votes=votes,
            closed=candle.closed,
            origin=SignalOrigin.LIVE,
            engine_version=__version__,
        )

    def _needed_from(self, slot: int) -> CandleColumns:
        """Return the kept bars that a judgement of the bar in `slot` reads."""
        oldest = open_of_slot(first_needed_slot(slot), self.key.timeframe)
        return self._bars[int(np.searchsorted(self._bars.open_time, oldest)) :]


def _columns(candle: Candle) -> CandleColumns:
    """Return one candle as columns of one row."""
    values = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    return CandleColumns.of(np.array([candle.open_time]), *(np.array([value]) for value in values))
