"""The conditions of a screen as chips: each says one and takes it away."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QToolButton, QWidget

from workstation.domain.screen import Group, Joint, Screen, conditions_of
from workstation.ui.theme import Theme
from workstation.ui.watchlists.screener_words import condition_words
from workstation.ui.words.foreign_text import in_menu

_GAP = 4
_CROSS = "\N{MULTIPLICATION SIGN}"


class FlowLayout(QLayout):
    """Puts widgets beside one another, and into the next line where there is no more room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(8, 0, 8, 6)

    def addItem(self, item: QLayoutItem) -> None:
        """Take one more."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one of them; None behind the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one of them away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Return that lines break."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high all lines are together."""
        return self._place(QRect(0, 0, width, 0), is_real=False)

    def setGeometry(self, rect: QRect) -> None:
        """Put everything in its place."""
        super().setGeometry(rect)
        self._place(rect, is_real=True)

    def sizeHint(self) -> QSize:
        """Return the size of the widest."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Return the size of the highest; what is too wide is cut."""
        margins = self.contentsMargins()
        high = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(60, high + margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, is_real: bool) -> int:
        margins = self.contentsMargins()
        left, top = rect.left() + margins.left(), rect.top() + margins.top()
        right = rect.right() - margins.right()
        x, y, high = left, top, 0
        for item in self._items:
            size = item.sizeHint()
            if x > left and x + size.width() > right:
                x, y, high = left, y + high + _GAP, 0
            if is_real:
                width = min(size.width(), max(right - x, 40))
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += size.width() + _GAP
            high = max(high, size.height())
        return y + high + margins.bottom() - rect.top()


class ScreenerChips(QWidget):
    """Every condition of a screen, with the words that join them."""

    removed = Signal(int)  # number of the condition, as they are read

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._theme = theme
        self._screen: Screen | None = None
        self.chips: list[QToolButton] = []
        self.setAccessibleName("Active conditions")

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.show_screen(self._screen)

    def show_screen(self, screen: Screen | None) -> None:
        """Show the conditions of a screen; none where it lets every coin through."""
        self._screen = screen
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.chips = []
        self.setVisible(screen is not None)
        if screen is not None:
            self._add(screen, is_inner=False)
        self.updateGeometry()

    def _add(self, screen: Screen, *, is_inner: bool) -> None:
        if not isinstance(screen, Group):
            self._add_chip(condition_words(conditions_of(screen)[0]))
            return
        if is_inner:
            self._add_word("(")
        for number, part in enumerate(screen.parts):
            if number:
                self._add_word("and" if screen.joint is Joint.ALL else "or")
            self._add(part, is_inner=True)
        if is_inner:
            self._add_word(")")

    def _add_chip(self, words: str) -> None:
        chip, number, theme = QToolButton(self), len(self.chips), self._theme
        chip.setText(f"{in_menu(words)}  {_CROSS}")
        chip.setAccessibleName(f"Remove the condition {words}")
        chip.setToolTip("Remove this condition")
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        chip.setStyleSheet(
            f"QToolButton {{ color: {theme.text}; background: {theme.raised}; padding: 2px 8px;"
            f" border: 1px solid {theme.border}; border-radius: 9px; }}"
            f"QToolButton:hover, QToolButton:focus {{ border-color: {theme.accent}; }}"
        )
        chip.clicked.connect(lambda: self.removed.emit(number))
        self.chips.append(chip)
        self._flow.addWidget(chip)
        chip.show()

    def _add_word(self, word: str) -> None:
        label = QLabel(word, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setStyleSheet(f"color: {self._theme.muted}; padding: 3px 1px;")
        self._flow.addWidget(label)
        label.show()
