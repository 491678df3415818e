"""Numbers and colours of one study, to be changed while the chart shows it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QWidget,
)

from workstation.domain.study import Output, Parameter
from workstation.domain.study_choice import StudyChoice
from workstation.ui.chart.study_board import BoardStudy
from workstation.ui.chart.study_frame import colour_of
from workstation.ui.theme import FIELD_MARGINS, Theme
from workstation.ui.widgets.swatch import show_swatch

ROLES = {
    "accent": "Blue of the theme",
    "warning": "Amber",
    "practice": "Violet",
    "live": "Green",
    "rise": "Colour of a rise",
    "fall": "Colour of a fall",
    "muted": "Grey",
}
"""Colours that follow the theme, and what the trader calls them."""

_SWATCH = 14


class StudyForm(QWidget):
    """A line for each number, a button for each colour.

    Attributes
    ----------
    changed : Signal(object)
        The `StudyChoice` as it shall be.
    """

    changed = Signal(object)

    def __init__(self, one: BoardStudy, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._one, self._theme = one, theme
        self.fields: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self.colours: dict[str, QPushButton] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setHorizontalSpacing(16)
        for parameter in one.study.parameters:
            self.fields[parameter.name] = self._field(parameter)
            form.addRow(parameter.title, self.fields[parameter.name])
        for output in one.study.outputs:
            self.colours[output.name] = self._colour_button(output)
            form.addRow(output.title, self.colours[output.name])
        if not one.study.parameters:
            form.insertRow(0, QLabel("It has no numbers to change."))

    @property
    def shows(self) -> BoardStudy:
        """The study it is about."""
        return self._one

    def _field(self, parameter: Parameter) -> QSpinBox | QDoubleSpinBox:
        value = self._one.choice.values[parameter.name]
        field: QSpinBox | QDoubleSpinBox
        if parameter.is_whole:
            field = QSpinBox()
            field.setRange(int(parameter.least), int(parameter.most))
            field.setValue(int(value))
        else:
            field = QDoubleSpinBox()
            field.setDecimals(3)
            field.setRange(parameter.least, parameter.most)
            field.setSingleStep(0.1 if parameter.default >= 1 else 0.01)
            field.setValue(value)
        field.setKeyboardTracking(False)  # a study of 2 bars on the way to 20 helps nobody
        field.setAccessibleName(f"{parameter.title} of {self._one.study.title}")
        field.lineEdit().setAccessibleName(field.accessibleName())
        field.lineEdit().setTextMargins(*FIELD_MARGINS)
        field.valueChanged.connect(partial(self._set_value, parameter.name))
        return field

    def _colour_button(self, output: Output) -> QPushButton:
        button = QPushButton()
        menu = QMenu(button)
        for role, title in ROLES.items():
            icon = _swatch(QColor(getattr(self._theme, role)))
            menu.addAction(icon, title, partial(self._set_colour, output.name, role))
        menu.addSeparator()
        menu.addAction("Another colour…", partial(self._ask_colour, output))
        button.setMenu(menu)
        self._show_colour(button, output)
        return button

    def _show_colour(self, button: QPushButton, output: Output) -> None:
        chosen = self._one.choice.colours.get(output.name, output.role)
        words = ROLES.get(chosen, chosen)
        show_swatch(button, colour_of(self._one, output, self._theme), QColor(self._theme.border))
        button.setText(words)
        button.setAccessibleName(f"Colour of {output.title}: {words}")

    def _set_value(self, name: str, value: float) -> None:
        self._tell(lambda old: replace(old, values={**old.values, name: float(value)}))

    def _set_colour(self, name: str, colour: str) -> None:
        self._tell(lambda old: replace(old, colours={**old.colours, name: colour}))
        output = next(output for output in self._one.study.outputs if output.name == name)
        self._show_colour(self.colours[name], output)

    def _ask_colour(self, output: Output) -> None:
        dialog = QColorDialog(colour_of(self._one, output, self._theme), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Colour of {output.title}")
        dialog.colorSelected.connect(lambda colour: self._set_colour(output.name, colour.name()))
        dialog.open()

    def _tell(self, change: Callable[[StudyChoice], StudyChoice]) -> None:
        self.changed.emit(change(self._one.choice))


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(colour)
    return QIcon(pixmap)
