"""What the panels of rotation show, put together from what the engine said and what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from workstation.domain.given_advice import AdviceEntry, GivenAdvice
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.paper_account import PaperHolding, PaperPortfolio, nearest_decimal, weights_of
from workstation.domain.paper_order import PaperPlan, orders_to
from workstation.domain.paper_standing import PaperStanding
from workstation.domain.rotation import RotationRules

LEAST_TRADE = Decimal(1)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CoinNow:
    """How a coin is judged now.

    Parameters
    ----------
    grade : int or None
        0..100; None where it has none.
    lean : int
        +1 after a bullish signal that still stands, -1 after a bearish one, else 0.
    """

    grade: int | None = None
    lean: int = 0


@dataclass(frozen=True, slots=True)
class RotationView:
    """Everything that the panels of rotation show.

    Parameters
    ----------
    entry : AdviceEntry or None
        The newest advice; None until there is some.
    rules : RotationRules or None
        What the next one follows; None until the engine said.
    rules_before : RotationRules or None
        What they were before the last change in this session; None where there was none.
    accounts : tuple of PaperStanding
        All paper accounts of the venue.
    chosen : str
        Name of the one that is looked at; empty where there is none.
    past : tuple of AdviceEntry
        Advice of the ledger, newest first.
    prices : mapping of str to Decimal
        By coin; the newest that are known here.
    titles : mapping of str to str
        Of narratives, by name.
    coins : mapping of str to CoinNow
        By coin.
    trial : mapping or None
        The last backtest that was run here, as its JSON.
    now_ms : int
        The venue's clock, UTC milliseconds; 0 where none is known.
    is_connected : bool
        Whether the engine is there.
    busy : frozenset of str
        Names of accounts that were asked to follow and have not answered.
    """

    entry: AdviceEntry | None = None
    rules: RotationRules | None = None
    rules_before: RotationRules | None = None
    accounts: tuple[PaperStanding, ...] = ()
    chosen: str = ""
    past: tuple[AdviceEntry, ...] = ()
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    coins: Mapping[str, CoinNow] = field(default_factory=dict)
    trial: Json | None = None
    now_ms: int = 0
    is_connected: bool = True
    busy: frozenset[str] = frozenset()

    @property
    def account(self) -> PaperStanding | None:
        """The account that is looked at."""
        return next((each for each in self.accounts if each.account.name == self.chosen), None)

    @property
    def has_followed(self) -> bool:
        """Whether the account that is looked at was traded to the newest advice, or a newer one."""
        if self.account is None or self.entry is None:
            return False
        return (self.account.followed_ms or 0) >= self.entry.given.advice.at_ms

    def title(self, narrative: str) -> str:
        """Return what a narrative is called."""
        return self.titles.get(narrative, narrative)

    def plan(self) -> PaperPlan | None:
        """Return the trades that would bring the account to the targets; None where nothing is to be done."""
        if self.account is None or self.entry is None or self.account.trouble or self.has_followed:
            return None
        return plan_for(self.account, self.entry.given, self.prices)


def plan_for(standing: PaperStanding, given: GivenAdvice, prices: Mapping[str, Decimal]) -> PaperPlan:
    """Return the trades that following advice would make in an account at these prices."""
    account = standing.account
    known = {held.coin: held.price for held in standing.held if held.price is not None} | dict(prices)
    holdings = (
        PaperHolding(held.coin, f"{held.coin}/{account.currency}", held.units) for held in standing.held
    )
    portfolio = PaperPortfolio(standing.cash, tuple(sorted(holdings, key=lambda each: each.coin)))
    worth = portfolio.value_at(known)
    band = nearest_decimal(dict(given.rules).get("turnover_band", 0.0))
    least = max(LEAST_TRADE, (worth.cash + worth.coins) * band / 2)
    return orders_to(account, portfolio, weights_of(given.advice.targets), known, least)


def coins_now(narratives: Sequence[IndexStanding]) -> dict[str, CoinNow]:
    """Return how every coin that an index holds is judged now."""
    return {
        held.coin: CoinNow(held.grade, held.lean) for standing in narratives for held in standing.holdings
    }
