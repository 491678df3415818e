"""Banners under the toolbar: what happened, what is unaffected, what to do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workstation.ui.icon import glyph
from workstation.ui.theme import Theme

_STAYS = frozenset({"engine"})  # true as long as it is shown: it goes away by itself, not by a click


class NoticeArea(QWidget):
    """One banner for each subject; a new sentence on a subject replaces the old one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._banners: dict[str, _Banner] = {}
        self._closed: dict[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def texts(self) -> dict[str, str]:
        """What is shown, by subject."""
        return {subject: banner.text for subject, banner in self._banners.items()}

    def post(self, subject: str, text: str) -> None:
        """Show a sentence; empty text takes the subject's banner away.

        A sentence that the trader has closed does not come back until it was taken away or changed.
        """
        if not text:
            self._closed.pop(subject, None)
            self._remove(subject)
            return
        if self._closed.get(subject) == text:
            return
        self._closed.pop(subject, None)
        banner = self._banners.get(subject)
        if banner is None:
            banner = _Banner(self._theme, can_close=subject not in _STAYS)
            banner.close_button.clicked.connect(lambda: self._on_close(subject))
            self._banners[subject] = banner
            self._column.addWidget(banner)
        banner.set_text(text)
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for banner in self._banners.values():
            banner.set_theme(theme)

    def _on_close(self, subject: str) -> None:
        self._closed[subject] = self._banners[subject].text
        self._remove(subject)

    def _remove(self, subject: str) -> None:
        banner = self._banners.pop(subject, None)
        if banner is not None:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))


class _Banner(QFrame):
    """One sentence on one line or more, with a cross where it may be closed."""

    def __init__(self, theme: Theme, *, can_close: bool) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Close this notice")
        self.close_button.setVisible(can_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 8, 5)
        row.addWidget(self._label, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.set_theme(theme)

    @property
    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str) -> None:
        self._label.setText(text)
        self.setAccessibleName(text)

    def set_theme(self, theme: Theme) -> None:
        self.close_button.setIcon(glyph("close", theme.muted))
        self.setStyleSheet(
            f"#notice {{ background: {theme.panel}; border-bottom: 1px solid {theme.border};"
            f" border-left: 3px solid {theme.warning}; }} QLabel {{ color: {theme.text}; }}"
        )
