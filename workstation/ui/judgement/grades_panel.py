"""The grades panel: every coin that was graded at the newest close, and what such grades were worth."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.grade_record import band_of
from workstation.ui.judgement.grade_delegate import PADDING, ROW_HEIGHT, SHAPE_WIDTH, GradeDelegate
from workstation.ui.judgement.grade_detail import GradeDetail
from workstation.ui.judgement.grade_model import GradeModel
from workstation.ui.judgement.ledger_reading import GradesRead
from workstation.ui.theme import Theme
from workstation.ui.widgets.filter_line import ESC_CLEARS, FilterLine
from workstation.ui.widgets.market_table import MarketTable
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.widgets.yielding_scroll import YieldingScroll
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.reading_words import length_words

READING = "Reading the ledger…"
NONE_YET = (
    "No grades yet.\nThey come at the next close, once enough coins have a history; "
    "every one of them is kept in the ledger."
)
_SMALLEST = QSize(180, 120)
_LEAST_ROWS = 4  # its head is one
_NARROWEST_COIN = 78
_MOST_WARNINGS = 3
_BY_NEED = ("grade", "zone", "change", "label", "compatible")
_WIDEST = {
    "zone": "Crashing",
    "label": "Strong sell",
    "change": "Change",
    "ta": "Quant",
    "quant": "Quant",
    "compatible": "Compat.",
}
_GRADE_WIDTH, _AIR = 104, 14
_LOWEST_WITH_DETAIL = 260  # a lower panel keeps its room for the table


class GradePanel(QWidget):
    """A table of grades, and the chosen one in full below it."""

    open_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = GradeModel(self)
        self.delegate = GradeDelegate(self.model, theme, self)
        self.filter, self.age = FilterLine(), QLabel()
        self.table, self.detail = MarketTable(), GradeDetail(theme)
        self._in_full = YieldingScroll(self.detail, "The chosen grade in full")
        self.nothing, self.damage = QLabel(), QLabel()
        self._pages = PageStack(self)
        self._read = GradesRead()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.say(READING)

    def _lay_out(self) -> None:
        self.setObjectName("grades")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.filter.setPlaceholderText("Filter: a coin, a zone or a label")
        self.filter.setAccessibleName("Filter the grades")
        self._set_up_table()
        for label in (self.age, self.nothing, self.damage):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.nothing, self.damage):
            label.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.damage.setContentsMargins(12, 6, 12, 6)
        self.damage.hide()
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 12, 6)
        top.setSpacing(12)
        top.addWidget(self.filter, 1)
        top.addWidget(self.age)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(self._pages, 1)
        whole.addWidget(self.damage)
        whole.addWidget(self._in_full)

    def _set_up_table(self) -> None:
        self.table.setAccessibleName("Grades")
        self.table.setModel(self.model)
        self.table.setItemDelegate(self.delegate)
        self.table.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.setMinimumHeight(_LEAST_ROWS * ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setAccessibleName("Grade columns")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._on_filter)
        self.filter.returnPressed.connect(lambda: self._open(max(self.table.currentIndex().row(), 0)))
        self.table.open_requested.connect(self._open)
        self.table.hovered.connect(self._on_hover)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show_detail())

    def minimumSizeHint(self) -> QSize:
        """Return little: the table scrolls."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns that have room; coins keep half of the panel, the chosen one scrolls below."""
        super().resizeEvent(event)
        self.table.setMinimumHeight(max(_LEAST_ROWS * ROW_HEIGHT, self.height() // 2))
        self._fit()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.detail.set_theme(theme)
        self.setStyleSheet(f"#grades {{ background: {theme.panel}; }}")
        for label in (self.age, self.nothing):
            label.setStyleSheet(f"color: {theme.muted}")
        self.damage.setStyleSheet(f"color: {theme.bearish}")
        self.table.viewport().update()

    def show_grades(self, read: GradesRead, now_ms: int) -> None:
        """Show the grades of a close; `now_ms` tells their age, 0 where no clock is known."""
        current = self._current_symbol()
        self._read = read
        had_columns = self.model.columns
        self.model.set_grades(read.grades)
        if self.model.columns != had_columns:
            grade = self.model.column_of("grade")
            self.table.sortByColumn(grade, Qt.SortOrder.DescendingOrder)
        self._fit()
        self._warn(read.damage)
        self.show_age(now_ms)
        self._choose(current)
        self._show_page(NONE_YET)

    def clear(self) -> None:
        """Show nothing until grades are read again."""
        self.show_grades(GradesRead(), 0)
        self.say(READING)

    def show_age(self, now_ms: int) -> None:
        """Say again how old the grades are."""
        self.age.setText(age_words(self._read, now_ms))

    def say(self, sentence: str) -> None:
        """Show a sentence where there are no grades; below them where there are."""
        if self.model.n_grades:
            self._warn((sentence,))
        else:
            self._show_page(sentence)

    def focus_table(self) -> None:
        """Give the keyboard to the table, with a row chosen."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.choose(0)

    def _current_symbol(self) -> str:
        row = self.table.currentIndex().row()
        return self.model.grade_at(row).symbol if 0 <= row < self.model.rowCount() else ""

    def _choose(self, symbol: str) -> None:
        """Choose the row of a coin, the first where it is not shown."""
        row = self.model.row_of(symbol)
        self.table.choose(max(row, 0) if self.model.rowCount() else -1)
        self._show_detail()

    def _open(self, row: int) -> None:
        if row < self.model.rowCount():
            self.open_requested.emit(self.model.grade_at(row).symbol)

    def _on_filter(self, text: str) -> None:
        current = self._current_symbol()
        self.model.set_filter(text)
        self._choose(current)
        self._show_page(NONE_YET)

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.table.viewport().update()

    def _warn(self, sentences: Sequence[str]) -> None:
        self.damage.setText("\n".join(one_line(text, 300) for text in sentences[:_MOST_WARNINGS]))
        self.damage.setVisible(bool(sentences))

    def _show_page(self, otherwise: str) -> None:
        has_rows = self.model.rowCount() > 0
        narrowed = one_line(self.filter.text().strip(), 24)
        is_narrowed = bool(self.model.n_grades and narrowed)
        self.nothing.setText(
            f"No graded coin is like “{narrowed}”.\n{ESC_CLEARS}" if is_narrowed else otherwise
        )
        self._pages.setCurrentIndex(0 if has_rows else 1)

    def _show_detail(self) -> None:
        row = self.table.currentIndex().row()
        has_room = self.height() >= _LOWEST_WITH_DETAIL
        is_chosen = 0 <= row < self.model.rowCount()
        self._in_full.setVisible(is_chosen and has_room)
        if is_chosen:
            grade = self.model.grade_at(row)
            low = band_of(grade.value)
            self.detail.show_grade(grade, self._read.own.get(low, ()), self._read.card.get(low))

    def _fit(self) -> None:
        """Give the coin what the other columns leave; what has no room is in the detail below."""
        header, metrics = self.table.horizontalHeader(), self.fontMetrics()
        room = self.width() - self.table.verticalScrollBar().sizeHint().width() - _NARROWEST_COIN
        weights = {part.name: part.weight for grade in self._read.grades[:1] for part in grade.components}
        parts = [column.id for column in self.model.columns if column.id not in (*_BY_NEED, "coin")]
        parts.sort(key=lambda column_id: -weights.get(column_id, 0.0))
        for column_id in (*_BY_NEED, *parts):
            at = self.model.column_of(column_id)
            widest = _WIDEST.get(column_id, self.model.columns[at].title)
            width = metrics.horizontalAdvance(widest) + 2 * PADDING + _AIR
            if column_id == "zone":
                width = max(width, metrics.horizontalAdvance(widest) + 2 * PADDING + SHAPE_WIDTH + 2)
            width = _GRADE_WIDTH if column_id == "grade" else width
            room -= width
            header.setSectionHidden(at, room < 0)
            header.resizeSection(at, width)
        if self.model.rowCount():
            self._show_detail()


def age_words(read: GradesRead, now_ms: int) -> str:
    """Return of which close the grades are, and how long ago it was."""
    if not read.grades:
        return ""
    first = read.grades[0]
    age_ms = now_ms - first.at_ms
    if not now_ms or age_ms < 0:
        return f"{first.timeframe} close"
    return (
        f"{first.timeframe} close, just now"
        if age_ms < 60_000
        else f"{first.timeframe} close, {length_words(age_ms)} ago"
    )
