"""What can be done with the chosen drawing: its menu, its words, its risk."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial

from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QPixmap
from PySide6.QtWidgets import QColorDialog, QInputDialog, QMenu, QWidget

from workstation.domain.drawing import COLOUR_ROLES, LONGEST_TEXT, WIDTHS, Dash, Drawing, DrawingKind, Style
from workstation.domain.drawing_price import plan_of
from workstation.ui.chart.drawing_deeds import set_style
from workstation.ui.chart.drawing_hand import DrawingHand
from workstation.ui.chart.drawing_painter import ink
from workstation.ui.drawings.drawing_points_dialog import DrawingPointsDialog
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import in_menu

_COLOUR_WORDS = {
    "accent": "Blue, as what is chosen",
    "rise": "As what rises",
    "fall": "As what falls",
    "warning": "Amber",
    "practice": "Violet",
    "text": "As writing",
}
_OWN_ACTIONS = {
    "drawing.alert": "Alert…",
    "drawing.duplicate": "Draw once more",
    "drawing.lock": "Lock",
    "drawing.delete": "Delete",
}
"""Commands as the menu of a drawing says them: that they are about the chosen one is plain there."""

_LARGEST_RISK = Decimal("1e12")


def drawing_menu(
    chart: QWidget, hand: DrawingHand, drawing: Drawing, theme: Theme, actions: Mapping[str, QAction]
) -> QMenu:
    """Return the menu of a drawing that is chosen on a chart."""
    menu = QMenu(chart)
    menu.addAction(in_menu(drawing.kind.label)).setEnabled(False)
    menu.addSeparator()
    if drawing.kind is DrawingKind.TEXT:
        menu.addAction("Change the words…").triggered.connect(partial(ask_words, chart, hand, drawing))
    points = menu.addAction(_points_title(drawing.kind))
    points.triggered.connect(partial(ask_points, chart, hand, drawing, theme))
    points.setEnabled(not drawing.is_locked)
    if drawing.kind.is_position:
        menu.addAction("Change the risk…").triggered.connect(partial(ask_risk, chart, hand, drawing))
        plan = plan_of(drawing)
        if plan is not None:
            size = menu.addAction(f"Size {plan.size.normalize():f} for {plan.cost.normalize():.2f}")
            size.setEnabled(False)
    _add_style(menu, chart, hand, drawing.style, theme)
    menu.addSeparator()
    for name, words in _OWN_ACTIONS.items():
        said = "Unlock" if name == "drawing.lock" and drawing.is_locked else words
        keys = actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        menu.addAction(f"{said}\t{keys}".strip()).triggered.connect(actions[name].trigger)
    return menu


def ask_words(chart: QWidget, hand: DrawingHand, drawing: Drawing) -> QInputDialog:
    """Ask for the words of a text; a new one is drawn when they are given."""
    dialog = _dialog(chart, "Text on the chart", "Words:", drawing.text)

    def take(words: str) -> None:
        plain = " ".join(words.split())[:LONGEST_TEXT]
        if plain:
            hand.put(replace(drawing, text=plain), "given other words")

    return _open(dialog, take)


def ask_risk(chart: QWidget, hand: DrawingHand, drawing: Drawing) -> QInputDialog:
    """Ask what a planned position may lose at its stop."""
    label = "What may be lost at the stop, in the currency of the price:"
    dialog = _dialog(chart, "Risk of the position", label, f"{drawing.risk.normalize():f}")

    def take(words: str) -> None:
        risk = risk_of(words)
        if risk is not None:
            hand.put(replace(drawing, risk=risk), "given another risk")
        elif hand.book is not None:
            hand.book.said.emit("The risk is an amount above zero, such as 100. It stays as it was.")

    return _open(dialog, take)


def ask_points(
    chart: QWidget, hand: DrawingHand, drawing: Drawing, theme: Theme, _checked: bool = False
) -> DrawingPointsDialog | None:
    """Ask where the points of a drawing stand, in figures; a locked one stays and says so."""
    if drawing.is_locked and hand.book is not None:
        hand.book.said.emit(f"{drawing.kind.label} is locked. Unlock it, then change its points.")
    if drawing.is_locked or hand.place is None:
        return None
    dialog = DrawingPointsDialog(hand, drawing, hand.place, theme, chart)
    dialog.open()
    return dialog


def _points_title(kind: DrawingKind) -> str:
    """Return what asks for its points; Enter does, too, where it does not ask for words."""
    if kind is DrawingKind.TEXT:
        return "Price and time…"
    parts = {DrawingKind.HORIZONTAL: "Price", DrawingKind.VERTICAL: "Time"}
    return f"{parts.get(kind, 'Prices and times')}…\tEnter"


def risk_of(words: str) -> Decimal | None:
    """Return the amount that somebody typed; None where it is none above zero."""
    try:
        risk = Decimal(words.strip().replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    return risk if risk.is_finite() and 0 < risk <= _LARGEST_RISK else None


def _dialog(chart: QWidget, title: str, label: str, value: str) -> QInputDialog:
    dialog = QInputDialog(chart)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(value)
    dialog.resize(380, dialog.sizeHint().height())
    return dialog


def _open(dialog: QInputDialog, take: Callable[[str], None]) -> QInputDialog:
    dialog.textValueSelected.connect(take)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def _add_style(menu: QMenu, chart: QWidget, hand: DrawingHand, style: Style, theme: Theme) -> None:
    colours = menu.addMenu("Colour")
    for role in COLOUR_ROLES:
        action = _choice(colours, _COLOUR_WORDS[role], is_on=style.colour == role)
        action.setIcon(_swatch(ink(role, theme)))
        action.triggered.connect(partial(_set_style, hand, replace(style, colour=role)))
    colours.addSeparator()
    colours.addAction("Another colour…").triggered.connect(partial(_ask_colour, chart, hand, style, theme))
    widths = menu.addMenu("Width")
    for width in WIDTHS:
        action = _choice(widths, f"{width} pixel{'s' * (width > 1)}", is_on=style.width == width)
        action.triggered.connect(partial(_set_style, hand, replace(style, width=width)))
    dashes = menu.addMenu("Line")
    for dash in Dash:
        action = _choice(dashes, dash.value.capitalize(), is_on=style.dash is dash)
        action.triggered.connect(partial(_set_style, hand, replace(style, dash=dash)))


def _ask_colour(
    chart: QWidget, hand: DrawingHand, style: Style, theme: Theme, _checked: bool = False
) -> None:
    dialog = QColorDialog(ink(style.colour, theme), chart)
    dialog.setWindowTitle("Colour of the drawing")
    dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
    dialog.colorSelected.connect(lambda colour: set_style(hand, replace(style, colour=colour.name())))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _set_style(hand: DrawingHand, style: Style, _checked: bool = False) -> None:
    set_style(hand, style)


def _choice(menu: QMenu, text: str, *, is_on: bool) -> QAction:
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(is_on)
    return action


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(colour)
    return QIcon(pixmap)
