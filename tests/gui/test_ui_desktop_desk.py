"""Closing means what the trader said once, and the desktop starts us where he wishes."""

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget

from tests.fakes.window_world import Desk
from workstation.storage.desktop_entry import AtLogin, DesktopEntry, DesktopFolders
from workstation.storage.instance_lock import InstanceLock
from workstation.storage.paths import Paths
from workstation.ui.desktop.desktop_desk import DesktopDesk
from workstation.ui.desktop.front_window import FrontWindow
from workstation.ui.desktop.tray import Tray
from workstation.ui.desktop.tray_start import TrayStart
from workstation.ui.main_window import MainWindow
from workstation.ui.surroundings import Choices
from workstation.ui.theme import DARK
from workstation.window_app import WindowOptions, run_window, running

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


class Closing:
    """A window with a tray that can come and go, and what came of closing it."""

    def __init__(self, folder, qtbot, on_close="ask"):
        self.world = Desk(folder)
        self.choices = Choices(on_close=on_close)
        self.window = FrontWindow()
        qtbot.addWidget(self.window)
        self.tray = Tray(DARK, self.window)
        self.entry = DesktopEntry(DesktopFolders(folder / "data", folder / "config"), ("/bin/tidemark",))
        self.desk = DesktopDesk(self.world.surroundings, self.choices, self.tray, self.window, self.entry)
        self.ended, self.notices = [], []
        self.window.close_requested.connect(lambda: self.ended.append(True))
        self.world.bridge.notice_posted.connect(lambda subject, text: self.notices.append(text))
        self.window.show()

    def have_tray(self, is_there=True):
        self.tray.is_available = is_there
        self.tray.available_changed.emit(is_there)

    @property
    def box(self):
        return self.desk.question.box if self.desk.question else None


@pytest.fixture
def closing(tmp_path, qtbot):
    made = Closing(tmp_path, qtbot)
    yield made
    made.desk.stop()
    made.tray.stop()
    made.world.bridge.close()
    made.window.let_go()


def test_without_a_tray_closing_ends_the_program_without_a_question(closing):
    closing.window.close()
    assert closing.ended == [True]
    assert closing.box is None


def test_the_first_close_asks_and_the_tray_is_remembered(closing, qtbot):
    closing.have_tray()
    closing.window.close()
    closing.window.close()
    assert "Keep Tidemark running in the tray?" in closing.box.text()
    assert (closing.ended, closing.window.isVisible()) == ([], True)
    closing.desk.question.tray_button.click()
    assert not closing.window.isVisible()
    assert closing.world.chosen == [("appearance.on_close", "tray")]
    closing.window.bring_to_front()
    closing.window.close()
    assert closing.box is None
    assert (closing.ended, closing.window.isVisible()) == ([], False)


def test_quitting_is_remembered_and_esc_decides_nothing(closing):
    closing.have_tray()
    closing.window.close()
    closing.box.reject()
    assert (closing.ended, closing.world.chosen, closing.box) == ([], [], None)
    closing.window.close()
    closing.desk.question.quit_button.click()
    assert closing.ended == [True]
    assert closing.world.chosen == [("appearance.on_close", "quit")]
    closing.window.close()
    assert closing.ended == [True, True]
    closing.desk.choose_on_close("ask")
    closing.window.close()
    assert closing.box is not None


def test_starting_with_the_desktop_is_switched_shown_and_kept_as_it_is(closing, tmp_path):
    action = QAction(checkable=True)
    closing.desk.join({"app.autostart": action, "alerts.focus": QAction()})
    assert (action.isChecked(), closing.world.chosen) == (False, [])
    closing.desk.handlers(lambda _title, _focus: None)["app.autostart"]()
    assert (action.isChecked(), closing.entry.at_login) == (True, AtLogin.TRAY)
    closing.desk.live["appearance.at_login"]("window")
    assert (action.isChecked(), closing.entry.at_login) == (True, AtLogin.WINDOW)
    closing.desk.toggle_autostart()
    assert (action.isChecked(), closing.entry.at_login) == (False, AtLogin.NOTHING)
    kept = [("appearance.at_login", "tray"), ("appearance.at_login", "nothing")]
    assert closing.world.chosen == kept, "the settings page writes by itself"
    (tmp_path / "config" / "autostart").rmdir()
    (tmp_path / "config" / "autostart").write_text("in the way")
    closing.desk.live["appearance.at_login"]("tray")
    assert not action.isChecked()
    assert closing.world.chosen == [*kept, ("appearance.at_login", "nothing")]
    assert "Nothing was changed." in closing.notices[0]


def test_what_the_desktop_was_told_elsewhere_counts_from_the_next_start_on(closing):
    closing.entry.start_at_login(AtLogin.TRAY)
    closing.desk.join({"app.autostart": QAction(checkable=True), "alerts.focus": QAction()})
    assert closing.world.chosen == [("appearance.at_login", "tray")]
    assert closing.choices.at_login == "tray"


@pytest.fixture
def hidden(closing, qtbot):
    """Return a window that was started in the tray, and what waits for one."""
    closing.window.hide()
    closing.desk._tray_start = closing.start = TrayStart(closing.tray, closing.window, waits_ms=50)
    closing.begun = []
    closing.desk.started_hidden.connect(lambda: closing.begun.append(True))
    return closing


def test_started_hidden_it_stays_in_the_tray_that_is_there(hidden):
    hidden.have_tray()
    hidden.desk.open_window(hidden=True)
    assert hidden.begun == [True]
    assert not hidden.start._patience.isActive()
    hidden.window.toggle_shown()
    assert hidden.window.isVisible()


