"""The panel of depth: what it takes to move the price, what an amount costs, and how the book was before."""

import math
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.live_market import BookSight
from workstation.engine.depth_cost import DepthCurve, curve_of
from workstation.ui.market.depth_over_time import DepthOverTimeView
from workstation.ui.market.depth_view import DepthView
from workstation.ui.market.market_sight import MarketSight
from workstation.ui.theme import FIELD_MARGINS, Theme
from workstation.ui.words.number_format import percent, price, volume

RANGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03)
"""How far from the middle the hills can be shown, fractions of the price."""

_KINDS = ("Now", "Over time")
_HINTS = (
    "Point at a price, or use Left and Right, to see what it takes to get there.",
    "Point at the map, or use the arrows, to see what rested there. The line is the middle of the book; "
    "while it is hatched, the book was not followed.",
)
_USUAL_RANGE = 0.01
_LEAST_PCT = 0.001  # that can be said in three decimals
_MOVE = 0.01
_USUAL_AMOUNT, _MOST_AMOUNT = 10_000.0, 1e12


def move_words(sight: BookSight, quote: str) -> str:
    """Return what it takes to move the price by one percent."""
    asks, bids = curve_of(sight, is_ask=True), curve_of(sight, is_ask=False)
    up, down = asks.value_to(sight.mid * (1 + _MOVE)), bids.value_to(sight.mid * (1 - _MOVE))
    buy, sell = (f"{volume(v)} {quote}" if math.isfinite(v) else "more than is known" for v in (up, down))
    return f"To move the price by {100 * _MOVE:.0f} %: buy {buy}, sell {sell}."


def cost_words(sight: BookSight, amount: float, quote: str, price_step: float) -> str:
    """Return what buying and selling for an amount costs against the middle of the book, fees left out."""
    asks, bids = curve_of(sight, is_ask=True), curve_of(sight, is_ask=False)
    buying = _one_cost(asks, sight.mid, amount, quote, price_step)
    selling = _one_cost(bids, sight.mid, amount, quote, price_step)
    return f"Buying {buying}. Selling {selling}. Fees are not in it."


def _one_cost(curve: DepthCurve, mid: float, amount: float, quote: str, price_step: float) -> str:
    average = curve.average_price(amount)
    if not math.isfinite(average):
        return "takes more than the book is known to hold"
    lost = abs(average / mid - 1)
    share = percent(100 * lost, 3).lstrip("+") if 100 * lost >= _LEAST_PCT else f"below {_LEAST_PCT} %"
    return (
        f"at {price(average, price_step)} on average, {share} "
        f"or {volume(amount * lost)} {quote} from the middle"
    )


_BUTTONS = 44  # of a field for numbers, with its edges
_WIDE = 400  # pixels from which there is room for a label beside the amount


