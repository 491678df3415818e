"""Workspaces outlive crashes: saved by themselves, copied daily, named, taken back, and a plain window."""

import errno
import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S
from tests.fakes.window_world import Desk
from workstation.domain.errors import StoreError
from workstation.storage import durable_file
from workstation.ui.main_window import MainWindow
from workstation.ui.steady_writing import SteadyWriting
from workstation.ui.workspaces.workspace_dialog import WorkspaceDialog
from workstation.ui.workspaces.workspace_file import BACKUP_DAYS, WorkspaceBook, WorkspaceFile

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DAY = date(2024, 2, 1)
PROJECT = Path(__file__).resolve().parents[2]
KILLED = """
import sys
from pathlib import Path
from workstation.ui.application import make_application
app = make_application(["tidemark"], "dark")
from tests.fakes.window_world import Desk
desk = Desk(Path(sys.argv[1]))
desk.fill_store()
window = desk.open()
desk.welcome()
app.processEvents()
if not window.charts.is_safe:
    window.actions_by_id["chart.split_right"].trigger()
    window.open_symbol("ETH/USDT")
    window.charts.keeper.save_now()
    window.charts.keeper.writing.finish()
print("safe" if window.charts.is_safe else "usual", len(window.workspace.docks), flush=True)
app.exec()
"""


class Today:
    """A day that passes when it is told to."""

    day = DAY

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def open_desk(tmp_path, qtbot):
    made: list[Desk] = []

    def open_one() -> Desk:
        desk = Desk(tmp_path)
        desk.fill_store()
        desk.window = MainWindow(desk.surroundings, desk.choices)
        qtbot.addWidget(desk.window)
        desk.window.resize(1280, 800)  # at once: the offscreen screen is smaller, and places follow the size
        desk.window.start()
        desk.window.show()
        desk.welcome()
        desk.prices()
        qtbot.waitUntil(lambda: desk.window.workspace.is_started)
        made.append(desk)
        return desk

    yield open_one
    for desk in made:
        if desk.window.isVisible():
            desk.window.finish()


def shown(desk: Desk) -> list[tuple[str, str]]:
    return [(pane.key.symbol, pane.timeframe) for pane in desk.window.workspace.panes]


def arrange(desk: Desk) -> None:
    desk.window.actions_by_id["chart.split_right"].trigger()
    desk.window.open_symbol("ETH/USDT")
    desk.window.actions_by_id["timeframe.15m"].trigger()
    desk.window.actions_by_id["chart.split_below"].trigger()
    desk.window.charts.links.choose(desk.window.workspace.active, "C")


# the file


def test_a_file_is_read_back_and_only_this_user_may_read_it(tmp_path):
    file = WorkspaceFile(tmp_path / "deep", Today())
    book = WorkspaceBook("Two", {"One": {"charts": {}}, "Two": {"x": 1}})
    file.save(book.text())
    assert file.load() == (book, "")
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_copies_are_of_the_state_before_the_day_and_a_fortnight_of_them_is_kept(tmp_path):
    today = Today()
    file = WorkspaceFile(tmp_path, today)
    for n in range(BACKUP_DAYS + 6):
        today.day = DAY + timedelta(days=n)
        for step in ("morning", "evening"):
            file.save(WorkspaceBook("Main", {"Main": {"day": n, "step": step}}).text())
    days = file.backups()
    assert (len(days), days[0]) == (BACKUP_DAYS, today.day)
    assert file.backup(today.day).state == {"day": n - 1, "step": "evening"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b'{"version": 0}',
        b'{"version": 1, "current": 7, "workspaces": {}}',
        b'{"version": 1, "current": "Main", "workspaces": {"Main": 7}}',
        b"[" * 100_000,
    ],
    ids=["empty", "bytes", "list", "version", "current", "state", "deep"],
)
def test_a_damaged_file_is_set_aside_and_the_newest_good_copy_is_known(tmp_path, raw):
    file = WorkspaceFile(tmp_path, Today())
    file.save(WorkspaceBook("Main", {"Main": {"x": 1}}).text())
    (tmp_path / "workspace-backups" / "2024-02-03.json").write_bytes(raw)
    file.path.write_bytes(raw)
    book, damage = file.load()
    assert book == WorkspaceBook()
    assert damage == "workspaces.json could not be read and is kept as workspaces.damaged."
    assert (tmp_path / "workspaces.damaged").read_bytes() == raw
    file.path.write_bytes(b"another")
    assert "kept as workspaces.damaged-2" in file.load()[1], "the first stays"
    assert (tmp_path / "workspaces.damaged").read_bytes() == raw
    assert file.newest_backup() == DAY
    with pytest.raises(StoreError, match=r"damaged|not a file|names no|form|larger"):
        file.backup(date(2024, 2, 3))


