"""The settings file: read with suspicion, written so that a power cut leaves the old or the new file."""

import contextlib
import errno
import fcntl
from collections.abc import Iterator
from pathlib import Path

from workstation.domain.errors import SettingsError, StoreError, StoreReadOnly
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder, private_opener
from workstation.storage.setting import Setting, Settings, declarations
from workstation.storage.settings_text import merged, read_text, settings_of

__all__ = ["Setting", "Settings", "SettingsFile", "declarations"]

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)


class SettingsFile:
    """A TOML file of the trader's, who may write in it too, as may the engine and every window.

    Parameters
    ----------
    path : Path
        The file; beside it lie ``.bak``, the last one that could be read, ``.lock``, held by whoever writes
        and never removed, and ``.broken-N`` if ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._backup = path.with_name(path.name + ".bak")
        self._lock = path.with_name(path.name + ".lock")

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._path.parent

    def load(self) -> tuple[Settings, list[str]]:
        """Return the settings, and a sentence for every problem met; never fails.

        A file that cannot be parsed is renamed to ``*.broken-N`` and the last good one used; a value that
        cannot be used leaves that setting at its default; an unknown key is left alone.
        """
        try:
            return self._loaded()
        except SettingsError:
            pass
        try:
            with self._locked():
                return self._loaded_or_recovered()
        except StoreError:  # where it cannot be locked nobody else can write either
            return self._loaded_or_recovered()

    def _loaded(self) -> tuple[Settings, list[str]]:
        try:
            text = read_text(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return Settings(), []
        except OSError as error:
            return Settings(), [f"{self._path} cannot be read ({error.strerror}); default settings are used."]
        return settings_of(text, self._path.name)

    def _loaded_or_recovered(self) -> tuple[Settings, list[str]]:
        try:
            return self._loaded()  # another process may have recovered it by now
        except SettingsError as error:
            return self._recover(error)

    def _recover(self, problem: SettingsError) -> tuple[Settings, list[str]]:
        problems = [f"{self._path} cannot be used: {problem}", self._put_aside()]
        try:
            text = read_text(self._backup)
            settings, more = settings_of(text, self._backup.name)
        except (OSError, SettingsError):
            return Settings(), [*problems, "There is no earlier version; default settings are used."]
        try:
            _write(self._path, text)
        except StoreError as error:
            problems.append(str(error))
        return settings, [*problems, f"The last good settings, from {self._backup.name}, are used.", *more]

    def _put_aside(self) -> str:
        n = 1
        while (aside := self._path.with_name(f"{self._path.name}.broken-{n}")).exists():
            n += 1
        try:
            self._path.rename(aside)
        except OSError as error:
            return f"It could not be renamed to {aside.name} ({error.strerror})."
        return f"It was renamed to {aside.name}; nothing in it was changed."

    def change(self, values: dict[str, object], *, is_secret: bool = False) -> Settings:
        """Change some settings, by name, in the file as it is now; return all settings as they are then.

        Whatever another process wrote before stays, as do comments, order, unknown keys and values that
        cannot be used. Waits while another process writes.

        Parameters
        ----------
        is_secret : bool
            True where nothing of what stood there may be left, not in the earlier copy either.

        Raises
        ------
        SettingsError
            There is no such setting, or a value cannot be used; the file is as it was.
        StoreError
            The file is broken or cannot be read, or the place cannot be written or is full; the file is as
            it was.
        """
        with self._locked():
            before, settings = self._now()
            settings = settings.changed(values)
            after = merged(before, settings, values)
            self._replace(before, after)
            if is_secret:
                _write(self._backup, after)
        return settings

    def _now(self) -> tuple[str, Settings]:
        """Return the file's text and settings, or refuse: what cannot be read must not be written over."""
        try:
            text = read_text(self._path)
            return text, settings_of(text, self._path.name)[0]
        except FileNotFoundError:
            return "", Settings()
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read ({error.strerror}); it is as it was.") from error
        except SettingsError as error:
            raise StoreError(
                f"{self._path} cannot be used: {error} It is as it was; mend it, or start Tidemark again to "
                "have it put aside for the last good one."
            ) from error

    def _replace(self, before: str, after: str) -> None:
        if before:
            _write(self._backup, before)
        if after:  # an empty file is one that a crash left
            _write(self._path, after)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the file against every other process, and thread, that writes it.

        A file of its own is locked: the settings are a new file after each writing, and a folder cannot be
        locked on a network disk.
        """
        with contextlib.ExitStack() as held:
            try:
                make_private_folder(self._path.parent)
                lock = held.enter_context(open(self._lock, "ab", opener=private_opener))
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                raise _refusal(self._path, error) from error
            yield


def _write(path: Path, text: str) -> None:
    """Replace a file so that a crash or power cut at any moment leaves the old one or the new one.

    Raises
    ------
    StoreError
        The place cannot be written (`StoreReadOnly`), or is full.
    """
    try:
        replace_durably(path, text.encode())
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> StoreError:
    kind = StoreReadOnly if error.errno in _READ_ONLY else StoreError
    return kind(f"{path} cannot be written ({error.strerror}); it is as it was.")
