"""The trader's rules of alerts in one small file, which a crash leaves old or new, never half."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.domain.alert_record import RuleRecord
from workstation.domain.errors import StoreError, UsageError
from workstation.storage.durable_file import replace_durably

VERSION = 1
"""Of the file; one with a higher number was written by a newer Tidemark."""


@dataclass(frozen=True, slots=True)
class _Saved:
    version: int
    records: tuple[RuleRecord, ...]


class AlertRuleFile:
    """Reads and writes every rule with what it has come to.

    Parameters
    ----------
    path : Path
        The file; made when the first rule is set.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[tuple[RuleRecord, ...], str]:
        """Return the rules, and a sentence where they could not be used; never fails.

        A file that cannot be understood is set aside as ``*.damaged``, so that nothing is written over it.
        """
        try:
            return _records_of(self._path.read_bytes()), ""
        except FileNotFoundError:
            return (), ""
        except OSError as error:
            return (), f"The rules of alerts cannot be read ({error.strerror}): {self._path}."
        except (ValueError, UsageError, RecursionError) as error:  # msgspec's errors are ValueErrors
            aside = self._set_aside()
            kept = f"The file was kept as {aside.name}; alerts on signals go on."
            return (), f"The rules of alerts cannot be used ({error}). {kept} Set them again, please."

    def save(self, records: Sequence[RuleRecord]) -> None:
        """Write every rule; when this returns they would survive a power cut.

        Raises
        ------
        StoreError
            The place cannot be written; the file is as it was.
        """
        try:
            replace_durably(self._path, msgspec.json.encode(_Saved(VERSION, tuple(records))))
        except OSError as error:
            raise StoreError(
                f"The rules of alerts cannot be kept ({error.strerror}): {self._path}. "
                "They are watched until Tidemark ends; make room, then change one of them again."
            ) from error

    def _set_aside(self) -> Path:
        """Rename the file so that it is read no more; an earlier one that was set aside stays, too."""
        for number in range(1, 1000):
            aside = self._path.with_suffix(f".damaged-{number}")
            if not aside.exists():
                with contextlib.suppress(OSError):
                    os.replace(self._path, aside)
                return aside
        return self._path


def _records_of(raw: bytes) -> tuple[RuleRecord, ...]:
    saved = msgspec.json.decode(raw, type=_Saved)
    if saved.version != VERSION:
        raise ValueError(f"it is of version {saved.version}, this Tidemark knows {VERSION}")
    return saved.records
