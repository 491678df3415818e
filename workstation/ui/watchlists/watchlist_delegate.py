"""Paints what only the watchlist has: flags and notes, quotes in grey, and the tint of a price that moved."""

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem

from workstation.domain.watch_book import FLAGS, CoinNote
from workstation.ui.theme import Theme
from workstation.ui.watchlists.coin_delegate import LEFT, PADDING, CoinDelegate
from workstation.ui.watchlists.watchlist_model import WatchlistModel
from workstation.ui.widgets.market_table import ROW_HEIGHT

FLASH_S = 0.7
"""Seconds for which a price that moved is tinted."""

_TINT = 0.17
_MARK = 16  # side of a flag
_GAP = 4  # between base and quote
_SHORTEST_BASE = 40  # where a base gets less, no row shows its quote


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
        self._font_key = ""

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        super().set_theme(theme)
        colours = (theme.bearish, theme.warning, theme.bullish, theme.accent)
        self._flags = {flag: QColor(colour) for flag, colour in zip(FLAGS[1:], colours, strict=True)}
        self._on_flag = QPen(QColor(theme.on_badge))

    def _paint_cell(
        self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, source: int, column: str
    ) -> None:
        if column == "market":
            self._paint_market(painter, inner, source, option.font)
            return
        if column == "price":
            self._tint(painter, inner, source)
        super()._paint_cell(painter, option, inner, source, column)

    def _paint_market(self, painter: QPainter, inner: QRect, source: int, font: QFont) -> None:
        if font.key() != self._font_key:
            self._take_font(font)
        note = self._list.notes.get(self._list.symbols[source])
        if note is not None:
            self._paint_note(painter, inner, note)
            inner = inner.adjusted(0, 0, -_MARK - _GAP, 0)
        base, quote, used = self._fitted(self._list.text(source, "market"), inner.width())
        painter.setFont(self._strong)
        painter.setPen(self._text)
        painter.drawText(inner, LEFT, base)
        painter.setFont(font)
        painter.setPen(self._muted)
        painter.drawText(inner.adjusted(used + _GAP, 0, 0, 0), LEFT, quote)

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

    def _fitted(self, label: str, width: int) -> tuple[str, str, int]:
        """Return base and quote as they fit, and the base's width; the base is cut before the quote goes."""
        base, _slash, quote = label.partition("/")
        room = width - self._metrics.horizontalAdvance(quote) - _GAP
        if room < _SHORTEST_BASE:
            room, quote = width, ""
        base = self._strong_metrics.elidedText(base, Qt.TextElideMode.ElideRight, room)
        return base, quote, self._strong_metrics.horizontalAdvance(base)

    def _take_font(self, font: QFont) -> None:
        self._font_key = font.key()
        self._strong = QFont(font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._strong_metrics, self._metrics = QFontMetrics(self._strong), QFontMetrics(font)

    def _tint(self, painter: QPainter, inner: QRect, source: int) -> None:
        age_s = self.now_s - self._list.moved_at[source]
        moved = self._list.moved[source]
        if age_s < FLASH_S and moved:
            tint = (self._rise if moved > 0 else self._fall).color()
            tint.setAlphaF(_TINT * (1 - max(age_s, 0.0) / FLASH_S))
            painter.fillRect(inner.adjusted(2 - PADDING, 4, PADDING - 2, -4), tint)
