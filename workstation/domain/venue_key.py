"""A trader's key at a venue: what it is made of, what it may do, and how it stands."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from workstation.domain.errors import SecretsError

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
        SecretsError
            Somebody else wrote it; its words are not repeated.
        """
        try:
            return cls(**{name: str(value) for name, value in json.loads(text).items()})
        except (ValueError, TypeError, AttributeError):
            raise SecretsError(
                "What lies in the keyring for this venue is no key of Tidemark's; enter the key again."
            ) from None  # the cause would carry what was read


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
    MISSING = "missing"  # it is no longer in the keyring
    REFUSED = "refused"  # it can withdraw, so it was taken out of the keyring


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
    """

    name: str
    label: str
    wants_password: bool = False
    tells_rights: bool = False


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
    """

    venue: str
    ending: str
    rights: KeyRights
    status: KeyStatus
    reason: str
    added_ms: int
    tested_ms: int
