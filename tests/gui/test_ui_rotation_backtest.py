"""The backtest panel and the process behind it: progress, cancel, failure, and what is kept."""

import json
import os
import sys

import pytest
from PySide6.QtCore import QProcess, Qt

from tests.fakes.advice_world import RULES
from tests.fakes.rotation_view import trial
from workstation.cli.progress import IN_LINES, Progress
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.rotation import RotationRules
from workstation.ui.bridge import Bridge
from workstation.ui.rotation.rotation_backtest_panel import NONE_YET, STOPPED, BacktestPanel
from workstation.ui.rotation.trial import TrialAsked, TrialFiles
from workstation.ui.rotation.trial_desk import TrialDesk
from workstation.ui.rotation.trial_process import _ENVIRONMENT, TrialProcess
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SLOW = "import sys, time; print('3 of 10 days of rotation', file=sys.stderr, flush=True); time.sleep(60)"


@pytest.fixture
def panel(qtbot):
    made = BacktestPanel(DARK)
    qtbot.addWidget(made)
    made.resize(430, 700)
    made.show()
    return made


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    """A desk whose process runs a few lines of Python instead of a backtest."""
    made = TrialDesk(Bridge(), TrialFiles(tmp_path / "trial"), DARK)
    made.code = SLOW
    qtbot.addWidget(made.make_panel())
    prepare = TrialFiles.prepare
    monkeypatch.setattr(
        TrialFiles, "prepare", lambda *asked: prepare(*asked) and (sys.executable, "-c", made.code)
    )
    yield made
    made.stop()


def test_the_last_backtest_is_shown_with_figures_intervals_and_bars(panel):
    panel.show_trial(trial())
    assert panel.headline.text() == "Not shown to be better than holding everything, nor than BTC."
    assert panel.figures.texts()[0] == ["Rotation", "21.0 %", "33.0 %", "0.80", "1.10", "20.5 ×", "44.0 %"]
    assert [row[0] for row in panel.figures.texts()] == [
        "Rotation",
        "Equal weight of all",
        "BTC held",
        "BTC above its 50-day mean",
        "ETH held",
    ]
    assert panel.intervals.texts() == [
        ["Equal weight of all", "+0.42 (−0.10 to +0.95)"],
        ["BTC held", "−0.05 (−0.70 to +0.60)"],
    ]
    assert panel.bars.text() == "✓ met: turnover at most 35 times a year; here 20.5"
    assert "rules as shipped" in panel.about.text()
    assert "Oracles" in panel.notes.text()


def test_another_rival_is_drawn_beside_rotation(panel):
    panel.show_trial(trial())
    assert [line.title for line in panel.equity.lines] == ["Rotation", "Equal weight of all"]
    panel.rival.setCurrentIndex(panel.rival.findData("btc"))
    assert [line.title for line in panel.falls.lines] == ["Drawdown: Rotation", "BTC held"]
    panel.rival.setCurrentIndex(panel.rival.findData("sol"))
    assert [line.title for line in panel.equity.lines] == ["Rotation"], "SOL is not in it"
    panel.set_theme(LIGHT)
    panel.grab()


def test_without_a_backtest_the_panel_says_what_one_is(panel):
    assert panel.nothing.text() == NONE_YET
    assert not panel.page_button.isEnabled()


def test_enter_runs_what_the_form_says(panel, qtbot):
    asked = []
    panel.run_requested.connect(lambda *said: asked.append(said))
    panel.focus_first()
    panel.from_day.setText("2023-01-01 ")
    panel.rules.setCurrentIndex(1)
    qtbot.keyClick(panel.to_day, Qt.Key.Key_Return)
    assert asked == [("2023-01-01", "", True, None)]


def test_a_day_that_is_none_is_said_and_nothing_runs(desk):
    desk.run("soon", "", is_shipped=False, data=None)
    assert desk.panel.said.text() == "From: a day like 2024-01-31 is expected, not “soon”."
    assert not desk.process.is_busy


