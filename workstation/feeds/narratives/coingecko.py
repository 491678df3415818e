"""CoinGecko's categories: which coins it counts to a narrative, and what each coin is worth."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable, UsageError
from workstation.domain.narrative import CAP_METRIC, Membership, NarrativeBook
from workstation.domain.observation import Observation
from workstation.domain.ports import Clock
from workstation.feeds.narratives.proposal import CategoryAnswer, CategoryCoin, ProposalRules, proposed
from workstation.feeds.onchain.harvest import NotAFigure, figure
from workstation.feeds.web import FetchRules, Web

_log = logging.getLogger(__name__)

GAP_S = 6.0
"""Between two requests, seconds: without a key CoinGecko answers 5 to 15 a minute, as busy as it is."""

SOURCE = "coingecko"

_PER_PAGE = 250  # the most that it gives at once
_MOST_USD = 1e15
_MOST_WAITS = 3
_LONGEST_WAIT_S = 120.0
_DEFAULT_RULES = FetchRules()
_DEFAULT_PROPOSAL = ProposalRules()


@dataclass(frozen=True, slots=True)
class Refresh:
    """What CoinGecko says now.

    Parameters
    ----------
    book : NarrativeBook
        The trader's book with what CoinGecko would add and take back; a proposal, never applied by itself.
    caps : tuple of Observation
        What each coin that it named is worth, as known when it answered.
    problems : tuple of str
        A sentence for every narrative that it could not tell.
    """

    book: NarrativeBook
    caps: tuple[Observation, ...]
    problems: tuple[str, ...]


class CoinGecko:
    """Asks for the coins of a category, one page each: the 250 of the largest value.

    Parameters
    ----------
    web : Web
        Asks, with pauses of `GAP_S`; stays open.
    clock : Clock
        The time at which an answer arrived.
    base_url : str
        The service.
    rules : FetchRules
        What a request may cost.
    sleep : callable
        Waits so many seconds, where it is told to.
    """

    def __init__(
        self,
        web: Web,
        clock: Clock,
        base_url: str,
        rules: FetchRules = _DEFAULT_RULES,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._web = web
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._rules = rules
        self._sleep = sleep

    async def refresh(self, book: NarrativeBook, rules: ProposalRules = _DEFAULT_PROPOSAL) -> Refresh:
        """Return a proposal: the book as it would be after CoinGecko's categories.

        Narratives without a category are not asked for.

        Raises
        ------
        ProviderError
            It did not answer, or refused everything. `ProviderBusy` carries how long to wait.
        """
        answers: list[CategoryAnswer] = []
        refusals: list[ProviderError] = []
        problems: list[str] = []
        for narrative in book.narratives:
            if not narrative.category:
                continue
            try:
                answers.append(await self.category(narrative.category))
            except (ProviderBusy, ProviderUnreachable):
                raise
            except ProviderError as error:
                refusals.append(error)
                problems.append(f"{narrative.name}, asked for as {narrative.category}: {error}")
        if refusals and not answers:
            raise refusals[-1]
        return Refresh(proposed(book, answers, rules), _caps(answers), tuple(problems))

    async def category(self, category: str) -> CategoryAnswer:
        """Return the coins of a category, the largest first; those that cannot be read are left out, counted.

        Raises
        ------
        ProviderError
            It did not answer, or with something else than coins.
        """
        params = {
            "vs_currency": "usd",
            "category": category,
            "order": "market_cap_desc",
            "per_page": str(_PER_PAGE),
            "page": "1",
        }
        reply = await self._patiently(params)
        if not isinstance(reply, list) or len(reply) > _PER_PAGE:
            raise ProviderError("CoinGecko answered something that is not a page of coins.")
        coins, n_left_out = _coins(reply)
        if n_left_out:
            _log.warning("coingecko: %d rows of %s left out", n_left_out, category)
        if not coins:  # an unknown category is empty, too; it must not take every coin back
            raise ProviderError(f"CoinGecko answered no coin of {category} that can be read.")
        return CategoryAnswer(category, tuple(coins), len(reply) < _PER_PAGE, self._clock.now_ms())

    async def _patiently(self, params: dict[str, str]) -> Any:
        """Ask, and wait a few times where it is told to."""
        for _ in range(_MOST_WAITS):
            try:
                return await self._web.get_json(
                    self._base_url + "/coins/markets", params=params, rules=self._rules
                )
            except ProviderBusy as busy:
                if busy.retry_after_s > _LONGEST_WAIT_S:
                    raise
                await self._sleep(busy.retry_after_s)
        return await self._web.get_json(self._base_url + "/coins/markets", params=params, rules=self._rules)


def _coins(rows: Sequence[Any]) -> tuple[list[CategoryCoin], int]:
    """Return the coins of a page and how many rows were left out; of two with one code the larger stays."""
    coins: dict[str, CategoryCoin] = {}
    n_left_out = 0
    for row in rows:
        try:
            coin = _coin(row)
        except (NotAFigure, UsageError):
            n_left_out += 1
            continue
        there = coins.get(coin.coin)
        if there is None or there.cap_usd < coin.cap_usd:
            coins[coin.coin] = coin
    return list(coins.values()), n_left_out


def _coin(row: Any) -> CategoryCoin:
    if not isinstance(row, dict):
        raise NotAFigure("something that is not a coin")
    name, symbol = row.get("id"), row.get("symbol")
    if not (isinstance(name, str) and isinstance(symbol, str) and name.isprintable() and len(name) <= 100):
        raise NotAFigure("a coin without a name")
    code = Membership(symbol.upper()).coin  # checks it
    volume = row.get("total_volume")
    return CategoryCoin(
        code,
        name,
        figure(row.get("market_cap"), _MOST_USD),
        0.0 if volume is None else figure(volume, _MOST_USD),
    )


def _caps(answers: Sequence[CategoryAnswer]) -> tuple[Observation, ...]:
    """Return what each coin is worth, once for each; CoinGecko writes 0 where it does not know."""
    largest: dict[str, tuple[CategoryCoin, int]] = {}
    for answer in answers:
        for coin in answer.coins:
            there = largest.get(coin.coin)
            if coin.cap_usd > (there[0].cap_usd if there else 0.0):
                largest[coin.coin] = (coin, answer.at_ms)
    return tuple(
        Observation(CAP_METRIC, code, at_ms, at_ms, coin.cap_usd, SOURCE)
        for code, (coin, at_ms) in sorted(largest.items())
    )
