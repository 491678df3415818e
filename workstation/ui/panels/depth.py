"""The panel of depth: what it takes to move the price, and what an amount costs."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workstation.domain.live_market import BookSight
from workstation.engine.depth_cost import DepthCurve, curve_of
from workstation.ui.market_sight import MarketSight
from workstation.ui.number_format import percent, price, volume
from workstation.ui.panels.depth_view import DepthView
from workstation.ui.theme import Theme

RANGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03)
"""How far from the middle the hills can be shown, fractions of the price."""

_USUAL_RANGE = 0.01
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
    return (
        f"at {price(average, price_step)} on average, {percent(100 * lost, 3).lstrip('+')} "
        f"or {volume(amount * lost)} {quote} from the middle"
    )


class DepthPanel(QWidget):
    """The depth of the market in sight."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("depth")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.range, self.amount = QComboBox(), QDoubleSpinBox()
        self.view = DepthView(theme)
        self.move_text, self.cost, self.cross, self.status = QLabel(), QLabel(), QLabel(), QLabel()
        self._sight = MarketSight()
        self._set_up()
        self._lay_out()
        self.range.currentIndexChanged.connect(lambda at: self.view.set_range(RANGES[at]))
        self.amount.valueChanged.connect(lambda _value: self._say_cost())
        self.view.said.connect(self._say_cross)

    def _set_up(self) -> None:
        self.range.addItems([f"± {100 * share:g} %" for share in RANGES])
        self.range.setCurrentIndex(RANGES.index(_USUAL_RANGE))
        self.range.setAccessibleName("How far from the middle")
        self.range.setToolTip("How far from the middle of the book prices are shown")
        self.amount.setRange(1.0, _MOST_AMOUNT)
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
        label = QLabel("Cost of")
        label.setBuddy(self.amount)
        top.addWidget(self.range)
        top.addStretch(1)
        top.addWidget(label)
        top.addWidget(self.amount, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.view, 1)
        for one in (self.cross, self.move_text, self.cost, self.status):
            whole.addWidget(one)

    def open(self, sight: MarketSight) -> None:
        """Show another market; its book comes when it is heard."""
        self._sight = sight
        self.amount.setSuffix(f" {sight.quote}" if sight.quote else "")

    def show_sight(self, sight: MarketSight, now_s: float) -> None:
        """Show what is known now."""
        self._sight = sight
        words, is_live = sight.words(now_s), sight.is_live(now_s)
        self.status.setText(words)
        self.view.show_message(words)
        self.view.show_book(sight.book, sight.price_step, sight.quote, is_live=is_live)
        known = sight.book if is_live else None
        self.move_text.setText("" if known is None else move_words(known, sight.quote))
        self._say_cost()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.view.set_theme(theme)

    def _say_cost(self) -> None:
        book, sight = self._sight.book, self._sight
        is_told = book is not None and bool(self.move_text.text())
        if book is None or not is_told:
            self.cost.setText("")
            return
        self.cost.setText(cost_words(book, self.amount.value(), sight.quote, sight.price_step))

    def _say_cross(self, words: str) -> None:
        self.cross.setText(
            words or "Point at the hills, or use Left and Right, to see what it takes to get there."
        )
