"""Keys, in the keyring of the operating system and nowhere else."""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from workstation.domain.errors import BadSecret, SecretsError
from workstation.storage.long_secret import LONGEST, SHORT, Backend, LongSecrets, n_units

_T = TypeVar("_T")

SERVICE = "tidemark"
WAITS_S = 60.0

_SAFE = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
"""What encrypts, by the class's full name. Others keep plain text, or nothing at all, without a word."""


class Secret:
    """A key, shown as dots wherever it is printed, logged or formatted."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the provider that wants it."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return secrets.compare_digest(
            self._text.encode(errors="surrogatepass"), other._text.encode(errors="surrogatepass")
        )

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "•••"


class Secrets:
    """Keys by name, e.g. ``"key of binance"``. What opens them is in the keyring and in no file of ours.

    A keyring may ask the trader for its password, and waits for him as long as he likes; the caller waits for
    a minute, and is told at once while the question is still open.

    Parameters
    ----------
    find : callable, optional
        Returns the keyring; the safe one of the operating system where it is not given.
    waits_s : float
        How long one call may take, seconds.
    sealed : Path, optional
        Folder for keys that are too long for a keyring, sealed; without it they are refused.
    """

    def __init__(
        self,
        find: Callable[[], Backend] | None = None,
        waits_s: float = WAITS_S,
        sealed: Path | None = None,
    ) -> None:
        self._find = find or safe_keyring
        self._waits_s, self._sealed = waits_s, sealed
        self._one_at_a_time = asyncio.Lock()
        self._stuck: threading.Thread | None = None
        self._was_tested = False

    async def get(self, name: str) -> Secret | None:
        """Return a key; None where there is none, or the trader removed it.

        Raises
        ------
        SecretsError
            There is no safe keyring, it is locked, or it does not answer.
        """
        text = await self._ask(lambda keyring: keyring.get_password(SERVICE, name))
        return None if text is None else Secret(text)

    async def set(self, name: str, value: Secret) -> None:
        """Keep a key. The keyring must first keep and forget a trial.

        Raises
        ------
        SecretsError
            As `get`; or the key is longer than a keyring can hold; or the keyring loses what it is given.
        """
        text, longest = value.reveal(), SHORT if self._sealed is None else LONGEST
        if not text or n_units(text) > longest:
            raise SecretsError(f"A key has 1 to {longest} characters; this one was not kept.")

        wanted = threading.Event()
        wanted.set()

        def keep(keyring: Backend) -> None:
            if not self._was_tested:
                _test(keyring)
                self._was_tested = True
            _is_there(keyring, name)  # a locked keyring asks for its password here at the latest
            if wanted.is_set():
                keyring.set_password(SERVICE, name, text)

        try:
            await self._ask(keep)
        finally:
            wanted.clear()  # given up: what the trader answers later must not keep the key after all

    async def delete(self, name: str) -> None:
        """Forget a key; one that is not there is forgotten already.

        Raises
        ------
        SecretsError
            As `get`.
        """

        def forget(keyring: Backend) -> None:
            if _is_there(keyring, name):
                keyring.delete_password(SERVICE, name)

        await self._ask(forget)

    async def look(self) -> None:
        """Return where there is a keyring that encrypts; it is not opened.

        Raises
        ------
        SecretsError
            There is none.
        """
        await self._ask(lambda _keyring: None)

    async def _ask(self, work: Callable[[Backend], _T]) -> _T:
        async with self._one_at_a_time:
            if self._stuck is not None and self._stuck.is_alive():
                raise SecretsError("The keyring still waits for its password; unlock it, then try again.")
            done: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
            # Not the loop's executor: a question that nobody answers would hold the program at its end.
            thread = threading.Thread(
                target=self._work, args=(work, done, asyncio.get_running_loop()), name="keyring", daemon=True
            )
            thread.start()
            try:
                async with asyncio.timeout(self._waits_s):
                    return await done
            except TimeoutError:
                raise SecretsError(
                    f"The keyring did not answer within {self._waits_s:g} s; unlock it, then try again."
                ) from None
            finally:
                if done.cancelled():  # too late, or the caller went away: the question is still open
                    self._stuck = thread

    def _work(
        self, work: Callable[[Backend], _T], done: asyncio.Future[_T], loop: asyncio.AbstractEventLoop
    ) -> None:
        """Ask the keyring. Runs on a thread of its own."""
        answer: Callable[[], None] = partial(_fail, done, SecretsError("The keyring broke off."))
        try:
            answer = partial(_succeed, done, work(self._open()))
        except SecretsError as error:
            answer = partial(_fail, done, error)
        except _failures() as error:
            told = SecretsError(_sentence(error))
            told.__cause__ = error
            answer = partial(_fail, done, told)
        finally:
            with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
                loop.call_soon_threadsafe(answer)

    def _open(self) -> Backend:
        keyring = self._find()
        return keyring if self._sealed is None else LongSecrets(keyring, self._sealed)


def safe_keyring() -> Backend:
    """Return the keyring of the operating system; a chain of keyrings is looked through.

    Raises
    ------
    SecretsError
        There is none that encrypts.
    """
    import keyring  # it looks at every backend that is installed: only where a key is asked for

    active = keyring.get_keyring()
    members: list[Backend] = list(getattr(active, "backends", None) or [active])
    for member in members:
        if _full_name(member) in _SAFE:
            return member
    found = ", ".join(map(_full_name, members))
    raise SecretsError(
        f"There is no safe keyring here (found {found}), so no key is kept. Start the desktop's keyring, "
        "e.g. GNOME Keyring or KWallet."
    )


def _full_name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _is_there(keyring: Backend, name: str) -> bool:
    """Return whether anything is kept under a name; what is damaged is there, too, and can be replaced."""
    try:
        return keyring.get_password(SERVICE, name) is not None
    except BadSecret:
        return True


def _test(keyring: Backend) -> None:
    """Have a keyring keep and forget something; some take everything and keep nothing."""
    name, value = "self-test", secrets.token_hex(16)
    keyring.set_password(SERVICE, name, value)
    kept = keyring.get_password(SERVICE, name)
    if kept is not None:
        keyring.delete_password(SERVICE, name)
    if kept != value:
        raise SecretsError(f"The keyring ({_full_name(keyring)}) loses what it is given; no key is kept.")


def _failures() -> tuple[type[Exception], ...]:
    """Return what a keyring may raise: its own errors, and those of D-Bus that it lets through."""
    from keyring.errors import KeyringError

    known: list[type[Exception]] = [KeyringError, OSError, RuntimeError, UnicodeError]
    with contextlib.suppress(ImportError):  # there is none on Windows and macOS
        from jeepney import DBusErrorResponse  # type: ignore[import-untyped]  # it ships no types
        from secretstorage.exceptions import SecretStorageException

        known += [DBusErrorResponse, SecretStorageException]
    with contextlib.suppress(ImportError):  # on Windows alone
        from win32ctypes.pywin32.pywintypes import (  # type: ignore[import-not-found]
            error as windows_error,
        )

        known.append(windows_error)
    return tuple(known)


def _sentence(error: Exception) -> str:
    from keyring.errors import KeyringLocked

    if isinstance(error, KeyringLocked):
        return "The keyring is locked; unlock it, then try again."
    if _was_dismissed(error):
        return "The keyring asked for a password and got none; try again, and answer its question."
    return f"The keyring failed: {str(error).rstrip('.') or type(error).__name__}."


def _was_dismissed(error: Exception) -> bool:
    """Return whether the trader, or a desktop without such windows, left it unanswered."""
    try:
        from secretstorage.exceptions import PromptDismissedException
    except ImportError:  # there is none on Windows and macOS
        return False
    return isinstance(error.__cause__, PromptDismissedException)


def _succeed(done: asyncio.Future[_T], result: _T) -> None:
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[_T], error: SecretsError) -> None:
    if not done.done():
        done.set_exception(error)
