"""The pages that come with the program, to read in it."""

from itertools import product
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
    QTextTableCellFormat,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.errors import StoreError
from workstation.storage.paths import resource
from workstation.ui.theme import Theme
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.widgets.roomy_rows import ROOMY_ROWS

_SIZE, _NAMES_WIDTH = (980, 660), 230
_ABOVE_HEADING = 18
_FIRST = "window.md"
_PATH = Qt.ItemDataRole.UserRole
_MISSING = "The documentation did not come with this installation. Install Tidemark again to have it here."


class DocumentationDialog(QDialog):
    """Titles at the left, the chosen page at the right. Open it with ``open()``.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.names, self.page, self.close_button = QListWidget(), QTextBrowser(), QPushButton("Close")
        self._lay_out()
        self.names.currentItemChanged.connect(lambda _now, _before: self._show())
        self.page.anchorClicked.connect(self._follow)
        self.close_button.clicked.connect(self.reject)
        self._fill()

    def _lay_out(self) -> None:
        self.setWindowTitle("Documentation")
        delete_once_closed(self)
        self.resize(fitting_size(self, QSize(*_SIZE)))
        self.names.setAccessibleName("Pages")
        self.names.setFixedWidth(_NAMES_WIDTH)
        self.names.setWordWrap(True)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setStyleSheet(ROOMY_ROWS)
        self.page.setAccessibleName("Page")
        self.page.setOpenLinks(False)
        self.page.document().setDocumentMargin(14)
        self.close_button.setAutoDefault(False)
        middle, foot = QHBoxLayout(), QHBoxLayout()
        middle.addWidget(self.names)
        middle.addWidget(self.page, 1)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(10)
        whole.addLayout(middle, 1)
        whole.addLayout(foot)

    def _fill(self) -> None:
        for path in _pages():
            item = QListWidgetItem(_title(path), self.names)
            item.setData(_PATH, path)
        if self.names.count():
            self.names.setCurrentRow(0)
            self.names.setFocus()
        else:
            self.page.setPlainText(_MISSING)

    def _show(self) -> None:
        item = self.names.currentItem()
        if item is not None:
            self.page.setMarkdown(item.data(_PATH).read_text("utf-8"))
            for frame in self.page.document().rootFrame().childFrames():
                if isinstance(frame, QTextTable):
                    self._draw_calmly(frame)
            self._part_headings()

    def _draw_calmly(self, table: QTextTable) -> None:
        """Give a table some air and a thin line under each row; Qt draws a box around it."""
        form = table.format()
        form.setBorder(0)
        form.setCellSpacing(0)
        form.setCellPadding(5)
        form.setTopMargin(8)
        form.setBottomMargin(8)
        table.setFormat(form)
        line = QTextTableCellFormat()
        line.setBottomBorder(1)
        line.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        line.setBottomBorderBrush(QColor(self._theme.border))
        for row, column in product(range(table.rows()), range(table.columns())):
            cell = table.cellAt(row, column)
            form_of_cell = cell.format()
            form_of_cell.merge(line)
            cell.setFormat(form_of_cell)

    def _part_headings(self) -> None:
        """Set a heading nearer to what it heads than to what is above it."""
        block = self.page.document().begin().next()  # the first one is the page's title
        while block.isValid():
            if block.blockFormat().headingLevel():
                form = block.blockFormat()
                form.setTopMargin(_ABOVE_HEADING)
                QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def _follow(self, url: QUrl) -> None:
        """Show a page of ours; everything else is the desktop's."""
        for row in range(self.names.count()):
            if self.names.item(row).data(_PATH).name == url.fileName() and url.isRelative():
                self.names.setCurrentRow(row)
                return
        QDesktopServices.openUrl(url)


def _pages() -> list[Path]:
    """Return the pages that came with this version; how the window is used comes first."""
    try:
        pages = resource("docs").glob("*.md")
    except StoreError:
        return []
    return sorted(pages, key=lambda path: (path.name != _FIRST, path.name))


def _title(path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    return lines[0].lstrip("# ") if lines else path.stem
