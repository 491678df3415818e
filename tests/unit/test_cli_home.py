"""A practice session lies in a folder of its own, and remembers only that the trader was led through."""

import os

from workstation.cli import home
from workstation.cli.home import session_home
from workstation.domain.errors import StoreReadOnly
from workstation.storage.paths import HOME_VARIABLE, Paths


def test_nobody_is_led_through_the_window_twice(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    mine = Paths.of_user()
    with session_home(is_kept=False):
        its = Paths.of_user()
        assert its.config != mine.config
        assert not its.first_steps_file.exists()
        its.first_steps_file.write_text('{"version": 1, "seen": true}')
        its.layout_file.write_text("not mine")
    assert os.environ[HOME_VARIABLE] == str(tmp_path)
    assert "seen" in mine.first_steps_file.read_text()
    assert not mine.layout_file.exists()
    with session_home(is_kept=False):
        assert "seen" in Paths.of_user().first_steps_file.read_text()


def test_where_the_folders_are_shut_what_was_arranged_is_shown_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    mine = Paths.of_user()
    mine.layout_file.write_text("arranged")
    (mine.config / "drawings").mkdir()
    (mine.config / "drawings" / "one.json").write_text("a line")

    def refuse(place: object) -> None:
        raise StoreReadOnly(f"{place} cannot be written (Read-only file system); nothing can be kept.")

    with session_home(is_kept=False):
        assert not Paths.of_user().layout_file.exists(), "a practice market begins anew"
    monkeypatch.setattr(home, "require_writable", refuse)
    with session_home(is_kept=True) as notices:
        its = Paths.of_user()
        assert "Read-only file system" in notices[0]
        assert its.layout_file.read_text() == "arranged"
        assert (its.config / "drawings" / "one.json").read_text() == "a line"
        its.layout_file.write_text("changed")
    assert mine.layout_file.read_text() == "arranged"
