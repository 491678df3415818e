"""The program in the desktop's menu: ``tidemark desktop``."""

import argparse
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE

if TYPE_CHECKING:
    from workstation.storage.desktop_entry import DesktopEntry

_REFRESH_S = 20.0


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
        "--autostart", choices=("on", "off"), help="whether the desktop starts Tidemark when you log in"
    )
    parser.set_defaults(carry_out=carry_out)


def carry_out(asked: argparse.Namespace) -> int:
    """Do what is asked, and say how it is then."""
    from workstation.storage.desktop_entry import DesktopEntry, DesktopFolders

    folders = DesktopFolders.of_user()
    entry = DesktopEntry(folders)
    if asked.what == "install":
        entry.install()
    elif asked.what == "remove":
        entry.remove()
    if asked.autostart is not None and asked.what != "remove":
        entry.start_with_desktop(does=asked.autostart == "on")
    if asked.what != "status":
        _refresh(str(folders.data / "applications"))
    print(_standing(entry))
    return DONE


def _standing(entry: "DesktopEntry") -> str:
    menu = "is in the menu" if entry.is_installed else "is not in the menu"
    start = "starts when you log in" if entry.starts_with_desktop else "does not start when you log in"
    return f"Tidemark {menu} and {start}."


def _refresh(applications: str) -> None:
    """Have the desktop read its list of addresses again, where it keeps one."""
    program = shutil.which("update-desktop-database")
    if program is not None:
        words = [program, applications]
        subprocess.run(words, check=False, capture_output=True, timeout=_REFRESH_S)  # noqa: S603  both ours
