"""Heads of tables say by what they are sorted; chosen cells keep their colours."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionHeader, QStyleOptionViewItem

from workstation.ui.theme import DARK
from workstation.ui.widgets.inked_cells import InkedCells
from workstation.ui.widgets.market_table import MarketTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def table(qtbot):
    made = MarketTable()
    model = QStandardItemModel(2, 2, made)
    model.setHorizontalHeaderLabels(["Coin", "Weight"])
    rising = QStandardItem("+1.0 %")
    rising.setForeground(QColor(DARK.rise))
    model.setItem(0, 1, rising)
    made.setModel(model)
    made.resize(300, 120)
    qtbot.addWidget(made)
    return made


def head_of(table, column) -> QStyleOptionHeader:
    option = QStyleOptionHeader()
    table.horizontalHeader().initStyleOptionForIndex(option, column)
    return option


@pytest.mark.parametrize(
    ("order", "mark"), [(Qt.SortOrder.AscendingOrder, "▲"), (Qt.SortOrder.DescendingOrder, "▼")]
)
def test_the_sorted_column_is_marked_beside_its_title(table, order, mark):
    table.sortByColumn(1, order)
    assert head_of(table, 1).text == f"Weight {mark}"
    assert head_of(table, 1).sortIndicator is QStyleOptionHeader.SortIndicator.None_
    assert head_of(table, 0).text == "Coin"


def test_a_mark_that_has_no_room_is_an_arrow(table):
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    table.horizontalHeader().resizeSection(1, 40)
    assert head_of(table, 1).text == "Weight"
    assert head_of(table, 1).sortIndicator is not QStyleOptionHeader.SortIndicator.None_


def test_a_chosen_cell_keeps_its_colour(table):
    cells = InkedCells(table)
    option = QStyleOptionViewItem()
    cells.initStyleOption(option, table.model().index(0, 1))
    assert option.palette.color(QPalette.ColorRole.HighlightedText) == QColor(DARK.rise)
    plain = QStyleOptionViewItem()
    cells.initStyleOption(plain, table.model().index(0, 0))
    assert plain.palette.color(QPalette.ColorRole.HighlightedText) != QColor(DARK.rise)
