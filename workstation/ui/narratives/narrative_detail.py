"""The chosen narrative in full: its figures, its coins as a table and as tiles, and the log of changes."""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLabel,
    QListWidget,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.narrative_index import IndexChange, IndexStanding
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_coin_model import COIN_COLUMNS, NarrativeCoinModel
from workstation.ui.narratives.treemap import Treemap
from workstation.ui.theme import Theme
from workstation.ui.widgets.inked_cells import InkedCells
from workstation.ui.widgets.market_table import MarketTable

NO_LOG = "No change is known yet: the log is worked out from the stored history of the coins."
_PADDING, _NARROWEST_COIN = 8, 72
_UNDER_HEADS = "0 4px 0 6px"  # with what Qt leaves around words, they begin and end where those above do
_WIDEST = {
    "weight": "100.0 %",
    "lean": "▼ bearish",
    "day": "−100.0 %",
    "week": "−100.0 %",
    "month": "−100.0 %",
}
_BY_NEED = ("weight", "day", "week", "lean", "grade", "month")
_ROW_HEIGHT, _ITEM_MARGIN = 26, 12
_SMALLEST = QSize(180, 100)


class NarrativeDetail(QFrame):
    """One narrative in full."""

    coin_requested = Signal(str)  # code of a coin

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("narrative-detail")
        self.head, self.facts = QLabel(), QLabel()
        self.model = NarrativeCoinModel(theme, self)
        self.coins, self.treemap = MarketTable(), Treemap(theme)
        self.log, self.no_log = QListWidget(), QLabel(NO_LOG)
        self.log_pages, self.tabs = QStackedWidget(), QTabWidget()
        self._changes: tuple[IndexChange, ...] = ()
        self._zone: tzinfo = UTC
        self._lay_out()
        self.coins.open_requested.connect(
            lambda row: self.coin_requested.emit(self.model.holding_at(row).coin)
        )
        self.treemap.open_requested.connect(self.coin_requested)
        self.set_theme(theme)

    def _lay_out(self) -> None:
        for label in (self.head, self.facts, self.no_log):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.head.setContentsMargins(12, 8, 12, 0)
        self.facts.setContentsMargins(12, 0, 12, 4)
        self.no_log.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.no_log.setMargin(16)
        self._set_up_coins()
        self.log.setAccessibleName("Log of changes")
        self.log.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
        self.log.setUniformItemSizes(True)
        self.log.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.log.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        for page in (self.log, self.no_log):
            self.log_pages.addWidget(page)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName("The narrative in full")
        self.tabs.tabBar().setAccessibleName("Parts of the narrative")
        pages = ((self.coins, "Coins"), (self.treemap, "Treemap"), (self.log_pages, "Log"))
        for widget, title in pages:
            self.tabs.addTab(widget, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.head)
        column.addWidget(self.facts)
        column.addWidget(self.tabs, 1)

    def _set_up_coins(self) -> None:
        self.coins.setAccessibleName("Coins of the narrative")
        self.coins.setModel(self.model)
        self.coins.setItemDelegate(InkedCells(self.coins))
        self.coins.setDragEnabled(True)
        self.coins.verticalHeader().setMinimumSectionSize(_ROW_HEIGHT)
        self.coins.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.coins.horizontalHeader()
        header.setAccessibleName("Columns of the coins")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.coins.sortByColumn(1, Qt.SortOrder.DescendingOrder)

    def minimumSizeHint(self) -> QSize:
        """Return little: everything in it scrolls."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns that have room."""
        super().resizeEvent(event)
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.setStyleSheet(
            f"#narrative-detail {{ background: {theme.panel}; border-top: 1px solid {theme.border}; }}"
        )
        self.head.setStyleSheet(f"color: {theme.text}; font-weight: 600")
        for label in (self.facts, self.no_log):
            label.setStyleSheet(f"color: {theme.muted}")
        self.model.set_theme(theme)
        self.treemap.set_theme(theme)
        self.coins.setStyleSheet(
            f"QTableView::item {{ padding: {_UNDER_HEADS}; }}"
            f" QTableView::item:selected {{ background: {theme.selection}; }}"
        )
        self.log.setStyleSheet("QListWidget::item { padding: 3px 10px; }")
        self.coins.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        self._fill_log()

    def set_low(self, is_low: bool) -> None:
        """Keep the room of a low panel for the coins: the figures are in the narrative's tool tip, too."""
        self.head.setVisible(not is_low)
        self.facts.setVisible(not is_low)

    def show_narrative(self, standing: IndexStanding, before: int | None) -> None:
        """Take another narrative, or how it stands now; `before` is its rank a week ago."""
        first, second = words.summary(standing, before)
        self.head.setText(first)
        self.facts.setText(second)
        row = self.coins.currentIndex().row()
        chosen = self.model.holding_at(row).coin if 0 <= row < self.model.rowCount() else ""
        self.model.set_holdings(standing.holdings)
        self.treemap.set_holdings(standing.holdings)
        at = self.model.row_of(chosen)
        if standing.holdings:
            self.coins.choose(max(at, 0))

    def show_log(self, changes: Sequence[IndexChange]) -> None:
        """Show the changes of the index, the newest first."""
        if tuple(changes) != self._changes or not self.log.count():
            self._changes = tuple(changes)
            self._fill_log()

    def _fill_log(self) -> None:
        self.log.clear()
        self.log.addItems([words.change_line(change, self._zone) for change in self._changes])
        self.log_pages.setCurrentWidget(self.log if self._changes else self.no_log)

    def _fit(self) -> None:
        header, metrics = self.coins.horizontalHeader(), self.coins.fontMetrics()
        room = self.width() - self.coins.verticalScrollBar().sizeHint().width() - _NARROWEST_COIN
        places = {column.id: at for at, column in enumerate(COIN_COLUMNS)}
        for column_id in _BY_NEED:
            title = metrics.horizontalAdvance(COIN_COLUMNS[places[column_id]].title)
            width = (
                max(title, metrics.horizontalAdvance(_WIDEST.get(column_id, "")))
                + 2 * _PADDING
                + _ITEM_MARGIN
            )
            room -= width
            header.setSectionHidden(places[column_id], room < 0)
            header.resizeSection(places[column_id], width)
