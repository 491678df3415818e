"""The program in the desktop's menu: entry, icons, addresses, and whether it starts with the desktop."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workstation.domain.errors import StoreError
from workstation.storage.durable_file import replace_durably
from workstation.storage.paths import resource

APP_ID = "org.tidemark.Workstation"
"""Name of the entry; the window names it, too, so that task bar and icon are found."""

_ENTRY, _METAINFO = f"{APP_ID}.desktop", f"{APP_ID}.metainfo.xml"
_SIDES = (16, 24, 32, 48, 64, 128, 256)
_QUOTED = re.compile(r'(["`$\\])')
_HIDDEN = "--hidden"
_SWITCHED_OFF = ("hidden=true", "x-gnome-autostart-enabled=false")
"""How a desktop's own settings switch an entry off without removing it, in lower case."""


class AtLogin(StrEnum):
    """What starts when the user logs in."""

    NOTHING = "nothing"
    TRAY = "tray"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class DesktopFolders:
    """Where a desktop looks for what belongs to this user.

    Parameters
    ----------
    data, config : Path
        ``XDG_DATA_HOME`` and ``XDG_CONFIG_HOME``.
    """

    data: Path
    config: Path

    @classmethod
    def of_user(cls) -> "DesktopFolders":
        """Return this user's folders; a relative path in the environment counts for none, as XDG says."""
        return cls(
            _folder("XDG_DATA_HOME", Path.home() / ".local" / "share"),
            _folder("XDG_CONFIG_HOME", Path.home() / ".config"),
        )


def _folder(variable: str, usual: Path) -> Path:
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else usual


class DesktopEntry:
    """Puts the program into the menu of this user's desktop, and takes it out again.

    Parameters
    ----------
    folders : DesktopFolders
        Where.
    command : sequence of str, optional
        What starts the program, its absolute path first; as it was started now where it is not given.
    """

    def __init__(self, folders: DesktopFolders, command: Sequence[str] = ()) -> None:
        self._folders = folders
        self._command = tuple(command) or own_command()

    @property
    def is_installed(self) -> bool:
        """True where the entry is in the menu."""
        return (self._folders.data / "applications" / _ENTRY).exists()

    @property
    def at_login(self) -> AtLogin:
        """What the desktop starts when the user logs in; nothing where its own settings switched us off."""
        try:
            lines = self._autostart.read_text("utf-8", "replace").splitlines()
        except OSError:
            return AtLogin.NOTHING
        if any(line.replace(" ", "").lower() in _SWITCHED_OFF for line in lines):
            return AtLogin.NOTHING
        is_hidden = any(line.startswith("Exec=") and _HIDDEN in line.split() for line in lines)
        return AtLogin.TRAY if is_hidden else AtLogin.WINDOW

    @property
    def _autostart(self) -> Path:
        return self._folders.config / "autostart" / _ENTRY

    def install(self) -> list[Path]:
        """Write the entry, the icons and what a software centre shows; return the files.

        Raises
        ------
        StoreError
            A file cannot be written.
        """
        written = []
        for path, content in self._files():
            _write(path, content)
            written.append(path)
        return written

    def remove(self) -> list[Path]:
        """Remove everything of ours, also that the program starts with the desktop; return what was there.

        Raises
        ------
        StoreError
            A file cannot be removed.
        """
        ours = [path for path, _ in self._files()] + [self._autostart]
        return [path for path in ours if _remove(path)]

    def start_at_login(self, what: AtLogin) -> None:
        """Have the desktop start this when the user logs in.

        Raises
        ------
        StoreError
            The file cannot be written or removed.
        """
        if what is AtLogin.NOTHING:
            _remove(self._autostart)
            return
        option = _HIDDEN if what is AtLogin.TRAY else ""
        text = self._entry().replace("%u", option).split("\nActions=")[0]
        if what is AtLogin.TRAY:  # else the desktop shows a busy pointer, waiting for a window
            text = text.replace("StartupNotify=true", "StartupNotify=false")
        _write(self._autostart, f"{text}\nX-GNOME-Autostart-enabled=true\n".encode())

    def _files(self) -> Iterator[tuple[Path, bytes]]:
        data = self._folders.data
        yield data / "applications" / _ENTRY, self._entry().encode()
        yield data / "metainfo" / _METAINFO, resource("desktop", _METAINFO).read_bytes()
        icons = data / "icons" / "hicolor"
        yield icons / "scalable" / "apps" / f"{APP_ID}.svg", resource("icons", "tidemark.svg").read_bytes()
        for side in _SIDES:
            content = resource("icons", f"tidemark-{side}.png").read_bytes()
            yield icons / f"{side}x{side}" / "apps" / f"{APP_ID}.png", content

    def _entry(self) -> str:
        """Return the shipped entry with the command as it is on this computer."""
        lines = resource("desktop", _ENTRY).read_text("utf-8").splitlines()
        program = " ".join(map(_quoted, self._command))
        changed = [
            f"Exec={program}{line.removeprefix('Exec=tidemark')}"
            if line.startswith("Exec=tidemark")
            else f"TryExec={self._command[0]}"
            if line.startswith("TryExec=")
            else line
            for line in lines
        ]
        return "\n".join(changed) + "\n"


def own_command() -> tuple[str, ...]:
    """Return what starts this program: its own command, or Python with its module."""
    started = Path(sys.argv[0])
    if started.name == "tidemark" and started.is_file():
        return (str(started.absolute()),)
    return (sys.executable, "-m", "workstation")


def _quoted(word: str) -> str:
    """Return a word as an entry's command wants it: quoted, and no part of it a field of the entry."""
    if not word.isprintable():
        raise StoreError(f"The program's path {word!r} cannot stand in a menu entry; install it elsewhere.")
    safe = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./-]+", safe, re.ASCII):
        return safe
    # Quoted once for the command, and once more for the entry, where a backslash begins an escape.
    return '"' + _QUOTED.sub(r"\\\1", safe).replace("\\", "\\\\") + '"'


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_durably(path, content)
        path.chmod(0o644)  # the desktop's menu may be read by another user's program
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{path} cannot be removed: {error.strerror}.") from error
    return True
