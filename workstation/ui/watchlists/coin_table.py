"""A table of coins: columns are moved, widened and hidden, groups fold, rows can be dragged."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView, QMenu, QStyleOptionViewItem, QWidget

from workstation.domain.list_view import NARROWEST, WIDEST
from workstation.domain.screen_column import COLUMNS, ColumnKind, Words
from workstation.ui.watchlists.coin_delegate import PADDING, CoinDelegate
from workstation.ui.watchlists.frozen_column import FrozenColumn
from workstation.ui.watchlists.screen_model import SORT_MARKS, ScreenModel
from workstation.ui.widgets.market_drag import markets_in
from workstation.ui.widgets.market_table import MarketTable
from workstation.ui.words.foreign_text import in_menu

NO_ARROW = (
    "QHeaderView::up-arrow, QHeaderView::down-arrow { width: 0; height: 0; image: none; }"
    "QAbstractScrollArea::corner { background: transparent; border: 0; }"
)
"""The head of the sorted column says so in its text; nothing stands between two scroll bars."""

Index = QModelIndex | QPersistentModelIndex

_WIDEST = {
    ColumnKind.NAME: "Liquid staking, DeFi",
    ColumnKind.PRICE: "0.00001127",
    ColumnKind.CHANGE: "+111.64 %",
    ColumnKind.RATE: "+0.1164 %",
    ColumnKind.SHARE: "100 %",
    ColumnKind.APART: "11.64 %",
    ColumnKind.RANGES: "111.6",
    ColumnKind.AMOUNT: "12.3 M",
    ColumnKind.POINTS: "▲100",
    ColumnKind.STEP: "+100",
    ColumnKind.COUNT: "100",
    ColumnKind.AGE: "59 min",
    ColumnKind.SIDE: "▼ Bearish",
    ColumnKind.LINE: "00.000",
}
_WHOLE_MARKET = 100  # where columns are scrolled to, names need not be short: most have room in that
_LONGEST_HEAD = 110  # a longer title is cut; its tool tip says it whole
_TOGGLES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_FOLDS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}


class CoinTable(MarketTable):
    """Shows a `ScreenModel`.

    Parameters
    ----------
    model : ScreenModel
    delegate : CoinDelegate
        Paints it.
    least_market : int
        Pixels that the market's column always has.
    """

    columns_chosen = Signal(object)  # tuple[str, ...] beside the market, as the header says now
    columns_requested = Signal()  # the dialog of columns
    widths_changed = Signal()
    folding_requested = Signal(str, bool)  # a narrative, whether its coins shall be hidden
    markets_dropped = Signal(object, int, bool)  # markets, row they fell on, whether they are this table's
    undo_requested = Signal()

    def __init__(
        self,
        model: ScreenModel,
        delegate: CoinDelegate,
        least_market: int = 60,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, QHeaderView(Qt.Orientation.Horizontal))  # the model marks the sorted column
        self._coins, self._delegate, self._least_market = model, delegate, least_market
        self._chosen: dict[str, int] = {}
        self._needed: Words = ()
        self._is_laying_out = False
        self._drop_row = -1
        self.frozen: FrozenColumn | None = None  # made when it is first needed
        self.setModel(model)
        self.setItemDelegate(delegate)
        row_height = delegate.sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        self.verticalHeader().setMinimumSectionSize(row_height)
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollMode(MarketTable.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setDropIndicatorShown(False)
        self._reordering = QTimer(self, interval=0, singleShot=True)
        self._set_up_header()
        self.clicked.connect(self._on_clicked)
        self.hovered.connect(self._on_hovered)
        self.horizontalScrollBar().valueChanged.connect(self._freeze)
        model.modelReset.connect(self._span_heads)
        model.layoutChanged.connect(self._span_heads)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(NARROWEST)
        header.setMaximumSectionSize(4 * WIDEST)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_header_menu)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._on_moved)
        self._reordering.timeout.connect(self._take_order)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def show_columns(self, columns: Words, widths: Mapping[str, int], needed: Words = ()) -> None:
        """Show these columns beside the market.

        Parameters
        ----------
        widths : mapping of str to int
            Of those that the trader made wider or narrower, pixels.
        needed : tuple of str
            Where not empty, columns that do not fit are left out instead of scrolled to, the last first.
        """
        self._is_laying_out = True
        self._chosen, self._needed = dict(widths), needed
        self._coins.set_columns(columns)
        header = self.horizontalHeader()
        for at, name in enumerate(self._coins.columns):
            header.moveSection(header.visualIndex(at), at)
            header.setSectionHidden(at, False)
            header.resizeSection(at, self._chosen.get(name) or self.natural_width(name))
        self._is_laying_out = False
        self.fit()

    def show_sorted(self, column: str, *, is_descending: bool) -> None:
        """Sort by a column; an empty one is the coins' own order."""
        columns = self._coins.columns
        at = columns.index(column) if column in columns else -1
        order = Qt.SortOrder.DescendingOrder if is_descending else Qt.SortOrder.AscendingOrder
        self.sortByColumn(at, order)

    @property
    def widths(self) -> dict[str, int]:
        """The columns that the trader made wider or narrower, pixels."""
        return {name: width for name, width in self._chosen.items() if name in self._coins.columns}

    def natural_width(self, column: str) -> int:
        """Return how wide a column is whose cells and head are just whole, pixels."""
        if column == "market":
            return self._least_market
        spec, metrics = COLUMNS[column], self.fontMetrics()
        cells = metrics.horizontalAdvance(_WIDEST[spec.kind])
        mark = "" if spec.kind is ColumnKind.LINE else f" {SORT_MARKS[True]}"
        head = metrics.horizontalAdvance(spec.title + mark)
        return max(cells, min(head, _LONGEST_HEAD)) + 2 * PADDING + 2

    def fit(self) -> None:
        """Give the market what the other columns leave, and leave out those that are needed least."""
        if self._is_laying_out:
            return
        self._is_laying_out = True
        header, columns = self.horizontalHeader(), self._coins.columns
        least = self._least_market if self._needed else max(self._least_market, _WHOLE_MARKET)
        least = self._chosen.get("market") or least
        if self._needed:
            room = self.width() - self.verticalScrollBar().sizeHint().width() - least
            for name in (one for one in self._needed if one in columns):
                room -= self._chosen.get(name) or self.natural_width(name)
                header.setSectionHidden(columns.index(name), room < 0)
        sizes = [header.sectionSize(at) for at in range(1, len(columns)) if not header.isSectionHidden(at)]
        room = self.viewport().width()
        if not self._needed and "market" not in self._chosen:
            least -= _spared(room - least, sizes, least - _WHOLE_MARKET)
        header.resizeSection(0, max(least, room - sum(sizes)))
        self._is_laying_out = False
        if self.frozen is not None:
            self.frozen.follow()

    def _on_hovered(self, _row: int) -> None:
        if self.frozen is not None:
            self.frozen.viewport().update()

    def _freeze(self, scrolled: int) -> None:
        """Keep the markets in sight while the other columns are scrolled."""
        if scrolled and self.frozen is None:
            self.frozen = FrozenColumn(self)
        elif self.frozen is not None:
            self.frozen.follow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        self.fit()

    def _on_resized(self, at: int, _before: int, width: int) -> None:
        if not self._is_laying_out and width > 0 and at < len(self._coins.columns):
            self._chosen[self._coins.columns[at]] = width
            self.fit()
            self.widths_changed.emit()

    def _on_moved(self) -> None:
        if not self._is_laying_out:
            self._reordering.start()  # the header is still at work

    def _take_order(self) -> None:
        header, columns = self.horizontalHeader(), self._coins.columns
        order = [columns[header.logicalIndex(at)] for at in range(len(columns))]
        self.columns_chosen.emit(tuple(name for name in order if name != "market"))

    def _show_header_menu(self, where: QPoint) -> None:
        is_frozen = self.frozen is not None and self.frozen.covers(where.x())
        at = 0 if is_frozen else self.horizontalHeader().logicalIndexAt(where)
        name = self._coins.columns[at] if 0 <= at < len(self._coins.columns) else "market"
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Columns…", self.columns_requested.emit)
        hide = menu.addAction(f"Hide “{in_menu(COLUMNS[name].title)}”", lambda: self._hide(name))
        hide.setEnabled(name != "market")
        menu.addAction("Widths as at first", self.forget_widths).setEnabled(bool(self._chosen))
        menu.popup(self.horizontalHeader().mapToGlobal(where))

    def _hide(self, column: str) -> None:
        self.columns_chosen.emit(tuple(one for one in self._coins.columns[1:] if one != column))

    def forget_widths(self) -> None:
        """Make every column as wide as at first."""
        self.show_columns(self._coins.columns[1:], {}, self._needed)
        self.widths_changed.emit()

    # Groups

    def _span_heads(self) -> None:
        """Let the head of every group reach over all columns."""
        self.clearSpans()
        if self._coins.groups and len(self._coins.columns) > 1:
            for row in range(self._coins.rowCount()):
                if self._coins.source_at(row) < 0:
                    self.setSpan(row, 0, 1, len(self._coins.columns))

    def _on_clicked(self, index: QModelIndex) -> None:
        self._toggle(index.row())

    def _toggle(self, row: int, *, is_folded: bool | None = None) -> bool:
        """Fold the group whose head a row is, or open it; return whether it is one."""
        group = self._coins.group_at(row)
        if group:
            folds = group not in self._coins.folded if is_folded is None else is_folded
            self.folding_requested.emit(group, folds)
            heads = (at for at in range(self._coins.rowCount()) if self._coins.group_at(at) == group)
            self.choose(next(heads, -1))
        return bool(group)

    def event(self, event: QEvent) -> bool:
        """Keep undo for the list while it has the keyboard."""
        is_override = event.type() is QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold and open groups, and take back; else as in any table of markets."""
        row, key = self.currentIndex().row(), Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif key in _TOGGLES and self._toggle(row):
            return
        elif not (key in _FOLDS and self._toggle(row, is_folded=_FOLDS[key])):
            super().keyPressEvent(event)

    # Markets that are dragged here

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome markets."""
        self._weigh(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where they would fall."""
        super().dragMoveEvent(event)  # scrolls at the edges
        self._weigh(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show nothing any more."""
        super().dragLeaveEvent(event)
        self._show_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what fell where."""
        row = self._row_below(event)
        self._show_drop(-1)
        symbols = markets_in(event.mimeData())
        if symbols:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.markets_dropped.emit(symbols, row, event.source() is self)

    def _weigh(self, event: QDropEvent) -> None:
        if markets_in(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._show_drop(self._row_below(event))
        else:
            event.ignore()

    def _row_below(self, event: QDropEvent) -> int:
        """Return before which row markets fall; how many rows there are where behind the last."""
        y = round(event.position().y())
        row = self.rowAt(y)
        if row < 0:
            return self._coins.rowCount()
        return row + (y > self.rowViewportPosition(row) + self.rowHeight(row) // 2)

    def _show_drop(self, row: int) -> None:
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paint the cells that changed and are in sight; Qt would paint every cell that is."""
        if QAccessible.isActive():
            super().dataChanged(first, last, roles)  # it tells readers of the screen, too
        else:
            self.viewport().update(self.place_of(first, last))

    def place_of(self, first: Index, last: Index) -> QRect:
        """Return where cells from one corner to the other are in sight, pixels of the viewport."""
        height = self.viewport().height()
        lowest = self.rowAt(height - 1)
        top = max(first.row(), self.rowAt(0))
        bottom = last.row() if lowest < 0 else min(last.row(), lowest)
        shown = [at for at in range(first.column(), last.column() + 1) if not self.isColumnHidden(at)]
        if bottom < top or top < 0 or not shown:
            return QRect()
        left = min(self.columnViewportPosition(at) for at in shown)
        right = max(self.columnViewportPosition(at) + self.columnWidth(at) for at in shown)
        y = self.rowViewportPosition(top)
        return QRect(left, y, right - left, self.rowViewportPosition(bottom) + self.rowHeight(bottom) - y)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and a line where dragged markets would fall."""
        self._delegate.chosen_rows = frozenset(one.row() for one in self.selectionModel().selectedRows())
        super().paintEvent(event)
        if self._drop_row >= 0:
            last = self._coins.rowCount() - 1
            below = self._drop_row > last
            y = self.rowViewportPosition(max(min(self._drop_row, last), 0))
            y += self.rowHeight(last) if below and last >= 0 else 0
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Link), 2))
            painter.drawLine(0, max(y, 1), self.viewport().width(), max(y, 1))
            painter.end()


def _spared(room: int, sizes: Sequence[int], most: int) -> int:
    """Return how many pixels the market gives, `most` at most, for a column that else were cut."""
    for size in sizes:
        if room < size:
            return size - room if size - room <= most else 0
        room -= size
    return 0
