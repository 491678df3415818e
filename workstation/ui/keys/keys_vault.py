"""The keyring as the window uses it: a new key is laid there, and taken back where it was not tested."""

from typing import Protocol

from workstation.domain.venue_key import VenueCredentials


class Vault(Protocol):
    """A keyring with a place for a new key. Every method raises `SecretsError` where it will not."""

    async def offer(self, venue: str, new: VenueCredentials) -> None:
        """Lay a new key beside the one that is kept, until it has been tested."""
        ...

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        ...

    async def look(self) -> None:
        """Return where there is a keyring that encrypts; it is not opened."""
        ...


def keyring_vault() -> Vault:
    """Return the keyring of this computer; nothing is opened yet."""
    from workstation.storage.paths import Paths
    from workstation.storage.secrets import Secrets
    from workstation.storage.venue_key_vault import KeyringVault

    return KeyringVault(Secrets(sealed=Paths.of_user().sealed_keys))
