"""The encrypted file of keys, for computers without a keyring: opened with a passphrase of the trader's."""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from workstation.domain.errors import BadSecret, SecretsError, UsageError
from workstation.domain.venue_key import KeyFileState, Passphrase
from workstation.storage.durable_file import replace_durably, sync_folder
from workstation.storage.key_file_text import (
    FORMAT,
    VERSION,
    KeyFileHeader,
    KeyFileText,
    contents_of,
    decoded,
    encoded,
    key_of,
)
from workstation.storage.privacy import close_to_others, make_private_folder
from workstation.storage.sealed_text import new_key
from workstation.storage.secrets import Secret

_T = TypeVar("_T")

FEWEST = 12
"""Characters of a passphrase: whoever takes the file may try as many as he likes."""

WRONG = "This passphrase does not open the file of keys; nothing was changed. Try again."
LOCKED = "The encrypted file of keys is locked; enter its passphrase."


@dataclass(frozen=True, slots=True)
class Cost:
    """What trying one passphrase takes.

    Parameters
    ----------
    memory_kib, rounds, lanes : int
        Of Argon2id; as they are, what RFC 9106 recommends where memory is scarce: 64 MiB, and 0.1 to 0.4 s.
    """

    memory_kib: int = 64 * 1024
    rounds: int = 3
    lanes: int = 4


class KeyFile:
    """Keys by name in one file. The passphrase is asked once for each start, and kept nowhere.

    Parameters
    ----------
    path : Path
        Until the first key there is none.
    cost : Cost
        Of a new file.
    """

    def __init__(self, path: Path, cost: Cost | None = None) -> None:
        self._path, self._cost = path, cost or Cost()
        self._header: KeyFileHeader | None = None
        self._key = b""
        self._thread: ThreadPoolExecutor | None = None  # of its own: the loop's are busy while all is judged

    @property
    def state(self) -> KeyFileState:
        """How the file stands; one that somebody else put there is locked."""
        if self._header is not None:
            return KeyFileState.OPEN
        return KeyFileState.LOCKED if self._path.exists() else KeyFileState.ABSENT

    async def open(self, passphrase: Passphrase) -> None:
        """Open the file; where there is none, the next key makes one under this passphrase.

        Raises
        ------
        UsageError
            The passphrase is wrong, or too short for a new file; nothing was changed.
        SecretsError
            The file cannot be read, or is of a newer version; `BadSecret` where it is damaged.
        """
        file = await self._on_thread(self._read)
        header = file or self._new_header(passphrase)
        key = await self._on_thread(key_of, passphrase, header)
        if file is not None and contents_of(file, key) is None:
            raise UsageError(WRONG)
        self._header, self._key = header, key

    async def change_passphrase(self, old: Passphrase, new: Passphrase) -> None:
        """Have another passphrase open the file, which is open then; on disk when this returns.

        The whole file is written anew, under a new salt, and takes the old one's place at once: a crash or
        a power cut at any moment leaves the one or the other.

        Raises
        ------
        UsageError
            The old passphrase is wrong, or the new one is too short or the same; nothing was changed.
        SecretsError
            As `open`; or there is no file, or the place cannot be written.
        """
        file = await self._on_thread(self._read)
        if file is None:
            raise SecretsError("There is no encrypted file of keys yet; the next key that is kept makes one.")
        if old.text.strip() == new.text.strip():
            raise UsageError("The new passphrase is the same as the old one; nothing was changed.")
        header = self._new_header(new)
        keys = contents_of(file, await self._on_thread(key_of, old, file))
        if keys is None:
            raise UsageError(WRONG)
        key = await self._on_thread(key_of, new, header)
        await self._on_thread(self._write, header, key, keys)
        self._header, self._key = header, key

    async def get(self, name: str) -> Secret | None:
        """Return a key; None where there is none.

        Raises
        ------
        SecretsError
            The file is locked or cannot be read; `BadSecret` where it was changed.
        """
        text = (await self._on_thread(self._load)).get(name)
        return None if text is None else Secret(text)

    async def set(self, name: str, value: Secret) -> None:
        """Keep a key; on disk when this returns.

        Raises
        ------
        SecretsError
            As `get`; or the place cannot be written. The file is as it was.
        """
        keys = await self._on_thread(self._load)
        await self._on_thread(self._save, {**keys, name: value.reveal()})

    async def delete(self, name: str) -> None:
        """Forget a key; one that is not there is forgotten already. The last one takes the file with it.

        Raises
        ------
        SecretsError
            As `set`.
        """
        keys = await self._on_thread(self._load)
        if keys.pop(name, None) is not None:
            await self._on_thread(self._save, keys)

    def put_aside(self) -> str:
        """Rename a file whose passphrase is lost, or that is damaged, to make room; return its name now.

        Raises
        ------
        SecretsError
            It cannot be renamed.
        """
        n = 1
        while (aside := self._path.with_name(f"{self._path.name}.aside-{n}")).exists():
            n += 1
        try:
            self._path.rename(aside)
            sync_folder(self._path.parent)
        except OSError as error:
            raise SecretsError(
                f"{self._path} cannot be renamed ({error.strerror}); it is as it was."
            ) from error
        self._lock()
        return aside.name

    async def _on_thread(self, work: Callable[..., _T], *words: object) -> _T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "key file")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)

    def _new_header(self, passphrase: Passphrase) -> KeyFileHeader:
        if len(passphrase.text.strip()) < FEWEST:
            raise UsageError(
                f"The passphrase is too short; take {FEWEST} characters or more, say four words."
            )
        salt, cost = base64.b64encode(new_key()).decode(), self._cost
        return KeyFileHeader(FORMAT, VERSION, salt, cost.memory_kib, cost.rounds, cost.lanes)

    def _lock(self) -> None:
        self._header, self._key = None, b""

    def _read(self) -> KeyFileText | None:
        try:
            close_to_others(self._path)  # somebody may have copied it back with other rights
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SecretsError(
                f"{self._path} cannot be read ({error.strerror}). Give yourself the right to read it, then "
                "try again; it is as it was."
            ) from error
        return decoded(content, self._path)

    def _load(self) -> dict[str, str]:
        file = self._read()
        if file is None:
            return {}
        if self._header is None:
            raise SecretsError(LOCKED)
        if file.salt != self._header.salt:  # another file was put in its place
            self._lock()
            raise SecretsError(LOCKED)
        keys = contents_of(file, self._key)
        if keys is None:
            raise BadSecret(
                f"{self._path} was changed by something else; put a copy of it back. It is as it is."
            )
        return keys

    def _save(self, keys: dict[str, str]) -> None:
        header = self._header
        if header is None:
            raise SecretsError(LOCKED)
        self._write(header, self._key, keys)

    def _write(self, header: KeyFileHeader, key: bytes, keys: dict[str, str]) -> None:
        try:
            if not keys:
                self._path.unlink(missing_ok=True)
                sync_folder(self._path.parent)
                return
            make_private_folder(self._path.parent)
            replace_durably(self._path, encoded(header, key, keys))
        except OSError as error:
            why = error.strerror
            raise SecretsError(
                f"{self._path} cannot be written ({why}); the keys are as they were."
            ) from error
