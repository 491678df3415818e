"""Which coins the market map draws, how large, and under which heading."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter

from workstation.domain.market import Market
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ticker import Ticker

MOST_TILES = 500
"""Coins that are drawn, those with the largest volume; the others are counted."""

OTHER = "Other"
"""Heading of the coins that no narrative holds."""


class TileArea(StrEnum):
    """What the area of a tile says; the value is what the window remembers."""

    VOLUME = "volume"
    EQUAL = "equal"


class TileColour(StrEnum):
    """What the colour and the number of a tile say; the value is what the window remembers."""

    CHANGE = "change"
    GRADE = "grade"


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Coins under one heading.

    Parameters
    ----------
    title : str
        Of the narrative, or `OTHER`. Foreign text.
    symbols : tuple of str
        Largest first.
    weights : tuple of float
        Of each, above zero, in no unit: areas are in this ratio.
    """

    title: str
    symbols: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def weight(self) -> float:
        """Of all its coins together."""
        return sum(self.weights)


@dataclass(frozen=True, slots=True)
class MapPlan:
    """What is drawn.

    Parameters
    ----------
    quote : str
        Currency for which most markets of the venue trade; empty where there is none.
    groups : tuple of TileGroup
        Largest first.
    n_smaller : int
        Coins with a smaller volume than any that is drawn.
    n_untold : int
        Coins without a price, or without a volume where that is the area.
    """

    quote: str = ""
    groups: tuple[TileGroup, ...] = ()
    n_smaller: int = 0
    n_untold: int = 0

    @property
    def n_drawn(self) -> int:
        """Coins that are drawn."""
        return sum(len(group.symbols) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Tile:
    """What is known of one coin on the map.

    Parameters
    ----------
    market : Market
    ticker : Ticker
    grade : int or None
        0..100; None where it has none.
    title : str
        Of the narrative that it is drawn under.
    """

    market: Market
    ticker: Ticker
    grade: int | None
    title: str


def main_markets(markets: Iterable[Market]) -> tuple[Market, ...]:
    """Return the markets of the currency for which most of them trade."""
    active = [market for market in markets if market.active]
    counted = Counter(market.quote for market in active)
    quote = max(counted, key=lambda one: (counted[one], one)) if counted else ""
    return tuple(market for market in active if market.quote == quote)


def plan_of(
    listed: Sequence[Market],
    quotes: Mapping[str, Ticker],
    standings: Sequence[IndexStanding],
    area: TileArea,
    most: int = MOST_TILES,
) -> MapPlan:
    """Return what is drawn of markets that all trade for one currency.

    A coin that several narratives hold stands under the first of them, in the order of the book.
    """
    told = [(m, t.quote_volume_24h or 0.0) for m in listed if (t := quotes.get(m.symbol)) is not None]
    if area is TileArea.VOLUME:
        told = [(market, volume) for market, volume in told if volume > 0]
    told.sort(key=itemgetter(1), reverse=True)
    drawn = told[:most]
    quote = listed[0].quote if listed else ""
    return MapPlan(quote, _grouped(drawn, standings, area), len(told) - len(drawn), len(listed) - len(told))


def _grouped(
    drawn: Sequence[tuple[Market, float]], standings: Sequence[IndexStanding], area: TileArea
) -> tuple[TileGroup, ...]:
    from workstation.engine.narratives.panel import coin_of

    title_of: dict[str, str] = {}
    for standing in standings:
        for held in standing.holdings:
            title_of.setdefault(held.coin, standing.title)
    coins: dict[str, list[tuple[str, float]]] = {}
    for market, volume in drawn:
        named = coin_of(market.symbol)
        title = title_of.get(named[0] if named else market.base, OTHER)
        coins.setdefault(title, []).append((market.symbol, volume if area is TileArea.VOLUME else 1.0))
    groups = (
        TileGroup(title, tuple(symbol for symbol, _ in held), tuple(weight for _, weight in held))
        for title, held in coins.items()
    )
    return tuple(sorted(groups, key=lambda group: (-group.weight, group.title)))