class DepthPanel(QWidget):
    """The depth of the market in sight."""

    kind_chosen = Signal()  # the other view wants to be filled

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("depth")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.kind, self.range, self.amount = QComboBox(), QComboBox(), QDoubleSpinBox()
        self.amount_label = QLabel("Cost of")
        self.pages = QStackedWidget(self)
        self.view, self.over_time = DepthView(theme, self.pages), DepthOverTimeView(theme, self.pages)
        self.move_text, self.cost, self.cross, self.status = QLabel(), QLabel(), QLabel(), QLabel()
        self._sight = MarketSight()
        self._set_up()
        self._lay_out()
        self.range.currentIndexChanged.connect(self._set_range)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.amount.valueChanged.connect(lambda _value: self._say_cost())
        self.view.said.connect(partial(self._say_cross, 0))
        self.over_time.said.connect(partial(self._say_cross, 1))
        self._show_kind()

    def _set_up(self) -> None:
        self.kind.addItems(_KINDS)
        self.kind.setAccessibleName("Depth now, or over time")
        self.kind.setToolTip("What rests in the book now, or what rested in it in the last 15 minutes")
        self.range.addItems([f"± {100 * share:g} %" for share in RANGES])
        self.range.setCurrentIndex(RANGES.index(_USUAL_RANGE))
        self.range.setAccessibleName("How far from the middle")
        self.range.setToolTip("How far from the middle of the book prices are shown")
        self.amount.setRange(1.0, _MOST_AMOUNT)
        self.amount.lineEdit().setTextMargins(*FIELD_MARGINS)
        self.amount.setDecimals(0)
        self.amount.setGroupSeparatorShown(True)
        self.amount.setSingleStep(1_000.0)
        self.amount.setValue(_USUAL_AMOUNT)
        self.amount.setAccessibleName("Amount to buy or to sell")
        self.amount.setToolTip("What buying or selling for this amount at once would cost")
        for label in (self.move_text, self.cost, self.cross, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setContentsMargins(10, 2, 10, 2)
        self.status.setAccessibleName("State of the book")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(8)
        self.amount_label.setBuddy(self.amount)
        top.addWidget(self.kind)
        top.addWidget(self.range)
        top.addStretch(1)
        top.addWidget(self.amount_label)
        top.addWidget(self.amount, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        for view in (self.view, self.over_time):
            self.pages.addWidget(view)
        whole.addWidget(self.pages, 1)
        for one in (self.cross, self.move_text, self.cost, self.status):
            whole.addWidget(one)

    def focus_view(self) -> None:
        """Give the keyboard to what is shown."""
        (self.over_time if self.kind.currentIndex() else self.view).setFocus()

    def open(self, sight: MarketSight) -> None:
        """Show another market; its book comes when it is heard."""
        self._sight = sight
        self.amount.setSuffix(f" {sight.quote}" if sight.quote else "")
        words = f"{_USUAL_AMOUNT:,.0f}{self.amount.suffix()}"
        self.amount.setMinimumWidth(self.amount.fontMetrics().horizontalAdvance(words) + _BUTTONS)

    def show_sight(self, sight: MarketSight, now_s: float) -> None:
        """Show what is known now."""
        self._sight = sight
        words, is_live = sight.words(now_s), sight.is_live(now_s)
        self.status.setText(words)
        view = self.over_time if self.kind.currentIndex() else self.view
        view.show_message(words)
        if self.kind.currentIndex():
            self.over_time.show_past(sight.past, sight.price_step, sight.quote, now_s)
        else:
            self.view.show_book(sight.book, sight.price_step, sight.quote, is_live=is_live)
        for label in (
            self.cross,
            self.status,
        ):  # what is empty says so itself, and there is nothing to point at
            label.setVisible(not view.is_empty)
        if self.kind.currentIndex():
            return
        known = sight.book if is_live else None
        self.move_text.setText("" if known is None else move_words(known, sight.quote))
        self._say_cost()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.view.set_theme(theme)
        self.over_time.set_theme(theme)

    def _set_range(self, at: int) -> None:
        self.view.set_range(RANGES[at])
        self.over_time.set_range(RANGES[at])

    def _show_kind(self) -> None:
        """Show the hills with what an amount costs, or the map of the past."""
        at = self.kind.currentIndex()
        for part in (self.amount, self.move_text, self.cost):
            part.setVisible(at == 0)
        self._label_amount()
        self.pages.setCurrentIndex(at)
        self.cross.setText(_HINTS[at])
        self.kind_chosen.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the amount whole where it is narrow."""
        super().resizeEvent(event)
        self._label_amount()

    def _label_amount(self) -> None:
        self.amount_label.setVisible(self.kind.currentIndex() == 0 and self.width() >= _WIDE)

    def _say_cost(self) -> None:
        book, sight = self._sight.book, self._sight
        is_told = book is not None and bool(self.move_text.text())
        if book is None or not is_told:
            self.cost.setText("")
            return
        self.cost.setText(cost_words(book, self.amount.value(), sight.quote, sight.price_step))

    def _say_cross(self, at: int, words: str) -> None:
        if at == self.kind.currentIndex():
            self.cross.setText(words or _HINTS[at])
