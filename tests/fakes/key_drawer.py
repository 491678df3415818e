"""A keyring in memory, and everything it was told."""

from workstation.domain.errors import SecretsError


class KeyDrawer:
    """A backend of `workstation.storage.secrets.Secrets`; a locked one refuses until it is unlocked."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.refusal: str | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._refuse()
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._refuse()
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._refuse()
        del self.kept[username]

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise SecretsError(self.refusal)
