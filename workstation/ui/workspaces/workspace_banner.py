"""A banner over the charts that asks one question about workspaces, with two answers."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workstation.ui.theme import Theme


class WorkspaceBanner(QWidget):
    """Hidden until `ask`; goes away with either answer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workspace-banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self.yes_button, self.no_button = QPushButton(), QPushButton()
        self._yes: Callable[[], None] | None = None
        self._no: Callable[[], None] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._label, 1)
        row.addWidget(self.yes_button)
        row.addWidget(self.no_button)
        self.yes_button.clicked.connect(lambda: self._answer(self._yes))
        self.no_button.clicked.connect(lambda: self._answer(self._no))
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """What is asked."""
        return self._label.text()

    def ask(self, text: str, yes: tuple[str, Callable[[], None]], no: tuple[str, Callable[[], None]]) -> None:
        """Ask; each answer is what its button says and what it does."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.yes_button.setText(yes[0])
        self.no_button.setText(no[0])
        self._yes, self._no = yes[1], no[1]
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.setStyleSheet(
            f"#workspace-banner {{ background: {theme.panel}; border-bottom: 1px solid {theme.border};"
            f" border-left: 3px solid {theme.warning}; }} QLabel {{ color: {theme.text}; }}"
        )

    def _answer(self, answer: Callable[[], None] | None) -> None:
        self.hide()
        if answer is not None:
            answer()
