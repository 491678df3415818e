"""Whether the ledger still is what was written: asked by a button, answered in a sentence."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workstation.domain.ledger import LedgerHead, Verification
from workstation.ui.judgement.record_words import verification_words
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

NOT_CHECKED = "The ledger was not checked in this session."
_MEANING = "Every judgement is chained to the one before it; this proves that none was changed since"

_WIDE = 300


class LedgerLine(QFrame):
    """A sentence, and buttons to check the ledger and to copy its head."""

    verify_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._head: LedgerHead | None = None
        self._is_broken = self._is_busy = False
        self.label, self.progress = QLabel(NOT_CHECKED), QProgressBar()
        self.verify_button, self.copy_button = QPushButton("Verify"), QPushButton("Copy hash")
        self._lay_out()
        self.verify_button.clicked.connect(self._on_click)
        self.copy_button.clicked.connect(self._copy)
        self.set_theme(theme)
        self.set_head(None)

    def _lay_out(self) -> None:
        self.setObjectName("ledger-line")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setWordWrap(True)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(5)
        self.progress.setAccessibleName("Rows checked")
        self.progress.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.progress.hide()
        self.copy_button.setToolTip(
            "The hash of the newest row: noted elsewhere, it proves later that nothing up to now was replaced"
        )
        self.verify_button.setToolTip(_MEANING)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.label, 1)
        words.addWidget(self.progress)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(12, 8, 8, 8)
        whole.setSpacing(6)
        whole.addLayout(words, 1)
        for button in (self.verify_button, self.copy_button):
            whole.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the sentence; the head can be copied where there is more."""
        super().resizeEvent(event)
        self.copy_button.setVisible(self.width() >= _WIDE)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"#ledger-line {{ background: {theme.panel}; border-top: 1px solid {theme.border}; }}"
            " QPushButton { padding: 3px 10px; }"
            f"QProgressBar {{ background: {theme.border}; border: 0; border-radius: 2px; }}"
            f"QProgressBar::chunk {{ background: {theme.accent}; border-radius: 2px; }}"
        )
        self._colour()

    def set_head(self, head: LedgerHead | None) -> None:
        """Take the newest row's hash, to be copied; None where the ledger is empty."""
        self._head = head
        self.copy_button.setEnabled(head is not None)

    def show_progress(self, done: int, total: int) -> None:
        """Say how far a check is."""
        self._is_busy = True
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(min(done, total))
        self.progress.show()
        self.verify_button.setText("Cancel")
        self._say(f"Reading {done:,} of {total:,} rows…" if total else "Reading…", is_broken=False)

    def show_verification(self, found: Verification) -> None:
        """Say what a check has shown."""
        self._end()
        self._say(verification_words(found), is_broken=not found.is_sound)
        self.set_head(found.head if found.is_sound else None)

    def say(self, sentence: str) -> None:
        """Say why there is no answer."""
        self._end()
        self._say(one_line(sentence, 300), is_broken=False)

    def _end(self) -> None:
        self._is_busy = False
        self.progress.hide()
        self.verify_button.setText("Verify")

    def _say(self, sentence: str, *, is_broken: bool) -> None:
        self._is_broken = is_broken
        self.label.setText(sentence)
        self._colour()

    def _colour(self) -> None:
        weight = "600" if self._is_broken else "400"
        colour = self._theme.bearish if self._is_broken else self._theme.muted
        self.label.setStyleSheet(f"color: {colour}; font-weight: {weight}")

    def _on_click(self) -> None:
        if self._is_busy:
            self.cancel_requested.emit()
        else:
            self.verify_requested.emit()

    def _copy(self) -> None:
        if self._head is not None:
            QGuiApplication.clipboard().setText(str(self._head))
