"""What is nobody else's to read: folders and files, whatever the umask says, and the memory of a process."""

import contextlib
import os
import sys
from pathlib import Path

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = 0o077


def make_private_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, each with mode 0700; one that is there stays as it is.

    Raises
    ------
    OSError
        It cannot be made here.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):  # mkdir's own `parents` would leave all but the last open to others
        place.mkdir(mode=_FOLDER_MODE, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file with mode 0600; one that is there is closed to others.

    Where it cannot be made nothing is raised: whoever opens it next says why.
    """
    # A file that is there is not opened: closing it would drop the locks that SQLite holds in this process.
    with contextlib.suppress(OSError):
        path.touch(mode=_FILE_MODE, exist_ok=False)
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take from everybody else what rights they have on a file or folder of this user's.

    Nothing is raised where there is none, or where the disk keeps no rights.
    """
    with contextlib.suppress(OSError):
        status = path.stat()
        if status.st_uid == os.getuid() and status.st_mode & _OTHERS:
            path.chmod(status.st_mode & _FOLDER_MODE)


def private_opener(path: str, flags: int) -> int:
    """Open a file that is made with mode 0600 where it was missing; the `opener` of the built-in `open`."""
    return os.open(path, flags, _FILE_MODE)


def leave_no_core() -> None:
    """Have the system write no image of this process's memory when it crashes: keys may lie in it.

    The limit is passed on to what this process starts. Where the system knows no such limit, none is set.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
