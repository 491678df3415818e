"""Paper accounts by hand: numbers that can be checked on paper."""

from decimal import Decimal

import pytest

from workstation.domain.errors import UsageError
from workstation.domain.paper_account import (
    PaperAccount,
    PaperFill,
    PaperHolding,
    PaperPortfolio,
    Side,
    nearest_decimal,
    portfolio_of,
    weights_of,
)
from workstation.domain.paper_order import fill_of, orders_to
from workstation.domain.rotation import CASH, TargetWeight

D = Decimal
ACCOUNT = PaperAccount("mine", "binance", D(10_000), 0)
FREE = PaperAccount("mine", "binance", D(10_000), 0, fee_pct=D(0), slippage_pct=D(0))


def test_half_of_an_account_without_costs_is_half_of_it():
    plan = orders_to(FREE, PaperPortfolio(D(10_000)), {"BTC": D("0.5")}, {"BTC": D(50_000)})
    (order,) = plan.orders
    assert (order.symbol, order.side, order.units, order.cost) == ("BTC/USDT", Side.BUY, D("0.1"), D(0))
    assert plan.notes == ()


def test_a_buy_pays_slippage_first_and_then_the_fee_on_it():
    plan = orders_to(ACCOUNT, PaperPortfolio(D(10_000)), {"BTC": D("0.5")}, {"BTC": D(50_000)})
    fill = fill_of(ACCOUNT, plan.orders[0], 5, "enter BTC")
    assert fill.price == D("50025.00"), "0.05 % above the market"
    assert fill.fee == pytest.approx(fill.units * fill.price / 1000, abs=D("1e-8"))
    assert plan.cost == pytest.approx(D("7.5"), rel=D("0.001")), "0.15 % of five thousand"
    after = portfolio_of(ACCOUNT, [fill])
    value = after.value_at({"BTC": D(50_000)})
    assert value.coins / value.total == pytest.approx(D("0.5"), abs=D("1e-11")), "a half of what is left"


def test_sells_come_first_and_pay_for_the_buys():
    held = PaperPortfolio(D(0), (PaperHolding("ETH", "ETH/USDT", D(4)),))
    plan = orders_to(ACCOUNT, held, {"BTC": D(1)}, {"BTC": D(50_000), "ETH": D(2_500)})
    assert [(order.side, order.coin) for order in plan.orders] == [(Side.SELL, "ETH"), (Side.BUY, "BTC")]
    after = held
    for order in plan.orders:
        after = after.after(fill_of(ACCOUNT, order, 0, ""))
    assert 0 <= after.cash < D("1e-6")


def test_small_trades_are_left_out_but_an_exit_never_is():
    held = PaperPortfolio(D(1000), (PaperHolding("ETH", "ETH/USDT", D("0.001")),))
    prices = {"ETH": D(2000), "BTC": D(50_000)}
    assert orders_to(FREE, held, {"ETH": D("0.005")}, prices, D(5)).orders == ()
    (order,) = orders_to(FREE, held, {}, prices, D(5)).orders
    assert (order.side, order.units) == (Side.SELL, D("0.001"))


def test_what_the_cash_cannot_pay_for_is_made_smaller_and_said():
    coins = (PaperHolding("ETH", "ETH/USDT", D("0.0049")), PaperHolding("SOL", "SOL/USDT", D(1)))
    held = PaperPortfolio(D(1), coins)
    prices = {"ETH": D(1000), "SOL": D(100), "BTC": D(50_000)}
    wanted = {"ETH": D(0), "SOL": D("0.93"), "BTC": D("0.07")}
    plan = orders_to(FREE, held, wanted, prices, D(2))
    assert [order.coin for order in plan.orders] == ["ETH", "BTC"], "selling one dollar of SOL was left out"
    assert plan.notes == ("What is bought was made smaller, to 79.59% of it: there is not more cash.",)
    after = held
    for order in plan.orders:
        after = after.after(fill_of(FREE, order, 0, ""))
    assert 0 <= after.cash < D("1e-6")


def test_a_price_of_zero_is_no_price():
    held = PaperPortfolio(D(100), (PaperHolding("LUNA", "LUNA/USDT", D(5)),))
    prices = {"LUNA": D(0)}
    plan = orders_to(FREE, held, {"FTT": D("0.5")}, prices)
    assert plan.orders == ()
    assert plan.notes == (
        "FTT is not bought: it has no price now.",
        "LUNA is left as it is: it has no price now.",
    )
    value = held.value_at(prices)
    assert (value.total, value.coins, value.unpriced) == (None, D(0), ("LUNA",))


def test_weights_above_one_together_are_made_smaller():
    plan = orders_to(FREE, PaperPortfolio(D(100)), {"A": D("0.8"), "B": D("0.8")}, {"A": D(1), "B": D(1)})
    assert [order.units for order in plan.orders] == [D(50), D(50)]


@pytest.mark.parametrize("weight", [D("-0.1"), D("1.1"), D("NaN")])
def test_a_weight_that_cannot_be_is_refused(weight):
    with pytest.raises(UsageError, match=r"BTC must be in 0\.\.1"):
        orders_to(FREE, PaperPortfolio(D(100)), {"BTC": weight}, {"BTC": D(1)})


def test_nothing_is_spent_or_sold_that_is_not_there():
    portfolio = PaperPortfolio(D(10))
    with pytest.raises(UsageError, match="cannot buy 2 ETH at 10: it has 10 in cash and 0 ETH"):
        portfolio.after(PaperFill(0, "ETH", "ETH/USDT", Side.BUY, D(2), D(10), D(0), ""))
    with pytest.raises(UsageError, match="cannot sell"):
        portfolio.after(PaperFill(0, "ETH", "ETH/USDT", Side.SELL, D(2), D(10), D(0), ""))
    for units, price, fee in (
        (D(0), D(1), D(0)),
        (D(1), D(0), D(0)),
        (D(1), D(1), D(-1)),
        (D("NaN"), D(1), D(0)),
    ):
        with pytest.raises(UsageError, match="units and a price above 0"):
            PaperFill(0, "ETH", "ETH/USDT", Side.BUY, units, price, fee, "")


def test_the_weights_of_advice_are_decimals_and_cash_is_what_they_leave():
    targets = (TargetWeight("BTC", 0.1, "layer-1"), TargetWeight("BTC", 0.2, "pay"), TargetWeight(CASH, 0.7))
    assert weights_of(targets) == {"BTC": D("0.3")}
    assert nearest_decimal(0.1) == D("0.1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "1 to 40 letters"),
        ({"name": " mine"}, "1 to 40 letters"),
        ({"name": "a\nb"}, "1 to 40 letters"),
        ({"name": "x" * 41}, "1 to 40 letters"),
        ({"start_balance": D(0)}, "begins with more than 0"),
        ({"start_balance": D("Infinity")}, "begins with more than 0"),
        ({"fee_pct": D(11)}, "fee_pct must be in"),
        ({"slippage_pct": D(-1)}, "slippage_pct must be in"),
    ],
)
def test_an_account_that_cannot_be_is_refused(changes, said):
    values = {"name": "mine", "venue": "binance", "start_balance": D(1), "created_ms": 0} | changes
    with pytest.raises(UsageError, match=said):
        PaperAccount(**values)
