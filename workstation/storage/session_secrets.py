"""Keys for this session only: in memory, and gone with it."""

from workstation.storage.secrets import Secret


class SessionSecrets:
    """Keys by name, as in a keyring, but written nowhere."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}

    async def get(self, name: str) -> Secret | None:
        """Return a key; None where there is none."""
        return self._kept.get(name)

    async def set(self, name: str, value: Secret) -> None:
        """Hold a key until the program ends."""
        self._kept[name] = value

    async def delete(self, name: str) -> None:
        """Forget a key; one that is not there is forgotten already."""
        self._kept.pop(name, None)
