"""Which version this is, on what it runs, and where it keeps things."""

import platform
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from workstation import __version__
from workstation.ui.icon import app_icon

_ICON_SIDE = 64


def about_box(settings_folder: Path, parent: QWidget) -> QMessageBox:
    """Return the box; open it with ``open()``.

    Parameters
    ----------
    settings_folder : Path
        Where settings and layout lie.
    """
    box = QMessageBox(QMessageBox.Icon.NoIcon, "About Tidemark", f"Tidemark {__version__}", parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIconPixmap(app_icon().pixmap(_ICON_SIDE, _ICON_SIDE))
    box.setInformativeText(
        "A workstation for crypto traders: signals by confluence, with their proof, on your own machine. It "
        "places no orders, and what it says is no advice to trade.\n\n"
        f"Qt {qVersion()}, PySide {PySide6.__version__}, Python {platform.python_version()}\n"
        f"Settings and layout: {settings_folder}\n\n"
        "MIT licence. What others wrote is named in THIRD_PARTY_NOTICES.md."
    )
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    ok = box.addButton(QMessageBox.StandardButton.Ok)
    ok.setFocus()  # not a line of words, with a caret after it
    for label in box.findChildren(QLabel):
        if label.focusPolicy() != Qt.FocusPolicy.NoFocus:
            label.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by Tab, too: its words can be copied
    return box
