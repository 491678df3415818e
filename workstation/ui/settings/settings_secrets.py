"""Addresses with a key in them on their way from the page of settings to the keyring, and to nowhere else."""

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from workstation.domain.errors import SecretsError
from workstation.domain.ports import TaskOwner
from workstation.storage.node_address import NodeAddresses


class SecretAddresses(QObject):
    """Gives addresses to the keyring, which may ask for its password meanwhile.

    Parameters
    ----------
    tasks : TaskOwner
        Owns the waiting.
    open_addresses : callable
        Returns where they go, when it is needed first.
    """

    kept = Signal(str, str)  # name of the setting, what may be written into it
    refused = Signal(str, str)  # name of the setting, why nothing was kept
    stayed = Signal(str, str)  # name of the setting, why an earlier address is still there

    def __init__(
        self,
        tasks: TaskOwner,
        open_addresses: Callable[[], NodeAddresses] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._open = tasks, open_addresses or _of_this_computer
        self._addresses: NodeAddresses | None = None

    def keep(self, name: str, address: str) -> None:
        """Begin to keep the address of a setting."""
        self._tasks.start("keep an address", self._keep(name, address))

    def forget(self, name: str, shown: str) -> None:
        """Begin to forget an earlier address of a setting."""
        self._tasks.start("forget an address", self._forget(name, shown))

    def _opened(self) -> NodeAddresses:
        if self._addresses is None:
            self._addresses = self._open()
        return self._addresses

    async def _forget(self, name: str, shown: str) -> None:
        try:
            await self._opened().forget(shown)
        except SecretsError as error:
            host = urlsplit(shown).netloc
            self.stayed.emit(
                name, f"The earlier address, of the node at {host}, is still in the keyring: {error}"
            )

    async def _keep(self, name: str, address: str) -> None:
        try:
            shown = await self._opened().keep(address)
        except SecretsError as error:
            self.refused.emit(name, f"{error} The address may hold a key, so it was not kept anywhere.")
        else:
            self.kept.emit(name, shown)


def _of_this_computer() -> NodeAddresses:
    from workstation.storage.paths import Paths
    from workstation.storage.secrets import Secrets

    return NodeAddresses(Secrets(sealed=Paths.of_user().sealed_keys))
