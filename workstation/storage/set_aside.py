"""What becomes of a small file that cannot be used: renamed, never written over, and told."""

import logging
import os
from pathlib import Path

from workstation.domain.errors import StoreError

_LOG = logging.getLogger(__name__)
_MOST = 1000  # files of one name that are set aside; who has more is not helped by another


class NewerFileError(StoreError):
    """The file was written by a newer Tidemark, whose words this one does not know."""


def check_version(version: object, known: int) -> None:
    """Refuse a file of another version than the known one.

    Raises
    ------
    NewerFileError
        It is of a newer version.
    ValueError
        It names no version that there ever was.
    """
    if type(version) is int and version > known:
        raise NewerFileError(f"it is of version {version}, and this Tidemark knows {known}")
    if version != known:
        raise ValueError("it is not of this version")


def set_aside(path: Path, why: Exception) -> str:
    """Rename a file that cannot be used; return what happened, a sentence for the trader.

    An earlier one that was set aside stays: the new name is the first that is free of ``*.damaged``,
    ``*.damaged-2`` and so on, or ``*.newer``.
    """
    _LOG.warning("%s cannot be used and is set aside: %s", path, why)
    is_newer = isinstance(why, NewerFileError)
    what = "was written by a newer Tidemark" if is_newer else "could not be read"
    kept = _free_name(path, "newer" if is_newer else "damaged")
    try:
        os.replace(path, kept)
    except OSError as error:
        return f"{path.name} {what}, and stays as it is: it could not be renamed ({error.strerror})."
    return f"{path.name} {what} and is kept as {kept.name}."


def _free_name(path: Path, word: str) -> Path:
    names = (path.with_suffix(f".{word}" if n == 1 else f".{word}-{n}") for n in range(1, _MOST))
    return next((name for name in names if not name.exists()), path.with_suffix(f".{word}-{_MOST}"))
