"""Keys of venues in their place: one that is kept for each venue, and a new one until it has been tested."""

from typing import Protocol

from workstation.domain.venue_key import VenueCredentials
from workstation.storage.secrets import Secret, Secrets

_KEPT, _OFFERED = "key of {}", "new key of {}"


class SecretPlace(Protocol):
    """Keeps secrets by name: the keyring, the encrypted file, or memory."""

    async def get(self, name: str) -> Secret | None:
        """Return a secret; None where there is none."""
        ...

    async def set(self, name: str, value: Secret) -> None:
        """Keep a secret."""
        ...

    async def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is forgotten already."""
        ...


class VenueKeyVault:
    """Keeps credentials as one secret a venue.

    Parameters
    ----------
    place : SecretPlace
        Where they lie. Every method raises `SecretsError` where it will not do what it is asked.
    """

    def __init__(self, place: SecretPlace) -> None:
        self._place = place

    async def offer(self, venue: str, new: VenueCredentials) -> None:
        """Lay a new key beside the one that is kept, until it has been tested."""
        await self._place.set(_OFFERED.format(venue), Secret(new.as_text()))

    async def offered(self, venue: str) -> VenueCredentials | None:
        """Return the new key; None where there is none."""
        return await self._read(_OFFERED.format(venue))

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        await self._place.delete(_OFFERED.format(venue))

    async def keep(self, venue: str, credentials: VenueCredentials) -> None:
        """Keep a key in the place of the one before."""
        await self._place.set(_KEPT.format(venue), Secret(credentials.as_text()))

    async def kept(self, venue: str) -> VenueCredentials | None:
        """Return the key; None where there is none, or somebody took it out."""
        return await self._read(_KEPT.format(venue))

    async def forget(self, venue: str) -> None:
        """Take the key out of its place."""
        await self._place.delete(_KEPT.format(venue))

    async def _read(self, name: str) -> VenueCredentials | None:
        secret = await self._place.get(name)
        return None if secret is None else VenueCredentials.of_text(secret.reveal())


class KeyringVault(VenueKeyVault):
    """Keys of venues in the keyring, which may not be there.

    Parameters
    ----------
    keyring : Secrets
        Of the operating system.
    """

    def __init__(self, keyring: Secrets) -> None:
        super().__init__(keyring)
        self._keyring = keyring

    async def look(self) -> None:
        """Return where there is a keyring that encrypts; it is not opened.

        Raises
        ------
        SecretsError
            There is none.
        """
        await self._keyring.look()
