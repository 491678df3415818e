"""The panel of the tape: every trade of the market in sight, as it is made."""

from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.live_market import MarketHeard
from workstation.ui.market.market_sight import MarketSight
from workstation.ui.market.trade_model import LARGE_TIMES, TradeModel
from workstation.ui.theme import FIELD_MARGINS, Theme
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import volume

_MOST = 1e12
_SPARE = 5


class TradesPanel(QWidget):
    """Trades, newest first, with a least value."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trades")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = TradeModel(theme, self)
        self.table, self.least = QTableView(), QDoubleSpinBox()
        self.nothing, self.footer = QLabel(), QLabel()
        self._pages = PageStack(self)
        self._set_up()
        self._lay_out()
        self.least.valueChanged.connect(self._on_least)

    def _set_up(self) -> None:
        table, header = self.table, self.table.horizontalHeader()
        table.setModel(self.model)
        table.setAccessibleName("Trades, newest first")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().lineSpacing() + _SPARE)
        header.setAccessibleName("Columns of the tape")
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(40)
        self.least.setRange(0.0, _MOST)
        self.least.lineEdit().setTextMargins(*FIELD_MARGINS)
        self.least.setDecimals(0)
        self.least.setSingleStep(1_000.0)
        self.least.setGroupSeparatorShown(True)
        self.least.setSpecialValueText("every trade")
        self.least.setAccessibleName("Least value of a trade")
        self.least.setToolTip("Trades that are worth less are left out of the table")
        for label in (self.nothing, self.footer):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.nothing.setObjectName("nothing")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.footer.setContentsMargins(10, 4, 10, 4)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(8)
        label = QLabel("At least")
        label.setBuddy(self.least)
        top.addWidget(label)
        top.addWidget(self.least, 1)
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(self.table)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(self._pages, 1)
        whole.addWidget(self.footer)

    def open(self, sight: MarketSight) -> None:
        """Begin the tape of another market."""
        self.model.open(sight.base, sight.quote, sight.price_step)
        self.least.setSuffix(f" {sight.quote}" if sight.quote else "")

    def take(self, news: MarketHeard) -> None:
        """Take the trades that were heard."""
        self.model.add(news.trades, news.n_left_out)

    def show_sight(self, sight: MarketSight, now_s: float) -> None:
        """Say how the tape is doing."""
        is_empty = not self.model.shown
        self._pages.setCurrentWidget(self.nothing if is_empty else self.table)
        self.nothing.setText(self._why_empty(sight, now_s) if is_empty else "")
        left_out = f" · {self.model.n_left_out:,} came too fast to be shown" if self.model.n_left_out else ""
        away = "" if sight.is_connected else "The engine is away: nothing new is heard. "
        large = f" · ◆ worth {LARGE_TIMES:.0f} times the median" if self.model.n_heard else ""
        trades = "1 trade" if self.model.n_heard == 1 else f"{self.model.n_heard:,} trades"
        self.footer.setText(f"{away}{trades}{large}{left_out}")

    def _why_empty(self, sight: MarketSight, now_s: float) -> str:
        if not sight.can_be_followed or not sight.is_connected:
            return sight.words(now_s).replace("the book of its market is", "the trades of its market are")
        if self.model.n_heard:
            return f"No trade was worth {volume(self.least.value())} {sight.quote}: choose a smaller value."
        return f"Waiting for the next trade of {one_line(sight.symbol, 24)}…"

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.model.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.model.set_theme(theme)

    def _on_least(self, value: float) -> None:
        self.model.set_least(value)
        is_empty = not self.model.shown
        self._pages.setCurrentWidget(self.nothing if is_empty else self.table)
