"""A real tray: there at the start, there later, and not at all."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S

PROJECT = Path(__file__).resolve().parents[2]
MISSING = [name for name in ("Xvfb", "openbox", "trayer") if shutil.which(name) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs a desktop with a tray: {MISSING} missing")


@pytest.fixture
def session(tmp_path) -> Iterator[dict[str, str]]:
    """Return the environment of a session with a display and a window manager of its own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        display = f":{pipe.readline().strip()}"
    (tmp_path / "runtime").mkdir(mode=0o700)
    environment = os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    yield environment
    for process in (manager, server):
        process.terminate()
        process.wait(PATIENCE_S)


def start_tray(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = ["trayer", "--edge", "bottom", "--height", "32", "--width", "20"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start_probe(environment: dict[str, str], seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.fakes.desktop_probe", "tray", str(seconds)]
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_an_icon_appears_in_a_tray_that_starts_after_us(session):
    probe = start_probe(session, 20)
    assert probe.stdout is not None
    assert json.loads(probe.stdout.readline()) == {"started": True}
    tray = start_tray(session)
    said, _ = probe.communicate(timeout=40)
    tray.terminate()
    tray.wait(PATIENCE_S)
    found = json.loads(said)
    assert (found["available"], found["told"]) == (True, [True])
    assert found["width"] > 0, "it has a place in the tray"


def test_without_a_tray_nothing_claims_that_there_is_one(session):
    said, complaints = start_probe(session, 0.5).communicate(timeout=40)
    assert json.loads(said.splitlines()[-1])["available"] is False
    assert complaints == ""
