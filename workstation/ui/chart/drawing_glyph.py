"""The glyphs of the drawing tools, painted in the theme's own colours."""

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap, QPolygonF

_GRID = 20.0  # a square of 20 units
_SCALES = (1, 2, 3)

Strokes = tuple[tuple[float, float, float, float], ...]


@lru_cache(maxsize=256)
def drawing_glyph(name: str, colour: str) -> QIcon:
    """Return a glyph: a tool's name, or one of ``pencil magnet hide undo redo clear``."""
    icon = QIcon()
    for scale in _SCALES:
        pixmap = QPixmap(round(_GRID * scale), round(_GRID * scale))
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(scale, scale)
            painter.setPen(QPen(QColor(colour), 1.5, c=Qt.PenCapStyle.RoundCap))
            for line in _LINES.get(name, ()):
                painter.drawLine(QLineF(*line))
            painter.setBrush(QColor(colour))
            for x, y in _DOTS.get(name, ()):
                painter.drawEllipse(QPointF(x, y), 1.4, 1.4)
            if name in _FORMS:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                _FORMS[name](painter)
        pixmap.setDevicePixelRatio(scale)
        icon.addPixmap(pixmap)
    return icon


def _rectangle(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 5.5, 13, 9))


def _text(painter: QPainter) -> None:
    font = QFont()
    font.setPixelSize(15)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, _GRID, _GRID), Qt.AlignmentFlag.AlignCenter, "T")


def _long(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 3.5, 13, 13))
    painter.drawPolyline(QPolygonF([QPointF(6.5, 10), QPointF(10, 6), QPointF(13.5, 10)]))


def _short(painter: QPainter) -> None:
    painter.drawRect(QRectF(3.5, 3.5, 13, 13))
    painter.drawPolyline(QPolygonF([QPointF(6.5, 10), QPointF(10, 14), QPointF(13.5, 10)]))


def _pencil(painter: QPainter) -> None:
    points = ((4, 16), (5, 12.5), (13.5, 4), (16, 6.5), (7.5, 15), (4, 16))
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))


def _magnet(painter: QPainter) -> None:
    painter.drawArc(QRectF(4.5, 5, 11, 11), 180 * 16, 180 * 16)


def _hide(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(10, 10), 7, 4.2)
    painter.drawEllipse(QPointF(10, 10), 1.8, 1.8)


def _undo(painter: QPainter) -> None:
    painter.drawArc(QRectF(4, 6, 12, 9), -80 * 16, 200 * 16)
    painter.drawPolyline(QPolygonF([QPointF(8.5, 4), QPointF(5, 7.5), QPointF(9, 9.8)]))


def _redo(painter: QPainter) -> None:
    painter.translate(_GRID, 0)
    painter.scale(-1, 1)
    _undo(painter)


def _clear(painter: QPainter) -> None:
    painter.drawRect(QRectF(5.5, 7, 9, 9.5))


_LINES: dict[str, Strokes] = {
    "trend": ((4, 15.5, 16, 4.5),),
    "ray": ((4, 14.5, 18, 5),),
    "horizontal": ((2, 10, 18, 10),),
    "vertical": ((10, 2, 10, 18),),
    "channel": ((3, 12, 14, 3), (6, 17, 17, 8)),
    "retracement": ((3, 4, 17, 4), (3, 8, 17, 8), (3, 11.5, 17, 11.5), (3, 16, 17, 16)),
    "extension": ((3, 16, 8, 9), (8, 9, 10, 13), (11, 4, 18, 4), (11, 8, 18, 8), (11, 13, 18, 13)),
    "measure": ((3, 6, 3, 14), (17, 6, 17, 14), (3, 10, 17, 10), (5.5, 7.5, 3, 10), (14.5, 7.5, 17, 10)),
    "magnet": ((4.5, 4, 4.5, 10.5), (15.5, 4, 15.5, 10.5), (3, 6, 6, 6), (14, 6, 17, 6)),
    "clear": ((3.5, 6, 16.5, 6), (8, 3.5, 12, 3.5), (8.5, 9.5, 8.5, 14), (11.5, 9.5, 11.5, 14)),
}
_DOTS: dict[str, tuple[tuple[float, float], ...]] = {
    "trend": ((4, 15.5), (16, 4.5)),
    "ray": ((4, 14.5), (11, 9.75)),
    "horizontal": ((10, 10),),
    "vertical": ((10, 10),),
}
_FORMS: dict[str, Callable[[QPainter], None]] = {
    "rectangle": _rectangle,
    "text": _text,
    "long": _long,
    "short": _short,
    "pencil": _pencil,
    "magnet": _magnet,
    "hide": _hide,
    "undo": _undo,
    "redo": _redo,
    "clear": _clear,
}
