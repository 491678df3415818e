"""Power cuts: what a disk may do to writes that were never synced, done to the journal."""

import json
import subprocess
import sys

RECORD_AND_CUT = """
import json, random, sys
from pathlib import Path
import apsw
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.storage.journal import Journal

home, n_cuts = Path(sys.argv[1]), int(sys.argv[2])
synchronous = sys.argv[3]
log = []  # (file, "write" | "truncate" | "sync" | "said", offset, bytes)

class RecordingFile(apsw.VFSFile):
    def __init__(self, vfs, name, flags):
        self.name = Path(name.filename() if hasattr(name, "filename") else str(name)).name
        super().__init__("unix", name, flags)
    def xWrite(self, data, offset):
        super().xWrite(data, offset)
        log.append((self.name, "write", offset, bytes(data)))
    def xTruncate(self, size):
        super().xTruncate(size)
        log.append((self.name, "truncate", size, b""))
    def xSync(self, flags):
        super().xSync(flags)
        log.append((self.name, "sync", 0, b""))

class RecordingVFS(apsw.VFS):
    def __init__(self):
        super().__init__("recording", "unix", makedefault=True)
    def xOpen(self, name, flags):
        return RecordingFile("unix", name, flags)

def make_signal(i):
    key = SeriesKey("binance", "BTC/USDT", "1h")
    return Signal(key, i * 3_600_000, 1.0, Direction.BULLISH, (), True, SignalOrigin.LIVE, "1")

vfs = RecordingVFS()
journal = Journal(home / "journal.db")
connection = journal._database._connect()
connection.pragma("wal_autocheckpoint", 20)  # many checkpoints: the moments that matter
connection.pragma("synchronous", synchronous)
log.append(("", "made", 0, b""))
for i in range(60):
    journal.add_signal(make_signal(i))
    journal.add_alert(make_signal(i), "text " * (i % 40), i, 0)
    log.append(("", "said", i + 1, b""))
journal.close()
vfs.unregister()

def apply(files, name, kind, offset, data):
    content = files.setdefault(name, bytearray())
    if kind == "truncate":
        del content[offset:]
    else:
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data

def disk_after(cut, rng):
    files, said = {}, 0
    synced = {}
    for i, (name, kind, *_) in enumerate(log[:cut]):
        if kind == "sync":
            synced[name] = i
    for i, (name, kind, offset, data) in enumerate(log[:cut]):
        if kind == "said":
            said = offset
        elif kind in ("write", "truncate"):
            if i > synced.get(name, -1):
                if rng.random() < 0.5:
                    continue
                if kind == "write" and rng.random() < 0.3:
                    data = data[: 512 * rng.randrange(1 + len(data) // 512)]
            apply(files, name, kind, offset, data)
    return files, said

made = next(i for i, entry in enumerate(log) if entry[1] == "made")
rng = random.Random(1)
lost = damaged = 0
for n in range(n_cuts):
    files, said = disk_after(rng.randrange(made, len(log)), rng)
    folder = home / "cut"
    folder.mkdir(exist_ok=True)
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
        if name in files and not name.endswith("shm"):
            (folder / name).write_bytes(files[name])
    with Journal(folder / "journal.db") as again:
        alerts = [alert.id for alert in again.alerts(limit=1000)]
        lost += len(alerts) < said or alerts != list(range(1, len(alerts) + 1))
        damaged += bool(again.verify())
print(json.dumps([lost, damaged, sum(kind == "sync" for _, kind, *_ in log)]))
"""


def cut(tmp_path, synchronous, n):
    command = [sys.executable, "-c", RECORD_AND_CUT, str(tmp_path), str(n), synchronous]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_power_cut_loses_an_alert_that_was_acknowledged(tmp_path):
    lost, damaged, syncs = cut(tmp_path, "FULL", 300)
    assert syncs >= 120, "every commit is synced before it returns"
    assert (lost, damaged) == (0, 0)


def test_the_same_cuts_would_show_a_journal_that_is_not_synced(tmp_path):
    lost, _, _ = cut(tmp_path, "NORMAL", 100)
    assert lost > 10, "the test can fail"
