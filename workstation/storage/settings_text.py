"""The settings as TOML text: what a file says, and how a choice is written into it."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workstation.domain.errors import SettingsError
from workstation.storage.setting import Settings, Value, declarations
from workstation.storage.setting_text import is_node, may_hold_key

_LARGEST_BYTES = 1 << 20


def read_text(path: Path) -> str:
    """Return the text of a settings file.

    Raises
    ------
    OSError
        It cannot be read.
    SettingsError
        It is larger than 1 MB, or not UTF-8; or it is empty, which no file is that was written to its end.
    """
    size = path.stat().st_size
    if size == 0:
        raise SettingsError("it is empty.")
    if size > _LARGEST_BYTES:
        raise SettingsError(f"it is larger than {_LARGEST_BYTES >> 20} MB.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"byte {error.start} is not UTF-8; save it as UTF-8 text.") from error


def parsed(text: str) -> dict[str, Any]:
    """Return the tables of a settings file.

    Raises
    ------
    SettingsError
        It is not TOML; the message names line and column.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{error}.") from error
    except RecursionError as error:
        raise SettingsError("brackets are nested too deeply.") from error


def settings_of(text: str, file: str) -> tuple[Settings, list[str]]:
    """Return the settings of a file's text, and a sentence for everything in it that cannot be used.

    Raises
    ------
    SettingsError
        It is not TOML; the message names line and column.
    """
    values, problems = _values_of(text, file, rest="The default, {default}, is used.")
    return Settings().changed(values), problems


def imported(text: str, file: str) -> dict[str, object]:
    """Return the values that a file names, each fit for its setting; what it leaves out is left alone.

    Raises
    ------
    SettingsError
        It is not TOML, names what is not known, or a value cannot be used; the message names line and key.
    """
    values, problems = _values_of(text, file, rest="")
    if problems:
        n_more = len(problems) - 1
        said = "is 1 more such line" if n_more == 1 else f"are {n_more} more such lines"
        more = f" There {said}." if n_more else ""
        raise SettingsError(problems[0].replace(" and was left alone", "").strip() + more)
    return values


def exported(settings: Settings) -> str:
    """Return all settings as a file, each under the sentence that says what it does.

    The address of a node that may hold a key is left out, and the file says so: files are passed on.
    """
    import tomlkit

    document = tomlkit.document()
    for setting in declarations():
        section, key = setting.name.split(".")
        if section not in document:
            document[section] = tomlkit.table()
        part: Any = document[section]
        part.add(tomlkit.comment(f"{setting.sentence} {setting.wanted[0].upper()}{setting.wanted[1:]}."))
        value = settings.value(setting.name)
        if setting.check is is_node and may_hold_key(str(value)):
            part.add(tomlkit.comment(f"{key} is left out: an address such as yours may hold a key."))
            continue
        part[key] = list(value) if isinstance(value, tuple) else value
    return tomlkit.dumps(document)


def _values_of(text: str, file: str, rest: str) -> tuple[dict[str, object], list[str]]:
    """Return what can be used, and a sentence for what cannot; `rest` says what then happens."""
    known = {setting.name: setting for setting in declarations()}
    sections = {name.split(".")[0] for name in known}
    values: dict[str, object] = {}
    problems = []
    for section, part in parsed(text).items():
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
                then = rest.format(default=_shown(known[name].default))
                problems.append(f"{file}, line {line}: {error} {then}".rstrip())
    return values, problems


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


def merged(before: str, settings: Settings, names: Collection[str]) -> str:
    """Return a file's text with the named settings in it; everything else in it stays as it is.

    What is as the default is written only where the file already names it.
    """
    import tomlkit  # only where something is saved: it costs the window's first frame 50 ms

    document = tomlkit.parse(before)
    for setting in declarations():
        if setting.name not in names:
            continue
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
