"""Search over the chart: type a market or a timeframe, choose with the arrows, open with Enter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.ticker import Ticker
from workstation.ui import number_format
from workstation.ui.bridge import World
from workstation.ui.foreign_text import one_line
from workstation.ui.models.symbol_index import SymbolIndex, timeframe_typed
from workstation.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _ACCESSIBLE = 0, 11
_ROW_HEIGHT = 34
_SELECTED = 0x8000  # QStyle.State_Selected
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WIDTH, _MOST_ROWS = 460, 10
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Hit:
    """One row: a market, or a timeframe to switch to."""

    symbol: str = ""
    timeframe: str = ""
    ticker: Ticker | None = None
    is_watched: bool = False

    @property
    def label(self) -> str:
        """What the row says."""
        return one_line(self.symbol, 48) if self.symbol else f"Switch to {self.timeframe} bars"


class _Hits(QAbstractListModel):
    """What was found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[Hit] = ()

    def show(self, rows: Sequence[Hit]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        return self.rows[index.row()].label if role in (_DISPLAY, _ACCESSIBLE) else None


class _HitDelegate(QStyledItemDelegate):
    """Paints a found market with its price and day."""

    theme: Theme

    def __init__(self, hits: _Hits, parent: QObject) -> None:
        super().__init__(parent)
        self._hits = hits

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        hit, theme = self._hits.rows[index.row()], self.theme
        if option.state.value & _SELECTED:
            painter.fillRect(rect, QColor(theme.selection))
        inner = rect.adjusted(14, 0, -14, 0)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QPen(QColor(theme.text)))
        label = QFontMetrics(font).elidedText(hit.label, Qt.TextElideMode.ElideRight, inner.width() - 190)
        painter.drawText(inner, _LEFT, label)
        painter.setFont(option.font)
        if hit.is_watched:
            painter.setPen(QPen(QColor(theme.muted)))
            used = QFontMetrics(font).horizontalAdvance(label)
            painter.drawText(inner.adjusted(used + 10, 0, 0, 0), _LEFT, "watched")
        if hit.ticker is not None:
            self._paint_ticker(painter, inner, hit.ticker)

    def _paint_ticker(self, painter: QPainter, inner: QRect, ticker: Ticker) -> None:
        change = ticker.change_24h_pct
        if change is not None:
            painter.setPen(QPen(QColor(self.theme.rise if change >= 0 else self.theme.fall)))
            painter.drawText(inner, _RIGHT, number_format.percent(change))
        painter.setPen(QPen(QColor(self.theme.muted)))
        painter.drawText(inner.adjusted(0, 0, -84, 0), _RIGHT, number_format.price(ticker.last))


