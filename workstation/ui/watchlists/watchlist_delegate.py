"""Paints what only the watchlist has: flags and notes, and the tint of a price that moved."""

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from workstation.domain.watch_book import FLAGS, CoinNote
from workstation.ui.theme import Theme
from workstation.ui.watchlists.coin_delegate import PADDING, CoinDelegate
from workstation.ui.watchlists.watchlist_model import WatchlistModel
from workstation.ui.widgets.market_table import ROW_HEIGHT

FLASH_S = 0.7
"""Seconds for which a price that moved is tinted."""

_TINT = 0.17
_MARK = 16  # side of a flag
_GAP = 4  # between a market and its flag


class WatchlistDelegate(CoinDelegate):
    """Paints rows of a `WatchlistModel`.

    Parameters
    ----------
    model : WatchlistModel
        Whose columns are painted.
    theme : Theme
        Colours.
    """

    def __init__(self, model: WatchlistModel, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(model, theme, ROW_HEIGHT, parent)
        self._list = model
        self.now_s = 0.0

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        super().set_theme(theme)
        colours = (theme.bearish, theme.warning, theme.bullish, theme.accent)
        self._flags = {flag: QColor(colour) for flag, colour in zip(FLAGS[1:], colours, strict=True)}
        self._on_flag = QPen(QColor(theme.on_badge))

    def _paint_cell(
        self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, source: int, column: str
    ) -> None:
        if column == "price":
            self._tint(painter, inner, source)
        super()._paint_cell(painter, option, inner, source, column)

    def _paint_market(self, painter: QPainter, inner: QRect, source: int, font: QFont) -> None:
        note = self._list.notes.get(self._list.symbols[source])
        if note is not None:
            self._paint_note(painter, inner, note)
            inner = inner.adjusted(0, 0, -_MARK - _GAP, 0)
        super()._paint_market(painter, inner, source, font)

    def _paint_note(self, painter: QPainter, inner: QRect, note: CoinNote) -> None:
        """Paint a flag as a square with its letter, a note without one as a pencil's line."""
        mark = QRect(inner.right() - _MARK + 1, inner.center().y() - _MARK // 2, _MARK, _MARK)
        painter.setFont(self._strong)
        if note.flag:
            painter.fillRect(mark, self._flags[note.flag])
            painter.setPen(self._on_flag)
        else:
            painter.setPen(self._muted)
        painter.drawText(mark, int(Qt.AlignmentFlag.AlignCenter), note.flag[:1].upper() or "✎")

    def _tint(self, painter: QPainter, inner: QRect, source: int) -> None:
        age_s = self.now_s - self._list.moved_at[source]
        moved = self._list.moved[source]
        if age_s < FLASH_S and moved:
            tint = (self._rise if moved > 0 else self._fall).color()
            tint.setAlphaF(_TINT * (1 - max(age_s, 0.0) / FLASH_S))
            painter.fillRect(inner.adjusted(2 - PADDING, 4, PADDING - 2, -4), tint)
