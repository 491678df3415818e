"""The program in the desktop's menu: ``tidemark desktop``."""

import argparse
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE

if TYPE_CHECKING:
    from workstation.storage.desktop_entry import DesktopEntry

_REFRESH_S = 20.0
_AT_LOGIN = {"on": "tray", "window": "window", "off": "nothing"}
_LOGIN_WORDS = {
    "tray": "starts in the tray when you log in",
    "window": "starts with its window when you log in",
    "nothing": "does not start when you log in",
}


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "desktop",
        help="put Tidemark into the desktop's menu, or take it out",
        description="Put Tidemark into this user's menu with its icons, and have addresses such as "
        "tidemark://chart/BTC/USDT?tf=1h open in it; or take it out again. Nothing outside the user's own "
        "folders is touched.",
    )
    parser.add_argument("what", choices=("install", "remove", "status"), help="what to do")
    parser.add_argument(
        "--autostart",
        choices=tuple(_AT_LOGIN),
        help="what starts when you log in: on is Tidemark in the tray, window is its window, off nothing",
    )
    parser.set_defaults(carry_out=carry_out)


def carry_out(asked: argparse.Namespace) -> int:
    """Do what is asked, and say how it is then."""
    from workstation.storage.desktop_entry import AtLogin, DesktopEntry, DesktopFolders

    folders = DesktopFolders.of_user()
    entry = DesktopEntry(folders)
    if asked.what == "install":
        entry.install()
    elif asked.what == "remove":
        entry.remove()
    if asked.autostart is not None and asked.what != "remove":
        entry.start_at_login(AtLogin(_AT_LOGIN[asked.autostart]))
    if asked.what != "status":
        _refresh(str(folders.data / "applications"))
    print(_standing(entry))
    return DONE


def _standing(entry: "DesktopEntry") -> str:
    menu = "is in the menu" if entry.is_installed else "is not in the menu"
    return f"Tidemark {menu} and {_LOGIN_WORDS[entry.at_login]}."


def _refresh(applications: str) -> None:
    """Have the desktop read its list of addresses again, where it keeps one."""
    program = shutil.which("update-desktop-database")
    if program is not None:
        words = [program, applications]
        subprocess.run(words, check=False, capture_output=True, timeout=_REFRESH_S)  # noqa: S603  both ours
