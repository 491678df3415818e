"""Daily figures of some hundred chains, from Coin Metrics' community service."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workstation.domain.errors import ProviderError
from workstation.domain.observation import Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.feeds.onchain.availability import DAY_MS, Visit
from workstation.feeds.onchain.harvest import Harvest, NotAFigure, figure_of_text
from workstation.feeds.web import FetchRules, Web

METRICS_BY_THEIR_NAME: Mapping[str, str] = {
    "AdrActCnt": "onchain.active_addresses",
    "TxCnt": "onchain.transactions",
    "FlowInExUSD": "onchain.exchange_inflow_usd",
    "FlowOutExUSD": "onchain.exchange_outflow_usd",
    "SplyExNtv": "onchain.exchange_supply",
    "SplyCur": "onchain.supply",
    "CapMVRVCur": "onchain.mvrv",
}
"""Our metrics by what Coin Metrics calls them."""

LAG_MS = 12 * 3_600_000
"""Delay after the end of a day: 99 % of Bitcoin's days were complete within it by their own clock."""

_COMPLETED = "AssetEODCompletionTime"  # seconds since 1970, when all figures of that day were worked out
_CATALOG_FOR_MS = DAY_MS
_ASSETS_AT_ONCE = 50
_ROWS_ON_A_PAGE = 5_000  # about 2 MB
_ROWS_AT_ONCE = 100  # about 3 ms
_MOST_PAGES = 200
_DEFAULT_RULES = FetchRules()
_OTHER_COIN = frozenset({"LUNA", "LUNC"})  # since May 2022 exchanges and Coin Metrics name them differently


class CoinMetrics:
    """Addresses, transactions, flows to and from exchanges, supply and MVRV, once a day for each coin.

    Which coins and which figures there are is asked once a day. A figure that is not there is absent.

    Parameters
    ----------
    web : Web
        Asks; stays open when this closes.
    clock : Clock
        The time at which an answer arrived.
    base_url : str
        The service.
    rules : FetchRules
        What a request may cost.
    """

    trouble = ""
    about = ProviderAbout(
        name="coinmetrics",
        label="Coin Metrics",
        sentence=(
            "Daily addresses, transactions, exchange flows, supply and MVRV of the larger chains; "
            "it learns which coins are followed."
        ),
        home="https://coinmetrics.io/community-network-data/",
        terms="CC BY-NC 4.0: free where no money is earned with it",
        metrics=tuple(METRICS_BY_THEIR_NAME.values()),
        every_s=3_600.0,
    )

    def __init__(
        self,
        web: Web,
        clock: Clock,
        base_url: str = "https://community-api.coinmetrics.io/v4",
        rules: FetchRules = _DEFAULT_RULES,
    ) -> None:
        self.n_left_out = 0
        self._web = web
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._rules = rules
        self._catalog: dict[str, frozenset[str]] = {}
        self._catalog_until_ms = 0

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return what is published about the coins; see `Visit` for which days and how they are stamped.

        Raises
        ------
        ProviderError
            With what went wrong; nothing of this fetch is given.
        """
        listed = await self._listed()
        assets = {coin.lower(): coin for coin in coins if coin not in _OTHER_COIN and coin.lower() in listed}
        harvest = Harvest(self.about.name, LAG_MS)
        names = sorted(assets)
        for first in range(0, len(names), _ASSETS_AT_ONCE):
            group = {name: assets[name] for name in names[first : first + _ASSETS_AT_ONCE]}
            await self._gather(group, since_ms, harvest)
        self.n_left_out += harvest.n_left_out
        return harvest.rows()

    async def close(self) -> None:
        """Leave nothing behind; nothing is held."""

    async def _listed(self) -> Mapping[str, frozenset[str]]:
        """Return which of our figures each asset has, by their names."""
        if self._clock.now_ms() < self._catalog_until_ms:
            return self._catalog
        found: dict[str, frozenset[str]] = {}
        asked = {"metrics": ",".join((*METRICS_BY_THEIR_NAME, _COMPLETED)), "page_size": "1000"}
        async for page in self._pages("/catalog-v2/asset-metrics", asked):
            for row in page:
                asset, metrics = row.get("asset"), row.get("metrics")
                if isinstance(asset, str) and isinstance(metrics, list):
                    found[asset] = frozenset(_daily(metrics))
        found = {asset: names for asset, names in found.items() if names - {_COMPLETED}}
        if not found:
            raise ProviderError("Coin Metrics listed no coin with daily figures; its answer was not used.")
        self._catalog = found
        self._catalog_until_ms = self._clock.now_ms() + _CATALOG_FOR_MS
        return found

    async def _gather(self, assets: Mapping[str, str], since_ms: int, harvest: Harvest) -> None:
        wanted = sorted(set().union(*(self._catalog[asset] for asset in assets)))
        from_ms = Visit(since_ms, self._clock.now_ms()).from_ms - DAY_MS  # days are named by their start
        asked = {
            "assets": ",".join(assets),
            "metrics": ",".join(wanted),
            "frequency": "1d",
            "start_time": datetime.fromtimestamp(max(0, from_ms) / 1000, UTC).strftime("%Y-%m-%d"),
            "paging_from": "start",
            "page_size": str(_ROWS_ON_A_PAGE),
            "ignore_unsupported_errors": "true",
            "ignore_forbidden_errors": "true",
        }
        async for page in self._pages("/timeseries/asset-metrics", asked):
            visit = Visit(since_ms, self._clock.now_ms())
            for i, row in enumerate(page):
                if i % _ROWS_AT_ONCE == 0:
                    await asyncio.sleep(0)  # whoever else waits for the loop
                _take(row, assets, visit, harvest)

    async def _pages(self, path: str, asked: Mapping[str, str]) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the rows of each page."""
        params = dict(asked)
        for _ in range(_MOST_PAGES):
            reply: Any = await self._web.get_json(self._base_url + path, params=params, rules=self._rules)
            rows, token = _page(reply)
            yield rows
            if token is None:
                return
            if token == params.get("next_page_token"):
                break
            params["next_page_token"] = token
        raise ProviderError("Coin Metrics answered with pages that do not end; nothing of them was used.")


