"""Where the compiled arithmetic of the engine lies, and whether it is there.

Compiling takes a minute on a small machine and happens once for each version. The folder is named by what was
compiled: machine code is never taken for that of another version.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from workstation.domain.errors import StoreReadOnly
from workstation.storage.paths import APP, Paths, private_folder, require_writable

VARIABLE = "NUMBA_CACHE_DIR"
"""Read by numba when it is imported; whoever sets it beforehand decides where compiled code lies."""

_READY = "ready"


def use_compiled_code(paths: Paths) -> None:
    """Say where compiled code lies, to this process and to those it starts; before the engine is imported."""
    if VARIABLE in os.environ:
        return
    try:
        require_writable(paths.cache)
        place = private_folder(paths.cache)
    except StoreReadOnly:
        place = private_folder(Path(tempfile.gettempdir()) / f"{APP}-compiled-{os.getuid()}")
    os.environ[VARIABLE] = str(place / f"compiled-{_digest()}")


def is_compiled() -> bool:
    """Return whether all of it was compiled before."""
    return (_folder() / _READY).is_file()


def mark_compiled() -> None:
    """Remember that all of it is compiled, and remove what other versions left beside it."""
    folder = _folder()
    (folder / _READY).touch()
    for other in folder.parent.glob("compiled-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _folder() -> Path:
    return Path(os.environ[VARIABLE])


def _digest() -> str:
    """Return a mark of the engine's source: numba looks at each file alone, not at what it calls."""
    source = Path(__file__).resolve().parent.parent / "engine"
    mark = hashlib.sha256()
    for file in sorted(source.rglob("*.py")):
        mark.update(file.read_bytes())
    return mark.hexdigest()[:16]
