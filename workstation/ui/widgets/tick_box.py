"""A box to tick whose edge can be seen on every surface."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from workstation.ui.theme import Theme

_SIDE, _GAP = 15, 8
_MARK = ((3.6, 7.8), (6.4, 10.6), (11.4, 4.8))


class TickBox(QCheckBox):
    """A check box in the theme's colours; ticked it holds a mark, so that colour is not all that differs."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for box and words."""
        metrics = QFontMetrics(self.font())
        width = _SIDE + _GAP + metrics.horizontalAdvance(self._words) + 2
        return QSize(width, max(metrics.height(), _SIDE) + 4)

    def minimumSizeHint(self) -> QSize:
        """Return the room for the box and a little of the words."""
        return QSize(_SIDE + _GAP + 40, self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        """Return whether a press there ticks it: anywhere on box and words."""
        return QRectF(0, 0, self.sizeHint().width(), self.height()).contains(QPointF(pos))

    @property
    def _words(self) -> str:
        return self.text().replace("&&", "&")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, mark and words."""
        theme, is_on = self._theme, self.isChecked()
        box = QRectF(0.5, (self.height() - _SIDE) // 2 + 0.5, _SIDE - 1, _SIDE - 1)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = theme.accent if is_on or self.hasFocus() else theme.muted
            painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() and not is_on else 1))
            painter.setBrush(QColor(theme.accent if is_on else theme.base))
            painter.drawRoundedRect(box, 3, 3)
            if is_on:
                painter.setPen(QPen(QColor(theme.on_accent), 2))
                painter.drawPolyline([box.topLeft() + QPointF(x - 0.5, y - 0.5) for x, y in _MARK])
            painter.setPen(QColor(theme.text))
            room = self.rect().adjusted(_SIDE + _GAP, 0, 0, 0)
            words = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
            if self.hasFocus() and is_on:
                painter.setPen(QPen(QColor(theme.text), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
