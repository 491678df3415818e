"""The paper account that advice is worked out for, and the trades that would follow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.errors import UsageError
from workstation.domain.paper_account import (
    PaperAccount,
    PaperPortfolio,
    nearest_decimal,
    portfolio_of,
    weights_of,
)
from workstation.domain.paper_order import PaperPlan, orders_to
from workstation.domain.rotation import Advice

START_BALANCE = Decimal(10_000)
"""Of the account that is imagined where none is named, USDT."""


@dataclass(frozen=True, slots=True)
class Trades:
    """What following advice would take.

    Parameters
    ----------
    name : str
        Of the account; empty where none was named.
    total : Decimal or None
        What it is worth now, its own currency; None where a held coin has no price.
    plan : PaperPlan
    """

    name: str
    total: Decimal | None
    plan: PaperPlan


def trades_for(advice: Advice, prices: Mapping[str, float], name: str | None) -> Trades:
    """Return the trades that bring an account to what is advised, at the newest closes.

    Parameters
    ----------
    name : str or None
        Of one of the trader's paper accounts; None imagines a new one.

    Raises
    ------
    UsageError
        There is no account of that name.
    """
    account, portfolio = _imagined(advice.at_ms) if name is None else _kept(name)
    known = {coin: nearest_decimal(price) for coin, price in prices.items()}
    plan = orders_to(account, portfolio, weights_of(advice.targets), known)
    return Trades(name or "", portfolio.value_at(known).total, plan)


def _imagined(at_ms: int) -> tuple[PaperAccount, PaperPortfolio]:
    return PaperAccount("new account", "", START_BALANCE, at_ms), PaperPortfolio(START_BALANCE)


def _kept(name: str) -> tuple[PaperAccount, PaperPortfolio]:
    from workstation.storage.paper_account_store import PaperAccountStore
    from workstation.storage.paths import Paths

    with PaperAccountStore(Paths.of_user().papers_db, read_only=True) as store:
        kept = {each.account.name: each for each in store.accounts()}
        if name not in kept:
            there = ", ".join(kept) or "none"
            raise UsageError(f"There is no paper account {name!r}; there are: {there}.")
        tradings = store.tradings(kept[name].id)
    account = kept[name].account
    return account, portfolio_of(account, (fill for trading in tradings for fill in trading.fills))
