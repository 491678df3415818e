"""A node whose address lies in the keyring: asked for when it is needed, and never written down."""

from collections.abc import Callable, Collection, Sequence

from workstation.domain.errors import ProviderError, SecretsError
from workstation.domain.observation import Observation
from workstation.domain.provider import Provider, ProviderAbout
from workstation.storage.node_address import NodeAddresses


class KeyringNode:
    """`workstation.domain.provider.Provider` of a node, which is made once its address is known.

    Parameters
    ----------
    about : ProviderAbout
        What it is.
    shown : str
        What the settings have of its address.
    addresses : NodeAddresses
        The whole ones.
    make : callable
        Makes the provider from a whole address; a failure is a `ProviderError`.
    """

    def __init__(
        self, about: ProviderAbout, shown: str, addresses: NodeAddresses, make: Callable[[str], Provider]
    ) -> None:
        self._about, self._shown, self._addresses, self._make = about, shown, addresses, make
        self._made: Provider | None = None

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return self._about

    @property
    def trouble(self) -> str:
        """What it could not tell when it was last asked."""
        return "" if self._made is None else self._made.trouble

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return what became known; see the provider itself.

        Raises
        ------
        ProviderError
            As the provider itself; or the keyring does not give the address.
        """
        if self._made is None:
            try:
                self._made = self._make(await self._addresses.whole(self._shown))
            except SecretsError as error:
                raise ProviderError(str(error)) from error
        return await self._made.fetch(coins, since_ms)

    async def close(self) -> None:
        """Leave the node."""
        if self._made is not None:
            await self._made.close()
