"""What the colours of the market map mean, as a strip."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.ui.market.market_map_ink import MapInk
from workstation.ui.market.market_map_words import SCALE_WORDS
from workstation.ui.market.market_tiles import TileColour
from workstation.ui.theme import Theme

_MARGIN, _STRIP, _GAP, _STEPS = 10.0, 6.0, 2.0, 40


class MarketMapLegend(QWidget):
    """The colours from the lowest number to the highest, with both in words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = TileColour.CHANGE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)
        self.show_scale(self._colour)

    def sizeHint(self) -> QSize:
        """Return the height of the strip and a line."""
        return QSize(240, round(self.fontMetrics().height() + _STRIP + 3 * _GAP))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._ink = MapInk(theme, self.font())
        self.update()

    def show_scale(self, colour: TileColour) -> None:
        """Show the scale of these numbers."""
        self._colour = colour
        low, middle, high = SCALE_WORDS[colour]
        self.setAccessibleName(f"Colours from {low} over {middle} to {high}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the strip, and the words under it."""
        theme, width = self._ink.theme, self.width() - 2 * _MARGIN
        with QPainter(self) as painter:
            for step in range(_STEPS + 1):
                piece = QRectF(_MARGIN + width * step / (_STEPS + 1), _GAP, width / (_STEPS + 1) + 1, _STRIP)
                painter.fillRect(piece, self._ink.shade(2 * step / _STEPS - 1))
            painter.setPen(QColor(theme.muted))
            row = QRectF(_MARGIN, _STRIP + 2 * _GAP, width, self.fontMetrics().height())
            sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
            for side, word in zip(sides, SCALE_WORDS[self._colour], strict=True):
                painter.drawText(row, int(side | Qt.AlignmentFlag.AlignVCenter), word)
