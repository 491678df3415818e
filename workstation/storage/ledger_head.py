"""The newest head of the ledger in a small file beside it, so that a cut-off tail is noticed."""

import os
import zlib
from pathlib import Path

from workstation.domain.errors import UsageError
from workstation.domain.ledger import LedgerHead
from workstation.storage.privacy import private_opener

_SLOT_BYTES = 128


class HeadFile:
    """Two lines that are written in turn: whatever a crash does to one, the other one stands.

    Each line is ``ROW:HASH CRC32``, filled with blanks. The file is older than the ledger's last row for the
    moment between a commit and its own writing, never newer.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def beside(cls, ledger: Path) -> "HeadFile":
        """Return the head file of a ledger."""
        return cls(ledger.with_suffix(".head"))

    def keep(self, head: LedgerHead) -> None:
        """Write the newest head; it survives a power cut once this returns.

        Raises
        ------
        OSError
            It was not written; the one before stands.
        """
        is_new = not self._path.exists()
        text = str(head).encode()
        line = b"%s %08x" % (text, zlib.crc32(text))
        file = private_opener(str(self._path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            os.pwrite(file, line.ljust(_SLOT_BYTES - 1) + b"\n", (head.row or 0) % 2 * _SLOT_BYTES)
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self) -> LedgerHead | None:
        """Return the newest head that was kept; None where there is none that can be read."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        slots = (data[:_SLOT_BYTES], data[_SLOT_BYTES : 2 * _SLOT_BYTES])
        heads = [head for slot in slots if (head := _head_of(slot)) is not None]
        return max(heads, key=lambda head: head.row or 0, default=None)


def _head_of(slot: bytes) -> LedgerHead | None:
    text, _, crc = slot.strip().partition(b" ")
    if crc != b"%08x" % zlib.crc32(text):
        return None
    try:
        return LedgerHead.of(text.decode("ascii"))
    except (UsageError, UnicodeDecodeError):
        return None
