"""Esc takes away what narrows a list, and only that."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.ui.widgets.filter_line import FilterLine

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


class Around(QWidget):
    """Remembers the keys that nobody in it wanted."""

    def __init__(self):
        super().__init__()
        self.line, self.unwanted = FilterLine(), []
        QVBoxLayout(self).addWidget(self.line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.unwanted.append(event.key())


def test_esc_empties_the_line_first_and_then_goes_on(qtbot):
    around = Around()
    qtbot.addWidget(around)
    around.show()
    qtbot.keyClicks(around.line, "eth")
    qtbot.keyClick(around.line, Qt.Key.Key_Escape)
    assert (around.line.text(), around.unwanted) == ("", [])
    qtbot.keyClick(around.line, Qt.Key.Key_Escape)
    assert around.unwanted == [Qt.Key.Key_Escape]