def test_started_hidden_it_waits_for_a_tray_that_comes_late(hidden):
    hidden.desk.open_window(hidden=True)
    assert hidden.start._patience.isActive()
    hidden.have_tray()
    assert not hidden.start._patience.isActive()
    assert not hidden.window.isVisible()


def test_without_a_tray_the_window_comes_by_itself_and_a_later_tray_takes_it(hidden, qtbot):
    hidden.desk.open_window(hidden=True)
    qtbot.waitUntil(hidden.window.isVisible, timeout=20_000)
    hidden.start.begin()  # offscreen every window is activated; as if this one had not been
    hidden.have_tray()
    assert not hidden.window.isVisible()


def test_a_tray_that_goes_away_for_good_gives_the_window_back(hidden, qtbot):
    hidden.have_tray()
    hidden.have_tray(is_there=False)
    assert not hidden.window.isVisible(), "a panel that is started again does not throw the window at anybody"
    qtbot.waitUntil(hidden.window.isVisible, timeout=20_000)
    assert not hidden.window.isMinimized(), (
        "where there is no panel, nobody finds a window that was made small"
    )


def test_a_tray_that_comes_again_keeps_the_window_and_gives_its_icon_back(hidden):
    hidden.have_tray()
    hidden.have_tray(is_there=False)
    hidden.have_tray()
    assert (hidden.window.isVisible(), hidden.start._patience.isActive()) == (False, False)
    hidden.have_tray(is_there=False)
    assert hidden.start._patience.isActive(), "and so every time"


def test_a_window_that_is_worked_in_is_not_taken_away_by_a_later_tray(hidden, qtbot):
    hidden.desk.open_window(hidden=True)
    qtbot.waitUntil(hidden.window.isVisible, timeout=20_000)
    QApplication.sendEvent(hidden.window, QEvent(QEvent.Type.WindowActivate))
    hidden.have_tray()
    assert hidden.window.isVisible()


def test_the_trays_menu_says_how_many_alerts_are_unread_and_leads_to_them(closing):
    to_alerts, led = QAction(), []
    to_alerts.triggered.connect(lambda: led.append(closing.window.isVisible()))
    closing.desk.join({"app.autostart": QAction(checkable=True), "alerts.focus": to_alerts})
    closing.have_tray()
    closing.window.put_away()
    told = []
    for n_unread in (0, 1, 12):
        closing.tray.set_unread(n_unread)
        told.append((closing.tray.alerts_action.text(), closing.tray._icon.toolTip()))
    assert told == [
        ("Show alerts, none unread", "Tidemark"),
        ("Show 1 unread alert", "Tidemark: 1 unread alert"),
        ("Show 12 unread alerts", "Tidemark: 12 unread alerts"),
    ]
    closing.tray.alerts_action.trigger()
    assert led == [True], "the window is there first"


@pytest.fixture
def floating(closing, qtbot):
    """Return a window with a panel and a dialog that float beside it."""
    closing.panel, closing.dialog = QDockWidget("Panel", closing.window), QDialog(closing.window)
    closing.panel.setObjectName("panel")
    closing.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, closing.panel)
    closing.panel.setFloating(True)
    closing.dialog.show()
    qtbot.waitUntil(lambda: closing.panel.isVisible() and closing.dialog.isVisible())
    return closing


def test_what_floats_beside_the_window_goes_to_the_tray_with_it_and_comes_back(floating, qtbot):
    floating.have_tray()
    before = floating.window.saveState().data()
    floating.window.put_away()
    assert (floating.panel.isMinimized(), floating.dialog.isVisible()) == (True, False)
    assert floating.window.saveState().data() == before, "a panel in the tray is not one that was closed"
    floating.window.toggle_shown()
    qtbot.waitUntil(floating.dialog.isVisible, timeout=20_000)
    assert (floating.panel.isMinimized(), floating.panel.isVisible()) == (False, True)


def test_a_start_in_the_tray_shows_no_floating_panel_either(floating):
    floating.window._may_close = True  # hidden as if it had never been shown
    floating.window.hide()
    floating.window._may_close = False
    assert not floating.panel.isMinimized()
    floating.have_tray()
    floating.desk.open_window(hidden=True)
    assert (floating.panel.isMinimized(), floating.dialog.isVisible()) == (True, False)


def test_a_dialog_that_is_gone_does_not_keep_the_window_from_coming_back(floating, qtbot):
    floating.have_tray()
    floating.window.put_away()
    shiboken6.delete(floating.dialog)
    floating.window.bring_to_front()
    qtbot.waitUntil(lambda: not floating.panel.isMinimized(), timeout=20_000)


def test_started_plainly_the_window_is_there_at_once(hidden):
    hidden.desk.open_window(hidden=False)
    assert hidden.window.isVisible()
    assert hidden.begun == []


def test_a_second_hidden_start_leaves_the_window_that_is_open_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    monkeypatch.setattr(running, "ring", lambda *_: pytest.fail("nobody asked to see the window"))
    lock = InstanceLock(Paths.of_user().window_lock)
    assert lock.acquire()
    try:
        assert run_window(WindowOptions(hidden=True)) == 0
    finally:
        lock.release()


def test_a_whole_window_that_starts_hidden_looks_for_a_tray_without_ever_being_painted(tmp_path, qtbot):
    world = Desk(tmp_path)
    window = MainWindow(world.surroundings, world.choices)
    qtbot.addWidget(window)
    window.start()
    window.desktop.open_window(hidden=True)
    qtbot.waitUntil(window.tray._looking.isActive, timeout=20_000)
    assert not window.isVisible()
    window.finish()
