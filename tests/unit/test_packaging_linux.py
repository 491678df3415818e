"""The entry in the desktop's menu, and what a software centre shows."""

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from workstation.ui.application import DESKTOP_FILE

PROJECT = Path(__file__).resolve().parents[2]
LINUX = PROJECT / "resources" / "desktop"
ENTRY = LINUX / f"{DESKTOP_FILE}.desktop"
METAINFO = LINUX / f"{DESKTOP_FILE}.metainfo.xml"


def test_the_menu_entry_starts_the_program_and_is_the_one_the_window_names() -> None:
    entry = configparser.RawConfigParser()
    entry.read(ENTRY, encoding="utf-8")
    assert entry["Desktop Entry"]["exec"] == "tidemark --from-menu %u"
    assert entry["Desktop Entry"]["mimetype"] == "x-scheme-handler/tidemark;"
    assert entry["Desktop Entry"]["icon"] == DESKTOP_FILE


def test_the_software_centre_shows_the_version_of_the_program() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    component = ElementTree.parse(METAINFO).getroot()
    releases = [release.get("version") for release in component.iter("release")]
    assert component.findtext("id") == DESKTOP_FILE
    assert component.findtext("launchable") == ENTRY.name
    assert releases[0] == version


@pytest.mark.parametrize(
    "command",
    [["desktop-file-validate", str(ENTRY)], ["appstreamcli", "validate", "--no-net", str(METAINFO)]],
    ids=["menu entry", "software centre"],
)
def test_the_desktop_accepts_it(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
