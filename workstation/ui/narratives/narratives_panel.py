"""The narratives panel: how each stands at the newest close, and one of them in full."""

from datetime import tzinfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.narrative_index import IndexStanding
from workstation.ui.narratives.narrative_delegate import PADDING, ROW_HEIGHT, NarrativeDelegate
from workstation.ui.narratives.narrative_detail import NarrativeDetail
from workstation.ui.narratives.narrative_model import COLUMNS, BenchmarkModel, NarrativeModel, column_at
from workstation.ui.narratives.narrative_reading import NarrativePast
from workstation.ui.theme import Theme
from workstation.ui.widgets.market_table import MarketTable
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.reading_words import length_words

WAITING = (
    "No narratives yet.\nThey are told once the history of the narratives' coins is loaded: "
    "30 days of a coin before its index can hold it. The panel Providers shows how far it is."
)
_SMALLEST = QSize(180, 120)
_NARROWEST_TITLE, _USUAL_TITLE, _TITLE_SHARE = 128, 220, 0.46  # logical pixels; of the panel's width
_LOW_ROW, _LOWEST_WITH_PINNED = 24, 680
_BY_NEED = ("week", "day", "rank", "month", "spark", "breadth", "votes", "grade", "volume", "all", "value")
_WIDEST = {
    "day": "−100.0 %",
    "week": "−100.0 %",
    "month": "−100.0 %",
    "all": "+1,000 %",
    "rank": "12 ▲11",
    "breadth": "100 %",
    "votes": "▲ 12  ▼ 12",
    "volume": "10.0 %",
    "correlation": "+0.99",
    "value": "67,660.57",
    "spark": "30 days + some",
}
_LOWEST_WITH_FIGURES = 460
_LOWEST_WITH_DETAIL = 330  # a lower panel keeps its room for the table