def test_a_file_of_a_newer_tidemark_is_renamed_and_named_so(tmp_path):
    file = WorkspaceFile(tmp_path, Today())
    file.path.write_text('{"version": 2, "tabs": []}')
    assert file.load() == (
        WorkspaceBook(),
        "workspaces.json was written by a newer Tidemark and is kept as workspaces.newer.",
    )
    assert (tmp_path / "workspaces.newer").read_text() == '{"version": 2, "tabs": []}'


def test_the_workspaces_are_saved_where_only_their_copies_cannot_be(tmp_path):
    file = WorkspaceFile(tmp_path, Today())
    (tmp_path / "workspace-backups").write_text("no folder")
    with pytest.raises(OSError, match=r"exists|directory"):
        file.save(WorkspaceBook("Main", {"Main": {"x": 1}}).text())
    assert file.load()[0].state == {"x": 1}


def test_a_state_that_cannot_be_written_is_refused_in_words():
    with pytest.raises(StoreError, match="The saved one stays"):
        WorkspaceBook("Main", {"Main": {"x": float("nan")}}).text()


# the window


def test_the_same_charts_stand_in_the_same_places_after_a_restart(open_desk, qtbot):
    desk = open_desk()
    arrange(desk)
    before, places = shown(desk), [dock.geometry() for dock in desk.window.workspace.docks]
    desk.window.finish()
    again = open_desk()
    qtbot.waitUntil(lambda: shown(again) == before)
    for dock, place in zip(again.window.workspace.docks, places, strict=True):
        assert abs(dock.width() - place.width()) <= 3
        assert abs(dock.x() - place.x()) <= 3
        assert abs(dock.y() - place.y()) <= 3
    active = again.window.workspace.active
    assert again.window.charts.links.of(active).name == "C"
    assert active is again.window.workspace.panes[2]


def test_a_chart_that_floated_stays_above_the_window_after_a_restart(open_desk, qtbot):
    desk = open_desk()
    desk.window.actions_by_id["chart.split_right"].trigger()
    desk.window.actions_by_id["chart.float"].trigger()
    desk.window.finish()
    again = open_desk()
    floating = again.window.workspace.docks[1]
    assert floating.isFloating()
    above = again.window.windowHandle()
    qtbot.waitUntil(lambda: floating.windowHandle().transientParent() == above, timeout=20_000)
    assert floating.isVisible()


def test_only_the_active_chart_is_made_before_the_first_frame(open_desk, tmp_path, qtbot):
    desk = open_desk()
    arrange(desk)
    desk.window.finish()
    again = Desk(tmp_path)
    again.fill_store()
    qtbot.addWidget(again.open())
    assert len(again.window.workspace.panes) == 1
    assert len(again.window.workspace.docks) == 3
    again.welcome()
    qtbot.waitUntil(lambda: len(again.window.workspace.panes) == 3)
    again.window.finish()


def test_a_change_is_on_disk_a_moment_later_without_being_asked(open_desk, tmp_path, qtbot):
    desk = open_desk()
    arrange(desk)
    desk.window.charts.keeper._timer.setInterval(1)
    desk.window.charts.keeper.save_soon()

    def charts() -> list[str]:
        file = tmp_path / "workspaces.json"
        return list(json.loads(file.read_text())["workspaces"]["Main"]["charts"]) if file.exists() else []

    qtbot.waitUntil(lambda: len(charts()) == 3)


