"""The colours of rising and falling on the settings page: a known pair, or two of the trader's own."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.ui.price_colours import BLUE_ORANGE, GREEN_RED, coloured
from workstation.ui.theme import Theme
from workstation.ui.widgets.swatch import show_swatch

_PAIRS = ((GREEN_RED, "Green and red"), (BLUE_ORANGE, "Blue and orange"), ("", "Your own"))
_SIDES = ("Rising", "Falling")


class ColoursEditor(QWidget):
    """A choice of pairs over two buttons; each shows its colour and chooses another."""

    chosen = Signal(str)  # as the setting holds it

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._shown = theme, GREEN_RED
        self.pair = QComboBox()
        self.buttons = tuple(QPushButton(side) for side in _SIDES)
        for name, title in _PAIRS:
            self.pair.addItem(title, name)
        self.pair.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pair.installEventFilter(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.pair)
        row, column = QHBoxLayout(), QVBoxLayout(self)
        for side, button in zip(_SIDES, self.buttons, strict=True):
            button.setAutoDefault(False)
            button.setAccessibleName(f"Colour of {side.lower()}")
            button.clicked.connect(partial(self._ask, self.buttons.index(button)))
            row.addWidget(button, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pair)
        column.addLayout(row)
        self.pair.activated.connect(self._on_pair)

    def setAccessibleName(self, name: str) -> None:
        """Name the choice of pairs, too: it is what the keyboard comes to."""
        super().setAccessibleName(name)
        self.pair.setAccessibleName(name)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours around those that are chosen."""
        self._theme = theme
        self.show_value(self._shown)

    def show_value(self, value: str) -> None:
        """Show what the setting holds."""
        self._shown = value
        self.pair.setCurrentIndex(max(self.pair.findData(value), 0) if " " not in value else len(_PAIRS) - 1)
        for button, colour in zip(self.buttons, self._colours(), strict=True):
            show_swatch(button, QColor(colour), QColor(self._theme.border))
            button.setToolTip(f"{colour}: choose another colour")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the page instead of changing the pair."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def choose(self, side: int, colour: str) -> None:
        """Take a colour of rising (0) or falling (1); the other stays as it is."""
        colours = list(self._colours())
        colours[side] = colour
        self.chosen.emit(" ".join(colours))

    def _colours(self) -> tuple[str, str]:
        if " " in self._shown:
            rise, fall = self._shown.split()
            return rise, fall
        theme = coloured(self._theme, self._shown)
        return theme.rise_body, theme.fall_body

    def _on_pair(self, place: int) -> None:
        self.chosen.emit(self.pair.itemData(place) or " ".join(self._colours()))

    def _ask(self, side: int) -> None:
        dialog = QColorDialog(QColor(self._colours()[side]), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle(f"Colour of {_SIDES[side].lower()}")
        dialog.colorSelected.connect(lambda colour: self.choose(side, colour.name()))
        dialog.open()
