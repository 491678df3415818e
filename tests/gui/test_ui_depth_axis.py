"""The values beside the hills of a book are round, few enough to be read, and say in which currency."""

import numpy as np
import pytest
from PySide6.QtGui import QPainter, QPixmap

from tests.fakes.market_book import book
from workstation.domain.book import Book
from workstation.engine.book_ladder import sight_of
from workstation.ui.market.depth_panel import cost_words
from workstation.ui.market.depth_view import DepthView
from workstation.ui.theme import LIGHT

SIGHT = sight_of(book(), 0.0)


class Listening(QPainter):
    """Remembers what is written."""

    def __init__(self, device):
        super().__init__(device)
        self.written: list[str] = []

    def drawText(self, *args):
        self.written.append(args[-1])
        super().drawText(*args)


def values_beside_hills(height: int) -> list[str]:
    view = DepthView(LIGHT)
    view.show_book(SIGHT, 0.01, "USDT", is_live=True)
    view.resize(436, height)
    canvas = QPixmap(436, height)
    painter = Listening(canvas)
    view.paint_content(painter)
    painter.end()
    return [one for one in painter.written if " M" in one]


@pytest.mark.parametrize("height", [90, 200, 500])
def test_values_are_round_and_the_highest_names_the_currency(qapp, height):
    values = values_beside_hills(height)
    assert 1 <= len(values) <= height / 20
    assert values[-1].endswith("USDT")
    steps = [float(one.split()[0]) for one in values]
    assert all(one == pytest.approx(steps[0] * at) for at, one in enumerate(steps, 1))
    assert f"{steps[0]:.2e}"[:4] in {"1.00", "2.00", "2.50", "5.00"}


def test_a_cost_too_small_for_three_decimals_is_not_called_nothing():
    bid, ask, size = np.array([64_412.49]), np.array([64_412.50]), np.array([5.0])
    said = cost_words(sight_of(Book(bid, size, ask, size, 0.0, 1e9), 0.0), 10_000, "USDT", 0.01)
    assert said.startswith("Buying at 64,412.50 on average, below 0.001 % or 0.000776 USDT from the middle.")
