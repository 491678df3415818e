"""Results that survive an interruption: each is written when it is there, and not worked out again."""

import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import StoreError
from workstation.services.work.workers import Item, Workers

Arrays = Mapping[str, NDArray[np.generic]]
"""A result: arrays by name."""


class KeptResults:
    """Results of one piece of work, in a folder that is named by everything they depend on.

    Parameters
    ----------
    folder : Path
        Made on demand.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Return the names of the results that are kept, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.npz"))

    def map(
        self,
        workers: Workers,
        function: Callable[[Item], Arrays],
        names: Sequence[str],
        task: Callable[[str], Item],
    ) -> Iterator[Arrays]:
        """Yield the result of each name, in order; those that are kept are read.

        Parameters
        ----------
        function : callable
            Of a module; works out one task.
        task : callable
            Makes the task of a name.
        """
        kept = {name: arrays for name in names if (arrays := self._read(name)) is not None}
        missing = [name for name in names if name not in kept]
        fresh = workers.map(function, (task(name) for name in missing))
        for name in names:
            if name in kept:
                yield kept[name]
            else:
                arrays = next(fresh)
                self._write(name, arrays)
                yield arrays

    def clear(self) -> None:
        """Forget them all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, name: str) -> Arrays | None:
        """Return a kept result; None where there is none that can be read."""
        try:
            with self._path(name).open("rb") as content, np.load(content, allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def _write(self, name: str, arrays: Arrays) -> None:
        part = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            part.replace(self._path(name))
        except OSError as error:
            raise StoreError(f"{self._folder} cannot be written ({error.strerror}).") from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"
