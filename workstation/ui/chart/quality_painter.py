"""Marks under candles that the trader should not take at their word."""

import numpy as np
from PySide6.QtGui import QBrush, QPainter

from workstation.domain.candle import Quality
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.frame import Frame
from workstation.ui.chart.rect_batch import paint, rects

_SIDE = 3.0  # logical pixels
_WORDS = {
    Quality.REVISED: "revised by the venue",
    Quality.NO_TRADES: "no trades",
    Quality.IMPORTED: "from a file",
}


def paint_doubts(painter: QPainter, frame: Frame, colours: ChartColours) -> None:
    """Paint a small square below every candle that the venue revised; the painter counts device pixels."""
    slots = frame.series.doubted(*frame.slots.visible(frame.layout.plot_width))
    if not len(slots):
        return
    x = np.unique(np.floor(frame.slots.centre(slots)).astype(np.int64))
    side = max(frame.device(_SIDE), 1)
    bottom = frame.device(frame.layout.price_height) - side
    top, last = np.full(len(x), bottom - side), np.full(len(x), bottom - 1)
    paint(painter, rects(x - side // 2, top, side, last), QBrush(colours.warning))


def quality_words(quality: Quality) -> str:
    """Return what is known against a candle; empty where nothing is."""
    return ", ".join(text for flag, text in _WORDS.items() if flag in quality)
