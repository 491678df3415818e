"""Lines of what one coin of money became, side by side, with a name for each."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.domain.candle import FloatArray
from workstation.ui.theme import Theme
from workstation.ui.widgets.return_line import ReturnLine
from workstation.ui.words import number_format
from workstation.ui.words.date_words import day_words
from workstation.ui.words.foreign_text import one_line, tooltip

COLOURS = ("accent", "warning", "practice", "live")
_DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DotLine,
)
_PAD, _LEGEND, _SWATCH = 8, 20, 18


class ReturnLines(QWidget):
    """Paints lines over one time; each has a colour, a dash and its last value, or deepest, beside its name.

    Parameters
    ----------
    name : str
        What a screen reader calls it.
    theme : Theme
        Colours.
    is_fall : bool
        Lines are falls below the best so far, 0..1, and hang from the top.
    """

    def __init__(self, name: str, theme: Theme, *, is_fall: bool = False) -> None:
        super().__init__()
        self._name, self._theme, self._is_fall = name, theme, is_fall
        self.lines: tuple[ReturnLine, ...] = ()
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a flat strip."""
        return QSize(300, 116 if self._is_fall else 170)

    def minimumSizeHint(self) -> QSize:
        """Return the height; width can be little."""
        return QSize(120, self.sizeHint().height())

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_lines(self, lines: Sequence[ReturnLine]) -> None:
        """Show these lines; those with fewer than two points are left out."""
        known = [line.known() for line in lines]
        self.lines = tuple(line for line in known if len(line.at_ms) > 1)
        self.setAccessibleDescription(", ".join(self._named(line) for line in self.lines))
        self.update()

    def _named(self, line: ReturnLine) -> str:
        """Return a line's name with what became of it at last, or with its deepest fall."""
        told = line.part.max() if self._is_fall else line.part[-1]
        return f"{one_line(line.title, 40)} {self._word(told)}"

    def _word(self, part: float) -> str:
        shown = -part if self._is_fall else part - 1.0
        return number_format.percent(100.0 * float(shown), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint grid, lines and names."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.lines:
                painter.setPen(QColor(self._theme.muted))
                painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), "Nothing to draw yet")
                return
            area = self._area()
            low, high = self._range()
            self._paint_grid(painter, area, low, high)
            for number, line in enumerate(self.lines):
                painter.setPen(self._pen(number))
                painter.drawPolyline(self._polygon(line, area, low, high))
            self._paint_names(painter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what every line was at the pointer."""
        if self.lines:
            self.setToolTip(tooltip(*self.words_at(event.position().x())))
        super().mouseMoveEvent(event)

    def words_at(self, x: float) -> list[str]:
        """Return the day at a place, and what every line was then."""
        area = self._area()
        first_ms, last_ms = self._span()
        at_ms = first_ms + (last_ms - first_ms) * min(max((x - area.left()) / area.width(), 0.0), 1.0)
        told = [day_words(int(at_ms))]
        for line in self.lines:
            place = int(np.searchsorted(line.at_ms, at_ms, side="right")) - 1
            if place >= 0:
                told.append(f"{line.title} {self._word(line.part[place])}")
        return told

    def _area(self) -> QRectF:
        metrics = QFontMetrics(self.font())
        right = metrics.horizontalAdvance("+1,000 %") + _PAD
        rows = self._name_rows()
        return QRectF(_PAD, _LEGEND * rows + 4, max(self.width() - _PAD - right, 20),
                      max(self.height() - _LEGEND * rows - 4 - metrics.height() - 6, 20))  # fmt: skip

    def _span(self) -> tuple[int, int]:
        first = min(int(line.at_ms[0]) for line in self.lines)
        return first, max(first + 1, *(int(line.at_ms[-1]) for line in self.lines))

    def _range(self) -> tuple[float, float]:
        """Return the lowest and highest value, on the scale that is drawn."""
        every = np.concatenate([self._scaled(line.part) for line in self.lines])
        low, high = float(every.min()), float(every.max())
        if self._is_fall:
            return min(low, -0.01), 0.0
        pad = max(0.05 * (high - low), 0.005)
        return low - pad, high + pad

    def _scaled(self, part: FloatArray) -> FloatArray:
        """Return falls below zero, and what grew on a logarithmic scale."""
        return -part if self._is_fall else np.log(np.maximum(part, 1e-6))

    def _polygon(self, line: ReturnLine, area: QRectF, low: float, high: float) -> QPolygonF:
        first_ms, last_ms = self._span()
        x = area.left() + (line.at_ms - first_ms) / (last_ms - first_ms) * area.width()
        y = area.bottom() - (self._scaled(line.part) - low) / (high - low) * area.height()
        return QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)])

    def _paint_grid(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        theme, metrics = self._theme, painter.fontMetrics()
        for value in self._ticks(area, low, high):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.setPen(QColor(theme.grid))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            shown = 100.0 * (value if self._is_fall else float(np.expm1(value)))
            painter.setPen(QColor(theme.muted))
            text = number_format.percent(shown, 0 if abs(shown) >= 10 else 1)
            top = min(max(y - metrics.height() / 2, 0), self.height() - metrics.height())
            painter.drawText(QPointF(area.right() + 5, top + metrics.ascent()), text)
        first_ms, last_ms = self._span()
        below = area.bottom() + metrics.ascent() + 4
        painter.drawText(QPointF(area.left(), below), day_words(first_ms))
        last = day_words(last_ms)
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(last), below), last)

    def _ticks(self, area: QRectF, low: float, high: float) -> list[float]:
        """Return the highest and lowest value, and no change where it stands clear of both."""
        every = np.concatenate([self._scaled(line.part) for line in self.lines])
        ticks = [float(every.max()), float(every.min())]
        least = (high - low) * QFontMetrics(self.font()).height() / area.height()
        if ticks[0] - ticks[1] < least:
            return ticks[:1]
        return ticks + [0.0] * all(abs(tick) >= least for tick in ticks)

    def _names(self) -> list[tuple[int, int, str]]:
        """Return row, left edge and text of every name."""
        metrics, x, row, told = QFontMetrics(self.font()), _PAD, 0, []
        for line in self.lines:
            text = self._named(line)
            width = _SWATCH + 5 + metrics.horizontalAdvance(text)
            if x > _PAD and x + width > self.width() - _PAD:
                x, row = _PAD, row + 1
            told.append((row, x, text))
            x += width + 14
        return told

    def _name_rows(self) -> int:
        names = self._names()
        return names[-1][0] + 1 if names else 1

    def _paint_names(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        for number, (row, x, text) in enumerate(self._names()):
            middle = row * _LEGEND + _LEGEND / 2
            painter.setPen(self._pen(number))
            painter.drawLine(QPointF(x, middle), QPointF(x + _SWATCH, middle))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QPointF(x + _SWATCH + 5, middle + metrics.ascent() / 2 - 1), text)

    def _pen(self, number: int) -> QPen:
        colour = QColor(getattr(self._theme, COLOURS[number % len(COLOURS)]))
        return QPen(colour, 2.0 if number == 0 else 1.5, _DASHES[number % len(_DASHES)])
