"""Which slot stands where: the chart's horizontal scale."""

import math
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray

WIDEST_BAR = 64.0
"""Pixels a bar may take at most."""

DEFAULT_BAR = 6.0
"""Pixels a bar takes when a chart is opened or reset."""

RIGHT_MARGIN = 6.0
"""Bars of air between the newest candle and the price axis."""

_LEAST_VISIBLE = 2.0  # bars that always stay in sight, however far one pans


@dataclass(frozen=True, slots=True)
class SlotMap:
    """Slots to device pixels for one frame.

    The offset is a whole number of device pixels, so that panning moves the picture as it is instead of
    regrouping bars into other columns.

    Parameters
    ----------
    per_slot : float
        Device pixels from one bar to the next.
    offset : int
        Device pixel of the middle of slot 0; far to the left of the widget.
    dpr : float
        Device pixels per logical pixel.
    """

    per_slot: float
    offset: int
    dpr: float

    def centre(self, slots: IntArray | FloatArray) -> FloatArray:
        """Return the device x of the middle of each slot, shape (n,)."""
        return np.asarray(slots, np.float64) * self.per_slot + self.offset

    def x_of(self, slot: float) -> float:
        """Return the logical x of the middle of a slot; a fraction lies between two bars."""
        return (slot * self.per_slot + self.offset) / self.dpr

    def slot_at(self, x: float) -> int:
        """Return the slot whose bar covers a logical x."""
        return math.floor((x * self.dpr - self.offset) / self.per_slot + 0.5)

    def visible(self, width: float) -> tuple[int, int]:
        """Return the first slot and the one after the last that touch ``0..width`` logical pixels."""
        return self.slot_at(0.0), self.slot_at(width) + 1


class TimeScale:
    """How far the chart is zoomed in, and where it stands.

    Parameters
    ----------
    width : float
        Logical pixels of the pane.
    """

    def __init__(self, width: float) -> None:
        self.width = max(width, 1.0)
        self.bar = DEFAULT_BAR
        self.chosen_bar = DEFAULT_BAR
        """Pixels a bar takes where there are enough bars: a market of a few bars does not change it."""
        self.right = 0.0
        self._first = 0
        self._last = -1

    def set_extent(self, first_slot: int, last_slot: int) -> None:
        """Say where the oldest and the newest candle are; ``last < first`` when there is none."""
        self._first, self._last = first_slot, last_slot

    @property
    def n_slots(self) -> int:
        """Slots from the oldest candle to the newest."""
        return self._last - self._first + 1

    @property
    def n_visible(self) -> float:
        """Bars that fit into the pane."""
        return self.width / self.bar

    @property
    def shows_newest(self) -> bool:
        """True while the newest candle is in sight, so that the chart follows it."""
        return self._last <= self.right + 0.5

    def set_width(self, width: float) -> None:
        """Take a new width of the pane; the right edge stays where it is."""
        self.width = max(width, 1.0)
        self.bar = self._allowed(self.bar)

    def reset(self) -> None:
        """Show the newest candles at the usual size."""
        self.begin(DEFAULT_BAR)

    def begin(self, bar: float | None = None) -> None:
        """Show the newest candles, bars as wide as chosen; a width is chosen with it."""
        self.chosen_bar = bar or self.chosen_bar
        self.bar = self._allowed(self.chosen_bar)
        self.go_to_newest()

    def go_to_newest(self) -> None:
        """Put the newest candle at the right, with some air beside it."""
        self.right = self._last + self._margin()

    def go_to_oldest(self) -> None:
        """Put the oldest candle at the left."""
        self.right = self._first + self.n_visible - 1.0

    def pan(self, pixels: float) -> None:
        """Move the picture by logical pixels; positive shows older candles."""
        self._place(self.right - pixels / self.bar)

    def zoom(self, factor: float, anchor_x: float) -> None:
        """Widen every bar by `factor`; the bar under `anchor_x` stays there."""
        bar = self._allowed(self.bar * factor)
        anchor = self.right - (self.width - anchor_x) / self.bar
        self.bar = self.chosen_bar = bar
        self._place(anchor + (self.width - anchor_x) / bar)

    def show(self, first_slot: float, last_slot: float) -> None:
        """Show exactly these slots, as far as the limits allow."""
        self.bar = self.chosen_bar = self._allowed(self.width / max(last_slot - first_slot + 1.0, 1.0))
        self._place(last_slot + 0.5)

    def centre_on(self, slot: float) -> None:
        """Put a slot into the middle, as far as the limits allow; bars keep their width."""
        self._place(slot + self.n_visible / 2)

    def follow(self, new_last_slot: int) -> None:
        """Take a newer candle; move with it when the chart was at the end."""
        step = new_last_slot - self._last
        was_following = self.shows_newest
        self._last = new_last_slot
        if was_following:
            self.right += step

    def map(self, dpr: float) -> SlotMap:
        """Return the scale in device pixels."""
        per_slot = self.bar * dpr
        return SlotMap(per_slot, round(self.width * dpr - self.right * per_slot), dpr)

    def _margin(self) -> float:
        return min(RIGHT_MARGIN, self.n_visible * 0.1) + 0.5

    def _allowed(self, bar: float) -> float:
        narrowest = self.width / max(self.n_slots * 1.25, 50.0)
        return min(max(bar, min(narrowest, DEFAULT_BAR)), WIDEST_BAR)

    def _place(self, right: float) -> None:
        oldest = self._first + _LEAST_VISIBLE - 1.0
        newest = self._last + max(self.n_visible - _LEAST_VISIBLE, self._margin())
        self.right = float(np.clip(right, min(oldest, newest), max(oldest, newest)))
