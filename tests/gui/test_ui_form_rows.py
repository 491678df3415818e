"""A word of a form stands level with the field that it names."""

import pytest
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from workstation.ui.theme import LIGHT, style_sheet
from workstation.ui.widgets.form_rows import FormRows

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def form(qapp, qtbot):
    made = QWidget()
    made.setStyleSheet(style_sheet(LIGHT))
    rows, pair = FormRows(made), QHBoxLayout()
    for field in (QLineEdit(), QLineEdit()):
        pair.addWidget(field)
    rows.addRow("From", pair)
    rows.addRow("Rules", QComboBox())
    rows.addRow("Key", QLineEdit())
    rows.addRow("Notes", QPlainTextEdit())
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    return made


def boxes(widget, row):
    roles = QFormLayout.ItemRole.LabelRole, QFormLayout.ItemRole.FieldRole
    return [widget.layout().itemAt(row, role).geometry() for role in roles]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_label_is_level_with_its_field(form, row):
    label, field = boxes(form, row)
    assert (label.top(), label.bottom()) == (field.top(), field.bottom())


def test_beside_a_high_field_the_label_stands_at_the_top(form):
    label, field = boxes(form, 3)
    assert label.bottom() < field.center().y()
