"""What a chart shows: one series of candles and the signals that stand on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import Candle, CandleColumns, FlagArray, IntArray, Quality
from workstation.domain.level import PriceLevel
from workstation.domain.market import SeriesKey, open_of_slot, slot_of
from workstation.domain.signal import Direction, Signal
from workstation.ui.chart.aftermath import move_words
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.kind_pyramid import DrawnPyramids
from workstation.ui.chart.marks import Marks
from workstation.ui.chart.pyramid import Pyramid


@dataclass(frozen=True, slots=True, eq=False)
class LaidCandles:
    """Closed candles on the grid of their slots, ready to be drawn; made by whatever thread has time.

    A chart that takes them goes on in their pyramid, so they are of one chart only.

    Parameters
    ----------
    columns : CandleColumns
        As they are stored.
    flagged : ndarray of int64, shape (m,)
        Slots of candles that are not simply sound, rising.
    flags : ndarray of uint8, shape (m,)
        What is known against them.
    doubted : ndarray of int64
        Slots of candles that were revised, rising.
    """

    columns: CandleColumns
    pyramid: Pyramid
    flagged: IntArray
    flags: FlagArray
    doubted: IntArray

    @classmethod
    def of(cls, key: SeriesKey, columns: CandleColumns) -> "LaidCandles":
        """Lay candles of a series on its grid; those that cannot be are left out."""
        sound = ~columns.impossible()
        kept = columns if sound.all() else columns.pick(sound)
        first = slot_of(int(columns.open_time[0]), key.timeframe) if len(columns) else 0
        offset = columns.open_time[0] // key.bar_ms - first if len(columns) else 0
        slots = kept.open_time // key.bar_ms - offset
        pyramid = Pyramid()
        pyramid.load(slots, (kept.open, kept.high, kept.low, kept.close, kept.volume))
        flagged = kept.quality != Quality.SOUND
        doubted = slots[(kept.quality & Quality.REVISED) != 0]
        return cls(columns, pyramid, slots[flagged], kept.quality[flagged], doubted)

    def __len__(self) -> int:
        return len(self.columns)


class ChartSeries:
    """The candles of one `SeriesKey` as the chart draws them, and their signals.

    Parameters
    ----------
    key : SeriesKey
        What is shown.
    price_step : float
        Smallest change of price, quote currency; 0.0 where the venue does not say.
    practice : bool
        True where the prices are not the world's.

    Attributes
    ----------
    outcomes : dict
        What happened after signals, in words, by open time (UTC milliseconds) and direction.
    """

    def __init__(self, key: SeriesKey, price_step: float = 0.0, practice: bool = False) -> None:
        self.key = key
        self.price_step = price_step
        self.practice = practice
        self.pyramid = Pyramid()
        self._drawn = DrawnPyramids(self.pyramid)
        self.forming_slot: int | None = None
        self._last: Candle | None = None
        self.levels: tuple[PriceLevel, ...] = ()
        self.outcomes: dict[tuple[int, Direction], str] = {}
        self._flagged: IntArray = np.empty(0, np.int64)
        self._flags: FlagArray = np.empty(0, np.uint8)
        self._doubted: IntArray = np.empty(0, np.int64)
        self._signals: dict[int, Signal] = {}
        self._forming_signal: Signal | None = None
        self._marks: dict[Direction, Marks] = {}

    def load(self, candles: CandleColumns | LaidCandles) -> None:
        """Replace the candles; one that is forming after the last of them stays."""
        laid = candles if isinstance(candles, LaidCandles) else LaidCandles.of(self.key, candles)
        if laid.pyramid is self.pyramid:
            return
        forming, self._last = self.last if self.forming_slot is not None else None, None
        self.pyramid = laid.pyramid
        self._drawn = DrawnPyramids(laid.pyramid)
        self.forming_slot = None
        self._flagged, self._flags, self._doubted = laid.flagged, laid.flags, laid.doubted
        if forming is not None and slot_of(forming.open_time, self.key.timeframe) > self.pyramid.last_slot:
            self.apply(forming)

    def apply(self, candle: Candle) -> bool:
        """Take a candle of the live stream; return whether it has a place on the chart."""
        slot = slot_of(candle.open_time, self.key.timeframe)
        values = (candle.open, candle.high, candle.low, candle.close, candle.volume)
        if not self.pyramid.put(slot, values):
            return False
        self._last = None
        self._drawn.put(slot, values)
        if slot == self.pyramid.last_slot:
            self.forming_slot = None if candle.closed else slot
        return True

    def drawn(self, kind: ChartKind, sight: tuple[int, int]) -> Pyramid:
        """Return what a kind of chart draws of these candles.

        Parameters
        ----------
        sight : (int, int)
            First slot in sight and the one after the last; what lies elsewhere may be missing.
        """
        return self._drawn.of(kind, sight)

    @property
    def last(self) -> Candle | None:
        """The newest candle; None while there is none."""
        if self._last is None:
            self._last = self.candle_at(self.pyramid.last_slot)
        return self._last

    def candle_at(self, slot: int) -> Candle | None:
        """Return the candle of a slot; None for a hole."""
        if self._last is not None and slot == self.pyramid.last_slot:
            return self._last
        bar = self.pyramid.bar(slot)
        return None if bar is None else Candle(self.open_time(slot), *bar, closed=slot != self.forming_slot)

    def quality_at(self, slot: int) -> Quality:
        """Return what is known against the stored candle of a slot."""
        if not len(self._flagged):
            return Quality.SOUND
        row = int(np.searchsorted(self._flagged, slot))
        known = row < len(self._flagged) and self._flagged[row] == slot
        return Quality(int(self._flags[row])) if known else Quality.SOUND

    def doubted(self, first_slot: int, end_slot: int) -> IntArray:
        """Return the slots ``first_slot .. end_slot - 1`` whose candle was revised."""
        if not len(self._doubted):
            return self._doubted
        begin, end = np.searchsorted(self._doubted, (first_slot, end_slot))
        return self._doubted[begin:end]

    def open_time(self, slot: int) -> int:
        """Return when the bar of a slot opens, UTC milliseconds."""
        return open_of_slot(slot, self.key.timeframe)

    def slot_from(self, time_ms: int) -> int:
        """Return the first slot whose bar opens at or after an instant."""
        return slot_of(time_ms + self.key.bar_ms - 1, self.key.timeframe)

    def set_signals(self, signals: Sequence[Signal]) -> None:
        """Replace the signals on closed candles; those of another series are left out."""
        own = (s for s in signals if s.key == self.key)
        self._signals = {slot_of(s.open_time, self.key.timeframe): s for s in own}
        self._marks = {}

    def set_forming_signal(self, signal: Signal | None) -> None:
        """Take what the forming bar would say if it closed now; None takes it back."""
        self._forming_signal = signal if signal is not None and signal.key == self.key else None
        self._marks = {}

    def signal_at(self, slot: int) -> Signal | None:
        """Return the signal that stands on a slot; a settled one comes before one that is forming."""
        decided = self._signals.get(slot)
        if decided is not None or self._forming_signal is None:
            return decided
        forming_slot = slot_of(self._forming_signal.open_time, self.key.timeframe)
        return self._forming_signal if forming_slot == slot else None

    def afterwards(self, signal: Signal) -> str:
        """Return what happened after a signal: as it was followed up, else how far price went; or nothing."""
        if not signal.closed:
            return ""
        newest_closed = self.pyramid.last_slot - (self.forming_slot is not None)
        known = self.outcomes.get((signal.open_time, signal.direction), "")
        return known or move_words(self.pyramid, signal, newest_closed)

    def marks(self, direction: Direction) -> Marks:
        """Return the signals of one direction, ready to be drawn."""
        found = self._marks.get(direction)
        if found is None:
            found = self._marks[direction] = self._marks_of(direction)
        return found

    def _marks_of(self, direction: Direction) -> Marks:
        every = dict(self._signals)
        if self._forming_signal is not None:
            every.setdefault(
                slot_of(self._forming_signal.open_time, self.key.timeframe), self._forming_signal
            )
        chosen = sorted((slot, s) for slot, s in every.items() if s.direction is direction)
        return Marks(
            np.array([slot for slot, _ in chosen], np.int64),
            np.array([_strength(s) for _, s in chosen], np.float64),
            np.array([s.closed for _, s in chosen], np.bool_),
        )


def _strength(signal: Signal) -> float:
    return sum(max(vote.score * signal.direction, 0.0) for vote in signal.votes)
