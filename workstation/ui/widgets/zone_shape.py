"""A momentum zone as a shape and a colour, so that neither is the only sign."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from workstation.domain.grade import Zone
from workstation.ui.icon import triangle
from workstation.ui.theme import Theme


class ZoneInk:
    """A theme's colours for zones."""

    def __init__(self, theme: Theme) -> None:
        self._by_zone = {
            Zone.SURGING: QColor(theme.bullish),
            Zone.GAINING: QColor(theme.rise),
            Zone.HOLDING: QColor(theme.muted),
            Zone.LOSING: QColor(theme.fall),
            Zone.CRASHING: QColor(theme.bearish),
        }

    def of(self, zone: Zone) -> QColor:
        """Return the colour of a zone."""
        return self._by_zone[zone]


def paint_zone_shape(painter: QPainter, middle: QPointF, zone: Zone, colour: QColor) -> None:
    """Paint a zone as a shape: two arrows, one, or a dash."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    is_up = zone in (Zone.SURGING, Zone.GAINING)
    if zone is Zone.HOLDING:
        painter.fillRect(QRectF(middle.x() - 4, middle.y() - 1, 8, 2), colour)
    elif zone in (Zone.SURGING, Zone.CRASHING):
        for offset in (-3.5, 3.5):
            painter.fillPath(triangle(QPointF(middle.x(), middle.y() + offset), 8, up=is_up), colour)
    else:
        painter.fillPath(triangle(middle, 9, up=is_up), colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
