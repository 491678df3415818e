"""How a paper account stands at the newest prices."""

from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.paper_account import PaperAccount


@dataclass(frozen=True, slots=True)
class HeldCoin:
    """A coin that a paper account holds, at its newest price.

    Parameters
    ----------
    coin : str
        E.g. ``"PEPE"``.
    units : Decimal
        Above 0.
    price, value : Decimal or None
        Account's currency; None where no price is known.
    weight : Decimal or None
        Part of the account, 0..1; None where what all of it is worth is not known.
    """

    coin: str
    units: Decimal
    price: Decimal | None
    value: Decimal | None
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class PaperStanding:
    """A paper account, what it holds and what that is worth.

    Parameters
    ----------
    account : PaperAccount
        As it is called and set.
    id : int
        Its number, under which its past is read.
    cash : Decimal
        Account's currency.
    held : tuple of HeldCoin
        Worth most first.
    total, return_pct : Decimal or None
        Cash and coins, and the return since it began, percent; None while a held coin has no price.
    n_fills : int
        Trades so far.
    followed_ms : int or None
        The close of the newest advice that was applied to it, UTC milliseconds; None where none was.
    notes : tuple of str
        What the last trading could not do as wanted.
    trouble : str
        Why nobody knows what it holds; empty where all is well.
    """

    account: PaperAccount
    id: int
    cash: Decimal
    held: tuple[HeldCoin, ...] = ()
    total: Decimal | None = None
    return_pct: Decimal | None = None
    n_fills: int = 0
    followed_ms: int | None = None
    notes: tuple[str, ...] = ()
    trouble: str = ""
