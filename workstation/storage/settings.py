"""The settings file: read with suspicion, written so that a power cut leaves the old or the new file."""

import contextlib
import errno
import fcntl
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workstation.domain.errors import SettingsError, StoreError, StoreReadOnly
from workstation.storage.privacy import make_private_folder, private_opener
from workstation.storage.setting import Setting, Settings, Value, declarations

__all__ = ["Setting", "Settings", "SettingsFile", "declarations"]

_LARGEST_BYTES = 1 << 20
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR)


class SettingsFile:
    """A TOML file of the trader's, who may write in it too.

    Parameters
    ----------
    path : Path
        The file; beside it lie ``.bak``, the last one that could be read, and ``.broken-N`` if ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._backup = path.with_name(path.name + ".bak")

    def load(self) -> tuple[Settings, list[str]]:
        """Return the settings, and a sentence for every problem met; never fails.

        A file that cannot be parsed is renamed to ``*.broken-N`` and the last good one used; a value that
        cannot be used leaves that setting at its default; an unknown key is left alone.
        """
        if not self._path.exists():
            return Settings(), []
        try:
            text = _read(self._path)
            table = _parse(text)
        except OSError as error:
            return Settings(), [f"{self._path} cannot be read ({error.strerror}); default settings are used."]
        except SettingsError as error:
            return self._recover(error)
        return _settings_of(table, text, self._path.name)

    def _recover(self, problem: SettingsError) -> tuple[Settings, list[str]]:
        problems = [f"{self._path} cannot be used: {problem}", self._put_aside()]
        try:
            text = _read(self._backup)
            table = _parse(text)
        except (OSError, SettingsError):
            return Settings(), [*problems, "There is no earlier version; default settings are used."]
        try:
            _write(self._path, text)
        except StoreError as error:
            problems.append(str(error))
        settings, more = _settings_of(table, text, self._backup.name)
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

    def save(self, settings: Settings) -> None:
        """Write the settings; comments, order and unknown keys of the file stay.

        Only what differs from the default is written, and what the file already names.

        Raises
        ------
        StoreError
            The place cannot be written, or is full; the file is as it was.
        """
        try:
            before = _read(self._path)
            _parse(before)
        except (OSError, SettingsError):
            before = ""
        if before:
            _write(self._backup, before)
        _write(self._path, _merged(before, settings))


def _read(path: Path) -> str:
    if path.stat().st_size > _LARGEST_BYTES:
        raise SettingsError(f"it is larger than {_LARGEST_BYTES >> 20} MB.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"byte {error.start} is not UTF-8; save it as UTF-8 text.") from error


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{error}.") from error
    except RecursionError as error:
        raise SettingsError("brackets are nested too deeply.") from error


def _settings_of(table: dict[str, Any], text: str, file: str) -> tuple[Settings, list[str]]:
    known = {setting.name: setting for setting in declarations()}
    sections = {name.split(".")[0] for name in known}
    values: dict[str, object] = {}
    problems = []
    for section, part in table.items():
        if section not in sections or not isinstance(part, dict):
            line = _line_of(text, section, None)
            what = "is not a section" if section in sections else "is not known"
            problems.append(f"{file}, line {line}: {section} {what} and was left alone.")
            continue
        for key, raw in part.items():
            name, line = f"{section}.{key}", _line_of(text, section, key)
            if name not in known:
                problems.append(f"{file}, line {line}: {name} is not known and was left alone.")
                continue
            try:
                values[name] = known[name].accept(raw)
            except SettingsError as error:
                default = _shown(known[name].default)
                problems.append(f"{file}, line {line}: {error} The default, {default}, is used.")
    return Settings().changed(values), problems


def _line_of(text: str, section: str, key: str | None) -> int:
    """Return the line where a section or its key stands; the section's where the key cannot be found."""
    inside, found = False, 1
    word = r"\s*[\"']?" + re.escape(key or section) + r"[\"']?\s*[=.]"
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*[\"']?([^\"'\].]+)", line):
            inside = header[1].strip() == section
            found = number if inside else found
            if inside and key is None:
                return number
        elif (inside or key is None) and re.match(word, line):
            return number
    return found


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(list(value)) if isinstance(value, tuple) else repr(value)


def _merged(before: str, settings: Settings) -> str:
    """Return the file's text with the settings in it."""
    import tomlkit  # only where something is saved: it costs the window's first frame 50 ms

    document = tomlkit.parse(before)
    for setting in declarations():
        section, key = setting.name.split(".")
        value = settings.value(setting.name)
        part = document.get(section)
        there = isinstance(part, dict) and key in part
        if value == setting.default and not there:
            continue
        if not isinstance(part, dict):
            document[section] = part = tomlkit.table()
        plain = list(value) if isinstance(value, tuple) else value
        if not there or part[key] != plain:
            part[key] = plain
    return tomlkit.dumps(document)


def _write(path: Path, text: str) -> None:
    """Replace a file so that a crash or power cut at any moment leaves the old one or the new one.

    Raises
    ------
    StoreError
        The place cannot be written (`StoreReadOnly`), or is full.
    """
    beside = path.with_name(path.name + ".new")
    try:
        make_private_folder(path.parent)
        with _locked(path.parent) as folder:
            beside.unlink(missing_ok=True)  # a crash left it, with rights of its own
            with open(beside, "x", encoding="utf-8", newline="", opener=private_opener) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
            os.fsync(folder)  # the rename itself must survive a power cut
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        kind = StoreReadOnly if error.errno in _READ_ONLY else StoreError
        raise kind(f"{path} cannot be written ({error.strerror}); it is as it was.") from error


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold a folder against another process that saves at the same moment; yield its descriptor."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened
    finally:
        os.close(opened)
