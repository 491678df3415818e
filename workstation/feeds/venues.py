"""Which venues there are, and how each is opened: public spot data, without an account."""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import ccxt.pro

from workstation.domain.errors import UsageError, VenueError, VenueUnreachable
from workstation.domain.market import Venue, VenueKind
from workstation.domain.ports import Clock
from workstation.feeds.line import UNREADABLE
from workstation.feeds.name_lookup import DaemonResolver
from workstation.feeds.stream_places import share_out
from workstation.feeds.venue_clock import VenueClock

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PING_S = 5.0
_KEEP_ALIVE_MS = 5_000  # two missed pongs end a socket that nothing trades on within 15 s
_DIAL_MS = 5_000
_SUBSCRIBE_GAP_MS = 250.0  # Binance ends a connection that sends more than five messages a second
_CACHED_ROWS = 5_000  # rows between two hand-overs; ccxt forgets the oldest beyond


@dataclass(frozen=True, slots=True)
class _Offer:
    """A venue that can be opened.

    Parameters
    ----------
    label : str
        Its name for the trader.
    page_rows : int
        Most candles that it gives for one request.
    requests_per_minute : float
        Requests for candles that it allows one address.
    streams_all_prices : bool
        Whether one stream tells the prices of all its markets.
    """

    label: str
    page_rows: int
    requests_per_minute: float
    streams_all_prices: bool = False


_OFFERS = MappingProxyType(
    {
        "binance": _Offer("Binance", 1000, 3_000, streams_all_prices=True),
        "okx": _Offer("OKX", 100, 540),
        "kraken": _Offer("Kraken", 720, 50),
        "bybit": _Offer("Bybit", 1000, 600),
        "kucoin": _Offer("KuCoin", 1500, 2_600, streams_all_prices=True),
        "gate": _Offer("Gate", 1000, 1_200),
        "bitget": _Offer("Bitget", 200, 1_200),
    }
)

LIVE_VENUES = tuple(_OFFERS)
"""Names of the venues that can be opened, most preferred first. Coinbase is absent: it streams no candles."""


@dataclass(frozen=True, slots=True)
class OpenVenue:
    """A venue ready to be listened to; whoever holds it closes its exchange.

    Parameters
    ----------
    venue : Venue
        What the trader sees.
    exchange : ccxt.pro exchange
        Configured, not yet connected.
    clock : VenueClock
        The venue's time.
    page_rows : int
        Most candles that the venue gives for one request.
    requests_per_minute : float
        Requests for candles that the venue allows one address.
    ends_ms : int or None
        Where a recorded market ends, UTC milliseconds; None where none does.
    url : str or None
        Where a practice market listens; None for a live venue.
    """

    venue: Venue
    exchange: Any
    clock: VenueClock
    page_rows: int
    requests_per_minute: float
    ends_ms: int | None = None
    url: str | None = None


def open_live(name: str, wall: Clock) -> OpenVenue:
    """Return a live venue; nothing is sent yet.

    Parameters
    ----------
    name : str
        One of `LIVE_VENUES`.
    wall : Clock
        The computer's clock.

    Raises
    ------
    UsageError
        No such venue.
    """
    offer = _OFFERS.get(name)
    if offer is None:
        raise UsageError(f"Venue {name!r} is not known; choose one of {', '.join(LIVE_VENUES)}.")
    exchange = _exchange(name, offer, has_tls=True)
    exchange.aiohttp_trust_env = True  # the trader's proxy settings count
    venue = Venue(name, VenueKind.LIVE, offer.label)
    return OpenVenue(venue, exchange, VenueClock(wall), offer.page_rows, offer.requests_per_minute)


def open_beside(opened: OpenVenue) -> OpenVenue:
    """Return an open venue once more, with sockets of its own; its markets are not loaded again."""
    first = opened.exchange
    exchange = _exchange(first.id, _OFFERS[first.id], has_tls=False)
    exchange.ssl_context = first.ssl_context
    exchange.aiohttp_trust_env = first.aiohttp_trust_env
    exchange.urls = first.urls
    if first.markets:
        exchange.set_markets_from_exchange(first)
    return replace(opened, exchange=exchange)


def _exchange(name: str, offer: _Offer, has_tls: bool) -> Any:
    exchange = getattr(ccxt.pro, name)(
        {
            "enableLastHttpResponse": False,
            "enableLastJsonResponse": False,
            "enableLastResponseHeaders": False,
            "timeout": 10_000,
            "options": {
                "defaultType": "spot",
                "fetchMarkets": {"types": ["spot"]},
                "fetchCurrencies": False,
                "fetchMargins": False,
                "fetchTickersFees": False,
                "OHLCVLimit": _CACHED_ROWS,
                "allTickersStream": offer.streams_all_prices,
            },
        }
    )
    exchange.has["fetchCurrencies"] = False
    share_out(exchange)  # as few connections as will do: few to lose, few to pace
    exchange.ssl_context = _tls(exchange.cafile) if has_tls else False
    exchange.open = partial(open_session, exchange, exchange.open)
    exchange.options["ws"] = {
        **(exchange.options.get("ws") or {}),
        "keepAlive": _KEEP_ALIVE_MS,
        "connectionTimeout": _DIAL_MS,
        "cost": _SUBSCRIBE_GAP_MS / exchange.rateLimit,
    }
    return exchange


@cache
def _tls(authorities: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities)  # 0.1 s, once for all venues


