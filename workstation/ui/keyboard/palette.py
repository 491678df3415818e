"""The palette over the window: type a market, a timeframe or a command, and press Enter."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from workstation.ui.bridge import World
from workstation.ui.keyboard.palette_delegate import ROW_HEIGHT, PaletteDelegate
from workstation.ui.keyboard.palette_rows import ONLY_COMMANDS, ONLY_NARRATIVES, Finder, Hit, Kind, Sources
from workstation.ui.keyboard.symbol_index import timeframe_typed
from workstation.ui.theme import Theme
from workstation.ui.widgets.market_drag import MARKETS, dragged
from workstation.ui.words.foreign_text import one_line

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _ACCESSIBLE = 0, 11
_DRAGGED = Qt.ItemFlag.ItemIsDragEnabled
_WIDTH, _MOST_ROWS, _EDGE = 620, 10, 1
_MARGIN, _TOP = 12, 84
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


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
        hit = self.rows[index.row()]
        if role == _ACCESSIBLE:
            return ", ".join(part for part in (hit.label, hit.note, hit.keys) if part)
        return hit.label if role == _DISPLAY else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that markets can be dragged onto a list."""
        is_market = index.isValid() and self.rows[index.row()].kind is Kind.SYMBOL
        return super().flags(index) | (_DRAGGED if is_market else Qt.ItemFlag.NoItemFlags)

    def mimeTypes(self) -> list[str]:
        """Return how dragged markets are carried."""
        return [MARKETS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the markets of some rows, to be dragged."""
        hits = (self.rows[index.row()] for index in indexes)
        return dragged(hit.id for hit in hits if hit.kind is Kind.SYMBOL)


class Palette(QFrame):
    """A sheet over the window, opened by a key and closed by Esc, Enter or a click elsewhere.

    Parameters
    ----------
    world : World
        Whose markets are searched and whose prices are shown.
    theme : Theme
        Colours.
    parent : QWidget
        Over whose top it lies, or over that of a window that floats beside it and has the keyboard.
    sources : Sources or None
        What is offered beside markets and timeframes; None where it is only asked for those.
    """

    symbol_chosen = Signal(str)
    timeframe_chosen = Signal(str)
    narrative_chosen = Signal(str)
    command_chosen = Signal(str)
    add_chosen = Signal(str)
    lines_wanted = Signal(object)  # tuple[str, ...]: markets that are found, once each while it is open
    opened = Signal()
    closed = Signal()

    def __init__(self, world: World, theme: Theme, parent: QWidget, sources: Sources | None = None) -> None:
        super().__init__(parent)
        self._home = self._over = parent
        self._offers_all = sources is not None
        self.finder = Finder(world, sources or Sources())
        self._is_adding = False
        self._asked_lines: set[str] = set()
        self._came_from: QWidget | None = None
        self._hits = _Hits(self)
        self._delegate = PaletteDelegate(self)
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
        self.setObjectName("palette")
        self.edit.setAccessibleName(
            "Find a market, a timeframe or a command" if self._offers_all else "Find a market"
        )
        self.list.setAccessibleName("What was found")
        self.list.setModel(self._hits)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setDragEnabled(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 1, 1, 1)
        whole.setSpacing(0)
        whole.addWidget(self.edit)
        whole.addWidget(self.list)
        whole.addWidget(self._hint)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._delegate.set_theme(theme)
        self.setStyleSheet(
            f"#palette {{ background: {theme.raised}; border: 1px solid {theme.border};"
            f" border-radius: 8px; }}"
            f"QLineEdit {{ border: 0; border-bottom: 1px solid {theme.border}; border-radius: 0;"
            f" padding: 12px 14px; background: transparent; font-size: 14px; }}"
            f"QListView {{ background: transparent; }}"
            f"QLabel {{ color: {theme.muted}; padding: 6px 14px 8px 14px; }}"
        )

    def set_markets(self) -> None:
        """Take the venue's markets from the world, when they are looked for."""
        self.finder.forget_markets()
        if self.isVisible():
            self._search(self.edit.text())

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
        self._asked_lines.clear()
        if not self.isVisible():
            self._came_from = QApplication.focusWidget()
        self.edit.setPlaceholderText(self._asked())
        self.edit.setText(typed)
        self._lie_over(self._window_in_use())
        self._search(typed)
        self.show()
        self.raise_()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)  # a shortcut's focus would select what was typed
        self.opened.emit()

    def show_prices(self) -> None:
        """Show the newest prices of the markets that were found; the rows stay where they are."""
        if self.isVisible():
            rows = [self.finder.priced_anew(hit) for hit in self._hits.rows]
            self._delegate.rows = self._hits.rows = rows
            self.list.viewport().update()

    def show_line(self, symbol: str) -> None:
        """Show the last day of a market, where it was found."""
        if self.isVisible() and any(hit.kind is Kind.SYMBOL and hit.id == symbol for hit in self._hits.rows):
            self.show_prices()

    def dismiss(self) -> None:
        """Close the sheet without a choice."""
        if self.isVisible():
            self._close()

    def _close(self, *, gives_back: bool = False) -> None:
        """Hide the sheet; give the keyboard back, where that is wished, to who had it and is on screen."""
        before, self._came_from = self._came_from, None  # a chart may go at any time,
        self.hide()
        self._lie_over(self._home)  # and a window that floats, too
        self.closed.emit()
        if gives_back and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _window_in_use(self) -> QWidget:
        """Return the window that has the keyboard, where it floats beside the own one."""
        focused = QApplication.focusWidget()
        window = self._home if focused is None else focused.window()
        if window is not self._home and self._is_beside(window):
            return window
        return next((one for one in QApplication.topLevelWidgets() if self._is_covering(one)), self._home)

    def _is_beside(self, window: QWidget) -> bool:
        """Whether a window belongs to the own one."""
        above = window.parentWidget()
        while above is not None and above is not self._home:
            above = above.parentWidget()
        return above is not None

    def _is_covering(self, window: QWidget) -> bool:
        """Whether a window that floats hides the place at which the sheet would lie in the own one."""
        if not isinstance(window, QDockWidget) or not window.isVisible() or not self._is_beside(window):
            return False
        own = self._home.rect()
        place = QRect(own.center().x() - _WIDTH // 2, _TOP, _WIDTH, _MOST_ROWS * ROW_HEIGHT)
        return window.frameGeometry().intersects(place.translated(self._home.mapToGlobal(QPoint())))

    def _lie_over(self, window: QWidget) -> None:
        self._over = window
        if self.parentWidget() is not window:
            self.setParent(window)

    def _asked(self) -> str:
        if self._is_adding:
            return "Add a market…"
        if self._offers_all:
            return "Market, timeframe or command  ·  > commands only  ·  # narratives only"
        return "Find a market, or type a timeframe…"

    def _place(self) -> None:
        parent = self._over
        top = min(_TOP, parent.height() // 6)
        room = (
            parent.height() - top - self.edit.sizeHint().height() - self._hint.sizeHint().height() - _MARGIN
        )
        rows = min(len(self._hits.rows), _MOST_ROWS, max(room // ROW_HEIGHT, 1))
        self.setFixedWidth(min(_WIDTH, parent.width() - 2 * _MARGIN))
        self.list.setFixedHeight(rows * ROW_HEIGHT + 2 * _EDGE)
        self.list.setVisible(rows > 0)
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, top)

    def _search(self, text: str) -> None:
        rows = self._rows_for(text)
        self._delegate.rows = rows
        self._hits.show(rows)
        if rows:
            self.list.setCurrentIndex(self._hits.index(0))
        self._hint.setText(self._hint_for(text, n_found=len(rows)))
        self._place()
        found = [hit.id for hit in rows if hit.kind is Kind.SYMBOL and hit.id not in self._asked_lines]
        if found:
            self._asked_lines.update(found)
            self.lines_wanted.emit(tuple(found))

    def _rows_for(self, text: str) -> Sequence[Hit]:
        if self._offers_all and not self._is_adding:
            return self.finder.find(text)
        timeframe = None if self._is_adding else timeframe_typed(text)
        first = [Hit(Kind.TIMEFRAME, timeframe, f"Switch to {timeframe} bars")] if timeframe else []
        return [*first, *self.finder.find_symbols(text)]

    def _hint_for(self, text: str, *, n_found: int) -> str:
        n_markets = len(self.finder.index)
        if n_found or not text.strip():
            known = f"{n_markets:,} markets" if n_markets else "Markets are not known yet"
            return f"{known} · ↑ ↓ to choose · Enter to open · Esc to close"
        if text.startswith(ONLY_NARRATIVES):
            return "No narrative is called so. Narratives come once the history of their coins is loaded."
        if text.startswith(ONLY_COMMANDS):
            return f"No command is called “{one_line(text[1:].strip(), 24)}”. F1 lists all."
        if not n_markets:
            return "Markets are not known yet: the venue has not answered."
        return f"Nothing trades here under “{one_line(text, 24)}”. Fewer letters find more."

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._hits.rows):
            return
        hit = self._hits.rows[row]
        is_command = hit.kind is Kind.COMMAND and not self._is_adding
        self._close(
            gives_back=is_command
        )  # it is about what had the keyboard, as if its keys were pressed there
        if self._is_adding:
            self.add_chosen.emit(hit.id)
            return
        self.finder.sources.remember(hit.kind, hit.id)
        chosen = {
            Kind.TIMEFRAME: self.timeframe_chosen,
            Kind.SYMBOL: self.symbol_chosen,
            Kind.NARRATIVE: self.narrative_chosen,
            Kind.COMMAND: self.command_chosen,
        }
        chosen[hit.kind].emit(hit.id)

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
            self._close(gives_back=True)
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
