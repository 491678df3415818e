"""The program's icon, and the few glyphs of its buttons, drawn in the theme's own colours."""

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap

from workstation.storage.paths import resource

_GRID = 20.0  # glyphs are drawn on a square of 20 units
_SCALES = (1, 2, 3)


@lru_cache(maxsize=1)
def app_icon() -> QIcon:
    """Return the program's icon."""
    return QIcon(str(resource("icons", "tidemark.svg")))


def badged(n_unread: int, colour: str, on_colour: str) -> QIcon:
    """Return the program's icon with the number of unread alerts in its corner; without one for none."""
    if not n_unread:
        return app_icon()
    icon = QIcon()
    for side in (22, 44, 64):
        icon.addPixmap(_badged_pixmap(side, "9+" if n_unread > 9 else str(n_unread), colour, on_colour))
    return icon


def _badged_pixmap(side: int, text: str, colour: str, on_colour: str) -> QPixmap:
    pixmap = QPixmap(app_icon().pixmap(side, side))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = side * 0.58
    spot = QRectF(side - size, side - size, size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(spot)
    font = QFont()
    font.setPixelSize(max(6, round(size * (0.72 if len(text) == 1 else 0.55))))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(on_colour))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap


@lru_cache(maxsize=128)
def glyph(name: str, colour: str) -> QIcon:
    """Return a button's glyph: one of ``menu search theme plus close bell quiet pin older newer newest``."""
    icon = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(round(_GRID * scale), round(_GRID * scale))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        pen = QPen(QColor(colour), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        _GLYPHS[name](painter)
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        icon.addPixmap(pixmap)
    return icon


def _menu(painter: QPainter) -> None:
    for y in (6, 10, 14):
        painter.drawLine(QPointF(4, y), QPointF(16, y))


def _search(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(8.7, 8.7), 4.6, 4.6)
    painter.drawLine(QPointF(12.2, 12.2), QPointF(16, 16))


def _theme(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(10, 10), 5.8, 5.8)
    half = QPainterPath(QPointF(10, 4.2))
    half.arcTo(QRectF(4.2, 4.2, 11.6, 11.6), 90, 180)
    painter.fillPath(half, painter.pen().color())


def _plus(painter: QPainter) -> None:
    painter.drawLine(QPointF(10, 4.5), QPointF(10, 15.5))
    painter.drawLine(QPointF(4.5, 10), QPointF(15.5, 10))


def _close(painter: QPainter) -> None:
    painter.drawLine(QPointF(6, 6), QPointF(14, 14))
    painter.drawLine(QPointF(14, 6), QPointF(6, 14))


def _bell(painter: QPainter) -> None:
    shape = QPainterPath(QPointF(4.6, 13.6))
    shape.cubicTo(QPointF(6.6, 12), QPointF(5.6, 4.6), QPointF(10, 4.4))
    shape.cubicTo(QPointF(14.4, 4.6), QPointF(13.4, 12), QPointF(15.4, 13.6))
    shape.closeSubpath()
    painter.drawPath(shape)
    painter.drawLine(QPointF(9, 16), QPointF(11, 16))


def _quiet(painter: QPainter) -> None:
    _bell(painter)
    painter.drawLine(QPointF(4.4, 4.4), QPointF(15.6, 15.6))


def _pin(painter: QPainter) -> None:
    painter.drawLine(QPointF(7, 4), QPointF(13, 4))
    painter.drawLine(QPointF(5.4, 11.6), QPointF(14.6, 11.6))
    for x, foot in ((8, 5.4), (12, 14.6)):
        painter.drawLine(QPointF(x, 4), QPointF(x, 8))
        painter.drawLine(QPointF(x, 8), QPointF(foot, 11.6))
    painter.drawLine(QPointF(10, 11.6), QPointF(10, 16.4))


def _older(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(12, 5), QPointF(7.4, 10), QPointF(12, 15)])


def _newer(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(8, 5), QPointF(12.6, 10), QPointF(8, 15)])


def _newest(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(6, 5), QPointF(10.6, 10), QPointF(6, 15)])
    painter.drawLine(QPointF(14.4, 5), QPointF(14.4, 15))


_GLYPHS: dict[str, Callable[[QPainter], None]] = {
    "menu": _menu,
    "search": _search,
    "theme": _theme,
    "plus": _plus,
    "close": _close,
    "bell": _bell,
    "quiet": _quiet,
    "pin": _pin,
    "older": _older,
    "newer": _newer,
    "newest": _newest,
}


def triangle(centre: QPointF, size: float, *, up: bool) -> QPainterPath:
    """Return the shape of a bullish (pointing up) or bearish signal; `size` is its height."""
    half, tip = size / math.sqrt(3), -size / 2 if up else size / 2
    path = QPainterPath(centre + QPointF(0, tip))
    path.lineTo(centre + QPointF(half, -tip))
    path.lineTo(centre + QPointF(-half, -tip))
    path.closeSubpath()
    return path
