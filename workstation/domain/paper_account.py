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

EXACT = Context(prec=60)
"""Digits enough for any balance at any price; the usual 28 are not."""

_HUNDRED = Decimal(100)
_MOST_COST_PCT = Decimal(10)
_NO_COIN = Decimal(0)


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
        with localcontext(EXACT):
            slipped = self.slippage_pct / _HUNDRED
            return price * (1 + slipped if side is Side.BUY else 1 - slipped)

    def cost_rate(self, side: Side) -> Decimal:
        """Return which part of what is traded is lost to fee and slippage."""
        with localcontext(EXACT):
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
        with localcontext(EXACT):
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
        with localcontext(EXACT):
            known = [held.units * prices[held.coin] for held in self.holdings if has_price(held.coin, prices)]
            unpriced = tuple(held.coin for held in self.holdings if not has_price(held.coin, prices))
            return PaperValue(self.cash, sum(known, _NO_COIN).quantize(MONEY_STEP, ROUND_DOWN), unpriced)

    def after(self, fill: PaperFill) -> "PaperPortfolio":
        """Return what is held after a trade.

        Raises
        ------
        UsageError
            There is not so much cash, or not so many coins.
        """
        with localcontext(EXACT):
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


def has_price(coin: str, prices: Mapping[str, Decimal]) -> bool:
    """Return whether a price is known and above zero."""
    price = prices.get(coin)
    return price is not None and price.is_finite() and price > 0
