"""What helps with the program itself: first steps, documentation, and which version this is."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workstation.ui.help.first_steps_desk import FirstStepsDesk
from workstation.ui.keyboard.palette import Palette
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.window_docks import Docks
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk


class HelpDesk(Section):
    """Opens what is in the menu under Help.

    Parameters
    ----------
    around : Surroundings
        Where things lie, and what is watched.
    charts : WorkspaceDesk
        Which chart is active.
    theme : Theme
        Colours.
    window : QWidget
        Over which everything opens.
    """

    def __init__(self, around: Surroundings, charts: WorkspaceDesk, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.panels: Mapping[str, QWidget] = {}
        self._theme, self._window, self._folder = theme, window, around.memory_file.parent
        self.first_steps = FirstStepsDesk(around, charts, theme, window)
        self.first_steps.symbol_opened.connect(self.symbol_opened)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        return {
            **self.first_steps.handlers(go_to),
            "help.documentation": self.open_documentation,
            "help.about": self.open_about,
        }

    def join(self, actions: Mapping[str, QAction], docks: Docks, palette: Palette) -> None:
        """Take what the first steps press and point at."""
        self.first_steps.join(actions, docks, palette)

    def open_documentation(self) -> None:
        """Show the pages that came with this version."""
        from workstation.ui.help.documentation_dialog import DocumentationDialog

        DocumentationDialog(self._theme, self._window).open()

    def open_about(self) -> None:
        """Say which version this is, on what it runs, and where it keeps things."""
        from workstation.ui.help.about_box import about_box

        about_box(self._folder, self._window).open()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.first_steps.set_theme(theme)

    def stop(self) -> None:
        """Return when everything is written."""
        self.first_steps.stop()
