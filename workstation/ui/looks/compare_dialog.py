"""Asks which market, or which narrative's index, a chart shall be compared with."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.theme import Theme
from workstation.ui.widgets.fitting_size import fitting_size
from workstation.ui.widgets.passing import delete_once_closed
from workstation.ui.words.foreign_text import one_line

_MOST_SHOWN = 60
_SIZE = (360, 420)
_SYMBOL = Qt.ItemDataRole.UserRole


class CompareDialog(QDialog):
    """A field and what fits it. Open it with ``open()``.

    Parameters
    ----------
    titles : mapping of str to str
        What there is to compare with, the likeliest first, each with what else it is called; empty for a
        market.
    refusal : callable
        Returns why a symbol cannot be compared with, a sentence; empty where it can.
    """

    chosen = Signal(str)

    def __init__(
        self, titles: Mapping[str, str], refusal: Callable[[str], str], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._titles, self._refusal = titles, refusal
        self.field, self.list, self.line = QLineEdit(), QListWidget(), QLabel()
        self.compare_button, self.cancel_button = QPushButton("Compare"), QPushButton("Cancel")
        self.setWindowTitle("Compare with")
        delete_once_closed(self)
        self.resize(fitting_size(self, QSize(*_SIZE)))
        self.field.setPlaceholderText("Market or narrative, such as ETH or INDEX:AI")
        self.field.setAccessibleName("Market to compare with")
        self.list.setAccessibleName("Markets that fit")
        self.list.setUniformItemSizes(True)
        self.list.setStyleSheet("QListWidget::item { padding: 4px 6px; }")
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        self.line.setStyleSheet(f"color: {theme.muted};")
        last = QHBoxLayout()
        last.addStretch(1)
        for button in (self.compare_button, self.cancel_button):
            button.setAutoDefault(False)  # Enter chooses once, wherever the keyboard is
            last.addWidget(button)
        column = QVBoxLayout(self)
        for part in (self.field, self.list, self.line):
            column.addWidget(part)
        column.addLayout(last)
        self.field.textChanged.connect(self._fill)
        self.compare_button.clicked.connect(self._choose)
        self.cancel_button.clicked.connect(self.reject)
        self.field.returnPressed.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self._fill("")
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the arrows choose while the field has the keyboard."""
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
        else:
            super().keyPressEvent(event)

    def _fill(self, text: str) -> None:
        wanted = text.strip().upper()
        fitting = [symbol for symbol, title in self._titles.items() if wanted in f"{symbol} {title}".upper()]
        fitting.sort(key=lambda symbol: not self._begins(symbol, wanted))
        self.list.clear()
        for symbol in fitting[:_MOST_SHOWN]:
            title = self._titles[symbol]
            item = QListWidgetItem(one_line(f"{title}  \N{MIDDLE DOT}  {symbol}" if title else symbol))
            item.setData(_SYMBOL, symbol)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.line.setText(
            "Enter lays it over the chart." if fitting else f"Nothing here is called {one_line(text)}."
        )

    def _begins(self, symbol: str, wanted: str) -> bool:
        return any(name.upper().startswith(wanted) for name in (symbol, self._titles[symbol]))

    def _choose(self, *_: object) -> None:
        if self.list.currentRow() < 0:
            return
        symbol = str(self.list.currentItem().data(_SYMBOL))
        why = self._refusal(symbol)
        if why:
            self.line.setText(why)
            return
        self.chosen.emit(symbol)
        self.accept()
