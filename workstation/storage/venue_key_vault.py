"""Keys of venues in the keyring: one that is kept for each venue, and a new one until it has been tested."""

from workstation.domain.venue_key import VenueCredentials
from workstation.storage.secrets import Secret, Secrets

_KEPT, _OFFERED = "key of {}", "new key of {}"


class VenueKeyVault:
    """Puts credentials into the keyring as one entry a venue.

    Parameters
    ----------
    secrets : Secrets
        The keyring. Every method raises `SecretsError` where it will not do what it is asked.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def offer(self, venue: str, new: VenueCredentials) -> None:
        """Lay a new key beside the one that is kept, until it has been tested."""
        await self._secrets.set(_OFFERED.format(venue), Secret(new.as_text()))

    async def offered(self, venue: str) -> VenueCredentials | None:
        """Return the new key; None where there is none."""
        return await self._read(_OFFERED.format(venue))

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        await self._secrets.delete(_OFFERED.format(venue))

    async def keep(self, venue: str, credentials: VenueCredentials) -> None:
        """Keep a key in the place of the one before."""
        await self._secrets.set(_KEPT.format(venue), Secret(credentials.as_text()))

    async def kept(self, venue: str) -> VenueCredentials | None:
        """Return the key; None where there is none, or somebody took it out."""
        return await self._read(_KEPT.format(venue))

    async def forget(self, venue: str) -> None:
        """Take the key out of the keyring."""
        await self._secrets.delete(_KEPT.format(venue))

    async def _read(self, name: str) -> VenueCredentials | None:
        secret = await self._secrets.get(name)
        return None if secret is None else VenueCredentials.of_text(secret.reveal())
