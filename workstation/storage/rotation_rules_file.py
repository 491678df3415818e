"""The rules of rotation advice in a file of the trader's: read with suspicion, the last good ones kept."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from workstation.domain.errors import SettingsError, StoreError, UsageError
from workstation.domain.rotation import RotationRules
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import set_aside
from workstation.storage.settings_text import read_text

_HEAD = "# What rotation advice follows; what each rule means is said in the manual.\n"


def rules_of(text: str, file: str) -> RotationRules:
    """Return the rules that a text states; what it leaves out is as it ships.

    Parameters
    ----------
    text : str
        TOML, a line ``name = number`` for each rule.
    file : str
        What it is called before the trader.

    Raises
    ------
    SettingsError
        It is no TOML, or states a rule that there is not, or a value that cannot be; the message names it.
    """
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}.") from error
    return changed_rules(RotationRules(), stated, file)


def changed_rules(rules: RotationRules, values: Mapping[str, object], file: str) -> RotationRules:
    """Return rules with some of them changed, by name.

    Raises
    ------
    SettingsError
        There is no such rule, or its value cannot be.
    """
    known = {each.name: getattr(rules, each.name) for each in fields(rules)}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(f"{file}: there is no rule {name!r}; there are {', '.join(known)}.")
        known[name] = _number(name, value, type(known[name]), file)
    try:
        return RotationRules(**known)
    except UsageError as error:
        raise SettingsError(f"{file}: {error}") from error


def text_of_rules(rules: RotationRules) -> str:
    """Return rules as `rules_of` reads them."""
    return _HEAD + "".join(f"{each.name} = {getattr(rules, each.name)!r}\n" for each in fields(rules))


class RotationRulesFile:
    """The trader's rules of rotation advice.

    Parameters
    ----------
    path : Path
        The file; until the first change there is none and the rules are as they ship. Beside it lies
        ``.bak``, the last one that could be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._backup = path.with_name(path.name + ".bak")

    def load(self) -> tuple[RotationRules, list[str]]:
        """Return the rules, and a sentence for every problem met; never fails.

        Where the file cannot be used it is left as it is, for the trader to mend, and the last good rules
        hold meanwhile.
        """
        try:
            text = read_text(self._path)
            rules = rules_of(text, self._path.name)
        except FileNotFoundError:
            return RotationRules(), []
        except (OSError, SettingsError) as error:
            return self._last_good(f"The rules of rotation cannot be used: {error}")
        if text != _text_or_none(self._backup):
            self._keep(self._backup, text)
        return rules, []

    def change(self, values: Mapping[str, object]) -> RotationRules:
        """Change some rules, by name; on disk when this returns. Return all rules as they are then.

        A file that cannot be used is renamed to ``*.damaged`` for it.

        Raises
        ------
        SettingsError
            There is no such rule, or its value cannot be; nothing is changed.
        StoreError
            The place cannot be written; nothing is changed.
        """
        before, problems = self.load()
        rules = changed_rules(before, values, self._path.name)
        text = text_of_rules(rules)
        try:
            make_private_folder(self._path.parent)
            if problems:
                set_aside(self._path, SettingsError(problems[0]))
            replace_durably(self._path, text.encode())
        except OSError as error:
            why = error.strerror
            raise StoreError(
                f"{self._path} cannot be written ({why}); the rules are as they were."
            ) from error
        self._keep(self._backup, text)
        return rules

    def _last_good(self, problem: str) -> tuple[RotationRules, list[str]]:
        text = _text_or_none(self._backup)
        try:
            if text is not None:
                return rules_of(text, self._backup.name), [f"{problem} The last good ones hold."]
        except SettingsError:
            pass
        return RotationRules(), [f"{problem} The ones that ship hold."]

    @staticmethod
    def _keep(path: Path, text: str) -> None:
        try:
            replace_durably(path, text.encode())
        except OSError:
            return  # the next reading tries again


def _number(name: str, value: object, kind: type, file: str) -> int | float:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is int and not is_whole:
        raise SettingsError(f"{file}: {name} must be a whole number; got {value!r}.")
    if not is_whole and not isinstance(value, float):
        raise SettingsError(f"{file}: {name} must be a number; got {value!r}.")
    return value if kind is int else float(value)  # type: ignore[return-value, arg-type]  # checked above


def _text_or_none(path: Path) -> str | None:
    try:
        return read_text(path)
    except (OSError, SettingsError):
        return None
