"""The perpetuals that go with a venue: each spot venue's own market of dollar-margined contracts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import ccxt.pro

from workstation.domain.market import Venue, VenueKind
from workstation.feeds.venue_clock import VenueClock
from workstation.feeds.venues import OpenVenue, open_session, point_at

_KEEP_ALIVE_MS = 5_000
_DIAL_MS = 5_000
_SUBSCRIBE_GAP_MS = 250.0
_SETTLED_IN = ("USDT", "USD", "USDC")  # most preferred first
_MULTIPLIED = re.compile(r"(?:1000000|10000|1000|1M)(?=[A-Z])")  # "1000PEPE" is a thousand of PEPE


@dataclass(frozen=True, slots=True)
class PerpetualOffer:
    """What a venue tells about its perpetuals, and under which name ccxt knows them.

    Parameters
    ----------
    exchange : str
        ccxt's name.
    market_types : tuple of str
        Which markets to load, in that exchange's own words; empty where it has only one kind.
    has_valued_history : bool
        Whether its past open interest is told in dollars, hour by hour.
    streams_all_liquidations : bool
        Whether one stream tells forced orders of all contracts.
    """

    exchange: str
    market_types: tuple[str, ...] = ()
    has_valued_history: bool = False
    streams_all_liquidations: bool = False


_BINANCE = PerpetualOffer("binanceusdm", ("linear",), has_valued_history=True, streams_all_liquidations=True)

PERPETUALS: Mapping[str, PerpetualOffer] = MappingProxyType(
    {
        "practice": _BINANCE,
        "binance": _BINANCE,
        "okx": PerpetualOffer("okx", ("swap",)),
        "bybit": PerpetualOffer("bybit", ("linear",)),
        "kraken": PerpetualOffer("krakenfutures"),
        "kucoin": PerpetualOffer("kucoinfutures"),
        "gate": PerpetualOffer("gate", ("swap",), has_valued_history=True),
        "bitget": PerpetualOffer("bitget", ("swap",)),
    }
)
"""Perpetuals by the name of the spot venue they go with."""


def has_perpetuals(venue: Venue) -> bool:
    """Return whether perpetuals are known that go with a venue."""
    return _name(venue) in PERPETUALS


def open_perpetuals(spot: OpenVenue) -> OpenVenue | None:
    """Return the perpetuals that go with an open venue, ready and not yet connected; None where it has none.

    Its exchange is another one, with sockets and limits of its own; whoever holds it closes it.
    """
    name = _name(spot.venue)
    offer = PERPETUALS.get(name)
    if offer is None:
        return None
    exchange = _exchange(offer)
    exchange.ssl_context = spot.exchange.ssl_context
    exchange.aiohttp_trust_env = spot.exchange.aiohttp_trust_env
    exchange.open = partial(open_session, exchange, exchange.open)
    if spot.venue.kind is not VenueKind.LIVE:
        point_at(exchange, urlsplit(spot.exchange.urls["api"]["public"]).netloc)
    venue = replace(spot.venue, name=name, label=f"{spot.venue.label} perpetuals")
    return replace(spot, venue=venue, exchange=exchange, clock=VenueClock(spot.clock.wall, venue.speed))


def _name(venue: Venue) -> str:
    """Return the key in `PERPETUALS`: that of a practice market whatever mark its name bears."""
    return "practice" if venue.kind.is_practice else venue.name


def _exchange(offer: PerpetualOffer) -> Any:
    options: dict[str, Any] = {"defaultType": "swap", "fetchCurrencies": False, "fetchMargins": False}
    if offer.market_types:
        options["fetchMarkets"] = {"types": list(offer.market_types)}
    exchange = getattr(ccxt.pro, offer.exchange)(
        {
            "enableLastHttpResponse": False,
            "enableLastJsonResponse": False,
            "enableLastResponseHeaders": False,
            "timeout": 10_000,
            "options": options,
        }
    )
    exchange.has["fetchCurrencies"] = False
    exchange.options["ws"] = {
        **(exchange.options.get("ws") or {}),
        "keepAlive": _KEEP_ALIVE_MS,
        "connectionTimeout": _DIAL_MS,
        "cost": _SUBSCRIBE_GAP_MS / exchange.rateLimit,
    }
    return exchange


def perpetual_of_coins(markets: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the symbol of each coin's perpetual from ccxt's unified markets.

    Dollar-margined, open for trade; where a coin has several, the one settled in the most used dollar, and
    one of the coin itself rather than of a thousand of it.
    """
    best: dict[str, tuple[tuple[int, int], str]] = {}
    for symbol, market in markets.items():
        settle, base = market.get("settle"), market.get("base")
        is_perpetual = market.get("swap") is True and market.get("linear") is True
        if not is_perpetual or settle not in _SETTLED_IN or not isinstance(base, str):
            continue
        if market.get("active") is False:
            continue
        coin = _MULTIPLIED.sub("", base, count=1)
        rank = (_SETTLED_IN.index(settle), int(coin != base))
        if coin not in best or rank < best[coin][0]:
            best[coin] = rank, symbol
    return {coin: symbol for coin, (_, symbol) in best.items()}
