"""What Tidemark keeps is nobody else's to read, whatever the umask and whoever made the folders before."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from tests.fakes.processes import PROJECT
from workstation.domain.errors import StoreReadOnly
from workstation.storage.candle_store import CandleStore
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.journal import Journal
from workstation.storage.paths import Paths, require_writable
from workstation.storage.privacy import make_private_folder
from workstation.storage.reserve import DiskReserve
from workstation.storage.settings import SettingsFile

ENVIRONMENT = os.environ | {"PYTHONPATH": str(PROJECT)}


@pytest.fixture(autouse=True, params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def _umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def names_of_private(folder):
    """Return the names of everything below a folder, all of which must be closed to others."""
    found = sorted(folder.rglob("*"))
    open_to_others = {
        path.name: oct(mode)
        for path in found
        if (mode := stat.S_IMODE(path.stat().st_mode)) != (0o700 if path.is_dir() else 0o600)
    }
    assert open_to_others == {}
    return {path.name for path in found}


def session(paths):
    """Use the folders as a session does, logs first; return the names of all that lies there meanwhile."""
    assert paths.log_dir.is_dir()
    with (
        CandleStore(paths.candles_db),
        Journal(paths.journal_db),
        InstanceLock(paths.engine_lock) as lock,
    ):
        assert lock.acquire()
        assert DiskReserve(paths.reserve_file, 4096).ensure()
        for seed in (1, 2):
            SettingsFile(paths.settings_file).change({"practice.seed": seed})
        return names_of_private(paths.data.parent)


NAMES = {"data", "config", "run", "log", "candles.db", "journal.db", "reserve", "engine.lock"}
NAMES |= {f"{name}.db-{suffix}" for name in ("candles", "journal") for suffix in ("wal", "shm")}
NAMES |= {"settings.toml", "settings.toml.bak", "settings.toml.lock"}


def test_everything_a_session_makes_is_closed_to_others(tmp_path):
    home = tmp_path / "not" / "there"
    assert session(Paths.below(home)) >= NAMES
    for folder in (home, home.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_an_earlier_session_left_open_is_closed(tmp_path):
    paths = Paths.below(tmp_path / "home")
    session(paths)
    for path in (tmp_path / "home").rglob("*"):
        if path.is_dir() or path.suffix in (".db", ".toml", ".bak"):
            path.chmod(0o755 if path.is_dir() else 0o644)
    for log in ("candles.db-wal", "journal.db-shm"):
        (paths.data / log).touch(mode=0o644)
    (paths.config / "settings.toml.new").write_text("half")
    names = session(paths)
    assert names >= NAMES
    assert "settings.toml.new" not in names


def test_folders_that_are_not_tidemarks_stay_as_they_are(tmp_path):
    tmp_path.chmod(0o755)
    CandleStore(tmp_path / "deep" / "candles.db").close()
    require_writable(tmp_path)
    make_private_folder(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert names_of_private(tmp_path) == {"deep", "candles.db"}


def test_a_file_that_may_not_be_written_is_not_made_writable(tmp_path):
    path = tmp_path / "candles.db"
    CandleStore(path).close()
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        CandleStore(path).close()  # root may write whatever the rights say
    else:
        with pytest.raises(StoreReadOnly):
            CandleStore(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_a_crash_leaves_no_image_of_the_memory_that_keys_lay_in(tmp_path):
    script = """
import os, resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
from workstation.storage.privacy import leave_no_core
leave_no_core()
child = [sys.executable, "-c", "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"]
assert subprocess.run(child, capture_output=True, text=True).stdout.strip() == "(0, 0)"
os.abort()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=ENVIRONMENT, timeout=60)
    assert done.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["engine_app", "window_app"])
def test_both_processes_leave_no_image_before_they_hold_anything(module):
    """Where keys may come to lie, the limit stands before anything is opened."""
    begins = (PROJECT / "workstation" / module / "running.py").read_text("utf-8")
    assert 0 < begins.index("    leave_no_core()\n") < begins.index("InstanceLock(paths.")
