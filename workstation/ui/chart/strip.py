"""How little of a still picture new candles change: a strip at its right edge, or all of it."""

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from workstation.ui.chart.axis_painter import PlacedPrice, lay_out_prices
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.judged_frame import closed_slots
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.level_painter import PlacedLabel, PlacedLevel, lay_out, lay_out_labels
from workstation.ui.chart.marker_painter import marker_size

EVERYTHING = -math.inf
"""Instead of the first slot that is other now: all of a picture may be."""
NOTHING = math.inf
"""Instead of the first slot that is other now: none is."""

_AIR = 8.0  # logical pixels: what a line's width and a marker's rim add
_WIDEST = 0.5  # of the panes; a wider strip is no cheaper than the whole picture


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A frame, and what stands in its picture because of where the newest price is.

    Parameters
    ----------
    levels, level_labels : list
        Price levels, and what the price axis says of them.
    prices : list of PlacedPrice
        The other labels of the price axis.
    n_closed : int
        The slot after the last closed bar.
    """

    frame: Frame
    levels: list[PlacedLevel]
    level_labels: list[PlacedLabel]
    prices: list[PlacedPrice]
    n_closed: int

    @classmethod
    def of(cls, frame: Frame, labels: Labels) -> "Laid":
        """Return where everything stands."""
        levels = lay_out(frame)
        placed = lay_out_labels(frame, labels, levels)
        prices = lay_out_prices(frame, labels, [one.box for one in placed])
        return cls(frame, levels, placed, prices, closed_slots(frame.series)[1])


def strip_of(before: Laid, now: Laid, since: float) -> QRect | None:
    """Return what candles from a slot on changed in a picture, device pixels; None where it may be all.

    Parameters
    ----------
    before, now : Laid
        The picture that was painted last, and the one that is due; only candles changed between them.
    since : float
        The first slot whose candle is other.
    """
    old, new = before.frame, now.frame
    if not _stands_still(old, new) or before.levels != now.levels:
        return None
    if new.judged.edges and before.n_closed != now.n_closed:
        return None
    layout, slots = new.layout, new.slots
    x = slots.x_of(since + min(_least_shift(new), 0)) * slots.dpr
    left = math.floor(x - slots.per_slot - 2 * marker_size(new) - _AIR * slots.dpr)
    plot = new.device(layout.plot_width)
    if left < plot * (1 - _WIDEST):
        return None
    bottom = min((top for _, top, _ in new.judged.edges), default=layout.body_height)
    is_axis_same = (before.prices, before.level_labels) == (now.prices, now.level_labels)
    left, right = min(left, plot), plot if is_axis_same else new.device(layout.width)
    return QRect(left, 0, right - left, new.device(bottom))


def tail_of(frame: Frame, left: int) -> Frame:
    """Return a frame without the bars that cannot be seen right of a device pixel."""
    columns = frame.columns
    reach = left - 2 * lead_of(frame)
    n = math.ceil((frame.device(frame.layout.plot_width) - reach) / max(frame.slots.per_slot, 1.0)) + 4
    if frame.kind.is_of_closes or len(columns) <= n:
        return frame
    return replace(frame, columns=columns.pick(slice(-n, None)))


def lead_of(frame: Frame) -> int:
    """Return how far left of a strip there may be a stroke that reaches into it, device pixels."""
    return math.ceil(2 * frame.slots.per_slot + marker_size(frame) + _AIR * frame.dpr)


class StripPainter(QPainter):
    """Paints on a strip of a picture, and leaves the rest as it is; it counts device pixels at first.

    Qt cuts lines at the edge of what it paints on: they are then not the same to the last pixel, and begin
    their dashes there. So it paints further to the left, and puts back what was there.

    Parameters
    ----------
    lead : int
        How far, device pixels.
    """

    def __init__(self, pixmap: QPixmap, strip: QRect, lead: int) -> None:
        self._before = strip.adjusted(-min(lead, strip.left()), 0, -strip.width(), 0)
        self._box = self._before.united(strip)
        self._clip = QRect()
        self._saved = pixmap.copy(self._before)
        self._saved.setDevicePixelRatio(1.0)
        super().__init__(pixmap)
        self.scale(1 / pixmap.devicePixelRatio(), 1 / pixmap.devicePixelRatio())
        self.setClipRect(self._box)

    def put_back(self) -> None:
        """Put back what was left of the strip; the painter counts device pixels."""
        self.drawPixmap(self._before.topLeft(), self._saved)

    def setClipRect(self, box: QRect) -> None:  # type: ignore[override]  # one of Qt's four forms, and in its name
        """Paint on no more than this part of it."""
        if box != self._clip:
            self._clip = box
            super().setClipRect(box & self._box)

    def restore(self) -> None:
        """Paint on what was painted on before."""
        super().restore()
        self._clip = QRect()


def _stands_still(old: Frame, new: Frame) -> bool:
    """Return whether nothing moved, so that older bars are where they were."""
    if new.compared or new.profile is not None or old.profile is not None or old.compared:
        return False
    seen = [
        (one.series, one.layout, one.dpr, one.slots, one.prices, one.volume_peak, one.kind, one.zone)
        for one in (old, new)
    ]
    return seen[0] == seen[1] and all(
        (a.scale, a.top, a.height) == (b.scale, b.top, b.height)
        for a, b in zip(old.studies, new.studies, strict=True)
    )


def _least_shift(frame: Frame) -> int:
    """Return how many bars away from its own bar the value of a study may stand; negative to the left."""
    return min((one.shift for study in frame.studies for one in study.outputs), default=0)
