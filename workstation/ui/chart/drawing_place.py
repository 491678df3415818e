"""Where the anchors of drawings stand in a picture, and which anchor a point of it would be."""

import math

from PySide6.QtCore import QPointF, QRectF

from workstation.domain.drawing import Anchor
from workstation.domain.drawing_price import price_between
from workstation.ui.chart.frame import Frame

Point = tuple[float, float]
"""x and y, logical pixels."""

_LEAST_PRICE, _MOST_PRICE = 1e-12, 1e15
_SNAP_REACH = 28.0  # logical pixels to the nearest price of the bar
_FURTHEST = 1e6  # logical pixels
_CURVE_STEP = 12.0  # logical pixels between the points of a line that is bent on this scale


class Place:
    """A frame's two scales, for instants and prices; everything in logical pixels.

    An instant lies within the bar that contains it, so that what was drawn on hours stands on the right bar
    of days, and the other way round.

    Parameters
    ----------
    frame : Frame
        The picture.
    text_height : float
        Height of a line of text.

    Attributes
    ----------
    box : QRectF
        The price pane.
    """

    def __init__(self, frame: Frame, text_height: float = 16.0) -> None:
        self.frame, self.text_height = frame, text_height
        self.box = QRectF(0, 0, frame.layout.plot_width, frame.layout.price_height)
        self._origin = frame.series.open_time(0)
        self._bar_ms = frame.series.key.bar_ms
        self._step = frame.series.price_step  # as it is now: the frame's series may hear of another
        slots, prices = frame.slots, frame.prices
        self._per_ms = slots.per_slot / (slots.dpr * self._bar_ms)
        self._left = slots.x_of(-0.5)
        size = (prices.high - prices.low) * frame.dpr * (-1 if prices.is_inverted else 1)
        self._edge, self._per_price = (
            (prices.low if prices.is_inverted else prices.high),
            prices.height / size,
        )

    def is_like(self, other: "Place") -> bool:
        """Return whether every instant and price stands where it does in another place, in the same words."""
        ours, theirs = self.frame, other.frame
        return (
            ours.series is theirs.series
            and (ours.slots, ours.prices) == (theirs.slots, theirs.prices)
            and (self.box, self._step) == (other.box, other._step)
        )

    def x(self, time_ms: float) -> float:
        """Return where an instant stands."""
        return (time_ms - self._origin) * self._per_ms + self._left

    def y(self, price: float) -> float:
        """Return where a price above zero stands."""
        if self.frame.prices.is_log:
            return self.frame.prices.y(price) / self.frame.dpr
        return min(max((self._edge - price) * self._per_price, -_FURTHEST), _FURTHEST)

    def spot(self, anchor: Anchor) -> Point:
        """Return where an anchor stands, as two numbers: of a Qt point there would be hundreds a frame."""
        return self.x(anchor.time_ms), self.y(anchor.price)

    def point(self, anchor: Anchor) -> QPointF:
        """Return where an anchor stands."""
        return QPointF(*self.spot(anchor))

    def time(self, x: float) -> float:
        """Return the instant at an x, UTC milliseconds."""
        frame = self.frame
        slots = (x * frame.dpr - frame.slots.offset) / frame.slots.per_slot
        return (slots + 0.5) * self._bar_ms + self._origin

    def price(self, y: float) -> float:
        """Return the price at a y, kept within what can be drawn."""
        return min(max(self.frame.prices.price_at(y * self.frame.dpr), _LEAST_PRICE), _MOST_PRICE)

    def anchor(self, at: QPointF, *, snaps: bool) -> Anchor:
        """Return the anchor that a point means: the middle of a bar, and a price.

        Parameters
        ----------
        snaps : bool
            True takes open, high, low or close of the bar where one of them is near; only what is drawn
            can be snapped to, so a line of closes offers its close.
        """
        frame = self.frame
        slot = frame.slots.slot_at(at.x())
        price = self.price(at.y())
        candle = frame.series.candle_at(slot) if snaps else None
        if candle is not None:
            of_bar = (candle.open, candle.high, candle.low, candle.close)
            prices = (candle.close,) if frame.kind.is_of_closes else of_bar
            near = min(prices, key=lambda one: abs(self.y(one) - at.y()))
            price = near if abs(self.y(near) - at.y()) <= _SNAP_REACH else price
        return Anchor(self.middle_of(slot), price)

    def middle_of(self, slot: int) -> int:
        """Return the instant in the middle of a bar."""
        return self.frame.series.open_time(slot) + self.frame.series.key.bar_ms // 2

    def line(self, first: Anchor, second: Anchor, reach: tuple[float, float], *, is_log: bool) -> list[Point]:
        """Return the line through two anchors between two x, as points.

        It is straight where the scale is of the line's own kind, and a curve on another scale: a line has
        one price at a time.
        """
        left, right = max(min(reach), -1.0), min(max(reach), self.box.width() + 1.0)
        if first.time_ms == second.time_ms:
            return [self.spot(first), self.spot(second)]
        if left > right:
            return []
        n = 1 if is_log == self.frame.prices.is_log else max(math.ceil((right - left) / _CURVE_STEP), 1)
        if n == 1:
            return self.straight(self.spot(first), self.spot(second), (left, right))
        xs = [left + (right - left) * i / n for i in range(n + 1)]
        prices = [price_between(first, second, self.time(x), is_log=is_log) for x in xs]
        found = [(x, price) for x, price in zip(xs, prices, strict=True) if price is not None]
        return [(x, self.y(price)) for x, price in found if price > _LEAST_PRICE]

    def straight(self, first: Point, second: Point, reach: tuple[float, float] | None = None) -> list[Point]:
        """Return the part in sight, or between two x, of the straight line through two points.

        A line that goes on for a million pixels costs time, a broken one very much of it.
        """
        if first[0] == second[0]:
            return [first, second]
        ends = (first[0], second[0])
        left, right = reach or (max(min(ends), -1.0), min(max(ends), self.box.width() + 1.0))
        slope = (second[1] - first[1]) / (second[0] - first[0])
        return [(x, first[1] + slope * (x - first[0])) for x in (left, right)]

    def level(self, left: float, right: float, y: float) -> list[Point]:
        """Return the part in sight of a level line."""
        return [(max(left, -1.0), y), (min(right, self.box.width() + 1.0), y)]
