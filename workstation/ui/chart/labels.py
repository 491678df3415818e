"""Text that is laid out once and painted many times."""

from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStaticText

_MOST = 400  # labels remembered, several frames of them; each takes nearly a kilobyte


class Style(Enum):
    """How a label is set."""

    PLAIN = "plain"
    STRONG = "strong"
    CAPTION = "caption"
    SMALL = "small"

    __hash__ = object.__hash__  # it is looked up hundreds of times a frame; by name that is slow


class Labels:
    """Laid-out labels in the chart's four styles.

    Parameters
    ----------
    font : QFont
        The widget's own; every style is made from it.
    """

    def __init__(self, font: QFont) -> None:
        self._fonts = {style: _font(font, style) for style in Style}
        self._metrics = {style: QFontMetricsF(made) for style, made in self._fonts.items()}
        self._known: dict[tuple[str, Style], tuple[QStaticText, float]] = {}

    def height(self, style: Style = Style.PLAIN) -> float:
        """Return the height of a line, logical pixels."""
        return self._metrics[style].height()

    def width(self, text: str, style: Style = Style.PLAIN) -> float:
        """Return how far a label reaches, logical pixels."""
        return (self._known.get((text, style)) or self._laid_out(text, style))[1]

    def cut(self, text: str, room: float, style: Style = Style.PLAIN) -> str:
        """Return as much of a label as has room, logical pixels, with dots where it is cut."""
        if self.width(text, style) <= room:
            return text
        return self._metrics[style].elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))

    def paint(
        self, painter: QPainter, at: QPointF, text: str, colour: QColor, style: Style = Style.PLAIN
    ) -> float:
        """Paint a label with its upper left corner at a point; return its width."""
        laid_out, width = self._known.get((text, style)) or self._laid_out(text, style)
        painter.setFont(self._fonts[style])
        painter.setPen(colour)
        painter.drawStaticText(at, laid_out)
        return width

    def _laid_out(self, text: str, style: Style) -> tuple[QStaticText, float]:
        if len(self._known) >= _MOST:
            self._known.clear()
        laid_out = QStaticText(text)
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        self._known[text, style] = known = laid_out, self._metrics[style].horizontalAdvance(text)
        return known


def _font(font: QFont, style: Style) -> QFont:
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)  # figures of one width: columns of prices do not dance
    size = font.pointSizeF() if font.pointSizeF() > 0 else 9.0
    if style is Style.CAPTION:
        made.setPointSizeF(size * 1.25)
        made.setWeight(QFont.Weight.DemiBold)
    elif style is Style.STRONG:
        made.setWeight(QFont.Weight.DemiBold)
    elif style is Style.SMALL:
        made.setPointSizeF(size * 0.9)
    return made
