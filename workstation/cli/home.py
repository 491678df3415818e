"""Where a session keeps what it hears: the user's folders, or temporary ones."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workstation.domain.errors import StoreReadOnly
from workstation.storage.paths import HOME_VARIABLE, Paths, require_writable


@contextlib.contextmanager
def session_home(is_kept: bool) -> Iterator[tuple[str, ...]]:
    """Give the user's folders or, where they cannot or must not be written, temporary ones; and say why.

    A practice market that begins anew each time must not meet its own future in the store.
    """
    notices: tuple[str, ...] = ()
    mine = Paths.of_user()
    try:
        for place in (mine.data, mine.config):
            require_writable(place)
    except StoreReadOnly as error:
        is_kept = False
        notices = (f"{error} This session lies in a temporary folder and is gone when it closes.",)
    if is_kept:
        yield notices
        return
    with tempfile.TemporaryDirectory(prefix="tidemark-") as folder:
        its = Paths.below(Path(folder))
        with contextlib.suppress(OSError):
            shutil.copyfile(mine.settings_file, its.settings_file)
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = folder  # for the processes started from here, too
        try:
            yield notices
        finally:
            del os.environ[HOME_VARIABLE]
            if before is not None:
                os.environ[HOME_VARIABLE] = before
