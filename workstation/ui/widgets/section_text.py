"""Labels of panels that are read from top to bottom: plain text that wraps, and headings."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from workstation.ui.theme import Theme


def plain_label(text: str = "") -> QLabel:
    """Return a label that shows its text as it is, over as many lines as it needs."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def unparted(text: str) -> str:
    """Return a sentence in which no line ends between a number and its percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def heading(text: str) -> QLabel:
    """Return the heading of a section."""
    label = plain_label(text)
    label.setObjectName("heading")
    label.setWordWrap(False)
    label.setContentsMargins(0, 8, 0, 0)
    return label


def column_of(panel: QWidget, name: str) -> QVBoxLayout:
    """Return the column of a panel, which scrolls up and down when it is too long.

    Parameters
    ----------
    panel : QWidget
        That has no layout yet.
    name : str
        What a screen reader calls it.
    """
    panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    inside, scroll = QWidget(), QScrollArea()
    inside.setObjectName("inside")
    scroll.setWidget(inside)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setAccessibleName(name)
    whole = QVBoxLayout(panel)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(scroll)
    column = QVBoxLayout(inside)
    column.setContentsMargins(12, 10, 12, 14)
    column.setSpacing(6)
    return column


def sheet(panel: str, theme: Theme) -> str:
    """Return the style of such a panel; `panel` is its object name."""
    return (
        f"#{panel} {{ background: {theme.panel}; }} #inside {{ background: {theme.base}; }}"
        f" #heading {{ color: {theme.muted}; font-weight: 600; }}"
        " QPushButton { padding: 3px 10px; }"
    )
