"""The panel of an order book: its ladder, in steps of price that can be chosen."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workstation.ui.market.market_sight import MarketSight
from workstation.ui.market.order_book_ladder import LadderView
from workstation.ui.theme import Theme
from workstation.ui.words.number_format import price

_WIDEST = 0.01  # of the price
_FINEST = 1e-5  # of the price, where the venue names no step
_MANTISSAS = (1.0, 2.0, 5.0)


def steps_for(value: float, price_step: float) -> tuple[float, ...]:
    """Return the steps in which a book at this price can be read, quote currency; 0.0 is the venue's own."""
    finest = price_step or value * _FINEST
    if not finest > 0 or not value > 0:
        return (0.0,)
    first, last = math.floor(math.log10(finest)), math.ceil(math.log10(value * _WIDEST))
    steps = (round(m * 10.0**power, 12) for power in range(first, last + 1) for m in _MANTISSAS)
    return (0.0, *(step for step in steps if finest * 1.5 < step <= value * _WIDEST))


class OrderBookPanel(QWidget):
    """The order book of the market in sight."""

    step_chosen = Signal(float)  # quote currency; 0.0 for the venue's own

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("order-book")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.step, self.amounts = QComboBox(), QComboBox()
        self.status, self.chosen, self.ladder = QLabel(), QLabel(), LadderView(theme)
        self._steps: tuple[float, ...] = ()
        self._lay_out()
        self.step.activated.connect(lambda at: self.step_chosen.emit(self._steps[at]))
        self.amounts.activated.connect(lambda _at: self._show_units())
        self.ladder.said.connect(self._say)
        self._base = self._quote = ""
        self._make_room()

    def _lay_out(self) -> None:
        self.step.setAccessibleName("Step of price")
        self.step.setToolTip("How wide each row of the ladder is")
        self.amounts.setAccessibleName("Unit of the amounts")
        self.amounts.setToolTip("Amounts in the coin, or what they are worth")
        for label in (self.status, self.chosen):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setContentsMargins(10, 4, 10, 4)
        self.status.setAccessibleName("State of the book")
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(8)
        top.addWidget(self.step, 1)
        top.addWidget(self.amounts, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.ladder, 1)
        whole.addWidget(self.chosen)
        whole.addWidget(self.status)

    def open(self, sight: MarketSight, last: float, step: float) -> None:
        """Show another market, whose last price this is; its book comes when it is heard."""
        self._steps = steps_for(last, sight.price_step)
        self._base, self._quote = sight.base, sight.quote
        self.step.clear()
        self.step.addItems([f"Step {price(one, one)}" if one else "Every level" for one in self._steps])
        self.step.setCurrentIndex(self._steps.index(step) if step in self._steps else 0)
        at = max(self.amounts.currentIndex(), 0)
        self.amounts.clear()
        self.amounts.addItems([f"In {self._base}", f"In {self._quote}"])
        self.amounts.setCurrentIndex(at)
        self.setEnabled(bool(sight.symbol))
        self._show_units()

    def show_sight(self, sight: MarketSight, now_s: float) -> None:
        """Show what is known now."""
        words = sight.words(now_s)
        self.status.setText(words)
        self.ladder.show_message(words)
        self.ladder.show_book(sight.book, sight.price_step, is_live=sight.is_live(now_s))
        self._make_room()

    def _say(self, words: str) -> None:
        self.chosen.setText(words)
        self._make_room()

    def _make_room(self) -> None:
        """Give the ladder the room of what says nothing, or says what the empty ladder says itself."""
        self.chosen.setVisible(bool(self.chosen.text()))
        self.status.setVisible(not self.ladder.is_empty)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.ladder.set_theme(theme)

    def _show_units(self) -> None:
        self.ladder.set_units(self._base, self._quote, is_value=self.amounts.currentIndex() == 1)
