"""Prices in sentences: thousands apart, never as powers of ten, no digits that nobody paid."""

import pytest

from workstation.domain.market import SeriesKey
from workstation.domain.price_text import price_text
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.services.alerts import sentence


@pytest.mark.parametrize(
    ("price", "said"),
    [
        (49_910.49, "49,910.49"),
        (1_234_567.0, "1,234,567"),
        (123_456_789.0, "123,456,789"),
        (0.00001127, "0.00001127"),
        (0.069_432_171_9, "0.069432172"),
        (100.0, "100"),
        (0.0, "0"),
    ],
)
def test_a_price_is_written_in_full(price, said):
    assert price_text(price) == said


def test_a_line_drawn_by_hand_has_no_more_digits_than_a_price():
    assert price_text(49_920.925_431, 7) == "49,920.93"


def test_an_alert_says_the_price_of_a_cheap_coin_in_full():
    pepe = SeriesKey("binance", "PEPE/USDT", "1h")
    raised = Signal(pepe, 0, 0.00001127, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1")
    assert sentence(raised).startswith("PEPE/USDT 1h turned bullish at 0.00001127: ")
