"""A detail below a table leaves the table its rows where the panel is low."""

import pytest
from PySide6.QtWidgets import QLabel, QTableView, QVBoxLayout, QWidget

from workstation.ui.widgets.yielding_scroll import YieldingScroll

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

LONG = " ".join(["What coins with such a grade did next."] * 12)


@pytest.fixture
def panel(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.table, made.detail = QTableView(), QLabel(LONG, wordWrap=True)
    made.table.setMinimumHeight(100)
    made.scroll = YieldingScroll(made.detail, "in full")
    column = QVBoxLayout(made)
    column.addWidget(made.table, 1)
    column.addWidget(made.scroll)
    made.show()
    return made


def size(panel, qtbot, width, height):
    panel.resize(width, height)
    qtbot.waitUntil(lambda: (panel.width(), panel.height()) == (width, height))


def test_a_low_panel_shows_rows_and_scrolls_the_detail(panel, qtbot):
    size(panel, qtbot, 300, 600)
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() == 0)
    assert panel.scroll.height() >= panel.detail.heightForWidth(panel.scroll.width())
    size(panel, qtbot, 300, 260)
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() > 0)
    assert panel.table.height() >= 100
    assert panel.scroll.height() >= 48


def test_a_shorter_detail_gives_its_room_to_the_table(panel, qtbot):
    size(panel, qtbot, 300, 600)
    before = panel.table.height()
    panel.detail.setText("Nothing yet.")
    qtbot.waitUntil(lambda: panel.table.height() > before + 60)
    assert panel.scroll.accessibleName() == "in full"