def test_what_nobody_knows_of_a_chart_is_kept(open_desk, tmp_path):
    desk = open_desk()
    desk.window.finish()
    file = tmp_path / "workspaces.json"
    saved = json.loads(file.read_text())
    saved["workspaces"]["Main"]["charts"]["chart-1"]["from a later version"] = [1, {"a": None}]
    file.write_text(json.dumps(saved))
    again = open_desk()
    assert again.window.workspace.active.save()["from a later version"] == [1, {"a": None}]
    told = []
    again.window.workspace.active.keep("from a later version", lambda: "new", told.append)
    assert told == [[1, {"a": None}]]
    assert again.window.workspace.active.save()["from a later version"] == "new"


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [],
        {"symbol": 7, "timeframe": "9x"},
        {"symbol": "x" * 5000},
        {"symbol": "BTC/USDT", "timeframe": {}},
    ],
)
def test_a_chart_with_a_senseless_state_shows_a_market_all_the_same(open_desk, tmp_path, value):
    charts = {"chart-1": {"series": value, "log": value, "link": value}}
    state = {"charts": charts, "active": value, "places": "no base64"}
    (tmp_path / "workspaces.json").write_text(WorkspaceBook("Main", {"Main": state}).text())
    assert shown(open_desk()) == [("BTC/USDT", "1h")]


def test_workspaces_are_saved_by_name_switched_renamed_deleted_and_taken_back(open_desk):
    desk = open_desk()
    keeper = desk.window.charts.keeper
    assert keeper.save_as("Main") == "There is a workspace Main already. Choose another name."
    assert keeper.save_as("  ") == "Type a name for the workspace."
    assert keeper.save_as("Day") == ""
    arrange(desk)
    keeper.open("Main")
    assert len(desk.window.workspace.docks) == 1
    keeper.open("Day")
    assert len(desk.window.workspace.docks) == 3
    assert keeper.rename("Day", "Night") == ""
    keeper.delete("Night")
    assert (keeper.names, keeper.book.current) == (("Main",), "Main")
    assert len(desk.window.workspace.docks) == 1
    keeper.delete("Main")
    assert keeper.names == ("Main",), "the last one stays"
    keeper.undo()
    assert (keeper.names, len(desk.window.workspace.docks)) == (("Main", "Night"), 3)


def test_charts_stand_where_they_stood_in_every_workspace_that_is_opened(open_desk, qtbot):
    desk = open_desk()
    keeper, workspace = desk.window.charts.keeper, desk.window.workspace
    desk.window.actions_by_id["chart.split_right"].trigger()

    def places() -> list[tuple[int, ...]]:
        return [dock.geometry().getRect() for dock in workspace.docks]

    qtbot.waitUntil(lambda: places()[0][2] < workspace.width() / 2 + 9)
    before = places()
    keeper.save_as("Day")
    desk.window.actions_by_id["workspace.1"].trigger()
    qtbot.waitUntil(lambda: places() == [workspace.rect().getRect()])
    keeper.open("Main")
    qtbot.waitUntil(lambda: places() == before)
    keeper.open("Day")
    qtbot.waitUntil(lambda: places() == [workspace.rect().getRect()])
    keeper.undo()
    qtbot.waitUntil(lambda: len(places()) == 2)


def test_each_workspace_has_its_own_panels_and_undo_leaves_them_alone(open_desk, qtbot):
    desk = open_desk()
    keeper, docks = desk.window.charts.keeper, desk.window.docks.by_title

    def shown(title: str) -> bool:
        return not docks[title].isHidden()

    keeper.save_as("Scalping")
    docks["Book"].show()
    docks["Narratives"].hide()
    keeper.open("Main")
    assert (shown("Book"), shown("Narratives")) == (False, True)
    keeper.open("Scalping")
    assert (shown("Book"), shown("Narratives")) == (True, False)
    desk.window.actions_by_id["chart.split_right"].trigger()
    docks["Trades"].show()
    keeper.undo()
    assert shown("Trades"), "the chart was taken back, not the panel"
    keeper.delete("Scalping")
    assert not shown("Book")
    keeper.undo()
    assert shown("Book")


def test_the_plain_window_brings_panels_back_and_leaves_the_window_where_it_is(open_desk, tmp_path):
    desk = open_desk()
    desk.window.docks.by_title["Book"].show()
    desk.window.finish()
    (tmp_path / "window-starts").write_text("2")
    again = open_desk()
    again.window.resize(1200, 760)
    assert again.window.docks.by_title["Book"].isHidden()
    again.window.charts.banner.yes_button.click()
    assert not again.window.docks.by_title["Book"].isHidden()
    assert again.window.size().toTuple() == (1200, 760)


