"""An engine is started whatever becomes of its log."""

import subprocess

import pytest

from workstation.link.engine_process import EngineProcess


@pytest.fixture
def started(monkeypatch):
    """Return how processes were started; none is."""
    calls = []
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **how: calls.append((words, how)))
    return calls


def test_its_words_go_to_a_file_that_only_this_user_may_read(tmp_path, started):
    log = tmp_path / "log" / "engine.log"
    EngineProcess(["--linger", "60"], log).start()
    ((words,), how) = started[0]
    assert words[-3:] == ["serve", "--linger", "60"]
    assert how["stdout"].name == str(log)
    assert log.stat().st_mode & 0o777 == 0o600


def test_where_its_words_cannot_be_written_it_works_without_them(tmp_path, started):
    (tmp_path / "engine.log").mkdir()  # as a file of another user: it cannot be opened
    EngineProcess([], tmp_path / "engine.log").start()
    (tmp_path / "file").write_text("")
    EngineProcess([], tmp_path / "file" / "engine.log").start()
    assert [how["stdout"] for _, how in started] == [subprocess.DEVNULL] * 2


def test_a_computer_that_starts_nothing_is_told(tmp_path, monkeypatch):
    def refuse(*_words, **_how):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(OSError, match="Cannot allocate memory"):
        EngineProcess([], tmp_path / "engine.log").start()
