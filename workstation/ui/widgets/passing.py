"""Widgets that are made anew whenever they are wanted: what Qt remembers of them goes with them."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QComboBox, QDialog, QWidget

_OWN_SHEET = " "  # empty would be none


def delete_once_closed(dialog: QDialog) -> None:
    """Delete a dialog when it is closed, and forget it."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    forget_once_hidden(dialog)


def forget_once_hidden(widget: QWidget) -> None:
    """Leave nothing behind of a widget that is deleted after it was hidden.

    Qt's style sheets remember the rules of parts that have none of their own (viewports, the line of a spin
    box, the list of a combo box) for as long as the program runs, a kilobyte each, and its gestures remember
    every viewport. A part with a sheet of its own is forgotten when it is deleted.
    """
    widget.installEventFilter(_Forgetting(widget))


class _Forgetting(QObject):
    def eventFilter(self, widget: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            for part in _unruled_parts(widget):
                if not part.styleSheet():
                    part.setStyleSheet(_OWN_SHEET)
        elif event.type() is QEvent.Type.Hide:
            for area in widget.findChildren(QAbstractScrollArea):
                area.viewport().ungrabGesture(Qt.GestureType.PanGesture)
        return False


def _unruled_parts(widget: QObject) -> list[QWidget]:
    areas, spins = widget.findChildren(QAbstractScrollArea), widget.findChildren(QAbstractSpinBox)
    lists = (box.view().parentWidget() for box in widget.findChildren(QComboBox))
    parts = [*(area.viewport() for area in areas), *(spin.lineEdit() for spin in spins), *lists]
    return [part for part in parts if part is not None]
