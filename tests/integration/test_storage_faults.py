"""Killed, full, read-only, shared: what the disk and other processes may do to the stores."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.settings import SettingsFile

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000

PRELUDE = """
import sys, json
import numpy as np
from pathlib import Path
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
folder = Path(sys.argv[1])

def candles(first, n):
    close = 100 + np.arange(first, first + n) / 1024
    times = HOUR * np.arange(first, first + n)
    return CandleColumns.of(times, close, close + 1, close - 1, close, close)

def make_signal(i):
    return Signal(KEY, i * HOUR, 1.0, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1")
"""


def candles(first, n):
    close = 100 + np.arange(first, first + n) / 1024
    times = HOUR * np.arange(first, first + n)
    return CandleColumns.of(times, close, close + 1, close - 1, close, close)


def run(script, folder, *prefix, timeout=60):
    """Run a script in a process of its own and return what it printed, as JSON."""
    command = [*prefix, sys.executable, "-c", PRELUDE + script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def mount_or_skip(*words):
    """Return the command that runs a program after a mount only it can see."""
    prefix = ("unshare", "--mount", "sh", "-c", f'{" ".join(words)} && exec "$@"', "sh")
    if shutil.which("unshare") is None or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("needs the right to mount (unshare --mount)")
    return prefix


WRITER = """
store, journal = CandleStore(folder / "candles.db"), Journal(folder / "journal.db")
start = (store.span(KEY) or (0, -HOUR, 0))[1] // HOUR + 1
alerts = len(journal.alerts(limit=100000))
rng = np.random.default_rng(start)
print(json.dumps([start, alerts]), flush=True)
while True:
    n = int(rng.choice([1, 1, 1, 3, 40, 700]))
    store.add(KEY, candles(start, n))
    start += n
    journal.add_signal(make_signal(alerts))
    alerts += journal.add_alert(make_signal(alerts), "text", 1, 0) is not None
    print(json.dumps([start, alerts]), flush=True)
"""


def test_twenty_kills_of_the_writer_lose_nothing_that_was_acknowledged(tmp_path):
    random = np.random.default_rng(1)
    acknowledged = [0, 0]
    for _ in range(20):
        writer = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        lines = int(random.integers(2, 16))
        for _ in range(lines):
            acknowledged = json.loads(writer.stdout.readline())
        time.sleep(random.random() * 0.01)  # not a wait for anything: the kill must fall anywhere in a write
        writer.send_signal(signal.SIGKILL)
        rest = writer.communicate()[0].splitlines()
        if rest and rest[-1].endswith("]"):
            acknowledged = json.loads(rest[-1])
        with CandleStore(tmp_path / "candles.db", read_only=True) as store:
            stored = store.read(KEY)
            assert len(stored) >= acknowledged[0]
            assert stored.equals(candles(0, len(stored)))
            assert store.span(KEY)[2] == len(stored)
        with Journal(tmp_path / "journal.db", read_only=True) as journal:
            ids = [alert.id for alert in journal.alerts(limit=100_000)]
            assert len(ids) >= acknowledged[1]
            assert ids == list(range(1, len(ids) + 1))
            assert len(journal.signals(KEY)) >= acknowledged[1]
    assert acknowledged[0] > 1000
    with CandleStore(tmp_path / "candles.db") as store, Journal(tmp_path / "journal.db") as journal:
        assert store.verify() == []
        assert journal.verify() == []


def test_a_reader_in_another_process_is_never_wrong(tmp_path):
    script = """
from workstation.storage.candle_block import SLOTS
print(json.dumps("ready"), flush=True)
store = CandleStore(folder / "candles.db", read_only=True)
n_reads, seen = 0, 0
while seen < 6000:
    found = store.read(KEY)
    n_reads += 1
    assert len(found) >= seen and found.equals(candles(0, len(found))), (seen, len(found))
    assert store.damage() == []
    seen = len(found)
print(json.dumps(n_reads))
"""
    reader = subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline()
    n = 0
    with CandleStore(tmp_path / "candles.db") as store:
        while n < 6000:
            size = 1 if n % 5 else 47
            store.add(KEY, candles(n, size))
            n += size
        out, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    assert json.loads(out) > 3


def test_a_full_disk_refuses_without_harm_and_writing_resumes_when_there_is_room(tmp_path):
    prefix = mount_or_skip("mount", "-t", "tmpfs", "-o", "size=3m", "none", str(tmp_path))
    script = """
store, journal = CandleStore(folder / "candles.db"), Journal(folder / "journal.db")
filler = folder / "filler"
filler.write_bytes(bytes(1 << 20))
n = alerts = refusals = 0
said = ""
while refusals < 5:
    try:
        store.add(KEY, candles(n, 500)); n += 500
    except StoreError as error:
        refusals += 1; said = str(error)
    try:
        journal.add_alert(make_signal(alerts), "x" * 2000, 1, 0); alerts += 1
    except StoreError as error:
        pass
assert store.read(KEY).equals(candles(0, n)), "nothing acknowledged is lost while the disk is full"
assert len(journal.alerts(limit=100000)) == alerts
filler.unlink()
new = store.add(KEY, candles(n, 500))
alert = journal.add_alert(make_signal(alerts), "there is room again", 1, 0)
store.close(); journal.close()
with CandleStore(folder / "candles.db") as store, Journal(folder / "journal.db") as journal:
    whole = store.read(KEY).equals(candles(0, n + 500))
    print(json.dumps([n, said, new, alert.id == alerts + 1, whole, store.verify() + journal.verify()]))
"""
    n, said, new, next_id, whole, damage = run(script, tmp_path, *prefix)
    assert n > 500
    assert said.startswith("The disk is full: ")
    assert "candles.db" in said
    assert (new, next_id, whole, damage) == (500, True, True, [])


def test_room_is_kept_for_alerts_when_the_disk_is_full(tmp_path):
    prefix = mount_or_skip("mount", "-t", "tmpfs", "-o", "size=40m", "none", str(tmp_path))
    script = """
import asyncio
from workstation.storage.recorder import Recorder
from workstation.storage.reserve import DiskReserve

async def main():
    reserve = DiskReserve(folder / "reserve", 12 << 20)
    recorder = Recorder(CandleStore(folder / "candles.db"), Journal(folder / "journal.db"), reserve)
    first = await recorder.record(KEY, candles(0, 10)), reserve.held
    filler = open(folder / "filler", "wb", buffering=0)
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
    alerts, refused = 0, ""
    for i in range(200):
        alerts += await recorder.add_alert(make_signal(i), "x" * 4000, 1, 0) is not None
    held_when_full = reserve.held
    try:
        await recorder.record(KEY, candles(10, 10))
    except StoreError as error:
        refused = str(error)
    filler.close()
    (folder / "filler").unlink()
    later = await recorder.record(KEY, candles(10, 10)), reserve.held
    await recorder.close()
    print(json.dumps([first, alerts, held_when_full, refused, later]))

asyncio.run(main())
"""
    first, alerts, held_when_full, refused, later = run(script, tmp_path, *prefix)
    assert first == [10, True]
    assert (alerts, held_when_full) == (200, False)
    assert refused.startswith("The disk is nearly full: candles are not stored")
    assert later == [10, True]


def test_settings_on_a_full_disk_stay_as_they_were(tmp_path):
    prefix = mount_or_skip("mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path))
    script = """
from workstation.storage.settings import Settings, SettingsFile
file = SettingsFile(folder / "settings.toml")
file.change({"chart.zone": "Asia/Tokyo"})
before = (folder / "settings.toml").read_bytes()
try:
    with open(folder / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
except OSError:
    pass
try:
    file.change({"chart.zone": "UTC", "alerts.sound": False})
    said = ""
except StoreError as error:
    said = str(error)
print(json.dumps([said, (folder / "settings.toml").read_bytes() == before,
                  sorted(p.name for p in folder.iterdir())]))
"""
    said, same, files = run(script, tmp_path, *prefix)
    assert "No space left on device" in said
    assert same
    assert files == ["filler", "settings.toml", "settings.toml.lock"]


def test_settings_are_the_old_or_the_new_ones_after_a_kill(tmp_path):
    script = """
from workstation.storage.settings import Settings, SettingsFile
file, i = SettingsFile(folder / "settings.toml"), 0
while True:
    file.change({"practice.seed": i})
    print(json.dumps(i), flush=True)
    i += 1
"""
    random = np.random.default_rng(2)
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + script, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        said = [json.loads(writer.stdout.readline()) for _ in range(int(random.integers(2, 20)))]
        writer.kill()
        said += [int(line) for line in writer.communicate()[0].splitlines() if line]
        settings, problems = SettingsFile(tmp_path / "settings.toml").load()
        assert problems == []
        assert settings.practice.seed - said[-1] in (0, 1), "the last one acknowledged, or the next"


CHANGER = """
from workstation.storage.settings import SettingsFile
file, name = SettingsFile(folder / "settings.toml"), sys.argv[2]
print(json.dumps("ready"), flush=True)
sys.stdin.readline()
was = file.load()[0].value(name)
for i in range(1, 51):
    assert file.load()[0].value(name) == was, (i, "the other process took a change back")
    was = {"practice.seed": 1000 + i, "watchlist.symbols": (f"COIN{i}/USDT",)}[name]
    assert file.change({name: was}).value(name) == was
print(json.dumps("done"))
"""


def test_two_processes_that_change_different_settings_lose_nothing_of_each_others(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", PRELUDE + CHANGER, str(tmp_path)]
    both = [subprocess.Popen([*command, name], **pipes) for name in ("practice.seed", "watchlist.symbols")]
    for process in both:
        assert process.stdout.readline() == '"ready"\n', process.communicate()
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        out, errors = process.communicate(timeout=60)
        assert out == '"done"\n', errors
    settings, problems = SettingsFile(tmp_path / "settings.toml").load()
    assert problems == []
    assert (settings.practice.seed, settings.watchlist.symbols) == (1050, ("COIN50/USDT",))


def test_a_disk_that_fails_is_told_and_the_file_is_opened_anew(tmp_path):
    script = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store, journal = CandleStore(folder / "candles.db"), Journal(folder / "journal.db")
store.add(KEY, candles(0, 100))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
said = []
for attempt in (lambda: store.add(KEY, candles(100, 20_000)),
                lambda: journal.add_alert(make_signal(1), "x" * 300_000, 1, 0)):
    try:
        attempt()
    except StoreError as error:
        said.append(str(error))
kept = store.read(KEY).equals(candles(0, 100))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
new = store.add(KEY, candles(100, 20_000))
alert = journal.add_alert(make_signal(1), "x" * 300_000, 1, 0)
print(json.dumps([said, kept, new, alert.id, store.verify() + journal.verify()]))
"""
    said, kept, new, number, damage = run(script, tmp_path)
    assert [text.split(":")[0] for text in said] == ["The disk failed", "The disk failed"]
    assert (kept, new, number, damage) == (True, 20_000, 1, [])


def test_a_home_that_cannot_be_written_is_named_and_can_still_be_read(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with CandleStore(home / "candles.db") as store, Journal(home / "journal.db") as journal:
        store.add(KEY, candles(0, 2000))
        assert journal.alerts() == []
    prefix = mount_or_skip(
        "mount", "--bind", str(home), str(home), "&&", "mount -o remount,ro,bind", str(home)
    )
    script = """
said = []
for make in (lambda: CandleStore(folder / "candles.db"), lambda: Journal(folder / "journal.db"),
             lambda: CandleStore(folder / "new" / "candles.db")):
    try:
        make()
    except StoreReadOnly as error:
        said.append(str(error))
with CandleStore(folder / "candles.db", read_only=True) as store:
    whole = store.read(KEY).equals(candles(0, 2000))
with Journal(folder / "journal.db", read_only=True) as journal:
    alerts = journal.alerts()
from workstation.storage.settings import Settings, SettingsFile
try:
    SettingsFile(folder / "settings.toml").change({"alerts.sound": False})
except StoreReadOnly as error:
    said.append(str(error))
print(json.dumps([said, whole, alerts, sorted(p.name for p in folder.iterdir())]))
"""
    said, whole, alerts, files = run(script, home, *prefix)
    assert len(said) == 4
    assert all(str(home) in text and "cannot be written" in text for text in said)
    assert whole
    assert alerts == []
    assert files == ["candles.db", "journal.db"]


@pytest.fixture
def home_of_another_user():
    """Return a folder that everybody may read; pytest's own lie below one that nobody else may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start a process of another user")
def test_a_folder_without_permission_is_named(home_of_another_user):
    home = home_of_another_user
    CandleStore(home / "candles.db").close()
    script = """
said = []
for read_only in (False, True):
    try:
        CandleStore(folder / "candles.db", read_only).series()
    except StoreReadOnly as error:
        said.append(str(error))
print(json.dumps(said))
"""
    other = ("setpriv", "--reuid", "65534", "--clear-groups")
    if (
        shutil.which("setpriv") is None
        or subprocess.run([*other, sys.executable, "-c", ""], check=False).returncode
    ):
        pytest.skip("another user cannot start this interpreter")
    writer, reader = run(script, home, *other)
    assert f"{home} cannot be written" in writer
    assert "candles.db cannot be read" in reader, "what is stored is nobody else's to read"


def test_the_reading_side_loads_no_heavy_library_and_no_qt(tmp_path):
    script = """
import workstation.storage.paths, workstation.storage.settings
CandleStore(folder / "candles.db", read_only=True).read(KEY)
heavy = ("pandas", "pyarrow", "ccxt", "PySide6", "tomlkit", "asyncio", "sqlite3")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""
    assert run(script, tmp_path) == []
