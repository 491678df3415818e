"""The desktop around the window: into the tray when it is closed, and started with the desktop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QWidget

from workstation.domain.errors import StoreError
from workstation.storage.desktop_entry import AtLogin, DesktopEntry, DesktopFolders
from workstation.ui.desktop.front_window import FrontWindow
from workstation.ui.desktop.tray import Tray
from workstation.ui.desktop.tray_start import TrayStart
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Choices, Surroundings

_QUESTION = "Keep Tidemark running in the tray?"
_MEANS = (
    "In the tray it goes on listening and tells you of signals. Quit ends it, and nothing is heard until you "
    "start it again. This is asked once; the settings change it, under “on close”."
)


@dataclass(slots=True)
class _Question:
    """The question about closing, and what its buttons mean."""

    box: QMessageBox
    tray_button: QWidget
    quit_button: QWidget


class DesktopDesk(Section):
    """Decides what closing the window means, and keeps the switch that starts it with the desktop.

    Parameters
    ----------
    around, choices : Surroundings, Choices
        What is remembered, and as what.
    tray : Tray
        Where the window goes, where there is one.
    window : FrontWindow
        The window.
    entry : DesktopEntry, optional
        Where starting with the desktop is written down.
    """

    started_hidden = Signal()
    """The window was started without being shown: no first frame will be painted."""

    def __init__(
        self,
        around: Surroundings,
        choices: Choices,
        tray: Tray,
        window: FrontWindow,
        entry: DesktopEntry | None = None,
    ) -> None:
        super().__init__(window)
        self.panels: Mapping[str, QWidget] = {}
        self._around, self._choices, self._tray, self._window = around, choices, tray, window
        self._entry = entry or DesktopEntry(DesktopFolders.of_user())
        self._autostart: QAction | None = None
        self._to_alerts: QAction | None = None
        self.live: Mapping[str, Callable[[Any], None]] = {
            "appearance.on_close": self.choose_on_close,
            "appearance.at_login": self.choose_at_login,
        }
        self._tray_start = TrayStart(tray, window)
        self.question: _Question | None = None
        tray.available_changed.connect(self._on_tray)
        tray.show_requested.connect(window.toggle_shown)
        tray.alerts_requested.connect(self._show_alerts)
        tray.quit_requested.connect(window.close_requested)
        window.close_pressed.connect(self._on_close)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of window and desktop do."""
        return {
            "view.hide": self._window.put_away,
            "app.autostart": self.toggle_autostart,
            "app.quit": self._window.close_requested.emit,
        }

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Keep the switch of one mind with what is written down, and let the tray lead to the alerts."""
        self._autostart, self._to_alerts = actions["app.autostart"], actions["alerts.focus"]
        self._show_at_login()

    def open_window(self, *, hidden: bool) -> None:
        """Show the window; or leave it in the tray, where there is one or comes one soon."""
        if not hidden:
            self._window.show()
            return
        self.started_hidden.emit()
        self._tray_start.begin()

    def stop(self) -> None:
        """Ask nothing more."""
        self._tray_start.stop()
        if self.question is not None:
            self.question.box.close()

    def choose_on_close(self, means: str) -> None:
        """Let closing mean this from now on: ``"ask"``, ``"tray"`` or ``"quit"``."""
        self._choices.on_close = means

    def choose_at_login(self, what: str) -> None:
        """Let the desktop start at login what the settings say: ``"nothing"``, ``"tray"``, ``"window"``."""
        self._choices.at_login = what
        self._start_at_login(AtLogin(what))

    def toggle_autostart(self) -> None:
        """Have the desktop start Tidemark in the tray when the user logs in, or no longer."""
        is_off = self._entry.at_login is AtLogin.NOTHING
        self._start_at_login(AtLogin.TRAY if is_off else AtLogin.NOTHING)

    def _start_at_login(self, what: AtLogin) -> None:
        try:
            self._entry.start_at_login(what)
        except StoreError as error:
            self._around.bridge.notice_posted.emit("autostart", f"{error} Nothing was changed.")
        self._show_at_login()

    def _show_at_login(self) -> None:
        """Say what the desktop does, whoever told it so: its own settings may have switched us off."""
        what = self._entry.at_login
        if self._choices.at_login != what:
            self._choices.at_login = str(what)
            self._around.on_choice("appearance.at_login", str(what))
        if self._autostart is not None:
            self._autostart.setChecked(what is not AtLogin.NOTHING)

    def _show_alerts(self) -> None:
        self._window.bring_to_front()
        if self._to_alerts is not None:
            self._to_alerts.trigger()

    def _on_tray(self, is_there: bool) -> None:
        self._window.has_tray = is_there
        if not is_there and not self._window.isVisible():
            self._tray_start.begin()  # the only way back to the window is gone, unless the panel comes again

    def _on_close(self) -> None:
        """Carry out what closing means; ask the first time, where there is a tray to go to."""
        if not self._tray.is_available or self._choices.on_close == "quit":
            self._window.close_requested.emit()
        elif self._choices.on_close == "tray":
            self._window.put_away()
        else:
            self._ask()

    def _ask(self) -> None:
        if self.question is not None:
            self.question.box.raise_()
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Tidemark", _QUESTION, parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(_MEANS)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        to_tray = box.addButton("Keep in the tray", QMessageBox.ButtonRole.AcceptRole)
        quit_ = box.addButton("Quit", QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(to_tray)
        box.setEscapeButton(cancel)
        self.question = _Question(box, to_tray, quit_)
        box.finished.connect(lambda _result: self._on_answered())
        box.open()

    def _on_answered(self) -> None:
        question, self.question = self.question, None
        if question is None:
            return
        clicked = question.box.clickedButton()
        if clicked is question.tray_button:
            self._remember("tray")
            self._window.put_away()
        elif clicked is question.quit_button:
            self._remember("quit")
            self._window.close_requested.emit()

    def _remember(self, on_close: str) -> None:
        self._choices.on_close = on_close
        self._around.on_choice("appearance.on_close", on_close)
