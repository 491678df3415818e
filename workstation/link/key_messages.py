"""What engine and window say to each other about keys of venues.

Where there is a keyring, no secret goes over the link: window and engine meet in the keyring. Where there is
none, key and passphrase go over it once, to the engine, through a socket that only this user can open.

A command is answered as soon as it is begun, since a keyring and a venue may take their time; `KeyJudged`
says what came of it.
"""

from typing import TypeAlias

import msgspec

from workstation.domain.venue_key import (
    KeyFileState,
    KeyPlace,
    KeyVenue,
    Passphrase,
    VenueCredentials,
    VenueKey,
)
from workstation.link.command import Command


class TakeNewKey(Command, frozen=True, tag="take-new-key"):
    """A new key waits in the keyring: test it at its venue, and keep it only where it passes."""

    venue: str


class RetestKey(Command, frozen=True, tag="retest-key"):
    """Ask the venue again what its key may do."""

    venue: str


class ForgetKey(Command, frozen=True, tag="forget-key"):
    """Take the key of a venue out of its place, and forget that it was there."""

    venue: str


class EnterKey(Command, frozen=True, tag="enter-key"):
    """Test a new key at its venue, and keep it only where it passes: in the file, or for this session."""

    venue: str
    credentials: VenueCredentials
    place: KeyPlace


class OpenKeyFile(Command, frozen=True, tag="open-key-file"):
    """Open the encrypted file of keys, or have the next key make one under this passphrase."""

    passphrase: Passphrase


class ChangePassphrase(Command, frozen=True, tag="change-passphrase"):
    """Have another passphrase open the encrypted file of keys."""

    old: Passphrase
    new: Passphrase


class PutKeyFileAside(Command, frozen=True, tag="put-key-file-aside"):
    """Rename the encrypted file, whose passphrase is lost or which is damaged, to make room for another."""


class MoveKeysToKeyring(Command, frozen=True, tag="move-keys"):
    """Take every key that lies elsewhere into the keyring."""


KeyCommand: TypeAlias = (
    TakeNewKey
    | RetestKey
    | ForgetKey
    | EnterKey
    | OpenKeyFile
    | ChangePassphrase
    | PutKeyFileAside
    | MoveKeysToKeyring
)


class VenueKeysSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="venue-keys"):
    """For which venues keys can be kept, and how those that are kept stand."""

    venues: tuple[KeyVenue, ...]
    keys: tuple[VenueKey, ...]
    file: KeyFileState = KeyFileState.ABSENT


class KeyJudged(msgspec.Struct, frozen=True, tag_field="kind", tag="key-judged"):
    """What came of a command about a key, as a sentence; no venue where all keys or their file were meant."""

    venue: str
    is_done: bool
    sentence: str


KeyFact: TypeAlias = VenueKeysSaid | KeyJudged
