"""The trades that bring a paper account to the weights of advice, and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal, localcontext

from workstation.domain.errors import UsageError
from workstation.domain.paper_account import (
    EXACT,
    MONEY_STEP,
    UNIT_STEP,
    PaperAccount,
    PaperFill,
    PaperPortfolio,
    Side,
    has_price,
)
from workstation.domain.rotation import CASH

_HUNDRED = Decimal(100)
_NO_COIN = Decimal(0)
_MOST_ROUNDS = 80
_IS_SHRUNK = Decimal("0.999999")  # less than that of what was wanted is said


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """A trade that would bring a paper account to its targets.

    Parameters
    ----------
    coin, symbol : str
        What is traded.
    side : Side
        Bought or sold.
    units : Decimal
        Above 0.
    price : Decimal
        The market's, before slippage.
    cost : Decimal
        Fee and slippage together, account's currency.
    """

    coin: str
    symbol: str
    side: Side
    units: Decimal
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class PaperPlan:
    """The trades to get to some targets.

    Parameters
    ----------
    orders : tuple of PaperOrder
        Sells first, the largest first among them; then the buys that they pay for.
    cost : Decimal
        Of all orders, account's currency.
    notes : tuple of str
        What could not be done as wanted, one sentence each.
    """

    orders: tuple[PaperOrder, ...]
    cost: Decimal
    notes: tuple[str, ...] = ()


def fill_of(account: PaperAccount, order: PaperOrder, at_ms: int, reason: str) -> PaperFill:
    """Return an order as a trade at its price, after slippage and fee."""
    with localcontext(EXACT):
        price = account.fill_price(order.side, order.price)
        fee = (order.units * price * account.fee_pct / _HUNDRED).quantize(MONEY_STEP, ROUND_DOWN)
    return PaperFill(at_ms, order.coin, order.symbol, order.side, order.units, price, fee, reason)


def orders_to(
    account: PaperAccount,
    portfolio: PaperPortfolio,
    weights: Mapping[str, Decimal],
    prices: Mapping[str, Decimal],
    min_trade: Decimal = _NO_COIN,
) -> PaperPlan:
    """Return the trades that bring an account to target weights, and what they cost.

    Weights are parts of what the account is worth after the costs, coins without a price left out: those are
    neither bought nor sold, and what was meant for them stays cash. Buys that the cash cannot pay for are all
    made smaller by the same part.

    Parameters
    ----------
    account : PaperAccount
        Says what trading costs.
    portfolio : PaperPortfolio
        What is held now.
    weights : mapping of str to Decimal
        By coin, 0..1; a held coin that is not there is sold. What they leave of 1 is cash; above 1 together
        they are made smaller.
    prices : mapping of str to Decimal
        The market's, by coin; zero is none.
    min_trade : Decimal, optional
        Smaller trades are left out, account's currency; whoever leaves a coin leaves it whole.

    Raises
    ------
    UsageError
        A weight is outside 0..1.
    """
    with localcontext(EXACT):
        wanted = _checked(weights)
        coins = sorted({*wanted, *(held.coin for held in portfolio.holdings)})
        priced = [coin for coin in coins if has_price(coin, prices)]
        notes = [_unpriced_note(coin, portfolio) for coin in coins if coin not in priced]
        held = {coin: portfolio.units_of(coin) * prices[coin] for coin in priced}
        changes = _changes(
            account, portfolio.cash, held, {coin: wanted.get(coin, _NO_COIN) for coin in priced}
        )
        orders = []
        for coin in sorted(changes, key=lambda each: changes[each]):
            is_exit = coin not in wanted or not wanted[coin]
            if is_exit or abs(changes[coin]) >= min_trade:
                units = portfolio.units_of(coin) if is_exit else abs(changes[coin]) / prices[coin]
                orders.append(_order(account, coin, changes[coin], units, prices[coin]))
        sells = [order for order in orders if order.side is Side.SELL and order.units]
        buys = [order for order in orders if order.side is Side.BUY and order.units]
        cash = portfolio.cash + sum(fill_of(account, order, 0, "").cash_change for order in sells)
        buys, part = _affordable(account, buys[::-1], cash)
        if part < _IS_SHRUNK:
            notes.append(f"What is bought was made smaller, to {part:.2%} of it: there is not more cash.")
        done = (*sells, *buys)
        return PaperPlan(done, sum((order.cost for order in done), _NO_COIN), tuple(notes))


def _checked(weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    for coin, weight in weights.items():
        if not (weight.is_finite() and 0 <= weight <= 1):
            raise UsageError(f"The target weight of {coin} must be in 0..1; got {weight}.")
    total = sum(weights.values(), _NO_COIN)
    return {coin: weight / total if total > 1 else weight for coin, weight in weights.items() if coin != CASH}


def _unpriced_note(coin: str, portfolio: PaperPortfolio) -> str:
    if portfolio.units_of(coin):
        return f"{coin} is left as it is: it has no price now."
    return f"{coin} is not bought: it has no price now."


def _changes(
    account: PaperAccount, cash: Decimal, held: Mapping[str, Decimal], weights: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Return by how much each coin's value must change, so that weights hold after what that costs.

    What is left after costs depends on what is traded, and that on what is left: a fixed point, approached
    by a factor of the cost rate in each round.
    """
    buying, selling = account.cost_rate(Side.BUY), account.cost_rate(Side.SELL)
    before = cash + sum(held.values(), _NO_COIN)
    left = before
    for _ in range(_MOST_ROUNDS):
        changes = {coin: weight * left - held[coin] for coin, weight in weights.items()}
        cost = sum(
            (change * buying if change > 0 else -change * selling for change in changes.values()), _NO_COIN
        )
        if abs(before - cost - left) < MONEY_STEP * UNIT_STEP:
            break
        left = before - cost
    return changes


def _order(account: PaperAccount, coin: str, change: Decimal, units: Decimal, price: Decimal) -> PaperOrder:
    side = Side.BUY if change > 0 else Side.SELL
    units = units.quantize(UNIT_STEP, ROUND_DOWN)
    cost = (units * price * account.cost_rate(side)).quantize(MONEY_STEP, ROUND_UP)
    return PaperOrder(coin, f"{coin}/{account.currency}", side, units, price, cost)


def _affordable(
    account: PaperAccount, buys: list[PaperOrder], cash: Decimal
) -> tuple[list[PaperOrder], Decimal]:
    """Return what of the buys the cash pays for, and which part of them that is."""
    needed = -sum((fill_of(account, order, 0, "").cash_change for order in buys), _NO_COIN)
    if needed <= cash:
        return buys, Decimal(1)
    spared = 2 * MONEY_STEP * len(buys)  # each may be rounded up
    part = max(_NO_COIN, cash - spared) / needed
    smaller = [_order(account, order.coin, order.units, order.units * part, order.price) for order in buys]
    return [order for order in smaller if order.units], part
