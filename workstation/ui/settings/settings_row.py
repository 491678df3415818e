"""One setting on the settings page: what it is called, what it does, and what it is set to."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.storage.setting import Setting, Value
from workstation.storage.setting_text import is_colours, is_node, is_zone, without_key
from workstation.ui.price_colours import warning
from workstation.ui.settings.colours_editor import ColoursEditor
from workstation.ui.settings.settings_words import choice_words, text_of, title_of, value_of
from workstation.ui.theme import Theme
from workstation.ui.widgets.tick_box import TickBox

_EDITOR_WIDTH, _LIST_LINES = 240, 5
_UNIT_WIDTH = 56


class SettingRow(QWidget):
    """An editor made for the setting's type; what is typed counts when the line is left or Enter pressed."""

    edited = Signal(object)
    reset_requested = Signal()

    def __init__(self, setting: Setting, theme: Theme, *, needs_restart: bool) -> None:
        super().__init__()
        self.setting, self._theme = setting, theme
        self._shown: Value = setting.default
        self.title, self.mark, self.problem = QLabel(title_of(setting)), QLabel("changed"), QLabel()
        self.sentence = QLabel(
            setting.sentence + (" Takes effect at the next start." if needs_restart else "")
        )
        self.reset_button = QPushButton("Reset")
        self.editor = self._made_editor(theme)
        self._lay_out()
        self.set_theme(theme)
        self.reset_button.clicked.connect(self.reset_requested)

    def _made_editor(self, theme: Theme) -> QWidget:
        setting = self.setting
        if setting.kind is bool:
            box = TickBox("On", theme)
            box.toggled.connect(self._tell)
            return box
        if setting.kind is str and setting.choices:
            choice = QComboBox()
            for one in setting.choices:
                choice.addItem(choice_words(setting, one), one)
            choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel scrolls the page
            choice.installEventFilter(self)
            choice.activated.connect(lambda place: self._tell(choice.itemData(place)))
            return choice
        if setting.kind is tuple and not setting.choices:
            lines = QPlainTextEdit()
            lines.setTabChangesFocus(True)
            lines.setPlaceholderText("One on a line")
            lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            lines.setFixedHeight(_LIST_LINES * lines.fontMetrics().lineSpacing() + 12)
            lines.installEventFilter(self)
            return lines
        if setting.check is is_colours:
            colours = ColoursEditor(theme)
            colours.chosen.connect(self._tell)
            return colours
        line = QLineEdit()
        line.editingFinished.connect(self._tell_typed)
        if setting.check is is_zone:
            line.setCompleter(_zones(line))
        return line

    def _lay_out(self) -> None:
        setting, editor = self.setting, self.editor
        name = f"{self.title.text()}{f', {setting.unit}' if setting.unit else ''}"
        editor.setAccessibleName(name)
        editor.setAccessibleDescription(self.sentence.text())
        editor.setFixedWidth(_EDITOR_WIDTH)
        self.reset_button.setAccessibleName(f"Reset {self.title.text()}")
        self.reset_button.setToolTip(f"As delivered: {text_of(setting.default) or 'empty'}")
        self.reset_button.setAutoDefault(False)
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        for label in (self.title, self.mark, self.sentence, self.problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.sentence, self.problem):
            label.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self.title)
        heading.addWidget(self.mark)
        heading.addStretch(1)
        words.addLayout(heading)
        words.addWidget(self.sentence)
        words.addWidget(self.problem)
        words.addStretch(1)
        unit = QLabel(setting.unit)
        unit.setFixedSize(_UNIT_WIDTH, QLineEdit().sizeHint().height())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(12)
        row.addLayout(words, 1)
        for part in (editor, unit, self.reset_button):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignTop)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if isinstance(self.editor, TickBox | ColoursEditor):
            self.editor.set_theme(theme)
            self._warn()
        self.title.setStyleSheet("font-weight: 600;")
        self.mark.setStyleSheet(f"color: {theme.accent};")
        self.sentence.setStyleSheet(f"color: {theme.muted};")
        self.problem.setStyleSheet(f"color: {theme.warning};")

    def show_value(self, value: Value) -> None:
        """Show what it is set to, and whether that is as delivered; dots stand for what may be a key."""
        value = without_key(str(value)) if self.setting.check is is_node else value
        self._shown = value
        editor, text = self.editor, text_of(value)
        editor.blockSignals(True)
        if isinstance(editor, TickBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, ColoursEditor):
            editor.show_value(text)
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(text))
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)
        elif isinstance(editor, QLineEdit):
            editor.setText(text.replace("\n", ", "))
            editor.setCursorPosition(0)
        editor.blockSignals(False)
        is_changed = value != self.setting.default
        self.mark.setVisible(is_changed)
        self.reset_button.setVisible(is_changed)
        self._warn()

    def _warn(self) -> None:
        """Say what is wrong with a value that can be used all the same."""
        is_seen = isinstance(self.editor, ColoursEditor)
        self.refuse(warning(self._theme, str(self._shown)) if is_seen else "")

    def refuse(self, why: str) -> None:
        """Say why what was typed cannot be used; the empty text says nothing."""
        self.problem.setText(why)
        self.problem.setVisible(bool(why))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a list when it is left, and let the wheel scroll the page instead of changing a choice."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QComboBox):
            event.ignore()
            return True
        if event.type() == QEvent.Type.FocusOut and isinstance(watched, QPlainTextEdit):
            self._tell_typed()
        return super().eventFilter(watched, event)

    def take_typed(self) -> None:
        """Take what was typed and not yet left."""
        if isinstance(self.editor, QLineEdit | QPlainTextEdit):
            self._tell_typed()

    def _tell_typed(self) -> None:
        editor = self.editor
        text = editor.toPlainText() if isinstance(editor, QPlainTextEdit) else editor.text()  # type: ignore[attr-defined]  # a line
        self._tell(value_of(self.setting, text))

    def _tell(self, raw: object) -> None:
        same = tuple(raw) if isinstance(raw, list) else raw
        if same != self._shown or self.problem.text():
            self.edited.emit(raw)


def _zones(parent: QWidget) -> QCompleter:
    """Return what offers the time zones that hold what is typed."""
    import zoneinfo

    offered = QCompleter(["local", *sorted(zoneinfo.available_timezones())], parent)
    offered.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    offered.setFilterMode(Qt.MatchFlag.MatchContains)
    return offered
