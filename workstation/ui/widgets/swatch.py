"""A colour that a button chooses, shown on it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QPushButton

_SIDE, _ROOM = 14, 6  # of the square; between it and the words, for which the style leaves none


def show_swatch(button: QPushButton, colour: QColor, edge: QColor) -> None:
    """Show a colour before a button's words, in an edge that tells it from the ground."""
    scale = button.devicePixelRatioF()
    pixmap = QPixmap(round((_SIDE + _ROOM) * scale), round(_SIDE * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.fillRect(0, 0, _SIDE, _SIDE, edge)
        painter.fillRect(1, 1, _SIDE - 2, _SIDE - 2, colour)
    button.setIconSize(pixmap.deviceIndependentSize().toSize())
    button.setIcon(QIcon(pixmap))
