"""The tiles of the market map: area is volume, colour and number are the last day or the grade."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QToolTip, QWidget

from workstation.ui.market.market_map_ink import MapInk, Writing, hotness
from workstation.ui.market.market_map_layout import MapLayout
from workstation.ui.market.market_map_words import facts
from workstation.ui.market.market_tiles import Tile, TileColour, TileGroup
from workstation.ui.theme import Theme
from workstation.ui.widgets.painted_view import PaintedView
from workstation.ui.words.foreign_text import one_line, tooltip

_GREY = 0.68
_HEADING_SPARE = 3.0
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class MarketMapView(PaintedView):
    """Tiles under their headings; arrows go from one to the next, Enter or a click opens its chart."""

    open_requested = Signal(str)  # symbol
    said = Signal(str)  # the tile that is pointed at or chosen, in words; empty for none

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._groups: Sequence[TileGroup] = ()
        self._tiles: Mapping[str, Tile] = {}
        self._colour = TileColour.CHANGE
        self._is_old = False
        self._picture: QPixmap | None = None
        self._is_painted = False
        self._layout: MapLayout | None = None
        self._written: list[list[tuple[str, Writing]]] = []
        self.current = ""
        """Symbol of the chosen tile; empty where there are none."""
        self._pointed = ""
        self._ink = MapInk(theme, self.font())
        self.setMouseTracking(True)
        self.setAccessibleName("Market map: arrows go from coin to coin, Enter opens the chart")

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(420, 320)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._ink = MapInk(theme, self.font())
        self._lay()
        super().set_theme(theme)

    def show_groups(self, groups: Sequence[TileGroup]) -> None:
        """Lay out these coins."""
        self._groups, self.is_empty = groups, not groups
        if not any(self.current in group.symbols for group in groups):
            self.current = groups[0].symbols[0] if groups else ""
        self._lay()

    def show_tiles(self, tiles: Mapping[str, Tile], colour: TileColour, *, is_old: bool) -> None:
        """Show what is known of each, by symbol; what is old is greyed."""
        self._tiles, self._colour, self._is_old = tiles, colour, is_old
        self._paint_anew()
        self._say()

    # Going about

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from tile to tile, or open one."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        symbols = self.layout_.symbols
        if not symbols:
            super().keyPressEvent(event)
        elif arrow is not None:
            self._pointed = ""
            self._choose(symbols[self.layout_.beside(symbols.index(self.current), *arrow)])
        elif event.key() in _OPEN_KEYS:
            self.open_requested.emit(self.current)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(symbols[0 if event.key() == Qt.Key.Key_Home else -1])
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        pointed = self.symbol_at(event.position())
        if pointed != self._pointed:
            self._pointed = pointed
            self._say()

    def leaveEvent(self, event: QEvent) -> None:
        """Say what is chosen again."""
        self._pointed = ""
        self._say()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the tile under the pointer."""
        symbol = self.symbol_at(event.position())
        if symbol and event.button() == Qt.MouseButton.LeftButton:
            self._choose(symbol)
            self.open_requested.emit(symbol)

    def symbol_at(self, point: QPointF) -> str:
        """Return the symbol of the tile at a point; empty where there is none."""
        at = self.layout_.at(point)
        return "" if at is None else self.layout_.symbols[at]

    def event(self, event: QEvent) -> bool:
        """Say more about the tile under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tile = self._tiles.get(self.symbol_at(QPointF(event.pos())))
            if tile is not None:
                QToolTip.showText(event.globalPos(), tooltip(*facts(tile)), self)
                return True
        return super().event(event)

    def _choose(self, symbol: str) -> None:
        self.current = symbol
        self._say()

    def _say(self) -> None:
        tile = self._tiles.get(self._pointed or self.current)
        words = "" if tile is None else " · ".join(facts(tile))
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.said.emit(words)
        self.update()

    # Painting

    def resizeEvent(self, event: QEvent) -> None:
        """Lay the tiles out again."""
        self._lay()

    def changeEvent(self, event: QEvent) -> None:
        """Take another font."""
        if event.type() == QEvent.Type.FontChange:
            self._ink = MapInk(self._theme, self.font())
            self._lay()
        super().changeEvent(event)

    def _lay(self) -> None:
        """Have the tiles laid out when they are asked for: until then other changes may come."""
        self._layout = None
        self._paint_anew()

    @property
    def layout_(self) -> MapLayout:
        """Where headings and tiles lie."""
        if self._layout is None:
            heading = self.fontMetrics().height() + _HEADING_SPARE
            self._layout = MapLayout(self._groups, QRectF(self.rect()), heading)
            self._write(self._layout)
        return self._layout

    def _write(self, layout: MapLayout) -> None:
        """Find out what fits into which tile; the same until tiles or fonts are others."""
        self._written = [[] for _ in self._ink.fonts]
        for symbol, place in zip(layout.symbols, layout.tiles, strict=True):
            writing = self._ink.fit(place, symbol.partition("/")[0])
            if writing is not None:
                self._written[writing.size].append((symbol, writing))

    def _paint_anew(self) -> None:
        self._is_painted = False
        self.update()

    def paint_content(self, painter: QPainter) -> None:
        """Paint the tiles from the picture that is kept of them, and the frames of chosen and pointed at."""
        painter.drawPixmap(0, 0, self.picture())
        symbols, tiles = self.layout_.symbols, self.layout_.tiles
        for symbol, colour, is_shown in (
            (self._pointed, self._theme.text, bool(self._pointed)),
            (self.current, self._theme.accent, self.hasFocus()),
        ):
            if is_shown and symbol in symbols:
                painter.setPen(QPen(QColor(colour), 2))
                painter.drawRect(tiles[symbols.index(symbol)].adjusted(1, 1, -1, -1))

    def picture(self) -> QPixmap:
        """Return all tiles as a picture; painted only where they changed."""
        scale = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != self.size() * scale:
            self._picture, self._is_painted = QPixmap(self.size() * scale), False
            self._picture.setDevicePixelRatio(scale)
        if not self._is_painted:
            self._is_painted = True
            self._picture.fill(QColor(self._theme.base))
            with QPainter(self._picture) as painter:
                painter.setOpacity(_GREY if self._is_old else 1.0)
                self._paint_headings(painter)
                self._paint_tiles(painter)
        return self._picture

    def _paint_headings(self, painter: QPainter) -> None:
        metrics = self.fontMetrics()
        painter.setFont(self.font())
        painter.setPen(QColor(self._theme.muted))
        aligned = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for title, place in self.layout_.headings:
            room = place.adjusted(3, 0, -2, 0)
            shown = metrics.elidedText(one_line(title, 40), Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, aligned, shown)

    def _paint_tiles(self, painter: QPainter) -> None:
        ink, colour, written = self._ink, self._colour, self._written
        painter.setPen(QColor(self._theme.text))
        for symbol, place in zip(self.layout_.symbols, self.layout_.tiles, strict=True):
            tile = self._tiles.get(symbol)
            painter.fillRect(place, ink.shade(None if tile is None else hotness(tile, colour)))
        for size, font in enumerate(ink.fonts):
            painter.setFont(font)
            for symbol, writing in written[size]:
                tile = self._tiles.get(symbol)
                if tile is not None:
                    ink.write(painter, writing, tile, colour)