def test_the_dialog_does_it_all_and_says_what_was_refused(open_desk, qtbot):
    desk = open_desk()
    desk.window.charts.keeper.save_now()
    desk.window.charts.keeper.writing.finish()
    dialog = WorkspaceDialog(desk.window.charts.keeper, desk.window)
    assert dialog.days.currentText().startswith("as ")
    assert dialog.days.currentText().endswith(" began")
    dialog.name_edit.setText("<b>Day</b>")
    dialog.save_button.click()
    assert dialog.list.currentItem().text() == "<b>Day</b>  (open)"
    dialog.save_button.click()
    assert "already" in dialog.said.text()
    dialog.delete_button.click()
    assert dialog.list.count() == 1
    assert "Take back" in dialog.said.text()
    dialog.undo_button.click()
    assert dialog.list.count() == 2
    for widget in (dialog.list, dialog.name_edit, dialog.days):
        assert widget.accessibleName()
    dialog.close()


def test_a_workspace_is_a_template_for_other_markets(open_desk, qtbot):
    desk = open_desk()
    keeper, docks = desk.window.charts.keeper, desk.window.docks.by_title
    keeper.save_as("Morning")
    arrange(desk)  # BTC, ETH and ETH in 15 minutes, linked
    docks["Book"].show()
    keeper.open("Main")
    desk.window.open_symbol("SOL/USDT")
    dialog = WorkspaceDialog(keeper, desk.window, ("SOL/USDT", "LINK/USDT"))
    dialog.list.setCurrentRow(keeper.names.index("Morning"))
    dialog.like_button.click()
    qtbot.waitUntil(lambda: len(shown(desk)) == 3)
    assert shown(desk) == [("LINK/USDT", "1h"), ("SOL/USDT", "15m"), ("SOL/USDT", "15m")]
    assert not docks["Book"].isHidden()
    assert keeper.book.current == "Main"
    assert "Main is arranged like Morning" in dialog.said.text()
    dialog.undo_button.click()
    qtbot.waitUntil(lambda: shown(desk) == [("SOL/USDT", "1h")])
    assert docks["Book"].isHidden()
    keeper.open("Morning")
    assert [symbol for symbol, _ in shown(desk)][1:] == ["ETH/USDT"] * 2, "the template stays as it was"
    dialog.close()


def test_a_damaged_file_is_told_and_its_copy_offered(open_desk, tmp_path):
    desk = open_desk()
    arrange(desk)
    before = shown(desk)
    desk.window.finish()
    (tmp_path / "workspaces.json").write_bytes(b"{torn")
    for copy in (tmp_path / "workspace-backups").iterdir():
        copy.write_text(json.dumps({"version": 1, "current": "Main", "workspaces": {"Main": _saved(desk)}}))
    again = open_desk()
    banner = again.window.charts.banner
    assert banner.isVisible()
    assert "could not be read and is kept as workspaces.damaged" in banner.text
    banner.yes_button.click()
    assert len(again.window.workspace.docks) == len(before)
    assert not banner.isVisible()


def test_what_happened_to_the_layout_is_told_in_the_window(open_desk, tmp_path):
    (tmp_path / "window.json").write_text("torn")
    told = open_desk().window.notices.texts["layout"]
    assert "window.json could not be read and is kept as window.damaged" in told


def _saved(desk: Desk) -> object:
    return desk.window.charts.keeper.book.with_state(desk.window.workspace.save()).state


# crashes


