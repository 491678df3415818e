"""Real notification services: one that answers, none at all, and one that hangs."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S, PROMPT_S

PROJECT = Path(__file__).resolve().parents[2]
PROBE = f"{sys.executable} -m tests.fakes.desktop_probe notify"
CLICK = 'for try in $(seq 100); do dunstctl action 0; [ -s "$OUT/said" ] && break; sleep 0.1; done'
NEEDED = ("Xvfb", "dbus-run-session", "dbus-monitor", "dunst", "dunstctl")
MISSING = [name for name in NEEDED if shutil.which(name) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs a desktop to talk to: {MISSING} missing")

SESSION = """
{service} &
heard="interface='org.freedesktop.Notifications',member='Notify'"
dbus-monitor --session "$heard" > "$OUT/heard" 2>/dev/null &
monitor=$!
for try in $(seq 100); do
  grep -q NameAcquired "$OUT/heard" && {{ {ready}; }} && break
  sleep 0.05
done
{meanwhile} &
{probe} > "$OUT/said" 2> "$OUT/complaints"
sleep 0.2
kill $monitor $(jobs -p) 2>/dev/null
true
"""
OWNED = (
    "dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner"
    " string:org.freedesktop.Notifications 2>/dev/null | grep -q true"
)
HANGING = """
import asyncio
from dbus_fast.aio import MessageBus
async def main():
    bus = await MessageBus().connect()
    await bus.request_name("org.freedesktop.Notifications")
    bus.add_message_handler(lambda message: message.path == "/org/freedesktop/Notifications")
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def display(tmp_path_factory) -> Iterator[str]:
    """Return the name of a virtual display."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1000x700x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(PATIENCE_S)


@pytest.fixture
def bare_bus(tmp_path) -> Path:
    """Return the settings of a session bus that starts no service by itself."""
    settings = tmp_path / "bus.conf"
    settings.write_text(
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>'
    )
    return settings


def run_session(
    tmp_path: Path, display: str, bus: Path, service: str, ready: str, meanwhile: str = "true"
) -> tuple[dict, str, str]:
    """Return what the probe said, what the bus heard, and what was complained."""
    script = tmp_path / "session.sh"
    probe = PROBE if meanwhile == "true" else f"{PROBE} --click"
    script.write_text(SESSION.format(service=service, ready=ready, probe=probe, meanwhile=meanwhile))
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    environment = os.environ | {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "OUT": str(tmp_path),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    subprocess.run(
        ["dbus-run-session", f"--config-file={bus}", "--", "bash", str(script)],
        cwd=PROJECT,
        env=environment,
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    complaints = (tmp_path / "complaints").read_text()
    said = (tmp_path / "said").read_text()
    assert said, complaints
    return json.loads(said), (tmp_path / "heard").read_text(), complaints


def test_a_real_daemon_gets_our_text_with_markup_made_harmless(tmp_path, display, bare_bus):
    said, heard, complaints = run_session(tmp_path, display, bare_bus, "dunst", OWNED, CLICK)
    assert said["shown"] == [True, True]
    assert len(said["clicked"]) == 1, "a click on it reaches the window"
    assert said["troubles"] == []
    assert heard.count("member=Notify") == 2
    assert 'string "Tidemark"' in heard
    assert "▲ BTC/USDT 1h bullish" in heard
    assert "Price &lt;b&gt;crossed&lt;/b&gt; 60 000 &amp; rising" in heard, "dunst reads markup"
    assert "tidemark.svg" in heard
    assert said["longest_gap_s"] < 1.0
    assert complaints == ""


def test_without_a_daemon_it_says_so_once_and_goes_on(tmp_path, display, bare_bus):
    said, heard, complaints = run_session(tmp_path, display, bare_bus, "true", "true")
    assert said["shown"] == [False, False]
    assert len(said["troubles"]) == 1
    assert "Alerts are in the alert panel" in said["troubles"][0]
    assert "member=Notify" not in heard
    assert complaints == ""


def test_a_daemon_that_hangs_is_given_up_after_two_seconds_and_the_window_stays_alive(
    tmp_path, display, bare_bus
):
    hanging = tmp_path / "hanging.py"
    hanging.write_text(HANGING)
    said, _, complaints = run_session(tmp_path, display, bare_bus, f"{sys.executable} {hanging}", OWNED)
    assert said["shown"] == [False, False]
    assert len(said["troubles"]) == 1
    assert 1.9 < said["took_s"] < PROMPT_S
    assert said["longest_gap_s"] < 1.9, "the window answered all the while"
    assert complaints == ""
