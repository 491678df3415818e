"""Whether this Python and this PySide6 may be used together.

PySide6 6.12 loses one reference to ``None`` with every virtual call on Python 3.10 and 3.11, and the program
aborts after some thousand timer events. From 3.12 on ``None`` cannot be freed, so the pair is sound there.
"""

import sys

_IMMORTAL_NONE = (3, 12)
_FIRST_BAD_QT = (6, 12)


def problem(
    python: tuple[int, ...] = sys.version_info[:3], pyside: tuple[int, ...] | None = None
) -> str | None:
    """Return why this pair cannot run, as a sentence for the trader; None where it can.

    Parameters
    ----------
    python : tuple of int
        Version of the interpreter.
    pyside : tuple of int, optional
        Version of PySide6; the installed one where not given. Loads no part of Qt.
    """
    installed = _installed_pyside() if pyside is None else pyside
    if python[:2] >= _IMMORTAL_NONE or installed[:2] < _FIRST_BAD_QT:
        return None
    have = ".".join(str(part) for part in installed[:3])
    running = ".".join(str(part) for part in python[:3])
    return (
        f"PySide6 {have} crashes on Python {running} after some minutes. "
        "Use Python 3.12 or newer, or install PySide6-Essentials 6.11.3."
    )


def _installed_pyside() -> tuple[int, ...]:
    from PySide6 import __version_info__

    return tuple(int(part) for part in __version_info__[:3])