def killed_window(folder: Path) -> str:
    """Start a window, kill it as soon as it said how it stands, and return that."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        assert process.stdout is not None
        return process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
        process.stdout.close()


def test_a_window_killed_twice_at_its_start_begins_plainly_and_nothing_is_lost(open_desk, tmp_path, qtbot):
    assert killed_window(tmp_path) == "usual 2"
    assert killed_window(tmp_path) == "usual 3", "what stood seconds before the crash is back"
    desk = open_desk()
    charts = desk.window.charts
    assert charts.is_safe
    assert len(desk.window.workspace.docks) == 1
    assert "ended twice within a minute" in charts.banner.text
    charts.keeper.save_now()
    charts.banner.yes_button.click()
    qtbot.waitUntil(lambda: len(desk.window.workspace.panes) == 3)
    assert not charts.is_safe


def test_whoever_stays_plain_keeps_the_old_workspace_beside_it(open_desk, tmp_path):
    desk = open_desk()
    arrange(desk)
    desk.window.finish()
    (tmp_path / "window-starts").write_text("2")
    again = open_desk()
    again.window.charts.banner.no_button.click()
    assert again.window.charts.keeper.names == ("Main", "Plain")
    again.window.charts.keeper.open("Main")
    assert len(again.window.workspace.docks) == 3


def test_a_window_that_was_closed_or_stood_a_minute_did_not_crash(open_desk, tmp_path):
    starts = tmp_path / "window-starts"
    desk = open_desk()
    assert starts.read_text() == "1"
    desk.window.charts._steady.timeout.emit()
    assert starts.read_text() == "0"
    desk.window.finish()
    again = open_desk()
    again.window.finish()
    assert starts.read_text() == "0"


@pytest.mark.parametrize("answer", ["open", "save as", "restore"])
def test_a_workspace_opened_from_the_plain_window_loses_no_other(open_desk, tmp_path, answer):
    desk = open_desk()
    desk.window.charts.keeper.save_as("Night")
    arrange(desk)
    desk.window.charts.keeper.save_as("Day")
    desk.window.finish()
    (tmp_path / "window-starts").write_text("2")
    again = open_desk()
    keeper = again.window.charts.keeper
    keeper.rename("Night", "Evening")
    again.window.actions_by_id["chart.split_right"].trigger()
    assert keeper.is_held, "nobody asked for the plain window to be kept"
    if answer == "open":
        keeper.open("Evening")
    elif answer == "save as":
        keeper.save_as("Fresh")
    else:
        keeper.restore(keeper.backups()[0])
        keeper.undo()
    assert not again.window.charts.banner.isVisible()
    assert not again.window.charts.is_safe
    again.window.finish()
    saved = WorkspaceBook.read(tmp_path / "workspaces.json").workspaces
    assert {"Main", "Evening", "Day"} <= set(saved)
    assert len(saved["Day"]["charts"]) == 3


def test_a_plain_window_that_is_closed_without_an_answer_changes_nothing(open_desk, tmp_path):
    desk = open_desk()
    arrange(desk)
    desk.window.finish()
    file = tmp_path / "workspaces.json"
    before = file.read_bytes()
    (tmp_path / "window-starts").write_text("2")
    again = open_desk()
    again.window.actions_by_id["chart.split_right"].trigger()
    again.window.finish()
    assert file.read_bytes() == before


# a disk that is full


def test_a_disk_that_takes_nothing_is_told_once_and_what_was_arranged_is_written_later(
    open_desk, tmp_path, qtbot, monkeypatch
):
    desk = open_desk()
    notices, told = desk.window.notices, []
    desk.bridge.notice_posted.connect(
        lambda subject, text: told.append(text) if subject == "saving" else None
    )
    desk.window.charts.keeper.writing._retry.setInterval(5)
    desk.window._keeper._writing._retry.setInterval(5)
    is_full = [True]
    really = durable_file.write_durably

    def write(path: Path, content: bytes) -> None:
        if is_full[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(path, content)

    monkeypatch.setattr(durable_file, "write_durably", write)
    arrange(desk)
    desk.window.charts.keeper.save_now()
    desk.window._keeper._save()
    qtbot.waitUntil(lambda: len(told) > 3, timeout=20_000)
    assert len(set(told)) == 1, "window and workspaces say the same, so that one notice says it"
    assert "(No space left on device" in notices.texts["saving"]
    is_full[0] = False
    qtbot.waitUntil((tmp_path / "workspaces.json").exists, timeout=20_000)
    qtbot.waitUntil(lambda: "saving" not in notices.texts, timeout=20_000)
    assert len(WorkspaceBook.read(tmp_path / "workspaces.json").state["charts"]) == 3


def test_what_a_full_disk_did_not_take_is_tried_once_more_at_the_end(tmp_path, qtbot):
    writing, done = SteadyWriting(tmp_path), []

    def work() -> None:
        if len(done) < 1:
            done.append("failed")
            raise OSError(errno.EROFS, "Read-only file system")
        done.append("written")

    writing.write(work)
    writing.finish()
    assert done == ["failed", "written"]
