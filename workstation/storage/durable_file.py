"""Writing a small file so that a crash or a power cut at any moment leaves the old one or the new one."""

import contextlib
import os
from pathlib import Path

from workstation.storage.privacy import private_opener


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file and return when its content, though not yet its name, would survive a power cut.

    Raises
    ------
    OSError
        It cannot be written, or is there already.
    """
    with open(path, "xb", opener=private_opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file, or make it; when this returns it would survive a power cut.

    Raises
    ------
    OSError
        The place cannot be written, or is full; the file is as it was.
    """
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)  # a crash left it, with rights of its own
        write_durably(beside, content)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder would survive a power cut.

    Raises
    ------
    OSError
        The disk would not take them.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
