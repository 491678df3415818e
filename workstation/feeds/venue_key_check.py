"""What a trader's key may do at a venue: asked with the key, and without changing anything there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import ccxt

from workstation.domain.errors import UsageError, VenueError, VenueUnreachable
from workstation.domain.ports import Clock
from workstation.domain.venue_key import KeyRights, KeyVenue, VenueCredentials
from workstation.feeds.line import UNREADABLE
from workstation.feeds.private_key import ED25519, RSA, check_private_key
from workstation.feeds.venues import OpenVenue, open_live

_LONGEST_S = 25.0

_SILENT = logging.Logger("venue keys", logging.CRITICAL + 1)  # noqa: LOG001  no level set elsewhere wakes it
"""ccxt writes every request with its headers to its log at the level debug: there, keys and passwords."""

Asked = Callable[[Any], Awaitable[KeyRights]]


def _flag(told: Mapping[str, Any], name: str) -> bool | None:
    """Return a right; None where the venue left it out: what is not said is not granted, nor denied."""
    value = told.get(name)
    return value if isinstance(value, bool) else None


def _words(told: object) -> set[str]:
    """Return rights told as words with commas between them."""
    return {word.strip().lower() for word in str(told or "").split(",") if word.strip()}


async def _binance(exchange: Any) -> KeyRights:
    told = await exchange.sapiGetAccountApiRestrictions()
    await exchange.privateGetAccount()
    return KeyRights(
        read=_flag(told, "enableReading"),
        trade=_flag(told, "enableSpotAndMarginTrading"),
        withdraw=_flag(told, "enableWithdrawals"),
    )


async def _okx(exchange: Any) -> KeyRights:
    words = _words((await exchange.privateGetAccountConfig())["data"][0].get("perm"))
    return KeyRights(bool(words), "trade" in words, "withdraw" in words) if words else KeyRights()


async def _bybit(exchange: Any) -> KeyRights:
    told = (await exchange.privateGetV5UserQueryApi())["result"]
    rights = told["permissions"]
    can_write = str(told.get("readOnly")) == "0"
    trades = any(rights.get(kind) for kind in ("Spot", "ContractTrade", "Derivatives", "Options"))
    return KeyRights(True, can_write and trades, can_write and "Withdraw" in rights["Wallet"])


async def _kucoin(exchange: Any) -> KeyRights:
    words = _words((await exchange.privateGetUserApiKey())["data"].get("permission"))
    if not words:
        return KeyRights()
    withdraws = any(word.startswith("withdraw") for word in words)
    return KeyRights(bool(words), bool(words & {"spot", "trade", "margin", "futures"}), withdraws)


def _reads_only(method: str) -> Asked:
    """Return what asks a venue that does not tell rights: that it answers proves that the key reads."""

    async def ask(exchange: Any) -> KeyRights:
        await getattr(exchange, method)()
        return KeyRights(read=True)

    return ask


@dataclass(frozen=True, slots=True)
class _Desk:
    """How a venue is asked."""

    label: str
    ask: Asked
    tells_rights: bool = True
    private_keys: tuple[str, ...] = ()  # kinds that the trader may make himself


_DESKS: Mapping[str, _Desk] = MappingProxyType(
    {
        "binance": _Desk("Binance", _binance, private_keys=(ED25519, RSA)),
        "okx": _Desk("OKX", _okx),
        "kraken": _Desk("Kraken", _reads_only("privatePostBalance"), tells_rights=False),
        "bybit": _Desk("Bybit", _bybit, private_keys=(RSA,)),
        "kucoin": _Desk("KuCoin", _kucoin),
        "gate": _Desk("Gate", _reads_only("privateSpotGetAccounts"), tells_rights=False),
        "bitget": _Desk("Bitget", _reads_only("privateSpotGetV2SpotAccountInfo"), tells_rights=False),
    }
)
_WANT_PASSWORD = frozenset({"okx", "kucoin", "bitget"})


def key_venues() -> tuple[KeyVenue, ...]:
    """Return the live venues that keys can be kept for."""
    return tuple(
        KeyVenue(name, desk.label, name in _WANT_PASSWORD, desk.tells_rights, bool(desk.private_keys))
        for name, desk in _DESKS.items()
    )


async def ask_live(name: str, credentials: VenueCredentials, wall: Clock) -> KeyRights:
    """Return what a key may do at a live venue; see `ask_rights`.

    Raises
    ------
    UsageError
        No keys are kept for such a venue.
    """
    if name not in _DESKS:
        raise UsageError(f"Venue {name!r} is not open now, so its key cannot be tested.")
    return await ask_rights(open_live(name, wall), credentials)


async def ask_rights(opened: OpenVenue, credentials: VenueCredentials) -> KeyRights:
    """Return what a key may do; nothing is changed at the venue, and its exchange is closed afterwards.

    Raises
    ------
    UsageError
        The secret is a private key that the venue cannot take; it was not asked.
    VenueError
        The venue does not take the key; `VenueUnreachable` where it does not answer. Neither repeats what
        was sent: a library's error may hold the signed request.
    """
    exchange, label = opened.exchange, opened.venue.label
    desk = _DESKS[exchange.id]
    exchange.logger = _SILENT
    exchange.apiKey, exchange.secret, exchange.password = (
        credentials.key,
        credentials.secret,
        credentials.password,
    )
    try:
        check_private_key(credentials.secret, desk.private_keys, label)
        async with asyncio.timeout(_LONGEST_S):
            if exchange.has.get("fetchTime"):
                await exchange.load_time_difference()
            return await desk.ask(exchange)
    except TimeoutError:
        raise VenueUnreachable(f"{label} did not answer within {_LONGEST_S:g} s; try again later.") from None
    except UNREADABLE as error:
        raise _in_words(error, label) from None
    finally:
        exchange.apiKey = exchange.secret = exchange.password = ""
        exchange.timeout_on_exit = 0
        with suppress(*UNREADABLE):
            await exchange.close()


def _in_words(error: Exception, label: str) -> VenueError:
    match error:
        case ccxt.InvalidNonce():
            return VenueError(f"{label} says that this computer's clock is wrong; set it, then try again.")
        case ccxt.AuthenticationError():  # PermissionDenied and AccountSuspended are such
            return VenueError(
                f"{label} does not accept this key. Check that everything was pasted whole, and that the key "
                "may be used from this address."
            )
        case ccxt.NetworkError():
            return VenueUnreachable(f"{label} does not answer just now; try again later.")
    return VenueError(f"{label} answered with something else than was asked; the key was not tested.")
