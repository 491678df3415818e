"""Room on the disk that is kept for what must not be lost."""

import errno
import os
from pathlib import Path

from workstation.storage.privacy import make_private_folder

RESERVE_BYTES = 64 << 20
_MARGIN_BYTES = 16 << 20


class DiskReserve:
    """A file that holds room, given up when the disk is full so that signals and alerts can still be written.

    Parameters
    ----------
    path : Path
        The file, on the journal's disk.
    n_bytes : int
        How much it holds.
    """

    def __init__(self, path: Path, n_bytes: int = RESERVE_BYTES) -> None:
        self._path = path
        self._n_bytes = n_bytes

    @property
    def held(self) -> bool:
        """True while the room is kept."""
        try:
            return self._path.stat().st_size >= self._n_bytes
        except OSError:
            return False

    def ensure(self) -> bool:
        """Take the room where it is not held and some is left beside it; return whether it is held."""
        if self.held:
            return True
        try:
            make_private_folder(self._path.parent)
            disk = os.statvfs(self._path.parent)
            if disk.f_bavail * disk.f_frsize < self._n_bytes + _MARGIN_BYTES:
                return False
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(file, 0, self._n_bytes)
            finally:
                os.close(file)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self.release()
            return False
        return True

    def release(self) -> bool:
        """Give the room back to the disk; False where none was held."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
