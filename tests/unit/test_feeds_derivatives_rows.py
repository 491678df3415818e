"""Funding, open interest and liquidations out of a venue's rows: one unit, no nonsense, true zeros only."""

import math
from typing import Any

import pytest

from workstation.domain.metric import BUCKET_MS
from workstation.feeds.funding import FundingBook, amount_of, funding_rows, interest_value
from workstation.feeds.liquidation_quarters import LiquidationQuarters
from workstation.feeds.perpetual_venues import perpetual_of_coins

HOUR = 3_600_000
NOW = 1_706_745_600_000
LONGS, SHORTS = "liquidity.long_liquidations_usd", "liquidity.short_liquidations_usd"


def paid(*hours: float, rate: float = 1e-4) -> list[dict[str, Any]]:
    return [{"timestamp": NOW + int(hour * HOUR), "fundingRate": rate} for hour in hours]


def test_rates_are_told_per_eight_hours_and_were_known_when_they_were_paid() -> None:
    book = FundingBook()
    rows = book.take("BTC", funding_rows(paid(0, 8, 16), NOW + 20 * HOUR), NOW + 20 * HOUR, "test")
    assert [(row.event_ms, row.available_ms, row.value) for row in rows] == [
        (NOW + h * HOUR, NOW + h * HOUR, 1e-4) for h in (0, 8, 16)
    ]
    four = book.take("ALT", funding_rows(paid(0, 4, 8), NOW + 20 * HOUR), NOW + 20 * HOUR, "test")
    assert [row.value for row in four] == [2e-4] * 3


def test_a_contract_that_pays_more_often_from_now_on_counts_as_it_pays() -> None:
    rows = FundingBook().take("BTC", funding_rows(paid(0, 8, 12, 13), NOW + 20 * HOUR), NOW, "test")
    assert [row.value for row in rows] == pytest.approx([1e-4, 1e-4, 2e-4, 8e-4])


def test_a_missing_payment_is_not_an_interval() -> None:
    rows = FundingBook().take("BTC", funding_rows(paid(0, 8, 40, 48), NOW + 99 * HOUR), NOW, "test")
    assert [row.value for row in rows] == [1e-4] * 4


def test_one_payment_alone_is_not_told_but_is_remembered() -> None:
    book = FundingBook()
    assert book.take("BTC", funding_rows(paid(0), NOW), NOW, "test") == []
    assert book.next_ms("BTC", 5) == NOW + 1
    (row,) = book.take("BTC", funding_rows(paid(8), NOW + 8 * HOUR), NOW + 8 * HOUR, "test")
    assert row.value == 1e-4


def test_payments_told_twice_are_told_once() -> None:
    book = FundingBook()
    told = funding_rows(paid(0, 8), NOW + 9 * HOUR)
    assert len(book.take("BTC", told, NOW, "test")) == 2
    assert book.take("BTC", told, NOW, "test") == []


def test_a_payment_is_asked_for_when_it_is_due_and_not_again_at_once() -> None:
    book = FundingBook()
    assert book.is_due("BTC", NOW)
    book.take("BTC", [], NOW, "test")
    assert not book.is_due("BTC", NOW + HOUR - 1)
    book.take("BTC", funding_rows(paid(0, 8), NOW + 9 * HOUR), NOW + 9 * HOUR, "test")
    assert not book.is_due("BTC", NOW + 16 * HOUR)
    assert book.is_due("BTC", NOW + 16 * HOUR + 60_000)
    book.take("BTC", [], NOW + 16 * HOUR + 60_000, "test")
    assert not book.is_due("BTC", NOW + 16 * HOUR + 70_000)


def test_the_running_rate_is_told_once_an_hour_and_known_when_it_was_fetched() -> None:
    book = FundingBook()
    told = {"fundingRate": 3e-4, "interval": "4h"}
    (row,) = book.running("BTC", told, NOW, "test")
    assert (row.event_ms, row.available_ms, row.value) == (NOW, NOW, 6e-4)
    assert book.running("BTC", told, NOW + HOUR - 1, "test") == []
    assert len(book.running("BTC", {"fundingRate": 3e-4}, NOW + HOUR, "test")) == 1
    assert book.running("ETH", {"fundingRate": 3e-4}, NOW, "test") == []
    assert book.running("SOL", {"fundingRate": 3e-4, "interval": "٤h"}, NOW, "test") == []


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "<html>",
        {"code": 1},
        [None],
        [[1, 2]],
        [{"timestamp": NOW}],
        [{"timestamp": NOW, "fundingRate": None}],
        [{"timestamp": NOW, "fundingRate": "0.1"}],
        [{"timestamp": NOW, "fundingRate": math.nan}],
        [{"timestamp": NOW, "fundingRate": 1e308}],
        [{"timestamp": NOW, "fundingRate": True}],
        [{"timestamp": NOW + 1, "fundingRate": 0.1}],
        [{"timestamp": NOW // 1000, "fundingRate": 0.1}],
        [{"timestamp": float(NOW), "fundingRate": 0.1}],
    ],
    ids=str,
)
def test_rows_that_are_no_payments_are_left_out(answer: object) -> None:
    assert funding_rows(answer, NOW) == []


