"""Keys too long for a keyring: sealed in a file of their own, and what opens it lies in the keyring."""

import base64
import contextlib
import re
import secrets
from pathlib import Path
from typing import Protocol

from workstation.domain.errors import BadSecret, SecretsError
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.sealed_text import new_key, seal, unseal

SHORT = 1_280
"""UTF-16 units: the Credential Manager of Windows keeps no more."""

LONGEST = 16_384
_ENTRY = re.compile(r"tidemark sealed file ([0-9a-f]{32}) ([A-Za-z0-9+/]{43}=)")


class Backend(Protocol):
    """A keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept under a name; None where nothing is."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something under a name."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget what is kept under a name."""
        ...


def n_units(text: str) -> int:
    """Return how long a text is to Windows, UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class LongSecrets:
    """A keyring that keeps long keys, too.

    Parameters
    ----------
    keyring : Backend
        Takes up to 1,280 UTF-16 units under a name.
    folder : Path
        Of the sealed files; each is useless without its entry in the keyring.
    """

    def __init__(self, keyring: Backend, folder: Path) -> None:
        self._keyring, self._folder = keyring, folder

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept under a name; None where nothing is, or its file is gone.

        Raises
        ------
        SecretsError
            The sealed file cannot be read; `BadSecret` where it was changed.
        """
        kept = self._keyring.get_password(service, username)
        entry = _ENTRY.fullmatch(kept) if kept is not None else None
        if entry is None:
            return kept
        try:
            sealed = self._file(entry[1]).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretsError(f"{self._file(entry[1])} cannot be read ({error.strerror}).") from error
        text = unseal(base64.b64decode(entry[2]), sealed, username.encode())
        if text is None:
            raise BadSecret(f"{self._file(entry[1])} is damaged; enter the key again.")
        return text

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something under a name; what was there before goes only when the new is safe.

        Raises
        ------
        SecretsError
            The file cannot be written; what was kept before is as it was.
        """
        before = self._keyring.get_password(service, username)
        if n_units(password) <= SHORT:
            self._keyring.set_password(service, username, password)
        else:
            self._set_long(service, username, password)
        self._remove_file(before)

    def delete_password(self, service: str, username: str) -> None:
        """Forget what is kept under a name: without its entry the file is noise, and it goes, too."""
        before = self._keyring.get_password(service, username)
        self._keyring.delete_password(service, username)
        self._remove_file(before)

    def _set_long(self, service: str, username: str, text: str) -> None:
        key, number = new_key(), secrets.token_hex(16)
        path = self._file(number)
        try:
            make_private_folder(self._folder)
            replace_durably(path, seal(key, text, username.encode()))
        except OSError as error:
            raise SecretsError(f"{path} cannot be written ({error.strerror}); no key was kept.") from error
        try:
            entry = f"tidemark sealed file {number} {base64.b64encode(key).decode()}"
            self._keyring.set_password(service, username, entry)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _remove_file(self, entry: str | None) -> None:
        found = _ENTRY.fullmatch(entry) if entry is not None else None
        if found is not None:
            with contextlib.suppress(OSError):  # noise is left behind, and says nothing
                self._file(found[1]).unlink()

    def _file(self, number: str) -> Path:
        return self._folder / f"{number}.sealed"
