"""A practice session lies in a folder of its own, and remembers only that the trader was led through."""

import os

from workstation.cli.home import session_home
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
