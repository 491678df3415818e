"""The menu under Help opens the documentation that came with this version, and says which it is."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextTable
from PySide6.QtWidgets import QMessageBox, QWidget

from workstation import __version__
from workstation.domain.errors import StoreError
from workstation.ui.commands import COMMANDS
from workstation.ui.help import documentation_dialog
from workstation.ui.help.about_box import about_box
from workstation.ui.help.documentation_dialog import DocumentationDialog
from workstation.ui.theme import DARK


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_the_menu_holds_steps_keys_documentation_and_about():
    titles = [command.title for command in COMMANDS if command.group == "Help"]
    assert titles[:4] == ["First steps", "Keyboard shortcuts", "Documentation", "About Tidemark"]


def test_every_page_is_listed_and_links_lead_to_others(parent, monkeypatch):
    dialog = DocumentationDialog(DARK, parent)
    titles = [dialog.names.item(row).text() for row in range(dialog.names.count())]
    assert titles[0] == "How the window is used"
    assert "Keys of venues" in titles
    assert "Without a mouse" in dialog.page.toPlainText()
    dialog.page.anchorClicked.emit(QUrl("keys.md"))
    assert dialog.names.currentItem().text() == "Keys of venues"
    assert "withdraw" in dialog.page.toPlainText()
    asked = []
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    dialog.page.anchorClicked.emit(QUrl("https://example.org/keys.md"))
    assert asked == [QUrl("https://example.org/keys.md")]


def test_pages_that_did_not_come_along_are_missed_in_a_sentence(parent, monkeypatch):
    def refuse(*_parts):
        raise StoreError("gone")

    monkeypatch.setattr(documentation_dialog, "resource", refuse)
    assert "Install Tidemark again" in DocumentationDialog(DARK, parent).page.toPlainText()


@pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager
def test_about_names_the_version_and_the_folder(parent, tmp_path):
    box = about_box(tmp_path, parent)
    assert isinstance(box, QMessageBox)
    assert __version__ in box.text()
    assert str(tmp_path) in box.informativeText()
    assert "no orders" in box.informativeText()
    box.open()
    assert box.focusWidget() is box.button(QMessageBox.StandardButton.Ok)


def test_a_table_of_a_page_has_a_line_under_each_row_and_headings_stand_apart(parent):
    document = DocumentationDialog(DARK, parent).page.document()
    table = next(one for one in document.rootFrame().childFrames() if isinstance(one, QTextTable))
    assert table.format().border() == 0  # no box, of which one side was left
    under = [table.cellAt(row, 0).format().toTableCellFormat() for row in range(table.rows())]
    assert {one.bottomBorder() for one in under} == {1}
    blocks = [document.findBlockByNumber(n) for n in range(document.blockCount())]
    headings = [one.blockFormat() for one in blocks if one.blockFormat().headingLevel()]
    assert len(headings) > 2
    assert all(one.topMargin() > one.bottomMargin() for one in headings[1:])
