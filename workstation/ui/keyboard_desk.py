"""What the keyboard reaches: the palette, the keys of every command, and the page of settings."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workstation.ui.key_bindings import KeyBindings
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme


class KeyboardDesk(Section):
    """Keeps the trader's keys and opens what is reached by them.

    Parameters
    ----------
    around : Surroundings
        Beside whose memory the keys are kept, and where a failure to keep them is told.
    theme : Theme
        Colours.
    window : QWidget
        Over which everything opens.
    """

    def __init__(self, around: Surroundings, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self.panels = {}
        self.bindings = KeyBindings(around.memory_file.with_name("shortcuts.json"), self)
        self.bindings.file.failed.connect(lambda why: around.bridge.notice_posted.emit("shortcuts", why))

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Put the trader's keys on every command's action."""
        self.bindings.take_actions(actions)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do."""
        return {"help.shortcuts": self.open_shortcuts}

    def open_shortcuts(self) -> None:
        """List every key, to change them."""
        from workstation.ui.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self.bindings, self._theme, self._window).open()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme

    def stop(self) -> None:
        """Return when everything is written."""
        self.bindings.stop()
