"""What the market map is painted with: the colours of tiles, and writing that fits into them."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from workstation.ui.market.market_tiles import Tile, TileColour
from workstation.ui.narratives.narrative_delegate import heat
from workstation.ui.price_colours import contrast
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.grade_words import points
from workstation.ui.words.number_format import MINUS, NOTHING, percent

HOTTEST_PCT = 10.0
"""Changes as large as this, up or down, have the strongest colour."""

_MIDDLE_GRADE, _HOTTEST_GRADE = 50, 50.0
_SHADES = 40  # steps of a colour on each side of nothing
_SIZES = (1.9, 1.45, 1.15, 0.95, 0.8)  # of the widget's font, tried from the largest
_READABLE, _FAINTEST = 4.5, 0.02  # contrast of writing (WCAG 2.2); a share that makes no difference
_INSET = (2.0, 2.0)
_MOST_NAME = 16
_LONGEST, _LONGEST_WHOLE, _SHORTEST_NAME = "+88.8 %", "+88 %", "MM…"


def number_of(tile: Tile, colour: TileColour, decimals: int) -> str:
    """Return the number in a tile, with its sign where it is a change."""
    if colour is TileColour.GRADE:
        return points(tile.grade)
    change = tile.ticker.change_24h_pct
    return NOTHING if change is None else percent(change, decimals)


def sign_of(hot: float | None) -> str:
    """Return what a tile says that has no room for more: colour alone says nothing to some."""
    return NOTHING if hot is None else "+" if hot > 0 else MINUS if hot < 0 else "="


def hotness(tile: Tile, colour: TileColour) -> float | None:
    """Return how strongly a tile is coloured, -1 to 1 and beyond; None where its number is not known."""
    if colour is TileColour.GRADE:
        return None if tile.grade is None else (tile.grade - _MIDDLE_GRADE) / _HOTTEST_GRADE
    change = tile.ticker.change_24h_pct
    return None if change is None else change / HOTTEST_PCT


class Writing(NamedTuple):
    """Where a tile is written into.

    Parameters
    ----------
    size : int
        Number of the font.
    name : str
        Empty where there is room for a sign only.
    at : QPointF
        Where the name begins, on its baseline.
    centre, line : float
        Middle of the tile, and the baseline of the number or the sign.
    decimals : int
        Of the number.
    """

    size: int
    name: str
    at: QPointF
    centre: float
    line: float
    decimals: int


class MapInk:
    """Colours and fonts of the map.

    Parameters
    ----------
    theme : Theme
    font : QFont
        Of the widget.
    """

    def __init__(self, theme: Theme, font: QFont) -> None:
        self.theme = theme
        self._ground = QColor(theme.raised if theme.is_dark else theme.panel)
        self._shades: dict[int, QColor] = {}
        self._widths: dict[tuple[str, int], float] = {}
        self.fonts = [_scaled(font, size) for size in _SIZES]
        self._metrics = [QFontMetricsF(one) for one in self.fonts]
        self._longest = [one.horizontalAdvance(_LONGEST) for one in self._metrics]
        self._whole, self._shortest, self._sign = (
            self._metrics[-1].horizontalAdvance(one) for one in (_LONGEST_WHOLE, _SHORTEST_NAME, "+")
        )
        self._heights = [one.height() for one in self._metrics]

    def shade(self, hot: float | None) -> QColor:
        """Return the colour of a number from -1 to 1; what lies beyond has the strongest."""
        step = 0 if hot is None else round(min(max(hot, -1.0), 1.0) * _SHADES)
        if step not in self._shades:
            self._shades[step] = _over(self._ground, heat(self.theme, step / _SHADES, 1.0), self.theme.text)
        return self._shades[step]

    def fit(self, place: QRectF, name: str) -> Writing | None:
        """Return where name and number go, as large as they fit below one another.

        A sign alone where both do not fit; None where not even that does.
        """
        width, height = place.width() - 2 * _INSET[0], place.height() - 2 * _INSET[1]
        name = one_line(name, _MOST_NAME)
        for size, line in enumerate(self._heights):
            if 2 * line <= height and self._longest[size] <= width:
                wide = self._metrics[size].horizontalAdvance(name)
                if wide <= width:
                    return self._placed(place, size, name, wide, 1)
        last = len(_SIZES) - 1
        if 2 * self._heights[last] <= height and max(self._whole, self._shortest) <= width:
            shown = self._metrics[last].elidedText(name, Qt.TextElideMode.ElideRight, width)
            wide = self._metrics[last].horizontalAdvance(shown)
            return self._placed(place, last, shown, wide, int(self._longest[last] <= width))
        if self._metrics[last].ascent() > place.height() or self._sign > place.width():
            return None
        centre = place.center()
        line = centre.y() + self._metrics[last].capHeight() / 2
        return Writing(last, "", QPointF(), centre.x(), line, 0)

    def _placed(self, place: QRectF, size: int, name: str, wide: float, decimals: int) -> Writing:
        line, centre = self._heights[size], place.center()
        first = centre.y() - line + self._metrics[size].ascent()
        return Writing(size, name, QPointF(centre.x() - wide / 2, first), centre.x(), first + line, decimals)

    def write(self, painter: QPainter, writing: Writing, tile: Tile, colour: TileColour) -> None:
        """Write a name and its number, in the font that the painter has."""
        if writing.name:
            painter.drawText(writing.at, writing.name)
            text = number_of(tile, colour, writing.decimals)
        else:
            text = sign_of(hotness(tile, colour))
        wide = self._widths.get((text, writing.size))
        if wide is None:
            wide = self._metrics[writing.size].horizontalAdvance(text)
            self._widths[text, writing.size] = wide
        painter.drawText(QPointF(writing.centre - wide / 2, writing.line), text)


def _over(ground: QColor, colour: QColor, text: str) -> QColor:
    """Return a colour as it looks on a ground, faint enough for writing on it to be read.

    What covers is painted faster than what shines through.
    """
    share = colour.alphaF()
    while True:
        mixed = QColor.fromRgbF(
            share * colour.redF() + (1 - share) * ground.redF(),
            share * colour.greenF() + (1 - share) * ground.greenF(),
            share * colour.blueF() + (1 - share) * ground.blueF(),
        )
        if share < _FAINTEST or contrast(mixed.name(), text) >= _READABLE:
            return mixed
        share *= 0.9


def _scaled(font: QFont, size: float) -> QFont:
    scaled = QFont(font)
    scaled.setPointSizeF(font.pointSizeF() * size)
    return scaled
