"""Value locked in chains and protocols, and stablecoins in circulation, from DefiLlama."""

import csv
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.observation import MARKET, Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.feeds.onchain.availability import DAY_MS, Visit
from workstation.feeds.onchain.harvest import Harvest, NotAFigure, figure, figure_of_text
from workstation.feeds.web import FetchRules, Web

_log = logging.getLogger(__name__)

LAG_MS = 6 * 3_600_000
"""Delay after the end of a day. They work every hour; slow chains follow within a few."""

_TVL = "onchain.tvl_usd"
_STABLECOINS = "onchain.stablecoin_supply_usd"
_MOST_USD = 1e15
_LATEST_S = 1e11  # seconds since 1970; more is milliseconds by mistake
_DEFAULT_RULES = FetchRules()


class Kind(StrEnum):
    """What a coin stands for at DefiLlama."""

    CHAIN = "chain"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a coin's value is locked.

    Parameters
    ----------
    kind : Kind
        A chain has a daily history; a protocol is asked for its value of now, once a day.
    name : str
        What DefiLlama calls it.
    """

    kind: Kind
    name: str


def read_places(path: Path) -> dict[str, Place]:
    """Return the shipped table of coins and their places (``resources/defillama_coins.csv``)."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["coin"]: Place(Kind(row["kind"]), row["name"]) for row in csv.DictReader(file)}


class DefiLlama:
    """Value locked per coin, and the supply of all stablecoins together.

    A coin whose place DefiLlama does not know (any more) is left out and counted; the others still come.

    Parameters
    ----------
    web : Web
        Asks; stays open when this closes.
    clock : Clock
        The time at which an answer arrived.
    places : mapping
        Where each coin's value is locked.
    base_url, stablecoins_url : str
        The two services.
    rules : FetchRules
        What a request may cost.
    """

    trouble = ""
    about = ProviderAbout(
        name="defillama",
        label="DefiLlama",
        sentence=(
            "Value locked in chains and protocols, and stablecoins in circulation; "
            "it learns which coins are followed."
        ),
        home="https://defillama.com",
        terms="free with attribution",
        metrics=(_TVL, _STABLECOINS),
        every_s=6 * 3_600.0,
    )

    def __init__(
        self,
        web: Web,
        clock: Clock,
        places: Mapping[str, Place],
        base_url: str = "https://api.llama.fi",
        rules: FetchRules = _DEFAULT_RULES,
        *,
        stablecoins_url: str = "https://stablecoins.llama.fi",
    ) -> None:
        self.n_left_out = 0
        self._web = web
        self._clock = clock
        self._places = places
        self._base_url = base_url.rstrip("/")
        self._stablecoins_url = stablecoins_url.rstrip("/")
        self._rules = rules

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the figures of every day that has ended; see `Visit` for how they are stamped.

        Raises
        ------
        ProviderError
            With what went wrong; nothing of this fetch is given.
        """
        harvest = Harvest(self.about.name, LAG_MS)
        await self._stablecoins(since_ms, harvest)
        known = sorted((coin, self._places[coin]) for coin in set(coins) if coin in self._places)
        refusals: list[ProviderError] = []
        for coin, place in known:
            try:
                await self._locked(coin, place, since_ms, harvest)
            except (ProviderBusy, ProviderUnreachable):
                raise
            except ProviderError as error:
                refusals.append(error)
                harvest.leave_out(f"{place.name} of {coin}, which it does not tell")
        if refusals and len(refusals) == len(known):
            raise refusals[-1]
        self.n_left_out += harvest.n_left_out
        return harvest.rows()

    async def close(self) -> None:
        """Leave nothing behind; nothing is held."""

    async def _stablecoins(self, since_ms: int, harvest: Harvest) -> None:
        rows = await self._table(self._stablecoins_url + "/stablecoincharts/all")
        visit = Visit(since_ms, self._clock.now_ms())
        points = _points(rows, _all_pegs, harvest)
        _take_days(points, _STABLECOINS, MARKET, visit, harvest)

    async def _locked(self, coin: str, place: Place, since_ms: int, harvest: Harvest) -> None:
        name = quote(place.name, safe="")
        if place.kind is Kind.CHAIN:
            rows = await self._table(f"{self._base_url}/v2/historicalChainTvl/{name}")
            visit = Visit(since_ms, self._clock.now_ms())
            _take_days(_points(rows, _tvl, harvest), _TVL, coin, visit, harvest)
            return
        today_ms = self._clock.now_ms() // DAY_MS * DAY_MS
        if since_ms >= today_ms:  # asked today already
            return
        reply: Any = await self._web.get_json(f"{self._base_url}/tvl/{name}", rules=self._rules)
        visit = Visit(max(since_ms, 1), self._clock.now_ms())  # a value of now is never history
        try:
            harvest.add(_TVL, coin, today_ms, _locked_usd(reply), visit)
        except NotAFigure as error:
            raise ProviderError(f"DefiLlama answered {error} for what is locked in {place.name}.") from error

    async def _table(self, url: str) -> list[Any]:
        reply: Any = await self._web.get_json(url, rules=self._rules)
        if not isinstance(reply, list) or not reply:
            raise ProviderError("DefiLlama answered something that is not a table of days.")
        return reply


def _points(
    rows: list[Any], value_of: Callable[[Mapping[str, Any]], float], harvest: Harvest
) -> list[tuple[int, float]]:
    """Return (start of its day, value) of each row that can be read; none is an error."""
    points = []
    for row in rows:
        if not isinstance(row, dict):
            harvest.leave_out("something that is not a day")
            continue
        date = row.get("date")
        try:
            seconds = figure_of_text(date, _LATEST_S) if isinstance(date, str) else figure(date, _LATEST_S)
            points.append((int(seconds) * 1000 // DAY_MS * DAY_MS, value_of(row)))
        except NotAFigure as error:
            harvest.leave_out(str(error))
    if not points:
        raise ProviderError("DefiLlama answered a table without a day that can be read.")
    return points


def _take_days(
    points: list[tuple[int, float]], metric: str, subject: str, visit: Visit, harvest: Harvest
) -> None:
    """Take the last point of each day that is asked for; the running day is not over and not told."""
    last_of_day = dict(points)
    for start_ms, value in last_of_day.items():
        end_ms = start_ms + DAY_MS
        is_running = start_ms <= visit.now_ms < end_ms
        if end_ms >= visit.from_ms and not is_running:
            harvest.add(metric, subject, end_ms, value, visit)


def _tvl(row: Mapping[str, Any]) -> float:
    return _locked_usd(row.get("tvl"))


def _locked_usd(raw: object) -> float:
    """Return a value locked; they write 0 where they do not work it out."""
    value = figure(raw, _MOST_USD)
    if value == 0:
        raise NotAFigure("a value that is not worked out")
    return value


def _all_pegs(row: Mapping[str, Any]) -> float:
    """Return the dollar value of the stablecoins of every peg."""
    pegs = row.get("totalCirculatingUSD")
    if not isinstance(pegs, dict) or "peggedUSD" not in pegs:
        raise NotAFigure("a day without dollar stablecoins")
    return sum(figure(value, _MOST_USD) for value in pegs.values())
