"""Positions become names; what cannot be is refused with a sentence."""

import json
import math

import pytest

from workstation.domain.candle import Candle
from workstation.domain.errors import BadCandle, VenueError
from workstation.domain.market import Market, SeriesKey
from workstation.domain.ticker import Ticker
from workstation.feeds.normalize import candle_row, candle_rows, market, raw_bytes, ticker

KEY = SeriesKey("practice", "BTC/USDT", "1h")
OPEN = 1_706_745_600_000  # 2024-02-01, on the hour
LATEST = OPEN + 10 * 3_600_000


def test_a_sound_row_becomes_a_named_candle():
    candle = candle_row(KEY, [OPEN, 1, 3.5, 0.5, 2.0, 7.25], closed=True, latest_ms=LATEST)
    assert candle == Candle(OPEN, open=1.0, high=3.5, low=0.5, close=2.0, volume=7.25, closed=True)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param([None] * 6, "open time must be a number", id="a page of HTML, by the character"),
        pytest.param("<html>", "six numbers", id="text"),
        pytest.param(None, "six numbers", id="nothing"),
        pytest.param([OPEN, 1, 2, 0.5, 1], "six numbers", id="five numbers"),
        pytest.param([OPEN, "1", 2, 0.5, 1, 1], "open must be a number", id="a number as text"),
        pytest.param([OPEN, 1, True, 0.5, 1, 1], "high must be a number", id="true for a price"),
        pytest.param([OPEN, 1, 2, 0.5, math.nan, 1], "above zero", id="NaN"),
        pytest.param([OPEN, 1, math.inf, 0.5, 1, 1], "larger than any market", id="infinity"),
        pytest.param([OPEN, 1, 1e308, 0.5, 1, 1], "larger than any market", id="1e308"),
        pytest.param([OPEN, 1, 10**5000, 0.5, 1, 1], "too large", id="an integer of 5,000 digits"),
        pytest.param([OPEN, 1, 2, -0.5, 1, 1], "above zero", id="negative price"),
        pytest.param([OPEN, 0, 2, 0.5, 1, 1], "above zero", id="price of zero"),
        pytest.param([OPEN, 1, 0.4, 0.5, 0.45, 1], "low..high", id="high below low"),
        pytest.param([OPEN, 1, 2, 0.5, 1, -3], "volume", id="negative volume"),
        pytest.param([OPEN + 1, 1, 2, 0.5, 1, 1], "grid", id="off the grid"),
        pytest.param([OPEN + 0.5, 1, 2, 0.5, 1, 1], "whole milliseconds", id="half a millisecond"),
        pytest.param([math.nan, 1, 2, 0.5, 1, 1], "whole milliseconds", id="NaN for a time"),
        pytest.param([OPEN // 1000, 1, 2, 0.5, 1, 1], "before 2009", id="seconds"),
        pytest.param([OPEN * 1000, 1, 2, 0.5, 1, 1], "not in milliseconds", id="microseconds"),
        pytest.param([10**5000, 1, 2, 0.5, 1, 1], "not in milliseconds", id="a time of 5,000 digits"),
        pytest.param([LATEST + 3_600_000, 1, 2, 0.5, 1, 1], "in the future", id="the future"),
    ],
)
def test_an_impossible_row_is_refused_and_says_why(row, says):
    with pytest.raises(BadCandle, match=says):
        candle_row(KEY, row, closed=False, latest_ms=LATEST)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("<html>login</html>", id="text"),
        pytest.param(None, id="nothing"),
        pytest.param({"code": 0}, id="a dictionary"),
        pytest.param([[None] * 6] * 20, id="one row a character"),
    ],
)
def test_an_answer_that_is_not_candles_is_an_error_of_the_venue(answer):
    with pytest.raises(VenueError):
        candle_rows(KEY, answer)


def test_one_bad_row_among_good_ones_does_not_condemn_the_answer():
    rows = [[None] * 6, [OPEN, 1, 2, 0.5, 1, 1]]
    assert candle_rows(KEY, rows) == rows
    assert candle_rows(KEY, []) == []


def test_a_refused_row_is_kept_as_it_came_but_never_more_than_four_kilobytes():
    assert json.loads(raw_bytes([OPEN, "x", None])) == [OPEN, "x", None]
    assert len(raw_bytes(["y" * 10_000])) == 4096
    assert b"cannot be shown" in raw_bytes([10**5000])


def test_a_ticker_takes_what_is_there_and_leaves_out_what_is_not():
    raw = {"last": 2.5, "percentage": -1.25, "quoteVolume": 1e6, "timestamp": OPEN}
    assert ticker("BTC/USDT", raw, LATEST) == Ticker("BTC/USDT", 2.5, -1.25, 1e6, OPEN)
    assert ticker("BTC/USDT", {"last": 2}, LATEST) == Ticker("BTC/USDT", 2.0, None, None, LATEST)
    odd = {"last": 2, "percentage": math.nan, "quoteVolume": -1, "timestamp": OPEN // 1000}
    assert ticker("BTC/USDT", odd, LATEST) == Ticker("BTC/USDT", 2.0, None, None, LATEST)


@pytest.mark.parametrize("last", [None, "2", 0, -1, math.nan, math.inf, 1e308, 10**400])
def test_a_ticker_without_a_possible_price_is_none(last):
    assert ticker("BTC/USDT", {"last": last}, LATEST) is None


def test_only_spot_markets_with_names_are_markets():
    raw = {"spot": True, "symbol": "A/B", "base": "A", "quote": "B", "precision": {"price": 0.01}}
    assert market(raw) == Market("A/B", "A", "B", 0.01)
    assert market(raw | {"active": False, "precision": None}) == Market("A/B", "A", "B", 0.0, active=False)
    assert market(raw | {"spot": False}) is None
    assert market(raw | {"base": None}) is None
