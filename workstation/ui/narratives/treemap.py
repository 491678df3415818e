"""The holdings of an index as tiles: area is weight, colour and text are the last day."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workstation.domain.narrative_index import Holding
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_delegate import heat
from workstation.ui.narratives.treemap_layout import squarified
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line, tooltip

_HOTTEST_PCT = 10.0
_MARGIN, _GAP, _INSET = 8.0, 1.0, 5.0
_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Treemap(QWidget):
    """Tiles of an index's coins, largest first; arrows go from one to the next, Enter opens its chart."""

    open_requested = Signal(str)  # coin

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._holdings: tuple[Holding, ...] = ()
        self._tiles: list[QRectF] = []
        self._current = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Treemap of the holdings")
        self.set_theme(theme)

    @property
    def tiles(self) -> list[QRectF]:
        """Where the tiles lie, in the order of the holdings."""
        return self._tiles

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def set_holdings(self, holdings: Sequence[Holding]) -> None:
        """Show what an index holds, the largest first."""
        self._holdings = tuple(holdings)
        self._current = 0
        self._lay()
        self._say()

    def sizeHint(self) -> QSize:
        """Return a usual size."""
        return QSize(320, 180)

    def resizeEvent(self, event: QEvent) -> None:
        """Lay the tiles out again."""
        self._lay()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from tile to tile, or open one."""
        step = _KEYS.get(Qt.Key(event.key()))
        if not self._holdings:
            super().keyPressEvent(event)
        elif step is not None:
            self._current = min(max(self._current + step, 0), len(self._holdings) - 1)
            self._say()
        elif event.key() in _OPEN_KEYS:
            self.open_requested.emit(self._holdings[self._current].coin)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tile under the pointer."""
        at = self._tile_at(event.position())
        if at is not None:
            self._current = at
            self._say()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the tile under the pointer."""
        at = self._tile_at(event.position())
        if at is not None:
            self.open_requested.emit(self._holdings[at].coin)

    def event(self, event: QEvent) -> bool:
        """Say more about the tile under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._tile_at(QPointF(event.pos()))
            if at is not None:
                QToolTip.showText(event.globalPos(), tooltip(*_facts(self._holdings[at])), self)
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which tile the keyboard is at."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        self.update()

    def _lay(self) -> None:
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        self._tiles = squarified([one.weight for one in self._holdings], room)
        self.update()

    def _say(self) -> None:
        said = _facts(self._holdings[self._current]) if self._holdings else ["No coin is held."]
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def _tile_at(self, point: QPointF) -> int | None:
        return next((at for at, tile in enumerate(self._tiles) if tile.contains(point)), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.base))
            if not self._holdings:
                painter.setPen(QColor(self._theme.muted))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No coin is held.")
            for holding, tile in zip(self._holdings, self._tiles, strict=True):
                self._paint_tile(painter, holding, tile.adjusted(_GAP, _GAP, -_GAP, -_GAP))
            if self.hasFocus() and self._tiles:
                painter.setPen(QPen(QColor(self._theme.accent), 2))
                painter.drawRect(self._tiles[self._current].adjusted(1, 1, -1, -1))

    def _paint_tile(self, painter: QPainter, holding: Holding, tile: QRectF) -> None:
        painter.fillRect(tile, QColor(self._theme.raised))
        painter.fillRect(tile, heat(self._theme, holding.roi_24h_pct, _HOTTEST_PCT))
        room = tile.adjusted(_INSET, _INSET - 1, -_INSET, -_INSET + 1)
        line = painter.fontMetrics().lineSpacing()
        said = [one_line(holding.coin, 30), words.roi(holding.roi_24h_pct), words.weight(holding.weight)]
        n_lines = min(int(room.height() // line), len(said))
        said = said[:n_lines]
        if not said or painter.fontMetrics().horizontalAdvance(said[0]) > room.width():
            return
        painter.setPen(QColor(self._theme.text))
        for n, text in enumerate(said):
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(
                QRectF(room.left(), room.top() + n * line, room.width(), line),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                shown,
            )
            if n == 1:
                painter.setPen(QColor(self._theme.muted))


def _facts(holding: Holding) -> list[str]:
    """Return a holding in words."""
    return [
        one_line(holding.coin, 40),
        f"weight {words.weight(holding.weight)}",
        f"24 h {words.roi(holding.roi_24h_pct)}",
        f"7 d {words.roi(holding.roi_7d_pct)}",
        f"30 d {words.roi(holding.roi_30d_pct)}",
    ]
