"""The record panel: how often signals were right, which they were, and whether the ledger is sound."""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.ledger import RecordGroup
from workstation.ui.judgement.ledger_line import LedgerLine
from workstation.ui.judgement.ledger_reading import RecordRead
from workstation.ui.judgement.record_delegate import PADDING, ROW_HEIGHT, RecordDelegate, SignalListDelegate
from workstation.ui.judgement.record_model import RecordColumn, RecordModel, SignalListModel
from workstation.ui.judgement.record_words import GROUPS
from workstation.ui.theme import Theme
from workstation.ui.widgets.market_table import MarketTable
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import one_line

READING = "Reading the ledger…"
NONE_YET = (
    "No signals yet.\nEvery one is written to the ledger before you are told of it, "
    "and gets its outcome there when its horizon has passed."
)
_SMALLEST = QSize(180, 120)
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_WIDEST = {RecordColumn.N: "0,000", RecordColumn.OPEN: "Open", RecordColumn.NET: "Net mean"}
_NARROWEST_RATE = 110
_NARROWEST_GROUP, _WIDEST_GROUP, _GROUP_SHARE = 58, 220, 0.28
_MOST_WARNINGS = 3
_WIDE = 300  # a narrower panel leaves out what is said elsewhere, too


class SignalList(QListView):
    """Signals of the ledger. Enter or double-click shows one on the chart."""

    open_requested = Signal(int)  # row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setAccessibleName("Signals, newest first")
        self.doubleClicked.connect(lambda index: self.open_requested.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into requests."""
        if event.key() in _OPEN_KEYS and self.currentIndex().isValid():
            self.open_requested.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


class RecordPanel(QWidget):
    """Records by what the trader chooses, the newest signals, and the ledger's own proof."""

    group_chosen = Signal(object)  # RecordGroup
    signal_opened = Signal(object)  # domain Signal

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self.signals = RecordModel(self), SignalListModel(self)
        self.delegate = RecordDelegate(self.model, theme, self)
        self.signal_delegate = SignalListDelegate(self.signals, theme, self)
        self.combo, self.note = QComboBox(), QLabel()
        self.table, self.list = MarketTable(), SignalList()
        self.nothing, self.damage = QLabel(), QLabel()
        self.ledger = LedgerLine(theme)
        self._pages = PageStack(self)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.say(READING)

    def _lay_out(self) -> None:
        self.setObjectName("record")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.combo.setAccessibleName("What tells the records apart")
        for group, words in GROUPS.items():
            self.combo.addItem(words, group)
        for label in (self.note, self.nothing, self.damage):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.damage.setContentsMargins(12, 6, 12, 6)
        self.damage.hide()
        self._set_up_views()
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 12, 6)
        top.setSpacing(12)
        top.addWidget(self.combo)
        top.addWidget(self.note, 1)
        both = QSplitter(Qt.Orientation.Vertical)
        both.setChildrenCollapsible(False)
        both.addWidget(self.table)
        both.addWidget(self.list)
        both.setSizes([150, 250])
        self._pages.addWidget(both)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(self._pages, 1)
        whole.addWidget(self.damage)
        whole.addWidget(self.ledger)

    def _set_up_views(self) -> None:
        self.table.setAccessibleName("Hit records")
        self.table.setModel(self.model)
        self.table.setItemDelegate(self.delegate)
        self.table.setSortingEnabled(False)
        self.table.setMinimumHeight(round(3.2 * ROW_HEIGHT))  # its heads and two rows
        self.table.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setAccessibleName("Record columns")
        header.setSectionResizeMode(RecordColumn.RATE, QHeaderView.ResizeMode.Stretch)
        self.list.setModel(self.signals)
        self.list.setItemDelegate(self.signal_delegate)
        self.list.setMinimumHeight(60)

    def _connect(self) -> None:
        self.combo.currentIndexChanged.connect(lambda _i: self.group_chosen.emit(self.group))
        self.list.open_requested.connect(self._open)

    @property
    def group(self) -> RecordGroup:
        """What tells the records apart."""
        return RecordGroup(self.combo.currentData())

    def minimumSizeHint(self) -> QSize:
        """Return little: table and list scroll."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns that have room."""
        super().resizeEvent(event)
        self.note.setVisible(self.width() >= _WIDE)
        header, metrics = self.table.horizontalHeader(), self.fontMetrics()
        group = round(min(max(self.width() * _GROUP_SHARE, _NARROWEST_GROUP), _WIDEST_GROUP))
        header.resizeSection(RecordColumn.GROUP, group)
        room = self.width() - self.table.verticalScrollBar().sizeHint().width() - group - _NARROWEST_RATE
        for column in (RecordColumn.N, RecordColumn.NET, RecordColumn.OPEN):
            width = metrics.horizontalAdvance(_WIDEST[column]) + 2 * PADDING
            room -= width
            header.setSectionHidden(column, room < 0)
            header.resizeSection(column, width)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.signal_delegate.set_theme(theme)
        self.ledger.set_theme(theme)
        self.setStyleSheet(f"#record {{ background: {theme.panel}; }}")
        for label in (self.note, self.nothing):
            label.setStyleSheet(f"color: {theme.muted}")
        self.damage.setStyleSheet(f"color: {theme.bearish}")
        self.table.viewport().update()
        self.list.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.signals.zone = zone
        self.list.viewport().update()

    def show_record(self, read: RecordRead) -> None:
        """Show what was read."""
        current = self.list.currentIndex().row()
        chosen = self.signals.entry_at(current).row if current >= 0 else 0
        self.model.show(read.group, read.records)
        self.signals.show(read.signals)
        row = self.signals.row_of(chosen)
        if row >= 0 and row != self.list.currentIndex().row():
            self.list.setCurrentIndex(self.signals.index(row))
        n, n_open = sum(each.n for each in read.records), sum(each.n_open for each in read.records)
        self.note.setText(f"{n:,} known outcomes, {n_open:,} open" if read.signals else "")
        self.ledger.set_head(read.head)
        self._warn(read.damage)
        self._show_page(NONE_YET)

    def say(self, sentence: str) -> None:
        """Show a sentence where there is no signal; below them where there are."""
        if self.signals.rowCount():
            self._warn((sentence,))
        else:
            self._show_page(sentence)

    def focus_list(self) -> None:
        """Give the keyboard to the signals, with the newest chosen."""
        (self.list if self.signals.rowCount() else self.combo).setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.signals.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.signals.index(0))

    def _warn(self, sentences: Sequence[str]) -> None:
        self.damage.setText("\n".join(one_line(text, 300) for text in sentences[:_MOST_WARNINGS]))
        self.damage.setVisible(bool(sentences))

    def _show_page(self, otherwise: str) -> None:
        self.nothing.setText(otherwise)
        self._pages.setCurrentIndex(0 if self.signals.rowCount() else 1)

    def _open(self, row: int) -> None:
        self.signal_opened.emit(self.signals.entry_at(row).signal)
