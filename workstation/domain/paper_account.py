"""A paper account: play money that follows advice at real prices, with fees and slippage. Exact decimals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal, localcontext
from enum import StrEnum

from workstation.domain.errors import UsageError
from workstation.domain.rotation import CASH, TargetWeight

UNIT_STEP = Decimal("1e-12")
"""Smallest part of a coin that is traded."""

MONEY_STEP = Decimal("1e-8")
"""Smallest part of the account's currency."""

LONGEST_NAME = 40

_EXACT = Context(prec=60)  # enough for any balance at any price; the default 28 digits are not
_HUNDRED = Decimal(100)
_MOST_COST_PCT = Decimal(10)
_NO_COIN = Decimal(0)
_MOST_ROUNDS = 80
_IS_SHRUNK = Decimal("0.999999")  # less than that of what was wanted is said


class Side(StrEnum):
    """Which way a trade goes."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class PaperAccount:
    """What a paper account is called, what it began with, and what trading costs it.

    Parameters
    ----------
    name : str
        The trader's, 1..40 characters that can be printed.
    venue : str
        Short name of the venue whose prices it trades at: practice and live never mix.
    start_balance : Decimal
        In `currency`, above 0.
    created_ms : int
        UTC milliseconds of the venue.
    currency : str
        What the coins are paid with.
    fee_pct, slippage_pct : Decimal
        On every trade, percent, 0..10.
    is_following : bool
        Whether every new advice is applied to it by itself.
    """

    name: str
    venue: str
    start_balance: Decimal
    created_ms: int
    currency: str = "USDT"
    fee_pct: Decimal = Decimal("0.10")
    slippage_pct: Decimal = Decimal("0.05")
    is_following: bool = False

    def __post_init__(self) -> None:
        name = self.name
        if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= LONGEST_NAME:
            raise UsageError(
                f"A paper account's name has 1 to {LONGEST_NAME} letters that can be printed; got {name!r}."
            )
        if not (self.start_balance.is_finite() and self.start_balance > 0):
            raise UsageError(f"A paper account begins with more than 0; got {self.start_balance}.")
        for what in ("fee_pct", "slippage_pct"):
            value: Decimal = getattr(self, what)
            if not (value.is_finite() and 0 <= value <= _MOST_COST_PCT):
                raise UsageError(f"{what} must be in 0..{_MOST_COST_PCT}; got {value}.")

    def fill_price(self, side: Side, price: Decimal) -> Decimal:
        """Return what is paid or got for one coin at a price, slippage included."""
        with localcontext(_EXACT):
            slipped = self.slippage_pct / _HUNDRED
            return price * (1 + slipped if side is Side.BUY else 1 - slipped)

    def cost_rate(self, side: Side) -> Decimal:
        """Return which part of what is traded is lost to fee and slippage."""
        with localcontext(_EXACT):
            fee, at = self.fee_pct / _HUNDRED, self.fill_price(side, Decimal(1))
            return at * (1 + fee) - 1 if side is Side.BUY else 1 - at * (1 - fee)


@dataclass(frozen=True, slots=True)
class PaperHolding:
    """Coins that a paper account holds.

    Parameters
    ----------
    coin : str
        E.g. ``"PEPE"``.
    symbol : str
        As which it is traded, e.g. ``"PEPE/USDT"``.
    units : Decimal
        Above 0.
    """

    coin: str
    symbol: str
    units: Decimal


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


@dataclass(frozen=True, slots=True)
class PaperFill:
    """A trade of a paper account that happened.

    Parameters
    ----------
    at_ms : int
        When, UTC milliseconds of the venue.
    coin, symbol : str
        What was traded.
    side : Side
        Bought or sold.
    units : Decimal
        Above 0.
    price : Decimal
        What one coin was bought or sold for, slippage included.
    fee : Decimal
        Account's currency.
    reason : str
        Why, one sentence for the trader.
    """

    at_ms: int
    coin: str
    symbol: str
    side: Side
    units: Decimal
    price: Decimal
    fee: Decimal
    reason: str

    def __post_init__(self) -> None:
        numbers = (self.units, self.price, self.fee)
        if (
            not all(number.is_finite() for number in numbers)
            or min(self.units, self.price) <= 0
            or self.fee < 0
        ):
            raise UsageError(f"A fill of {self.coin} has units and a price above 0; got {self}.")

    @property
    def cash_change(self) -> Decimal:
        """What it does to the account's cash; rounded against the account."""
        with localcontext(_EXACT):
            value = self.units * self.price
            if self.side is Side.BUY:
                return -(value.quantize(MONEY_STEP, ROUND_UP) + self.fee)
            return value.quantize(MONEY_STEP, ROUND_DOWN) - self.fee


