"""Where things lie, and who holds them."""

import os
import socket
import subprocess
import sys
import tempfile

import pytest

from workstation.domain.errors import StoreError, StoreReadOnly
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.paths import Paths, require_writable, resource


@pytest.fixture(autouse=True)
def temporary_folder(monkeypatch, tmp_path):
    """Give each test its own temporary folder of the system, once `tmp_path` lies in the real one."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


def test_one_variable_puts_everything_below_one_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path / "home"))
    paths = Paths.of_user()
    assert paths == Paths.below(tmp_path / "home")
    for path in (paths.candles_db, paths.journal_db, paths.settings_file, paths.layout_file, paths.log_dir):
        assert path.is_relative_to(tmp_path / "home")
        assert path.parent.is_dir()
    for folder in (paths.data, paths.config, paths.log_dir):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_without_it_the_desktop_says_where(tmp_path, monkeypatch):
    monkeypatch.delenv("TIDEMARK_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    assert Paths.of_user().runtime == tmp_path / "d" / "tidemark" / "run"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    paths = Paths.of_user()
    assert paths.runtime == tmp_path / "tidemark"
    assert paths.data == tmp_path / "d" / "tidemark"
    assert paths.config == tmp_path / "c" / "tidemark"


def test_a_socket_can_be_bound_however_deep_the_home_is(tmp_path):
    for folder in (tmp_path, tmp_path / ("deep" * 20) / ("x" * 80)):
        paths = Paths.below(folder)
        for path in (paths.engine_socket, paths.window_socket):
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
            assert path.parent.stat().st_mode & 0o777 == 0o700
            path.unlink()


def test_where_the_home_cannot_be_written_locks_and_sockets_lie_elsewhere(tmp_path):
    (tmp_path / "run").write_text("in the way")
    paths = Paths.below(tmp_path)
    assert paths.engine_lock.parent == paths.engine_socket.parent
    assert not paths.engine_lock.is_relative_to(tmp_path)
    with InstanceLock(paths.engine_lock) as lock:
        assert lock.acquire()


def test_two_deep_homes_never_share_a_socket(tmp_path):
    one, two = (Paths.below(tmp_path / ("x" * 90) / name) for name in ("one", "two"))
    assert one.engine_socket != two.engine_socket
    assert one.engine_socket == Paths.below(tmp_path / ("x" * 90) / "one").engine_socket


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a folder that belongs to another")
def test_a_folder_of_another_user_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", 65534, 65534)
    with pytest.raises(StoreError, match="belongs to another user"):
        _ = Paths.below(tmp_path).candles_db


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreReadOnly, match="file/data cannot be written"):
        require_writable(tmp_path / "file" / "data")
    with pytest.raises(StoreReadOnly, match="cannot be locked"):
        InstanceLock(tmp_path / "file" / "lock").acquire()


def test_what_is_shipped_is_found_and_what_is_missing_is_named():
    assert resource("icons").is_dir()
    with pytest.raises(StoreError, match=r"icons/nothing\.svg is missing"):
        resource("icons", "nothing.svg")


def test_a_lock_is_held_by_one_and_free_again_after_release(tmp_path):
    one, two = (InstanceLock(tmp_path / "run" / "engine.lock") for _ in range(2))
    assert one.acquire()
    assert one.acquire(), "asking again is harmless"
    assert not two.acquire()
    one.release()
    one.release()
    with two:
        assert two.acquire()
        assert not one.acquire()
    assert one.acquire()
    one.release()


HOLDER = """
import sys
from workstation.storage.instance_lock import InstanceLock
from pathlib import Path
sys.stdin.readline()
lock = InstanceLock(Path(sys.argv[1]))
print("won" if lock.acquire() else "lost", flush=True)
sys.stdin.readline()
"""


def test_of_twenty_starts_at_once_exactly_one_wins_and_its_death_frees_the_lock(tmp_path):
    path = tmp_path / "window.lock"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(20)
    ]
    try:
        for start in starts:
            start.stdin.write("go\n")
            start.stdin.flush()
        answers = [start.stdout.readline().strip() for start in starts]
        assert sorted(answers) == ["lost"] * 19 + ["won"]
        winner = starts[answers.index("won")]
        assert not InstanceLock(path).acquire()
        winner.kill()
        winner.wait()
        lock = InstanceLock(path)
        assert lock.acquire(), "a lock never outlives its holder"
        lock.release()
    finally:
        for start in starts:
            start.kill()
            start.communicate()