class NarrativePanel(QWidget):
    """A table of narratives, and the chosen one in full below it."""

    coin_requested = Signal(str)  # code of a coin
    index_requested = Signal(str)  # name of a narrative
    narrative_chosen = Signal(str)  # name; empty where none is

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = NarrativeModel(self)
        self.delegate = NarrativeDelegate(self.model, theme, self)
        self.heat_button, self.chart_button = QPushButton("Heat map"), QPushButton("Chart")
        self.edit_button = QPushButton("Edit")
        self.age, self.nothing, self.problem = QLabel(), QLabel(), QLabel()
        self.table, self.detail = MarketTable(), NarrativeDetail(theme)
        self.against_model = BenchmarkModel(self)
        self.against_delegate = NarrativeDelegate(self.against_model, theme, self)
        self.against = MarketTable()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self._pages = PageStack(self)
        self._is_read_problem = False
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.say(WAITING)

    def _lay_out(self) -> None:
        self.setObjectName("narratives")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._set_up_table()
        self._set_up_buttons()
        for label in (self.age, self.nothing, self.problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self.age)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.problem.setContentsMargins(12, 6, 12, 6)
        self.problem.hide()
        upper, tables = QWidget(), QVBoxLayout()
        tables.setContentsMargins(0, 0, 0, 0)
        tables.setSpacing(0)
        tables.addWidget(self.table, 1)
        pinned = QHBoxLayout()
        pinned.setContentsMargins(0, 0, self.table.verticalScrollBar().sizeHint().width(), 0)
        pinned.addWidget(self.against)
        tables.addLayout(pinned)
        upper.setLayout(tables)
        self.top = QHBoxLayout()
        self.top.setContentsMargins(8, 6, 12, 6)
        self.top.setSpacing(8)
        self.top.addWidget(self.heat_button)
        self.top.addWidget(self.chart_button)
        self.top.addWidget(self.edit_button)
        self.top.addStretch(1)
        self.top.addWidget(self.age)
        self.split.addWidget(upper)
        self.split.addWidget(self.detail)
        for at in range(2):
            self.split.setStretchFactor(at, 3 - at)
        self.split.setSizes([600, 400])
        self.split.setChildrenCollapsible(False)
        self._pages.addWidget(self.split)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self.top)
        whole.addLayout(self._pages, 1)
        whole.addWidget(self.problem)

    def _set_up_table(self) -> None:
        self.table.setAccessibleName("Narratives")
        self.table.setModel(self.model)
        self.table.setItemDelegate(self.delegate)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.table.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setAccessibleName("Columns of the narratives")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.sortByColumn(column_at("week"), Qt.SortOrder.DescendingOrder)

        self.against.setAccessibleName("What narratives are held against")
        self.against.setModel(self.against_model)
        self.against.setItemDelegate(self.against_delegate)
        self.against.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.against.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.against.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.against.horizontalHeader().hide()
        self.against.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.against.verticalHeader().setMinimumSectionSize(_LOW_ROW)
        self.against.verticalHeader().setDefaultSectionSize(_LOW_ROW)
        self.against.hide()

    def _set_up_buttons(self) -> None:
        self.heat_button.setCheckable(True)
        self.heat_button.setAccessibleName("Heat map of the returns")
        self.heat_button.setToolTip("Colour the cells by return; sign and number stay")
        self.chart_button.setAccessibleName("Open the chart of the index")
        self.chart_button.setToolTip("Open the chosen narrative's index on the chart (Enter)")
        self.chart_button.setEnabled(False)
        self.edit_button.setAccessibleName("Edit the narratives")
        self.edit_button.setToolTip("Add and remove coins and narratives, share them as a file, undo")

    def _connect(self) -> None:
        self.heat_button.toggled.connect(self._set_heat)
        self.chart_button.clicked.connect(lambda: self._open(self.table.currentIndex().row()))
        self.table.open_requested.connect(self._open)
        self.table.hovered.connect(self._on_hover)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._on_chosen())
        self.detail.coin_requested.connect(self.coin_requested)

    def minimumSizeHint(self) -> QSize:
        """Return little: the tables scroll."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns that have room."""
        super().resizeEvent(event)
        self._pin()
        self._fit()
        self._show_detail()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.against_delegate.set_theme(theme)
        self.detail.set_theme(theme)
        self.setStyleSheet(
            f"#narratives {{ background: {theme.panel}; }} QPushButton {{ padding: 4px 10px; }}"
            f" QPushButton:checked {{ color: {theme.on_accent}; background: {theme.accent}; }}"
        )
        for label in (self.age, self.nothing):
            label.setStyleSheet(f"color: {theme.muted}")
        self._inks = theme.bearish, theme.muted
        self.problem.setStyleSheet(f"color: {theme.bearish}")
        self.table.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.detail.set_zone(zone)

    def show_standings(self, standings: tuple[IndexStanding, ...], now_ms: int) -> None:
        """Show how narratives stand; `now_ms` tells the age of it, 0 where no clock is known."""
        name = self.current_name()
        self.model.set_standings(standings)
        self._pages.setCurrentIndex(0 if standings else 1)
        self._pin()
        self._choose(name)
        self.show_age(now_ms)
        self.heat_button.setEnabled(bool(standings))

    def show_past(self, past: NarrativePast) -> None:
        """Take what was read of the days before."""
        name = self.current_name()
        if self._is_read_problem:
            self.complain("")
        self.model.set_past(past)
        self.detail.model.symbols = past.symbols
        self.against_model.set_past(past)
        self._pin()
        self._choose(name)

    def show_age(self, now_ms: int) -> None:
        """Say again how old the standings are."""
        standing = self.model.standing_at(0)
        self.age.setText(age_words(standing.at_ms, now_ms) if standing is not None else "")

    def say(self, sentence: str) -> None:
        """Show a sentence where there are no narratives."""
        self.nothing.setText(sentence)
        self._pages.setCurrentIndex(0 if self.model.n_narratives else 1)

    def complain(self, sentence: str) -> None:
        """Show below the tables why the past could not be read, until it can; nothing takes it away."""
        self._is_read_problem = bool(sentence)
        self._write_below(sentence, self._inks[0])

    def refuse(self, sentence: str) -> None:
        """Show below the tables why something was not done."""
        self._is_read_problem = False
        self._write_below(sentence, self._inks[0])

    def tell(self, sentence: str) -> None:
        """Show below the tables what was done."""
        self._is_read_problem = False
        self._write_below(sentence, self._inks[1])

    def _write_below(self, sentence: str, ink: str) -> None:
        self.problem.setStyleSheet(f"color: {ink}")
        self.problem.setText(one_line(sentence, 300))
        self.problem.setVisible(bool(sentence))

    def focus_table(self) -> None:
        """Give the keyboard to the table, with a row chosen."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.model.n_narratives and not self.table.currentIndex().isValid():
            self.table.choose(0)

    def current_name(self) -> str:
        """Return the chosen narrative; empty where none is."""
        standing = self.model.standing_at(self.table.currentIndex().row())
        return standing.name if standing is not None else ""

    def current_title(self) -> str:
        """Return what the chosen narrative is called; empty where none is."""
        standing = self.model.standing_at(self.table.currentIndex().row())
        return standing.title if standing is not None else ""

    def current_coin(self) -> str:
        """Return the coin that is chosen in the chosen narrative; empty where none is."""
        row, model = self.detail.coins.currentIndex().row(), self.detail.model
        return model.holding_at(row).coin if self.current_name() and 0 <= row < model.rowCount() else ""

    def choose(self, name: str) -> None:
        """Choose a narrative where it is shown."""
        if self.model.row_of(name) >= 0:
            self._choose(name)

    def _choose(self, name: str) -> None:
        row = self.model.row_of(name) if name else -1  # what narratives are held against has no name
        self.table.choose(max(row, 0) if self.model.n_narratives else -1)
        self._show_detail()

    def _open(self, row: int) -> None:
        standing = self.model.standing_at(row)
        if standing is not None and standing.value is not None:
            self.index_requested.emit(standing.name)

    def _set_heat(self, is_heat: bool) -> None:
        for model, table in ((self.model, self.table), (self.against_model, self.against)):
            model.is_heat = is_heat
            table.viewport().update()

    def _on_chosen(self) -> None:
        self._show_detail()
        self.narrative_chosen.emit(self.current_name())

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.table.viewport().update()

    def _show_detail(self) -> None:
        standing = self.model.standing_at(self.table.currentIndex().row())
        self.chart_button.setEnabled(standing is not None and standing.value is not None)
        self.detail.setVisible(standing is not None and self.height() >= _LOWEST_WITH_DETAIL)
        self.detail.set_low(self.height() < _LOWEST_WITH_FIGURES)
        if standing is not None:
            self.detail.show_narrative(standing, self.model.rank_before(standing.name))
            self.detail.show_log(self.model.past.log.get(standing.name, ()))

    def _pin(self) -> None:
        """Give what narratives are held against a place of its own, where there is the height for it."""
        n_rows = self.against_model.rowCount()
        is_pinned = n_rows > 0 and self.height() >= _LOWEST_WITH_PINNED
        self.model.join_benchmarks(not is_pinned)
        self.against.setFixedHeight(n_rows * _LOW_ROW + 1)
        self.against.setVisible(is_pinned)

    def _fit(self) -> None:
        """Give the title what the other columns leave; what has no room is in the detail below."""
        header, metrics = self.table.horizontalHeader(), self.fontMetrics()
        bar = self.table.verticalScrollBar().sizeHint().width()
        title_width = min(max(self.width() * _TITLE_SHARE, _NARROWEST_TITLE), _USUAL_TITLE)
        room = self.width() - bar - round(title_width)
        for column_id in (*_BY_NEED, "correlation"):
            at = column_at(column_id)
            title = metrics.horizontalAdvance(COLUMNS[at].title)
            width = max(title, metrics.horizontalAdvance(_WIDEST.get(column_id, ""))) + 2 * PADDING
            room -= width
            for one in (header, self.against.horizontalHeader()):
                one.setSectionHidden(at, room < 0)
                one.resizeSection(at, width)


def age_words(at_ms: int, now_ms: int) -> str:
    """Return how long ago the close was that narratives stand at."""
    age_ms = now_ms - at_ms
    if not now_ms or age_ms < 0:
        return ""
    return "close just now" if age_ms < 60_000 else f"close {length_words(age_ms)} ago"
