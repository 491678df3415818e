"""Addresses of nodes that hold a key: whole in the keyring, with dots everywhere else."""

from typing import Protocol
from urllib.parse import urlsplit

from workstation.domain.errors import SecretsError
from workstation.storage.secrets import Secret
from workstation.storage.setting_text import without_key

_NAME = "address of the node at {}"


class Keyring(Protocol):
    """Keeps secrets by name; every method raises `SecretsError` where it will not."""

    async def get(self, name: str) -> Secret | None:
        """Return a secret; None where there is none."""
        ...

    async def set(self, name: str, value: Secret) -> None:
        """Keep a secret."""
        ...

    async def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is forgotten already."""
        ...


class NodeAddresses:
    """Keeps the address of each node under its host: an earlier one stays until it is to be forgotten.

    Parameters
    ----------
    keyring : Keyring
        Of the operating system.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def keep(self, address: str) -> str:
        """Keep a whole address; return what may be shown and written of it.

        Raises
        ------
        SecretsError
            The keyring does not take it.
        """
        await self._keyring.set(_NAME.format(urlsplit(address).netloc), Secret(address))
        return without_key(address)

    async def forget(self, shown: str) -> None:
        """Forget the address of which this was shown.

        Raises
        ------
        SecretsError
            The keyring does not let it go.
        """
        await self._keyring.delete(_NAME.format(urlsplit(shown).netloc))

    async def whole(self, shown: str) -> str:
        """Return the address of which this is shown.

        Raises
        ------
        SecretsError
            The keyring does not give it, or does not have it.
        """
        host = urlsplit(shown).netloc
        kept = await self._keyring.get(_NAME.format(host))
        if kept is None:
            raise SecretsError(
                f"The keyring has no address of the node at {host}; type the whole address in the settings "
                "(providers.evm_url), or start Tidemark again where you have."
            )
        return kept.reveal()
