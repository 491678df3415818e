"""What a book of narratives would be if CoinGecko's categories were followed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workstation.domain.narrative import Membership, Narrative, NarrativeBook

_SAID_BY = "CoinGecko's category"
_LONGEST_SOURCE = 300


@dataclass(frozen=True, slots=True)
class CategoryCoin:
    """One coin of a category.

    Parameters
    ----------
    coin : str
        Its code, upper case; two coins may have one code.
    name : str
        What CoinGecko calls it, e.g. ``"fetch-ai"``.
    cap_usd, volume_usd : float
        What all of it is worth, and what was traded in 24 hours, US dollars.
    """

    coin: str
    name: str
    cap_usd: float
    volume_usd: float


@dataclass(frozen=True, slots=True)
class CategoryAnswer:
    """The coins of one category.

    Parameters
    ----------
    category : str
        What CoinGecko calls it.
    coins : tuple of CategoryCoin
        Largest first.
    is_whole : bool
        Whether these are all that the category has.
    at_ms : int
        When it was told, UTC milliseconds.
    """

    category: str
    coins: tuple[CategoryCoin, ...]
    is_whole: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class ProposalRules:
    """Which coins of a category are proposed.

    Parameters
    ----------
    most_coins : int
        The largest so many of each category.
    least_cap_usd, least_volume_usd : float
        What a coin must be worth and have traded in 24 hours, US dollars.
    """

    most_coins: int = 40
    least_cap_usd: float = 20_000_000.0
    least_volume_usd: float = 1_000_000.0


def proposed(book: NarrativeBook, answers: Iterable[CategoryAnswer], rules: ProposalRules) -> NarrativeBook:
    """Return the book with the coins that CoinGecko names, from when it named them.

    A coin ends to belong only where CoinGecko alone had said that it does, and its whole category no longer
    names it: what the book or the trader says is never taken back.
    """
    by_category = {answer.category: answer for answer in answers}
    narratives = tuple(
        _followed(narrative, by_category[narrative.category], rules)
        if narrative.category in by_category
        else narrative
        for narrative in book.narratives
    )
    return replace(book, narratives=narratives)


def _followed(narrative: Narrative, answer: CategoryAnswer, rules: ProposalRules) -> Narrative:
    named = {coin.coin for coin in answer.coins}
    members = tuple(
        replace(member, until_ms=answer.at_ms)
        if answer.is_whole and member.coin not in named and _is_its_word(member, answer.at_ms)
        else member
        for member in narrative.members
    )
    there = {member.coin for member in members if _stands(member, answer.at_ms)}
    liquid = [
        coin
        for coin in answer.coins
        if coin.cap_usd >= rules.least_cap_usd and coin.volume_usd >= rules.least_volume_usd
    ]
    new = [coin for coin in liquid[: rules.most_coins] if coin.coin not in there]
    return replace(narrative, members=(*members, *(_member(coin, answer) for coin in new)))


def _stands(member: Membership, at_ms: int) -> bool:
    """Whether a coin belongs to the narrative at a time or later, so that it cannot be added then."""
    return member.until_ms is None or member.until_ms > at_ms


def _is_its_word(member: Membership, at_ms: int) -> bool:
    return member.source.startswith(_SAID_BY) and member.holds_at(at_ms) and (member.since_ms or 0) < at_ms


def _member(coin: CategoryCoin, answer: CategoryAnswer) -> Membership:
    day = datetime.fromtimestamp(answer.at_ms / 1000, UTC)
    source = f"{_SAID_BY} {answer.category}, as {coin.name}, {day:%Y-%m-%d}"
    return Membership(coin.coin, None, answer.at_ms, None, source[:_LONGEST_SOURCE])