@dataclass(frozen=True, slots=True)
class PaperValue:
    """What a paper account is worth at some prices.

    Parameters
    ----------
    cash : Decimal
        Account's currency.
    coins : Decimal
        Of the coins that have a price.
    unpriced : tuple of str
        Held coins without one: while there are any, what all of it is worth is not known.
    """

    cash: Decimal
    coins: Decimal
    unpriced: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal | None:
        """Cash and coins; None where a held coin has no price."""
        return None if self.unpriced else self.cash + self.coins


@dataclass(frozen=True, slots=True)
class PaperPortfolio:
    """What a paper account holds.

    Parameters
    ----------
    cash : Decimal
        Account's currency, never below 0.
    holdings : tuple of PaperHolding
        By coin.
    """

    cash: Decimal
    holdings: tuple[PaperHolding, ...] = ()

    def units_of(self, coin: str) -> Decimal:
        """Return how many of a coin are held."""
        return next((held.units for held in self.holdings if held.coin == coin), _NO_COIN)

    def value_at(self, prices: Mapping[str, Decimal]) -> PaperValue:
        """Return what all of it is worth at prices by coin; a price of zero is none."""
        with localcontext(_EXACT):
            known = [
                held.units * prices[held.coin] for held in self.holdings if _has_price(held.coin, prices)
            ]
            unpriced = tuple(held.coin for held in self.holdings if not _has_price(held.coin, prices))
            return PaperValue(self.cash, sum(known, _NO_COIN).quantize(MONEY_STEP, ROUND_DOWN), unpriced)

    def after(self, fill: PaperFill) -> "PaperPortfolio":
        """Return what is held after a trade.

        Raises
        ------
        UsageError
            There is not so much cash, or not so many coins.
        """
        with localcontext(_EXACT):
            cash = self.cash + fill.cash_change
            change = fill.units if fill.side is Side.BUY else -fill.units
            units = self.units_of(fill.coin) + change
        if cash < 0 or units < 0:
            raise UsageError(
                f"A paper account cannot {fill.side.value} {fill.units} {fill.coin} at {fill.price}: it has "
                f"{self.cash} in cash and {self.units_of(fill.coin)} {fill.coin}."
            )
        others = [held for held in self.holdings if held.coin != fill.coin]
        held = [PaperHolding(fill.coin, fill.symbol, units)] if units else []
        return PaperPortfolio(cash, tuple(sorted(others + held, key=lambda each: each.coin)))


def nearest_decimal(value: float) -> Decimal:
    """Return the shortest decimal that a float stands for; where the float had lost digits, they stay lost.

    The only way from computed prices and weights into the money of a paper account.
    """
    return Decimal(repr(float(value)))


def weights_of(targets: Iterable[TargetWeight]) -> dict[str, Decimal]:
    """Return the weights of advice by coin, without cash; a coin of several narratives has their sum."""
    weights: dict[str, Decimal] = {}
    for target in targets:
        if target.coin != CASH:
            weights[target.coin] = weights.get(target.coin, _NO_COIN) + nearest_decimal(target.weight)
    return weights


def portfolio_of(account: PaperAccount, fills: Iterable[PaperFill]) -> PaperPortfolio:
    """Return what an account holds after all its trades, oldest first.

    Raises
    ------
    UsageError
        They cannot have happened in this order.
    """
    portfolio = PaperPortfolio(account.start_balance)
    for fill in fills:
        portfolio = portfolio.after(fill)
    return portfolio


def fill_of(account: PaperAccount, order: PaperOrder, at_ms: int, reason: str) -> PaperFill:
    """Return an order as a trade at its price, after slippage and fee."""
    with localcontext(_EXACT):
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
    with localcontext(_EXACT):
        wanted = _checked(weights)
        coins = sorted({*wanted, *(held.coin for held in portfolio.holdings)})
        priced = [coin for coin in coins if _has_price(coin, prices)]
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


def _has_price(coin: str, prices: Mapping[str, Decimal]) -> bool:
    price = prices.get(coin)
    return price is not None and price.is_finite() and price > 0


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
