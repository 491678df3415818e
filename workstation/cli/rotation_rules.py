"""The rules of rotation and the book of narratives that a command is asked to go by."""

import dataclasses
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.domain.errors import SettingsError
from workstation.domain.rotation import RotationRules

if TYPE_CHECKING:
    from workstation.domain.narrative import NarrativeBook

_MOST_BYTES = 1_000_000


def rules_of(path: Path | None) -> RotationRules:
    """Return the rules of a TOML file with the names of `RotationRules`; what it leaves out is as shipped.

    Raises
    ------
    SettingsError
        It cannot be read, or says something that is no rule.
    """
    if path is None:
        return RotationRules()
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SettingsError(f"{path} is too large for a file of rules.")
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no TOML file: {error}.") from error
    usual = dataclasses.asdict(RotationRules())
    for name, value in told.items():
        if name not in usual:
            raise SettingsError(f"{path}: there is no rule {name!r}; there are {', '.join(usual)}.")
        wanted = type(usual[name])
        if isinstance(value, bool) or not isinstance(value, (int, wanted)):
            kind = "a whole number" if wanted is int else "a number"
            raise SettingsError(f"{path}: {name} must be {kind}; got {value!r}.")
    return RotationRules(**{name: type(usual[name])(value) for name, value in told.items()})


def book_of(path: Path | None) -> "tuple[NarrativeBook, list[str]]":
    """Return the book of a file, or else the trader's own, with what must be said about it."""
    if path is not None:
        from workstation.storage.narrative_files import read_book

        return read_book(path), []
    from workstation.storage.narrative_store import NarrativeStore
    from workstation.storage.paths import Paths

    return NarrativeStore(Paths.of_user().narratives_file).load()
