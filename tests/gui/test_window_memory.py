"""What the window remembers survives, and a damaged file takes nothing with it."""

import errno
import json
import os

import pytest

from tests.fakes.window_world import PRACTICE
from workstation.ui.small_file import SmallFile
from workstation.ui.window_memory import WindowMemory


def test_what_was_saved_is_read_back(tmp_path):
    file = tmp_path / "deep" / "window.json"
    memory = WindowMemory("Z2Vv", "ZG9ja3M=", "BTC/USDT", PRACTICE, 42, True, ("BTC/USDT", "ETH/USDT"))
    memory.save(file)
    assert WindowMemory.load(file) == memory
    assert [path.name for path in file.parent.iterdir()] == ["window.json"]
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_first_session_remembers_nothing(tmp_path):
    assert WindowMemory.load(tmp_path / "window.json") == WindowMemory()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"[]",
        b"null",
        b'{"version": 0}',
        b'{"version": 1, "venue": null, "problem": "x"}',
        b'{"version": 1, "venue": {"name": "x"}}',
        b'{"version": 1, "venue": null, "symbol": 7}',
        b'{"version": 1, "venue": null, "unknown": 7}',
        b'{"version": 1, "venue": null, "watchlist": "BTC/USDT"}',
        b'{"version": 1, "venue": null, "watchlist": [7]}',
        b'{"version": 1, "venue": {"name": "x", "kind": "none", "label": "", "speed": 1}}',
        b'{"version": 1, "venue": {"name": null, "kind": "live", "label": "", "speed": 1}}',
        b'{"version": 1, "venue": {"name": "", "kind": "live", "label": "", "speed": 1}}',
        b'{"version": 1, "venue": {"name": "x", "kind": "live", "label": [], "speed": 1}}',
        b'{"version": 1, "venue": {"name": "x", "kind": "live", "label": "", "speed": "fast"}}',
        b'{"version": 1, "venue": {"name": "x", "kind": "live", "label": "", "speed": NaN}}',
        b'{"version": 1, "venue": 7}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_the_window_starts_fresh(tmp_path, raw):
    file = tmp_path / "window.json"
    file.write_bytes(raw)
    memory = WindowMemory.load(file)
    assert memory == WindowMemory()
    assert (tmp_path / "window.damaged").read_bytes() == raw
    assert not file.exists()
    assert "window.json could not be read and is kept as window.damaged." in memory.problem
    memory.save(file)
    assert WindowMemory.load(file).problem == "", "said once"


def test_a_file_of_a_newer_tidemark_is_kept_and_named_so(tmp_path):
    file = tmp_path / "window.json"
    file.write_text('{"version": 2}')
    assert "written by a newer Tidemark and is kept as window.newer" in WindowMemory.load(file).problem
    assert (tmp_path / "window.newer").exists()


def test_a_file_that_cannot_even_be_renamed_says_so(tmp_path, monkeypatch):
    def refuse(*_paths: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    file = tmp_path / "window.json"
    file.write_text("torn")
    monkeypatch.setattr(os, "replace", refuse)
    assert "could not be renamed (Read-only file system)" in WindowMemory.load(file).problem


def test_a_small_file_that_cannot_be_used_is_told_to_whoever_listens(tmp_path, qtbot):
    path = tmp_path / "shortcuts.json"
    path.write_text('{"version": 9}')
    file, told = SmallFile(path), []
    file.failed.connect(told.append)
    assert file.load() == {}
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert "shortcuts.json was written by a newer Tidemark and is kept as shortcuts.newer." in told[0]


def test_a_memory_from_before_the_watchlist_was_kept_is_still_read(tmp_path):
    file = tmp_path / "window.json"
    file.write_text('{"version": 1, "venue": null, "symbol": "BTC/USDT"}')
    assert WindowMemory.load(file) == WindowMemory(symbol="BTC/USDT")


def test_saving_over_an_old_file_replaces_it_whole(tmp_path):
    file = tmp_path / "window.json"
    file.write_text("x" * 10_000)
    WindowMemory(symbol="ETH/USDT").save(file)
    assert json.loads(file.read_text())["symbol"] == "ETH/USDT"