def test_open_interest_is_in_dollars_however_the_venue_counts() -> None:
    market = {"contractSize": 0.01}
    at = {"timestamp": NOW - 5}
    assert interest_value({**at, "openInterestValue": 7.0}, market, None, NOW) == (NOW - 5, 7.0)
    assert interest_value({**at, "baseVolume": 3.0}, market, 10.0, NOW) == (NOW - 5, 30.0)
    assert interest_value({**at, "openInterestAmount": 300.0}, market, 10.0, NOW) == (NOW - 5, 30.0)
    assert interest_value({"openInterestAmount": 2.0}, {}, 10.0, NOW) == (NOW, 20.0)
    assert interest_value({"timestamp": NOW + 9_000, "openInterestValue": 7.0}, {}, None, NOW) == (NOW, 7.0)


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {"openInterestAmount": 5.0},
        {"openInterestValue": 0.0},
        {"openInterestValue": -3.0},
        {"openInterestValue": math.nan},
        {"openInterestValue": 1e308},
        {"openInterestValue": "7"},
        {"timestamp": "x", "openInterestValue": 7.0},
        {"timestamp": 5, "openInterestValue": 7.0},
    ],
    ids=str,
)
def test_open_interest_that_cannot_be_told_is_absent(row: object) -> None:
    assert interest_value(row, {}, None, NOW) is None


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 1e16, 10**400, "1", None, True, [1]], ids=repr)
def test_what_is_no_amount_is_none(value: object) -> None:
    assert amount_of(value) is None


class Watched:
    """Quarters that are watched second by second."""

    def __init__(self) -> None:
        self.quarters = LiquidationQuarters("test", grace_ms=1_000)
        self.now = NOW
        self.rows: dict[tuple[str, str, int], list[float]] = {}
        self.quarters.watch(self.now, is_up=True, coins=())

    def until(self, minutes: float, is_up: bool = True, coins: tuple[str, ...] = ("BTC", "ETH")) -> "Watched":
        while self.now < NOW + minutes * 60_000:
            self.now += 1_000
            for row in self.quarters.watch(self.now, is_up=is_up, coins=coins):
                assert row.available_ms == self.now > row.event_ms
                self.rows.setdefault((row.metric, row.subject, row.event_ms), []).append(row.value)
        return self


def test_a_quarter_is_summed_and_an_empty_one_that_was_watched_is_zero() -> None:
    one = Watched()
    one.quarters.add("BTC", NOW + 60_000, 500.0, is_long=True)
    one.quarters.add("BTC", NOW + 90_000, 250.0, is_long=True)
    one.quarters.add("BTC", NOW + BUCKET_MS, 100.0, is_long=False)
    one.until(16)
    assert one.rows == {
        (LONGS, "BTC", NOW + BUCKET_MS): [750.0],
        (SHORTS, "BTC", NOW + BUCKET_MS): [100.0],
        (LONGS, "ETH", NOW + BUCKET_MS): [0.0],
        (SHORTS, "ETH", NOW + BUCKET_MS): [0.0],
    }


def test_a_quarter_that_was_not_watched_whole_is_absent() -> None:
    one = Watched()
    one.quarters.add("BTC", NOW + 60_000, 500.0, is_long=True)
    one.until(5).until(7, is_up=False).until(31)
    assert {event for _, _, event in one.rows} == {NOW + 2 * BUCKET_MS}


def test_a_short_break_does_not_cost_the_quarter() -> None:
    one = Watched().until(5).until(5.5, is_up=False).until(16)
    assert len(one.rows) == 4


def test_an_order_that_comes_late_makes_a_newer_version() -> None:
    one = Watched()
    one.quarters.add("BTC", NOW + 60_000, 500.0, is_long=True)
    one.until(16)
    one.quarters.add("BTC", NOW + 61_000, 50.0, is_long=True)
    one.until(17)
    assert one.rows[LONGS, "BTC", NOW + BUCKET_MS] == [500.0, 550.0]
    assert one.rows[LONGS, "ETH", NOW + BUCKET_MS] == [0.0]


def test_days_leave_nothing_behind() -> None:
    one = LiquidationQuarters("test", grace_ms=1_000)
    for minute in range(3 * 24 * 60):
        one.add(f"C{minute % 50}", NOW + minute * 60_000, 1.0, is_long=True)
        one.watch(NOW + minute * 60_000, is_up=True, coins=("C1",))
    assert len(one._sums) <= 6
    assert len(one._watched_ms) <= 6
    assert len(one._told) <= 6


def contract(base: str, settle: str = "USDT", **more: object) -> dict[str, object]:
    return {"swap": True, "linear": True, "base": base, "settle": settle, "active": True, **more}


def test_a_coins_perpetual_is_the_one_settled_in_the_most_used_dollar() -> None:
    markets = {
        "BTC/USDC:USDC": contract("BTC", "USDC"),
        "BTC/USDT:USDT": contract("BTC"),
        "BTC/USD:BTC": contract("BTC", "BTC", linear=False),
        "BTC/USDT:USDT-250328": contract("BTC", swap=False),
        "BTC/USDT": {"spot": True, "base": "BTC"},
        "1000PEPE/USDT:USDT": contract("1000PEPE"),
        "PEPE/USDC:USDC": contract("PEPE", "USDC"),
        "1MBABYDOGE/USDT:USDT": contract("1MBABYDOGE"),
        "1INCH/USDT:USDT": contract("1INCH"),
        "GONE/USDT:USDT": contract("GONE", active=False),
        "EUR/EUR:EUR": contract("EUR", "EUR"),
        "ODD/USDT:USDT": contract(None),  # type: ignore[arg-type]
    }
    assert perpetual_of_coins(markets) == {
        "BTC": "BTC/USDT:USDT",
        "PEPE": "1000PEPE/USDT:USDT",
        "BABYDOGE": "1MBABYDOGE/USDT:USDT",
        "1INCH": "1INCH/USDT:USDT",
    }
