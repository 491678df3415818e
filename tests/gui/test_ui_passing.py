"""What Qt keeps of a dialog that is made anew whenever it is opened."""

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QListWidget,
    QPlainTextEdit,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
)

from tests.benchmarks.long_use_census import heap_in_use
from workstation.ui.theme import DARK, apply
from workstation.ui.widgets.passing import delete_once_closed

N = 40


def used(n):
    """Open so many dialogs beside each other, close them, and return what stays in use of each, bytes."""
    before = heap_in_use()
    dialogs = []
    for _ in range(n):
        dialog = QDialog()
        delete_once_closed(dialog)
        place, choice = QVBoxLayout(dialog), QComboBox()
        choice.addItems(["a", "b"])
        for part in (choice, QSpinBox(), QListWidget(), QTableWidget(2, 2), QPlainTextEdit()):
            place.addWidget(part)
        dialog.show()
        dialogs.append(dialog)
    QApplication.processEvents()
    for dialog in dialogs:
        dialog.close()
    dialogs.clear()
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    return (heap_in_use() - before) / n


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.skipif(not heap_in_use(), reason="this C library does not say what is in use")
def test_nothing_is_remembered_of_dialogs_that_were_closed(qapp):
    apply(qapp, DARK)
    used(N)  # tables that Qt makes once
    assert sum(used(N) for _ in range(3)) / 3 < 2_000  # Qt alone keeps 9,000
