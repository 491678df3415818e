"""A small JSON file of the window: read at the start with suspicion, written until the disk takes it."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside
from workstation.ui.steady_writing import SteadyWriting

_VERSION = 1


class SmallFile(QObject):
    """Keeps one mapping across sessions; a crash leaves the old one or the new one.

    Parameters
    ----------
    path : Path
        The file. One that cannot be used is set aside, and nothing was kept.
    """

    failed = Signal(str)
    """It could not be read or written: a sentence for the trader; empty when it was written after all."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._writing = SteadyWriting(path.parent, self)
        self._writing.said.connect(self.failed)

    def load(self) -> dict[str, Any]:
        """Return what was kept; empty where nothing was, or where the file cannot be used."""
        try:
            return _values_of(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError, NewerFileError) as error:
            told = f"{set_aside(self._path, error)} What it held starts as delivered."
            QTimer.singleShot(0, self, lambda: self.failed.emit(told))  # who reads it listens by then
            return {}

    def save(self, values: dict[str, Any]) -> None:
        """Write these values; returns at once, and writes in the order it was asked to."""
        content = json.dumps({"version": _VERSION, **values}, ensure_ascii=False).encode()
        self._writing.write(partial(self._write, content))

    def finish(self) -> None:
        """Return when everything is written, or was tried a last time."""
        self._writing.finish()

    def _write(self, content: bytes) -> None:
        make_private_folder(self._path.parent)
        replace_durably(self._path, content)


def _values_of(content: bytes) -> dict[str, Any]:
    saved = json.loads(content)
    values = saved if isinstance(saved, dict) else {}
    check_version(values.pop("version", None), _VERSION)
    return values
