"""What a window is told before it stands, and what the trader is told where none can stand."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.fakes.patience import until
from workstation.cli import commands
from workstation.cli.arguments import make_parser, with_address
from workstation.domain.errors import TidemarkError, UsageError
from workstation.services.supervisor import Supervisor
from workstation.storage.paths import HOME_VARIABLE, Paths
from workstation.ui import application
from workstation.ui.application import show_refusal
from workstation.window_app import WindowOptions, house, run_window, running


async def nothing() -> int:
    return 0


def test_what_became_of_the_settings_is_one_notice(tmp_path, monkeypatch, qapp):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    file = Paths.below(tmp_path).settings_file
    file.write_text("[appearance\n")
    file.with_name("settings.toml.bak").write_text('[appearance]\ntheme = "light"\n')
    seen = []

    def live(_paths, options, settings, _last_resort):
        seen.append((options.notices, settings.appearance.theme))
        return nothing()

    def run(coroutine, _app):
        coroutine.close()
        return 0

    monkeypatch.setattr(running, "make_application", lambda *_: qapp)
    monkeypatch.setattr(running, "_live", live)
    monkeypatch.setattr(running, "run", run)
    assert run_window(WindowOptions(notices=("Before.",))) == 0
    ((before, told),), theme = [notices for notices, _ in seen], seen[0][1]
    assert (before, theme) == ("Before.", "light")
    assert "renamed to settings.toml.broken-1" in told
    assert told.endswith("The last good settings, from settings.toml.bak, are used.")


@pytest.mark.parametrize(
    ("words", "n_shown"),
    [(["--from-menu"], 1), (["--from-menu", "tidemark://chart/BTC/USDT?tf=1h"], 1), ([], 0)],
    ids=["menu", "link", "terminal"],
)
def test_why_no_window_opens_is_shown_to_whoever_came_from_the_menu(words, n_shown, monkeypatch):
    def refuse(_asked, _words):
        raise TidemarkError("Tidemark is open already, but its window does not answer; close it first.")

    shown = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(commands, "_open_session", refuse)
    monkeypatch.setattr(application, "show_refusal", shown.append)
    with pytest.raises(TidemarkError):
        commands.open_window(make_parser().parse_args(with_address(words)))
    assert shown == ["Tidemark is open already, but its window does not answer; close it first."][:n_shown]


@pytest.mark.parametrize("is_from_menu", [True, False], ids=["link", "terminal"])
def test_a_link_that_is_none_is_handed_to_the_window_unless_it_was_typed(is_from_menu, monkeypatch):
    asked = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(commands, "_open_session", lambda one, _words: asked.append(one.open) or 0)
    words = [*(["--from-menu"] if is_from_menu else []), "tidemark://chart/BTC"]
    read = make_parser().parse_args(with_address(words))
    if is_from_menu:
        assert commands.open_window(read) == 0
        assert "names no market" in asked[0].why
    else:
        with pytest.raises(UsageError, match="names no market"):
            commands.open_window(read)
        assert asked == []


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_the_refusal_waits_until_it_was_read(qapp):
    read = []

    def close():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            looking.stop()
            read.append((box.text(), box.informativeText()))
            box.close()

    looking = QTimer(interval=10)
    looking.timeout.connect(close)
    looking.start()
    show_refusal("The disk is <b>gone</b>.")
    assert read == [("Tidemark cannot be opened.", "The disk is <b>gone</b>.")]


async def test_an_engine_that_cannot_be_started_is_told_and_tried_again(monkeypatch):
    monkeypatch.setattr(house, "FIRST_RESTART_S", 0.01)
    told, tries = [], []

    class Engine:
        is_running, exit_code = False, None

        def start(self):
            tries.append(1)
            if len(tries) < 3:
                raise OSError(12, "Cannot allocate memory")
            self.is_running = True

    window = SimpleNamespace(
        _client=SimpleNamespace(is_calling=False, is_connected=False),
        _engine=Engine(),
        _bridge=SimpleNamespace(on_engine_lost=told.append),
    )
    tasks = Supervisor()
    tasks.start("keep an engine", house.WindowHouse._keep_engine(window))
    await until(lambda: window._engine.is_running)
    await tasks.close()
    assert told == ["It cannot be started just now (Cannot allocate memory)."] * 2
