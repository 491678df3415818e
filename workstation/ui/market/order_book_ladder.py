"""The ladder of an order book: asks above, bids below, the middle of the book between them."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from workstation.domain.live_market import BookSight, LadderSide
from workstation.ui.theme import Theme
from workstation.ui.widgets.painted_view import PaintedView
from workstation.ui.words.number_format import column_volume, percent, price, volume

_INSET, _ROW_SPARE = 10.0, 5
_FAINT, _STRONG, _GREY = 30, 74, 0.68
_ROWS_A_NOTCH = 3
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class _Row(NamedTuple):
    """One level: its price, what rests there, and everything up to it."""

    price: float
    amount: float
    total: float


class LadderView(PaintedView):
    """Rows of a book. Up and Down go from level to level, Home goes back to the middle.

    Rows are numbered from the middle: 1 is the best ask, -1 the best bid, 0 the spread.
    """

    said = Signal(str)  # the chosen level in words; empty for none

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._asks: list[_Row] = []
        self._bids: list[_Row] = []
        self._sight: BookSight | None = None
        self._price_step = 0.0
        self._units = ("", "")
        self._is_value = False
        self._is_live = False
        self._centre = self.current = 0
        self.setAccessibleName("Order book: Up and Down choose a level, Home goes to the middle")

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(320, 420)

    def set_units(self, base: str, quote: str, *, is_value: bool) -> None:
        """Show amounts in the coin, or what they are worth."""
        self._units, self._is_value = (base, quote), is_value
        self.show_book(self._sight, self._price_step, is_live=self._is_live)

    def show_book(self, sight: BookSight | None, price_step: float, *, is_live: bool) -> None:
        """Show a book; one that is not live is greyed.

        Parameters
        ----------
        price_step : float
            Whose decimals prices are shown with, quote currency; 0.0 for as many as they need.
        """
        self._sight, self._price_step, self._is_live = sight, price_step, is_live
        self.is_empty = sight is None
        self._asks = [] if sight is None else self._rows(sight.ladder.asks)
        self._bids = [] if sight is None else self._rows(sight.ladder.bids)
        self._go(self.current)

    def _rows(self, side: LadderSide) -> list[_Row]:
        amounts = side.value if self._is_value else side.size
        return [_Row(*row) for row in zip(side.price, amounts, accumulate(amounts), strict=True)]

    # Which rows are in view

    @property
    def _line(self) -> int:
        return self.fontMetrics().lineSpacing() + _ROW_SPARE

    @property
    def n_visible(self) -> int:
        """Rows that fit below the heading."""
        return max((self.height() - self._line) // self._line, 1)

    def _row(self, number: int) -> _Row | None:
        side = self._asks if number > 0 else self._bids
        return side[abs(number) - 1] if 0 < abs(number) <= len(side) else None

    def _go(self, number: int) -> None:
        """Choose a row that is there, and bring it into view."""
        self.current = min(max(number, -len(self._bids)), len(self._asks))
        half = (self.n_visible - 1) // 2
        self._centre = min(max(self._centre, self.current - half), self.current + half)
        self.setAccessibleDescription(self.words())
        self.said.emit(self.words())
        self.update()

    def words(self) -> str:
        """Return the chosen level in words; empty where the middle is."""
        row, sight = self._row(self.current), self._sight
        if row is None or sight is None:
            return ""
        unit = self._units[1] if self._is_value else self._units[0]
        side = "Ask" if self.current > 0 else "Bid"
        away = percent(100 * (row.price / sight.mid - 1), 3)
        return (
            f"{side} {abs(self.current)}: {volume(row.amount)} {unit} at {self._priced(row.price)} ({away}), "
            f"{volume(row.total)} {unit} up to here"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from level to level."""
        page = max(self.n_visible - 2, 1)
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: page, Qt.Key.Key_PageDown: -page}
        key = Qt.Key(event.key())
        if key in steps:
            self._go(self.current + steps[key])
        elif key == Qt.Key.Key_Home:
            self._centre = 0
            self._go(0)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the level under the pointer."""
        at = int((event.position().y() - self._line) // self._line)
        if at >= 0:
            self._go(self._centre + (self.n_visible - 1) // 2 - at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move the ladder."""
        notches = event.angleDelta().y() / 120
        self._go(self.current + round(notches * _ROWS_A_NOTCH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen level in view."""
        self._go(self.current)

    # Painting

    def paint_content(self, painter: QPainter) -> None:
        """Paint the rows in view."""
        self._paint_head(painter)
        painter.setOpacity(1.0 if self._is_live else _GREY)
        self._paint_rows(painter)

    def _paint_head(self, painter: QPainter) -> None:
        unit = self._units[1] if self._is_value else self._units[0]
        painter.setPen(QColor(self._theme.muted))
        self._paint_texts(painter, 0.0, (f"Price {self._units[1]}", f"Size {unit}", f"Total {unit}"))

    def _paint_rows(self, painter: QPainter) -> None:
        half, line = (self.n_visible - 1) // 2, self._line
        shown = [self._centre + half - at for at in range(self.n_visible)]
        rows = [self._row(number) for number in shown]
        most = max((row.total for row in rows if row is not None), default=0.0)
        for at, (number, row) in enumerate(zip(shown, rows, strict=True)):
            top = float((at + 1) * line)
            if number == 0:
                self._paint_middle(painter, top)
            elif row is not None:
                self._paint_row(painter, top, number, row, most)

    def _paint_row(self, painter: QPainter, top: float, number: int, row: _Row, most: float) -> None:
        colour, width = QColor(self._theme.fall if number > 0 else self._theme.rise), float(self.width())
        for amount, alpha in ((row.total, _FAINT), (row.amount, _STRONG)):
            colour.setAlpha(alpha)
            length = width * amount / most if most > 0 else 0.0
            painter.fillRect(QRectF(width - length, top + 1, length, self._line - 1.0), colour)
        if number == self.current:
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRect(QRectF(1, top, width - 3, self._line - 1.0))
        painter.setPen(QColor(self._theme.text))
        texts = (self._priced(row.price), column_volume(row.amount), column_volume(row.total))
        self._paint_texts(painter, top, texts, self._theme.fall if number > 0 else self._theme.rise)

    def _paint_middle(self, painter: QPainter, top: float) -> None:
        sight, line = self._sight, self._line
        if sight is None:
            return
        painter.fillRect(QRectF(0, top, self.width(), line), QColor(self._theme.panel))
        spread = sight.best_ask - sight.best_bid
        painter.setPen(QColor(self._theme.text))
        room = QRectF(_INSET, top, self.width() - 2 * _INSET, line)
        painter.drawText(room, _LEFT, price(sight.mid, self._price_step / 2))
        painter.setPen(QColor(self._theme.muted))
        bp = f"{spread / sight.mid * 1e4:.2f} bp"
        painter.drawText(room, _RIGHT, f"spread {price(spread, self._price_step)} · {bp}")

    def _paint_texts(
        self, painter: QPainter, top: float, texts: Sequence[str], first_colour: str = ""
    ) -> None:
        width = self.width() - 2 * _INSET
        for at, (text, share, flags) in enumerate(
            zip(texts, ((0.0, 0.4), (0.36, 0.32), (0.68, 0.32)), (_LEFT, _RIGHT, _RIGHT), strict=True)
        ):
            place = QRectF(QPointF(_INSET + share[0] * width, top), QSize(int(share[1] * width), self._line))
            pen = painter.pen()
            if at == 0 and first_colour:
                painter.setPen(QColor(first_colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, flags, shown)
            painter.setPen(pen)

    def _priced(self, value: float) -> str:
        return price(value, self._price_step)
