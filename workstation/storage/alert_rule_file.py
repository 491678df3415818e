"""The trader's rules of alerts in one small file, which a crash leaves old or new, never half."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workstation.domain.alert_record import RuleRecord
from workstation.domain.errors import StoreError, UsageError
from workstation.storage.durable_file import replace_durably
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

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

        A file that cannot be used is renamed to ``*.damaged``, so that nothing is written over it.
        """
        try:
            return _records_of(self._path.read_bytes()), ""
        except (FileNotFoundError, NotADirectoryError):
            return (), ""
        except (OSError, ValueError, UsageError, RecursionError, NewerFileError) as error:
            return (), (  # msgspec's errors are ValueErrors
                f"{set_aside(self._path, error)} It held your own alerts: set them again, please. Alerts on "
                "signals go on."
            )

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


def _records_of(raw: bytes) -> tuple[RuleRecord, ...]:
    saved = msgspec.json.decode(raw, type=_Saved)
    check_version(saved.version, VERSION)
    return saved.records
