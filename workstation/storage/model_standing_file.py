"""The record of which model judges: one small file, its last version beside it."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from workstation.domain.errors import StoreError
from workstation.domain.model_standing import Standing
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder, private_opener

FORMAT = 1
_LONGEST = 4_000_000


class _Record(msgspec.Struct):
    models: dict[str, Standing]
    format: int = FORMAT


class StandingFile:
    """Champions, previous ones and challengers of every name, as JSON.

    Parameters
    ----------
    path : Path
        The file; beside it lie ``.bak``, what it said before its last change, ``.lock``, held by whoever
        writes and never removed, and ``.broken`` if ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._backup = path.with_name(path.name + ".bak")

    def load(self) -> tuple[dict[str, Standing], str]:
        """Return the standings by name, and a sentence where the record could not be read; never fails.

        Where it is damaged its last version is used; where that is, too, there are none.
        """
        try:
            return self._read(self._path), ""
        except FileNotFoundError:
            return {}, ""
        except (OSError, ValueError) as error:
            problem = f"{self._path} cannot be used ({error});"
        try:
            return self._read(self._backup), f"{problem} the version before its last change is."
        except (OSError, ValueError):
            return {}, f"{problem} the shipped models are used. Promote the model that you want."

    @contextlib.contextmanager
    def changing(self) -> Iterator[dict[str, Standing]]:
        """Hold the record against everybody else who writes it; what the block makes of it is written.

        Raises
        ------
        StoreError
            The place cannot be written, or is full; the record is as it was.
        """
        with contextlib.ExitStack() as held:
            try:
                make_private_folder(self._path.parent)
                lock = self._path.with_name(self._path.name + ".lock")
                fcntl.flock(held.enter_context(open(lock, "ab", opener=private_opener)), fcntl.LOCK_EX)
            except OSError as error:
                raise self._refusal(error) from error
            before, problem = self.load()
            now = dict(before)
            yield now
            try:
                if problem:
                    shutil.copyfile(self._path, self._path.with_name(self._path.name + ".broken"))
                if now != before or problem:
                    replace_durably(self._backup, _text(before))
                    replace_durably(self._path, _text(now))
            except OSError as error:
                raise self._refusal(error) from error

    def _read(self, path: Path) -> dict[str, Standing]:
        with open(path, "rb") as file:
            record = msgspec.json.decode(file.read(_LONGEST), type=_Record)  # its errors are ValueErrors
        if record.format != FORMAT:
            raise ValueError(f"it has format {record.format}; this version of Tidemark reads {FORMAT}")
        return record.models

    def _refusal(self, error: OSError) -> StoreError:
        return StoreError(f"{self._path} cannot be written ({error.strerror}); the models are as they were.")


def _text(models: Mapping[str, Standing]) -> bytes:
    record = _Record(dict(models))
    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=1) + b"\n"
