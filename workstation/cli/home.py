"""Where a session keeps what it hears: the user's folders, or temporary ones."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workstation.domain.errors import StoreReadOnly, TidemarkError
from workstation.services.clock import SystemClock
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.paths import HOME_VARIABLE, Paths, require_writable

_PREFIX = "tidemark-session-"
_ARRANGED = (
    "layout.bin",
    "workspaces.json",
    "lists.json",
    "shortcuts.json",
    "studies.json",
    "drawing_habits.json",
)
_DRAWINGS = "drawings"  # a folder, beside the file of habits
_YOUNG_MS = 60_000  # a session that is just starting holds no lock yet


@contextlib.contextmanager
def session_home(is_kept: bool) -> Iterator[tuple[str, ...]]:
    """Give the user's folders or, where they cannot or must not be written, temporary ones; and say why.

    A practice market that begins anew each time must not meet its own future in the store. Where the user's
    folders are shut, what he arranged there is shown all the same.
    """
    notices: tuple[str, ...] = ()
    mine, is_mine_shut = Paths.of_user(), False
    try:
        for place in (mine.data, mine.config):
            require_writable(place)
    except StoreReadOnly as error:
        is_kept, is_mine_shut = False, True
        notices = (f"{error} This session lies in a temporary folder and is gone when it closes.",)
    if is_kept:
        yield notices
        return
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        its = Paths.below(Path(folder))
        names = (mine.settings_file.name, mine.first_steps_file.name)
        for name in (*names, *(_ARRANGED if is_mine_shut else ())):
            with contextlib.suppress(OSError):
                shutil.copyfile(mine.settings_file.with_name(name), its.settings_file.with_name(name))
        if is_mine_shut:
            with contextlib.suppress(OSError):
                shutil.copytree(mine.config / _DRAWINGS, its.config / _DRAWINGS)
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = folder  # for the processes started from here, too
        try:
            yield notices
        finally:
            del os.environ[HOME_VARIABLE]
            if before is not None:
                os.environ[HOME_VARIABLE] = before
            with contextlib.suppress(OSError):  # nobody is led through the window twice
                shutil.copyfile(its.first_steps_file, mine.first_steps_file)


def _sweep() -> None:
    """Remove the temporary folders of sessions that were killed: those that no process holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        its = Paths.below(folder)
        locks = [InstanceLock(its.window_lock), InstanceLock(its.engine_lock)]
        try:
            is_old = SystemClock().now_ms() - folder.stat().st_mtime * 1000 > _YOUNG_MS
            is_left = is_old and folder.owner() == Path.home().owner() and all(one.acquire() for one in locks)
        except (OSError, KeyError, TidemarkError):
            continue
        if is_left:
            shutil.rmtree(folder, ignore_errors=True)
        for lock in locks:
            lock.release()
