"""Makes the one QApplication, and what is shown when something breaks that nobody expected."""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from workstation.storage.desktop_entry import APP_ID
from workstation.ui import theme as themes
from workstation.ui.icon import app_icon
from workstation.ui.theme import DARK, LIGHT, Theme

NAME = "Tidemark"
DESKTOP_FILE = APP_ID
"""Name of the desktop entry; the task bar finds icon and window by it."""

_LOG = logging.getLogger(__name__)


def make_application(arguments: Sequence[str], theme: str = "system", scale_pct: int = 100) -> QApplication:
    """Return the application, with its name, icon and colours.

    Parameters
    ----------
    arguments : sequence of str
        The program's name first.
    theme : str
        ``"light"``, ``"dark"`` or ``"system"``.
    scale_pct : int
        Size of everything, beside what the desktop asks for; 100 leaves it as it is.
    """
    if scale_pct != 100:
        os.environ["QT_SCALE_FACTOR"] = f"{scale_pct / 100:g}"  # Qt reads it once, when it starts
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(list(arguments))
    app.setApplicationName("tidemark")
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName(DESKTOP_FILE)
    app.setWindowIcon(app_icon())
    app.setQuitOnLastWindowClosed(False)
    themes.apply(app, chosen_theme(app, theme))
    return app


def show_refusal(sentence: str) -> None:
    """Show why no window can be opened, and return when that was read; an application is made for it."""
    app = QApplication.instance() or make_application(sys.argv[:1])
    box = QMessageBox(QMessageBox.Icon.Warning, NAME, "", QMessageBox.StandardButton.Close)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText("Tidemark cannot be opened.")
    box.setInformativeText(sentence[:600])
    box.exec()
    del app  # it had to outlast the dialog


def running_application() -> QApplication:
    """Return the one application.

    Raises
    ------
    TypeError
        `make_application` was not called yet.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("A QApplication must be made before the window.")
    return app


def chosen_theme(app: QApplication, name: str) -> Theme:
    """Return the theme of a setting; ``"system"`` is the desktop's own choice, dark where it has none."""
    if name == "system":
        wants_light = app.styleHints().colorScheme() is Qt.ColorScheme.Light
        return LIGHT if wants_light else DARK
    return LIGHT if name == "light" else DARK


class LastResort:
    """Hears every error that nobody else did: writes it down and says so once, in plain words.

    Parameters
    ----------
    log_place : str
        Where the trader finds the details.
    """

    def __init__(self, log_place: str) -> None:
        self._log_place = log_place
        self._box: QMessageBox | None = None

    def install(self) -> Callable[[], None]:
        """Listen from now on; return what stops it."""
        before = sys.excepthook
        sys.excepthook = self.on_exception

        def restore() -> None:
            sys.excepthook = before

        return restore

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Take an error that left a slot or a callback."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _LOG.error("Unexpected error", exc_info=(kind, error, trace))
        last = traceback.extract_tb(trace)[-1:] if trace else []
        self._show(error, f" in {last[0].name}" if last else "")

    def on_loop_error(self, _loop: object, context: dict[str, Any]) -> None:
        """Take an error that left a task; for the loop's ``set_exception_handler``."""
        error = context.get("exception")
        task = context.get("task") or context.get("future")
        name = getattr(task, "get_name", lambda: "")()
        _LOG.error("Unexpected error in a task %s: %s", name, context.get("message"), exc_info=error)
        if isinstance(error, Exception):
            self._show(error, f" in {name}" if name else "")

    def _show(self, error: BaseException, where: str) -> None:
        """Show the dialog; not a second one over the first."""
        if self._box is not None or QApplication.instance() is None:
            return
        box = QMessageBox(QMessageBox.Icon.Warning, NAME, "", QMessageBox.StandardButton.Close)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Something unexpected went wrong{where}: {type(error).__name__}: {error}"[:600])
        box.setInformativeText(
            "Market data, alerts and what is stored are unaffected. "
            f"You can go on; if it happens again, restart Tidemark. Details: {self._log_place}"
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._on_closed)
        self._box = box
        box.open()

    def _on_closed(self, _result: int) -> None:
        self._box = None
