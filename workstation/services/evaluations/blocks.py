"""Data points of many coins, kept on disk while they are worked with: memory holds what is being read."""

from pathlib import Path

import numpy as np

from workstation.domain.errors import StoreError
from workstation.engine.model.panel import Float32Array


class Blocks:
    """Tables of data points in a folder that is thrown away afterwards.

    Parameters
    ----------
    folder : Path
        Exists, and is this program's own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._n = 0

    def keep(self, values: Float32Array) -> Float32Array:
        """Write a table and return it as it stands on the disk, read only.

        Raises
        ------
        StoreError
            The disk takes no more.
        """
        if not values.size:
            return values
        path = self._folder / f"{self._n}.npy"
        self._n += 1
        try:
            np.save(path, values)
        except OSError as error:
            raise StoreError(
                f"{self._folder} takes no more ({error.strerror}); the data points of all coins need about "
                "half a kilobyte a bar."
            ) from error
        kept: Float32Array = np.load(path, mmap_mode="r")
        return kept
