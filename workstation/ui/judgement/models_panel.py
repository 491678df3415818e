"""The models panel: which model judges, how good it was, and which others there are."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workstation.domain.model_state import ModelState
from workstation.ui.judgement.model_reading import ModelsRead
from workstation.ui.judgement.model_section import ModelSection
from workstation.ui.theme import Theme
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import one_line

READING = "Reading the models…"
NONE_YET = (
    "There is no model yet.\nUntil one is trained, with tidemark train, signals come from the votes "
    "of the families alone and carry no probability."
)
_SMALLEST = QSize(180, 120)


class ModelPanel(QWidget):
    """A section for each name."""

    switch_requested = Signal(str, bool)
    roll_back_requested = Signal(str)
    promote_requested = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._read, self._states = ModelsRead(), dict[str, ModelState]()
        self.sections: dict[str, ModelSection] = {}
        self._is_awaited = False
        self._was_at: QWidget | None = None  # what had the keyboard when it was asked for, too early
        self.nothing, self.trouble = QLabel(), QLabel()
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._scroll = QScrollArea()
        self._pages = PageStack(self)
        self._lay_out()
        self.set_theme(theme)
        self.say(READING)

    def _lay_out(self) -> None:
        self.setObjectName("models")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list.setObjectName("model-list")
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll.setWidget(self._list)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Models")
        for label in (self.nothing, self.trouble):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.trouble.setContentsMargins(12, 8, 12, 8)
        self.trouble.hide()
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.trouble)
        whole.addLayout(self._pages, 1)

    def minimumSizeHint(self) -> QSize:
        """Return little: the sections scroll."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"#models {{ background: {theme.panel}; }} #model-list {{ background: {theme.base}; }}"
        )
        self.nothing.setStyleSheet(f"color: {theme.muted}")
        self.trouble.setStyleSheet(f"color: {theme.warning}")
        if self.sections:
            self._make_sections()

    def show_models(self, read: ModelsRead, states: Mapping[str, ModelState]) -> None:
        """Show these models; `states` tells by name what the engine says of each."""
        if (read, dict(states)) == (self._read, self._states) and self.sections:
            return
        self._read, self._states = read, dict(states)
        self.trouble.setText(one_line(read.trouble, 400))
        self.trouble.setVisible(bool(read.trouble))
        self._make_sections()
        self.nothing.setText(NONE_YET)
        self._pages.setCurrentIndex(0 if self.sections else 1)
        if self.sections and self._is_awaited:
            self._is_awaited = False
            if QApplication.focusWidget() is self._was_at:  # nobody went on to something else
                self.focus_first()
            self._was_at = None

    def say(self, sentence: str) -> None:
        """Show a sentence where there is no model; above them where there are."""
        if self.sections:
            self.trouble.setText(one_line(sentence, 400))
            self.trouble.show()
        else:
            self.nothing.setText(sentence)
            self._pages.setCurrentIndex(1)

    def focus_first(self) -> None:
        """Give the keyboard to the first button; while the models are read, once they are."""
        for section in self.sections.values():
            section.switch_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._is_awaited, self._was_at = True, QApplication.focusWidget()

    def _held(self) -> tuple[str, int] | None:
        """Return which button has the keyboard: the name of its section, and its number there."""
        for name, section in self.sections.items():
            for number, button in enumerate(section.findChildren(QPushButton)):
                if button.hasFocus():
                    return name, number
        return None

    def _hold_again(self, held: tuple[str, int] | None) -> None:
        section = self.sections.get(held[0]) if held is not None else None
        buttons = section.findChildren(QPushButton) if section is not None else []
        if held is not None and held[1] < len(buttons):
            buttons[held[1]].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_sections(self) -> None:
        """Build every section anew, and leave the scroll bar and the keyboard where they were."""
        place, held = self._scroll.verticalScrollBar().value(), self._held()
        for section in self.sections.values():
            self._column.removeWidget(section)
            section.hide()
            section.deleteLater()
        self.sections = {}
        for models in self._read.models:
            section = ModelSection(models, self._states.get(models.name), self._theme)
            section.switch_requested.connect(self.switch_requested)
            section.roll_back_requested.connect(self.roll_back_requested)
            section.promote_requested.connect(self.promote_requested)
            self.sections[models.name] = section
            self._column.insertWidget(self._column.count() - 1, section)
        self._hold_again(held)
        self._scroll.verticalScrollBar().setValue(place)