def test_progress_is_shown_and_cancel_ends_it_and_keeps_the_last_one(desk, qtbot):
    files = desk._files
    files.folder.mkdir()
    files.json.write_text(json.dumps(trial()))
    desk.begin()
    qtbot.waitUntil(lambda: desk.last is not None)
    desk.panel.run_button.click()
    assert desk.panel.is_busy
    qtbot.waitUntil(lambda: desk.panel.said.text() == "3 of 10 days of rotation")
    assert desk.panel.progress.value() == 3
    desk.panel.run_button.click()
    qtbot.waitUntil(lambda: not desk.process.is_busy)
    assert desk.panel.said.text() == STOPPED
    assert desk.panel.run_button.text() == "Run"
    assert files.read() == trial()


def test_a_backtest_that_fails_says_its_last_words(desk, qtbot):
    desk.code = "import sys; print('a note', file=sys.stderr); sys.exit('tidemark: There are no candles.')"
    desk.run("", "", is_shipped=True, data=None)
    qtbot.waitUntil(lambda: not desk.process.is_busy)
    assert desk.panel.said.text() == "There are no candles."
    assert desk.panel.nothing.text() == NONE_YET


def test_what_is_done_takes_the_place_of_the_last_one(desk, qtbot):
    fresh = desk._files.fresh
    desk.code = (
        f"from pathlib import Path; Path({str(fresh.page)!r}).write_text('page');"
        f"Path({str(fresh.json)!r}).write_text({json.dumps(trial())!r})"
    )
    with qtbot.waitSignal(desk.changed):
        desk.run("2024-01-01", "", is_shipped=True, data=None)
    assert desk.last == trial()
    assert desk._files.page.read_text() == "page"
    assert desk.panel.headline.text()


def test_closing_the_window_ends_what_runs_and_tells_nobody(desk, qtbot):
    desk.run("", "", is_shipped=True, data=None)
    qtbot.waitUntil(lambda: desk.panel.said.text() == "3 of 10 days of rotation")
    process = desk.process._process
    desk.stop()
    assert process.state() is QProcess.ProcessState.NotRunning
    assert desk.panel.is_busy, "the panel goes with the window"


def test_a_program_that_is_not_there_is_a_sentence(qtbot):
    process = TrialProcess()
    with qtbot.waitSignal(process.failed) as failed:
        process.start(["/nowhere/at/all"])
    assert "could not be started" in failed.args[0]
    assert not process.is_busy


# question and files


def test_the_command_says_period_rules_and_candles(tmp_path):
    files = TrialFiles(tmp_path / "trial")
    asked = TrialAsked("2022-01-01", "2023-01-01", RotationRules(n_coins=2), tmp_path / "candles")
    command = files.prepare(asked)
    assert command[:5] == (sys.executable, "-m", "workstation", "rotation", "--backtest")
    assert command[-6:] == (
        "--from",
        "2022-01-01",
        "--to",
        "2023-01-01",
        "--data",
        str(tmp_path / "candles"),
    )
    rules = command[command.index("--rules") + 1]
    with open(rules, encoding="utf-8") as file:
        assert "n_coins = 2\n" in file.read()
    assert "--data" not in files.prepare(TrialAsked("", "", RULES))


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match="ends before it begins"):
        TrialAsked("2023-01-01", "2022-01-01", RULES)


def test_files_that_cannot_be_kept_or_read_are_said(tmp_path):
    files = TrialFiles(tmp_path / "trial")
    with pytest.raises(StoreError, match="cannot be kept"):
        files.keep()
    assert files.read() is None
    (tmp_path / "trial").mkdir()
    files.json.write_text('{"verdict": 1}')
    assert files.read() is None, "a file of another kind is none"


def test_the_process_is_told_its_progress_in_lines(monkeypatch, capsys):
    assert IN_LINES in _ENVIRONMENT
    monkeypatch.setenv(IN_LINES, "1")
    seconds = iter([0.0, 2.0])
    Progress("quarters of grades learnt", lambda: next(seconds))(2, 14)
    assert capsys.readouterr().err == f"2 of 14 quarters of grades learnt{os.linesep}"