class SymbolSearch(QFrame):
    """A sheet over the window, opened by a key and closed by Esc, Enter or a click elsewhere.

    Parameters
    ----------
    world : World
        Whose markets are searched and whose prices are shown.
    theme : Theme
        Colours.
    parent : QWidget
        Over whose top it lies.
    """

    symbol_chosen = Signal(str)
    timeframe_chosen = Signal(str)
    add_chosen = Signal(str)
    closed = Signal()

    def __init__(self, world: World, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._world, self._over = world, parent
        self._made_index: SymbolIndex | None = None
        self._is_adding = False
        self._hits = _Hits(self)
        self._delegate = _HitDelegate(self._hits, self)
        self.edit = QLineEdit()
        self.list = QListView()
        self._hint = QLabel()
        self._lay_out()
        self.edit.textChanged.connect(self._search)
        self.edit.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.set_theme(theme)
        self.hide()

    def _lay_out(self) -> None:
        self.setObjectName("symbol-search")
        self.setFixedWidth(_WIDTH)
        self.edit.setAccessibleName("Find a market or a timeframe")
        self.list.setAccessibleName("Markets found")
        self.list.setModel(self._hits)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setContentsMargins(14, 6, 14, 8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(self.edit)
        whole.addWidget(self.list)
        whole.addWidget(self._hint)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._delegate.theme = theme
        self.setStyleSheet(
            f"#symbol-search {{ background: {theme.raised}; border: 1px solid {theme.border};"
            f" border-radius: 8px; }}"
            f"QLineEdit {{ border: 0; border-bottom: 1px solid {theme.border}; border-radius: 0;"
            f" padding: 12px 14px; background: transparent; font-size: 14px; }}"
            f"QListView {{ background: transparent; }} QLabel {{ color: {theme.muted}; }}"
        )

    def set_markets(self) -> None:
        """Take the venue's markets from the world, when they are looked for."""
        self._made_index = None
        if self.isVisible():
            self._search(self.edit.text())

    @property
    def _index(self) -> SymbolIndex:
        """The markets, made ready to be searched when that is first needed: thousands take a while."""
        if self._made_index is None:
            self._made_index = SymbolIndex(self._world.markets.values())
        return self._made_index

    def open_on_typing(self, widget: QWidget) -> None:
        """Open with the first letter or digit that is typed on a widget."""
        widget.installEventFilter(self)

    def open(self, typed: str = "", *, adding: bool = False) -> None:
        """Show the sheet with what was typed so far.

        Parameters
        ----------
        typed : str
            First letters.
        adding : bool
            True to choose a market for the watchlist, not for the chart.
        """
        self._is_adding = adding
        self.edit.setPlaceholderText("Add a market…" if adding else "Find a market, or type a timeframe…")
        self.edit.setText(typed)
        self._search(typed)
        self._place()
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)  # a shortcut's focus would select what was typed

    def dismiss(self) -> None:
        """Close the sheet without a choice."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _place(self) -> None:
        parent = self._over
        rows = min(max(len(self._hits.rows), 0), _MOST_ROWS)
        self.list.setFixedHeight(rows * _ROW_HEIGHT)
        self.list.setVisible(rows > 0)
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, min(84, parent.height() // 6))

    def _search(self, text: str) -> None:
        world = self._world
        timeframe = None if self._is_adding else timeframe_typed(text)
        rows = [Hit(timeframe=timeframe)] if timeframe else []
        symbols = self._index.search(text, world.tickers) if text.strip() else list(world.watchlist[:50])
        watched = set(world.watchlist)
        rows += [Hit(s, ticker=world.tickers.get(s), is_watched=s in watched) for s in symbols]
        self._hits.show(rows)
        if rows:
            self.list.setCurrentIndex(self._hits.index(0))
        self._hint.setText(self._hint_for(text, n_found=len(rows)))
        self._place()

    def _hint_for(self, text: str, *, n_found: int) -> str:
        if not len(self._index):
            return "Markets are not known yet: the venue has not answered."
        if text.strip() and not n_found:
            return f"Nothing trades here under “{one_line(text, 24)}”."
        return f"{len(self._index):,} markets · ↑ ↓ to choose · Enter to open · Esc to close"

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._hits.rows):
            return
        hit = self._hits.rows[row]
        self.hide()
        self.closed.emit()
        if hit.timeframe:
            self.timeframe_chosen.emit(hit.timeframe)
        elif self._is_adding:
            self.add_chosen.emit(hit.symbol)
        else:
            self.symbol_chosen.emit(hit.symbol)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Listen to the keys of the line that is typed in, and of what opens it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.edit:
                return self._on_key(event)
            if len(event.text()) == 1 and event.text().isalnum():
                self.open(event.text())
                return True
        if watched is self.edit and event.type() == QEvent.Type.FocusOut:
            self.dismiss()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex().row())
        elif key in _LIST_KEYS:
            self._move(key)
        else:
            return False
        return True

    def _move(self, key: int) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_MOST_ROWS}.get(
            Qt.Key(key), _MOST_ROWS
        )
        last = len(self._hits.rows) - 1
        row = min(max(self.list.currentIndex().row() + step, 0), last)
        if last >= 0:
            self.list.setCurrentIndex(self._hits.index(row))
