"""A trader's key at a venue: what it is made of, what it may do, and how it stands."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from workstation.domain.errors import BadSecret

_SHOWN = 4
_LEAST_HIDDEN = 8


@dataclass(frozen=True, slots=True)
class VenueCredentials:
    """What signs a request; none of it is ever printed.

    Parameters
    ----------
    key, secret : str
        As the venue gave them.
    password : str
        Of the key, where the venue wants one; else empty.
    """

    key: str = field(repr=False)
    secret: str = field(repr=False)
    password: str = field(default="", repr=False)

    @property
    def ending(self) -> str:
        """The last four characters of the key; fewer of a short one: most of it stays hidden."""
        return self.key[-_SHOWN:] if len(self.key) >= _SHOWN + _LEAST_HIDDEN else ""

    def as_text(self) -> str:
        """Return all of it as one text, for a keyring and nothing else."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> "VenueCredentials":
        """Return what `as_text` wrote.

        Raises
        ------
        BadSecret
            Somebody else wrote it; its words are not repeated.
        """
        try:
            parts = json.loads(text)
            if all(isinstance(part, str) for part in parts.values()) and parts["key"] and parts["secret"]:
                return cls(**parts)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            pass  # the cause would carry what was read
        raise BadSecret("What lies there for this venue is no key of Tidemark's; enter the key again.")


class KeyPlace(StrEnum):
    """Where a key lies."""

    KEYRING = "keyring"
    FILE = "file"  # encrypted, under a passphrase of the trader's
    SESSION = "session"  # in the engine's memory, until it ends


class KeyFileState(StrEnum):
    """How the encrypted file of keys stands."""

    ABSENT = "absent"
    LOCKED = "locked"  # its passphrase has not been said since the engine started
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Passphrase:
    """What opens the encrypted file of keys; never printed, and never kept.

    Parameters
    ----------
    text : str
        As it was typed.
    """

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key may do; None where the venue does not tell.

    Parameters
    ----------
    read, trade, withdraw : bool or None
        See the account, place orders, take money out.
    """

    read: bool | None = None
    trade: bool | None = None
    withdraw: bool | None = None


class KeyStatus(StrEnum):
    """How a kept key stands."""

    WORKS = "works"
    FAILS = "fails"  # the venue did not take it when it was tested last, or did not answer
    MISSING = "missing"  # it is no longer where it was kept
    REFUSED = "refused"  # it can withdraw, so it is no longer kept


@dataclass(frozen=True, slots=True)
class KeyVenue:
    """A venue that keys are for.

    Parameters
    ----------
    name, label : str
        Its name, and the one for the trader.
    wants_password : bool
        Whether a key has a password of its own there.
    tells_rights : bool
        Whether it says what a key may do.
    takes_pem : bool
        Whether the secret may be a private key of several lines, which the trader made himself.
    """

    name: str
    label: str
    wants_password: bool = False
    tells_rights: bool = False
    takes_pem: bool = False


@dataclass(frozen=True, slots=True)
class VenueKey:
    """How the key of a venue stands; nothing in it is secret.

    Parameters
    ----------
    venue : str
        Name of the venue.
    ending : str
        Last characters of the key.
    rights : KeyRights
        As the venue said when it was tested last.
    status, reason : KeyStatus, str
        How it stands, and a sentence where it does not work.
    added_ms, tested_ms : int
        When it was entered, and last tested, UTC milliseconds by this computer's clock.
    place : KeyPlace
        Where it lies.
    """

    venue: str
    ending: str
    rights: KeyRights
    status: KeyStatus
    reason: str
    added_ms: int
    tested_ms: int
    place: KeyPlace = KeyPlace.KEYRING