def _page(reply: Any) -> tuple[list[dict[str, Any]], str | None]:
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ProviderError("Coin Metrics answered something that is not a table of figures.")
    token = reply.get("next_page_token")
    if token is not None and not (isinstance(token, str) and 0 < len(token) <= 1_000):
        raise ProviderError("Coin Metrics answered with a next page that cannot be asked for.")
    return data, token


def _daily(metrics: list[Any]) -> Iterator[str]:
    """Yield which of our figures are given daily, and to everybody."""
    for metric in metrics:
        if not isinstance(metric, dict) or not isinstance(metric.get("frequencies"), list):
            continue
        name = metric.get("metric")
        is_daily = any(
            isinstance(each, dict) and each.get("frequency") == "1d" and each.get("community") is not False
            for each in metric["frequencies"]
        )
        if is_daily and isinstance(name, str) and (name in METRICS_BY_THEIR_NAME or name == _COMPLETED):
            yield name


def _take(row: Mapping[str, Any], assets: Mapping[str, str], visit: Visit, harvest: Harvest) -> None:
    coin = assets.get(row["asset"]) if isinstance(row.get("asset"), str) else None
    event_ms = _end_of_day(row.get("time"))
    if coin is None or event_ms is None:
        harvest.leave_out("a row about a coin or a day that was not asked for")
        return
    completed = row.get(_COMPLETED)
    for name, metric in METRICS_BY_THEIR_NAME.items():
        raw = row.get(name)
        if raw is None:  # not published: absent, never 0
            continue
        try:
            published_ms = 0 if completed is None else int(figure_of_text(completed, 1e11) * 1000)
            value = figure_of_text(raw)
        except NotAFigure as error:
            harvest.leave_out(str(error))
        else:
            harvest.add(metric, coin, event_ms, value, visit, published_ms)


def _end_of_day(raw: object) -> int | None:
    """Return the end of the day that starts at ``"2026-03-22T00:00:00.000000000Z"``, UTC milliseconds."""
    if not isinstance(raw, str) or not raw.endswith("T00:00:00.000000000Z"):
        return None
    try:
        start = datetime.strptime(raw[:10], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(start.timestamp()) * 1000 + DAY_MS
