"""One engine and one window over the same folders, never two."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from workstation.domain.errors import StoreReadOnly
from workstation.storage.privacy import make_private_folder


class InstanceLock:
    """A lock that the system gives back when its holder dies, so that none is ever stale.

    Parameters
    ----------
    path : Path
        File to lock; made where missing and never removed, since a second start may be waiting on it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._file is not None

    def acquire(self) -> bool:
        """Take the lock; False, at once, where another process or object holds it.

        Raises
        ------
        StoreReadOnly
            The file cannot be made here.
        """
        if self._file is not None:
            return True
        try:
            make_private_folder(self._path.parent)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreReadOnly(f"{self._path} cannot be locked: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> "InstanceLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
