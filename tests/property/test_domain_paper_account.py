"""Paper accounts: whatever is traded at whatever prices, nothing is made up and nothing is lost but costs."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.paper_account import (
    MONEY_STEP,
    PaperAccount,
    PaperPortfolio,
    Side,
)
from workstation.domain.paper_order import fill_of, orders_to

DIGIT = Decimal("1e-27")  # the last of the 28 that a Decimal keeps of a fortune
COINS = ("AAA", "BBB", "CCC", "DDD", "EEE")
PRICES = st.decimals("1e-8", "1e6", allow_nan=False, places=9).filter(lambda price: price > 0)
SOME_PRICES = st.dictionaries(st.sampled_from(COINS), PRICES, max_size=5)
ACCOUNTS = st.builds(
    PaperAccount,
    st.just("mine"),
    st.just("binance"),
    st.decimals("1", "1e9", places=2),
    st.just(0),
    fee_pct=st.decimals("0", "1", places=3),
    slippage_pct=st.decimals("0", "1", places=3),
)


@st.composite
def weights(draw):
    parts = draw(st.dictionaries(st.sampled_from(COINS), st.integers(0, 100), max_size=5))
    cash = draw(st.integers(0, 100))
    total = sum(parts.values()) + cash or 1
    return {coin: Decimal(part) / total for coin, part in parts.items()}


def traded(account, portfolio, plan):
    """Return what is held after a plan, each step checked."""
    for order in plan.orders:
        fill = fill_of(account, order, 1, "because")
        assert all(isinstance(each, Decimal) for each in (fill.units, fill.price, fill.fee, order.cost))
        portfolio = portfolio.after(fill)
        assert portfolio.cash >= 0
        assert all(held.units > 0 for held in portfolio.holdings)
    return portfolio


STEPS = st.lists(st.tuples(SOME_PRICES, weights(), st.sampled_from((Decimal(0), Decimal(10)))), max_size=4)


@settings(max_examples=25, deadline=None)
@given(account=ACCOUNTS, steps=STEPS)
def test_value_is_conserved_up_to_fees_and_slippage(account, steps):
    portfolio = PaperPortfolio(account.start_balance)
    for prices, targets, min_trade in steps:
        plan = orders_to(account, portfolio, targets, prices, min_trade)
        after = traded(account, portfolio, plan)
        every_price = dict.fromkeys(COINS, Decimal(1)) | prices
        before_value, after_value = portfolio.value_at(every_price).total, after.value_at(every_price).total
        rounding = max(MONEY_STEP * 4, before_value * DIGIT) * (len(plan.orders) + 1)
        assert abs(before_value - plan.cost - after_value) <= rounding
        assert plan.cost >= 0
        sides = [order.side for order in plan.orders]
        assert sides == sorted(sides, key=lambda side: side is Side.BUY), "sells first"
        portfolio = after


@settings(max_examples=25, deadline=None)
@given(
    account=ACCOUNTS, steps=STEPS, last=weights(), prices=st.fixed_dictionaries(dict.fromkeys(COINS, PRICES))
)
def test_weights_are_reached_within_rounding_where_every_coin_has_a_price(account, steps, last, prices):
    portfolio = PaperPortfolio(account.start_balance)
    for some, targets, min_trade in steps:
        portfolio = traded(account, portfolio, orders_to(account, portfolio, targets, some, min_trade))
    after = traded(account, portfolio, orders_to(account, portfolio, last, prices))
    total = after.value_at(prices).total
    for coin in COINS:
        step = prices[coin] * Decimal("1e-12")
        wrong = after.units_of(coin) * prices[coin] - last.get(coin, Decimal(0)) * total
        assert abs(wrong) <= step + MONEY_STEP * 40
    again = orders_to(account, after, last, prices, Decimal("0.01"))
    assert all(order.units * order.price < Decimal("1e-2") for order in again.orders), "nothing is left to do"


@settings(max_examples=20, deadline=None)
@given(account=ACCOUNTS, prices=SOME_PRICES, targets=weights(), later=SOME_PRICES)
def test_a_coin_without_a_price_is_left_alone_and_said(account, prices, targets, later):
    start = PaperPortfolio(account.start_balance)
    held = traded(account, start, orders_to(account, start, targets, prices))
    plan = orders_to(account, held, {}, later)
    after = traded(account, held, plan)
    for holding in held.holdings:
        if holding.coin in later:
            assert after.units_of(holding.coin) == 0
        else:
            assert after.units_of(holding.coin) == holding.units
            assert any(holding.coin in note for note in plan.notes)
    assert after.value_at(later).unpriced == tuple(held.coin for held in after.holdings)
