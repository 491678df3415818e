"""Keys in a real GNOME Keyring, on a session bus of its own: open, locked, and gone."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.fakes.processes import PROJECT

SESSION = """
printf 'the-password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
exec "$0" -c "$1"
"""

SCRIPT = """
import asyncio, json, os, secretstorage
from contextlib import closing
from pathlib import Path
from workstation.domain.errors import SecretsError
from workstation.storage.secrets import Secret, Secrets

async def told(call):
    try:
        return await call
    except SecretsError as error:
        return str(error)

async def main():
    secrets, said = Secrets(), {}
    said["missing"] = await secrets.get("coinmetrics") is None
    await secrets.set("coinmetrics", Secret("schlüssel-１２"))
    said["kept"] = (await Secrets().get("coinmetrics")).reveal()
    await secrets.set("other", Secret("x"))
    await secrets.delete("other")
    await secrets.delete("other")
    said["forgotten"] = await secrets.get("other") is None
    folder = Path(os.environ["XDG_DATA_HOME"]) / "sealed_keys"
    long, text = Secrets(sealed=folder), "-----BEGIN PRIVATE KEY-----" + 3_300 * "x"
    await long.set("long", Secret(text))
    said["long"] = [(await long.get("long")).reveal() == text, len(list(folder.iterdir()))]
    await long.delete("long")
    said["long gone"] = [await long.get("long"), len(list(folder.iterdir()))]
    with closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.get_default_collection(bus)
        said["left"] = sorted(item.get_label() for item in collection.get_all_items())
        for item in collection.get_all_items():
            item.set_secret(b"somebody else's")
            said["changed outside"] = (await secrets.get("coinmetrics")).reveal()
            item.delete()
        said["removed outside"] = await secrets.get("coinmetrics") is None
        collection.lock()
    said["locked"] = await told(secrets.get("coinmetrics"))
    print(json.dumps(said))

asyncio.run(main())
"""


@pytest.fixture
def said(tmp_path):
    """Return what the script said inside a session with an unlocked keyring."""
    missing = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)} (Debian's packages dbus-daemon and gnome-keyring)")
    variables = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, sys.executable, SCRIPT],
        env={
            **variables,
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "PYTHONPATH": str(PROJECT),
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_key_is_kept_by_the_desktops_keyring_and_a_locked_one_says_so(said):
    assert said == {
        "missing": True,
        "kept": "schlüssel-１２",
        "forgotten": True,
        "left": ["Password for 'coinmetrics' on 'tidemark'"],
        "long": [True, 1],
        "long gone": [None, 0],
        "changed outside": "somebody else's",
        "removed outside": True,
        "locked": "The keyring is locked; unlock it, then try again.",
    }


def test_without_a_session_bus_there_is_no_keyring_and_no_key_is_kept(tmp_path):
    script = SCRIPT.split("async def main")[0] + "print(asyncio.run(told(Secrets().set('x', Secret('y')))))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.startswith("There is no safe keyring here (found keyring.backends.")
    assert list(tmp_path.rglob("*")) == [], "nothing was written"
