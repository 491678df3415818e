"""What engine and window say to each other about keys of venues; no secret ever goes over the link.

A command is answered as soon as it is begun, since a keyring and a venue may take their time; `KeyJudged`
says what came of it.
"""

from typing import TypeAlias

import msgspec

from workstation.domain.venue_key import KeyVenue, VenueKey
from workstation.link.command import Command


class TakeNewKey(Command, frozen=True, tag="take-new-key"):
    """A new key waits in the keyring: test it at its venue, and keep it only where it passes."""

    venue: str


class RetestKey(Command, frozen=True, tag="retest-key"):
    """Ask the venue again what its key may do."""

    venue: str


class ForgetKey(Command, frozen=True, tag="forget-key"):
    """Take the key of a venue out of the keyring, and forget that it was there."""

    venue: str


KeyCommand: TypeAlias = TakeNewKey | RetestKey | ForgetKey


class VenueKeysSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="venue-keys"):
    """For which venues keys can be kept, and how those that are kept stand."""

    venues: tuple[KeyVenue, ...]
    keys: tuple[VenueKey, ...]


class KeyJudged(msgspec.Struct, frozen=True, tag_field="kind", tag="key-judged"):
    """What came of a command about the key of a venue, as a sentence for the trader."""

    venue: str
    is_done: bool
    sentence: str


KeyFact: TypeAlias = VenueKeysSaid | KeyJudged
