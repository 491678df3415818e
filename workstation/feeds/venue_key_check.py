"""What a trader's key may do at a venue: asked with the key, and without changing anything there."""

import asyncio
import binascii
import logging
from contextlib import suppress

import ccxt

from workstation.domain.errors import UsageError, VenueError, VenueUnreachable
from workstation.domain.ports import Clock
from workstation.domain.venue_key import KeyRights, KeyVenue, VenueCredentials
from workstation.feeds.line import UNREADABLE
from workstation.feeds.private_key import check_private_key
from workstation.feeds.venue_key_rights import DESKS, WANT_PASSWORD
from workstation.feeds.venues import OpenVenue, open_live

_LONGEST_S = 25.0

_SILENT = logging.Logger("venue keys", logging.CRITICAL + 1)  # noqa: LOG001  no level set elsewhere wakes it
"""ccxt writes every request with its headers to its log at the level debug: there, keys and passwords."""


def key_venues() -> tuple[KeyVenue, ...]:
    """Return the live venues that keys can be kept for."""
    return tuple(
        KeyVenue(name, desk.label, name in WANT_PASSWORD, desk.tells_rights, bool(desk.private_keys))
        for name, desk in DESKS.items()
    )


async def ask_live(name: str, credentials: VenueCredentials, wall: Clock) -> KeyRights:
    """Return what a key may do at a live venue; see `ask_rights`.

    Raises
    ------
    UsageError
        No keys are kept for such a venue.
    """
    if name not in DESKS:
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
    desk = DESKS[exchange.id]
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
        case binascii.Error():
            return VenueError(f"This is no secret of {label}'s; paste it whole, as the venue shows it.")
        case ccxt.NetworkError():
            return VenueUnreachable(f"{label} does not answer just now; try again later.")
    return VenueError(f"{label} answered with something else than was asked; the key was not tested.")
