"""How the window looks: the theme, the colours of rising and falling, and who changes them."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from workstation.ui.application import chosen_theme
from workstation.ui.desktop_scheme import DesktopScheme
from workstation.ui.price_colours import BLUE_ORANGE, GREEN_RED, coloured
from workstation.ui.surroundings import Choices
from workstation.ui.theme import Theme


class Appearance(QObject):
    """The theme in use; it follows the desktop until the trader chooses.

    Parameters
    ----------
    app : QApplication
        Whose desktop may change between light and dark.
    choices : Choices
        What the trader chose; changed here.
    on_choice : callable
        Told the name of a setting and its new value.
    """

    changed = Signal(object)  # Theme

    def __init__(
        self,
        app: QApplication,
        choices: Choices,
        on_choice: Callable[[str, object], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app, self._choices, self._on_choice = app, choices, on_choice
        self._usual = choices.colours if choices.colours != BLUE_ORANGE else GREEN_RED
        self.desktop = DesktopScheme(self)
        self.desktop.changed.connect(self._on_scheme)
        self.theme = self._chosen()
        if self._is_unknown():
            QTimer.singleShot(0, self.desktop.listen)
        app.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of appearance do."""
        return {"view.theme": self.toggle_theme, "view.colours": self.toggle_colours}

    @property
    def is_for_colour_blind(self) -> bool:
        """True while rising is blue and falling orange."""
        return self._choices.colours == BLUE_ORANGE

    def choose(self, *, theme: str = "", colours: str = "") -> None:
        """Take a theme or colours that were chosen, and kept, elsewhere."""
        self._choices.theme = theme or self._choices.theme
        self._choices.colours = colours or self._choices.colours
        self._take()

    def toggle_theme(self) -> None:
        """Change between light and dark."""
        self._choices.theme = "light" if self.theme.is_dark else "dark"
        self._on_choice("appearance.theme", self._choices.theme)
        self._take()

    def toggle_colours(self) -> None:
        """Change between blue and orange and what was there before: green and red, or the trader's own."""
        if not self.is_for_colour_blind:
            self._usual = self._choices.colours
        self._choices.colours = self._usual if self.is_for_colour_blind else BLUE_ORANGE
        self._on_choice("appearance.colours", self._choices.colours)
        self._take()

    def _is_unknown(self) -> bool:
        return self._app.styleHints().colorScheme() is Qt.ColorScheme.Unknown

    def _chosen(self) -> Theme:
        name = self._choices.theme
        if name == "system" and self._is_unknown() and self.desktop.wants_light:
            name = "light"
        return coloured(chosen_theme(self._app, name), self._choices.colours)

    def _on_scheme(self) -> None:
        if self._choices.theme == "system":
            self._take()

    def _take(self) -> None:
        theme = self._chosen()
        if theme != self.theme:
            self.theme = theme
            self.changed.emit(theme)