def open_session(exchange: Any, finish: Callable[[bool], None], lazy: bool = False) -> None:
    """Open an exchange's HTTP session as its own `open`, `finish`, would, but look up names in our way."""
    if exchange.session is None and not (lazy and exchange.closed_by_user):
        exchange.tcp_connector = aiohttp.TCPConnector(
            ssl=exchange.ssl_context,
            family=socket.AF_UNSPEC,
            happy_eyeballs_delay=0,
            resolver=DaemonResolver(),
        )
        exchange.session = aiohttp.ClientSession(
            connector=exchange.tcp_connector, trust_env=exchange.aiohttp_trust_env
        )
    finish(lazy)


async def open_practice(url: str, wall: Clock) -> OpenVenue:
    """Return the practice market that listens at `url`: the real Binance client with every address changed.

    Parameters
    ----------
    url : str
        Of the practice market, e.g. ``"http://127.0.0.1:8080"``; must be on this computer.
    wall : Clock
        The computer's clock.

    Raises
    ------
    UsageError
        The address is not on this computer.
    VenueError
        Nobody answers there, or it is not a practice market.
    """
    base = url.rstrip("/")
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise UsageError(f"A practice market lives on this computer, at http://127.0.0.1:PORT; got {url!r}.")
    told = await _practice_clock(base)
    kind = VenueKind.PRACTICE_RECORDED if told["kind"] == "recorded" else VenueKind.PRACTICE_SIMULATED
    venue = Venue("practice", kind, told["label"], float(told["speed"]))
    offer = _OFFERS["binance"]
    exchange = _exchange("binance", offer, has_tls=False)
    exchange.aiohttp_trust_env = False  # a proxy has no business between two programs of one computer
    point_at(exchange, parts.netloc)
    clock = VenueClock(wall, venue.speed)
    return OpenVenue(
        venue, exchange, clock, offer.page_rows, offer.requests_per_minute, told.get("ends"), base
    )


async def _practice_clock(base: str) -> dict[str, Any]:
    address = f"{base}/practice/clock"
    try:
        patience = aiohttp.ClientTimeout(total=_PING_S)
        async with (
            aiohttp.ClientSession(trust_env=False, timeout=patience) as session,
            session.get(address) as response,
        ):
            told: dict[str, Any] = json.loads(await response.read())
    except (aiohttp.ClientError, OSError) as error:
        raise VenueUnreachable(f"No practice market answers at {base}; is it running?") from error
    except ValueError as error:
        raise VenueError(f"What answers at {base} is not a practice market.") from error
    if not _is_practice_clock(told):
        raise VenueError(f"What answers at {base} is not a practice market: {str(told)[:200]}")
    return told


def _is_practice_clock(told: object) -> bool:
    return (
        isinstance(told, dict)
        and told.get("kind") in ("recorded", "simulated")
        and isinstance(told.get("label"), str)
        and isinstance(told.get("speed"), int | float)
        and told["speed"] > 0
        and isinstance(told.get("ends"), int | None)
    )


def point_at(exchange: Any, netloc: str) -> None:
    """Change every address of a ccxt.pro binance to one host, and forget the addresses of test networks.

    Parameters
    ----------
    netloc : str
        ``host:port``, served by HTTP and WebSocket without TLS.
    """
    api = _moved(exchange.urls["api"], netloc)
    api["ws"]["spot"] = f"ws://{netloc}/stream/ws"  # ccxt books events on the spot market by this path
    exchange.urls = {"api": api}
    strangers = {host for host in _hosts(api) if host != netloc}
    if strangers:
        raise AssertionError(f"addresses of {sorted(strangers)} are left")


def _moved(address: Any, netloc: str) -> Any:
    if isinstance(address, dict):
        return {name: _moved(inner, netloc) for name, inner in address.items()}
    parts = urlsplit(address)
    scheme = "ws" if parts.scheme in ("ws", "wss") else "http"
    return f"{scheme}://{netloc}{parts.path}"


def _hosts(address: Any) -> set[str]:
    if isinstance(address, dict):
        return set().union(*(_hosts(inner) for inner in address.values()))
    return {urlsplit(address).netloc}


async def first_that_answers(
    names: Sequence[str],
    wall: Clock,
    timeout_s: float = _PING_S,
    open_: Callable[[str, Clock], OpenVenue] = open_live,
) -> str | None:
    """Return the most preferred venue that answers in time, or None; all are asked at once.

    Parameters
    ----------
    names : sequence of str
        Of `LIVE_VENUES`, most preferred first.
    timeout_s : float
        Longest wait, seconds; shorter as soon as every more preferred one has answered or failed.
    open_ : callable
        Opens one of them.
    """
    opened = [open_(name, wall) for name in names]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_answers(venue.exchange)) for venue in opened]
        try:
            async with asyncio.timeout(timeout_s):
                for name, answer in zip(names, asked, strict=True):
                    if await asyncio.shield(answer):
                        return name
        except TimeoutError:
            late = (n for n, a in zip(names, asked, strict=True) if a.done() and a.result())
            return next(late, None)
        finally:
            for answer in asked:
                answer.cancel()
    return None


async def _answers(exchange: Any) -> bool:
    try:
        return isinstance(await exchange.fetch_time(), int)
    except UNREADABLE:
        return False
    finally:
        exchange.timeout_on_exit = 0
        with suppress(*UNREADABLE):
            await exchange.close()
