"""Where keys of venues may lie, and how each place is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from workstation.domain.venue_key import KeyFileState, KeyPlace, Passphrase, VenueCredentials

PLACE_WORDS: Mapping[KeyPlace, str] = MappingProxyType(
    {
        KeyPlace.KEYRING: "the keyring",
        KeyPlace.FILE: "the encrypted file",
        KeyPlace.SESSION: "Tidemark's memory, until it quits",
    }
)


class Vault(Protocol):
    """A place for each venue's key."""

    async def keep(self, venue: str, credentials: VenueCredentials) -> None:
        """Keep a key in the place of the one before."""
        ...

    async def kept(self, venue: str) -> VenueCredentials | None:
        """Return the key; None where there is none."""
        ...

    async def forget(self, venue: str) -> None:
        """Take the key out of its place."""
        ...


class OfferVault(Vault, Protocol):
    """A vault with another place for a new key, until it was tested."""

    async def offered(self, venue: str) -> VenueCredentials | None:
        """Return the new key; None where there is none."""
        ...

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        ...


class KeyFile(Protocol):
    """The encrypted file."""

    @property
    def state(self) -> KeyFileState:
        """How it stands."""
        ...

    async def open(self, passphrase: Passphrase) -> None:
        """Open it; where there is none, the next key makes one under this passphrase."""
        ...

    async def change_passphrase(self, old: Passphrase, new: Passphrase) -> None:
        """Have another passphrase open it; it is open then."""
        ...

    def put_aside(self) -> str:
        """Rename it to make room for another; return its name now."""
        ...


@dataclass(frozen=True, slots=True)
class KeyPlaces:
    """Every place, and the file behind one of them.

    Parameters
    ----------
    keyring : OfferVault
        Of the operating system.
    in_file, in_memory : Vault
        The encrypted file as a vault, and what lasts for this session only.
    file : KeyFile
        The encrypted file itself.
    """

    keyring: OfferVault
    in_file: Vault
    in_memory: Vault
    file: KeyFile

    def vault(self, place: KeyPlace) -> Vault:
        """Return the vault of a place."""
        match place:
            case KeyPlace.KEYRING:
                return self.keyring
            case KeyPlace.FILE:
                return self.in_file
            case KeyPlace.SESSION:
                return self.in_memory
