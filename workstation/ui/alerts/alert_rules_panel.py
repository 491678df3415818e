"""The page of rules in the alert panel: everything that is watched, and what can be done with it."""

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QListView, QPushButton, QVBoxLayout, QWidget

from workstation.domain.alert_rule import AlertRule, RuleStanding, RuleState
from workstation.ui.alerts.alert_rule_delegate import AlertRuleDelegate
from workstation.ui.alerts.alert_rule_model import AlertRuleModel
from workstation.ui.theme import Theme
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.widgets.section_text import plain_label

_EMPTY = (
    "Nothing is watched yet.\n"
    "Choose a drawing and press Alt+A, or ask the screener to tell you when a coin enters a screen."
)
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SMALLEST, _GAP = QSize(150, 120), 8
_OVER = (RuleState.DONE, RuleState.ENDED)


class RuleList(QListView):
    """Rules as a list. Enter or a double click shows one, F2 changes it, Space pauses it, Del deletes it."""

    key_asked = Signal(str)  # the name of a deed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Watched")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into deeds."""
        deed = _KEYS.get(event.key())
        if deed and self.currentIndex().isValid():
            self.key_asked.emit(deed)
        else:
            super().keyPressEvent(event)


_KEYS: dict[int, str] = {
    **dict.fromkeys(map(int, _OPEN_KEYS), "show"),
    int(Qt.Key.Key_F2): "edit",
    int(Qt.Key.Key_Space): "pause",
    int(Qt.Key.Key_Delete): "delete",
}


class AlertRulesPage(QWidget):
    """Every rule with its state, and buttons for the chosen one."""

    show_wanted = Signal(object)  # AlertRule
    edit_wanted = Signal(object)  # AlertRule
    pause_wanted = Signal(object)  # AlertRule, to be paused or to be watched again
    delete_wanted = Signal(object)  # AlertRule
    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = AlertRuleModel(self)
        self.delegate = AlertRuleDelegate(self.model, theme, self)
        self.list, self.nothing = RuleList(), plain_label(_EMPTY)
        self.show_button = self._button("Show", "Show it on the chart", "show")
        self.edit_button = self._button("Change…", "Change the alert", "edit")
        self.pause_button = self._button("Pause", "Pause the alert", "pause")
        self.delete_button = self._button("Delete", "Delete the alert", "delete")
        self.undo_button = QPushButton("Undo")
        self.undo_button.setAccessibleName("Bring back the deleted alert")
        self.undo_button.setEnabled(False)
        self._pages, self._buttons, self._n_columns = PageStack(self), QGridLayout(), 0
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_buttons()

    def _button(self, title: str, name: str, deed: str) -> QPushButton:
        button = QPushButton(title)
        button.setAccessibleName(name)
        button.clicked.connect(lambda _checked=False: self._do(deed))
        return button

    def _lay_out(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.nothing)
        self._buttons.setContentsMargins(8, 6, 8, 8)
        self._buttons.setSpacing(6)
        self._arrange()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._pages, 1)
        whole.addLayout(self._buttons)

    def minimumSizeHint(self) -> QSize:
        """Return little: the list scrolls, and the buttons stand in as many rows as they need."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let no button be cut off."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        buttons = (self.show_button, self.edit_button, self.pause_button, self.delete_button)
        row = (*buttons, self.undo_button)
        widths, room = [button.sizeHint().width() + _GAP for button in row], self.width() - _GAP
        n_columns = len(row) if sum(widths) <= room else max(room // max(widths), 1)
        if n_columns == self._n_columns:
            return
        self._n_columns = n_columns
        for at, button in enumerate(row):
            self._buttons.addWidget(button, at // n_columns, at % n_columns)

    def _connect(self) -> None:
        self.list.key_asked.connect(self._do)
        self.list.doubleClicked.connect(lambda _index: self._do("show"))
        self.list.selectionModel().currentChanged.connect(self._show_buttons)
        self.model.dataChanged.connect(self._show_buttons)
        self.undo_button.clicked.connect(self.undo_wanted)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.nothing.setStyleSheet(f"color: {theme.muted}")
        self.list.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.model.set_zone(zone)

    def show_standings(self, standings: tuple[RuleStanding, ...]) -> None:
        """Show how every rule stands; the chosen one stays chosen."""
        chosen, row = self.chosen, self.list.currentIndex().row()
        self.model.set_standings(standings)
        kept = self.model.row_of(chosen.rule.id) if chosen is not None else -1
        self.choose(kept if kept >= 0 else min(row, self.model.rowCount() - 1))
        self._show_buttons()

    @property
    def chosen(self) -> RuleStanding | None:
        """The chosen rule."""
        return self.model.standing_at(self.list.currentIndex().row())

    def choose(self, row: int) -> None:
        """Choose a row; nothing where there is none."""
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))

    def focus_list(self) -> None:
        """Give the keyboard to the list, with a rule chosen."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.chosen is None:
            self.choose(min(0, self.model.rowCount() - 1))

    def _do(self, deed: str) -> None:
        standing = self.chosen
        if standing is None:
            return
        deeds: dict[str, Callable[[AlertRule], None]] = {
            "show": self.show_wanted.emit,
            "edit": self.edit_wanted.emit,
            "pause": self.pause_wanted.emit,
            "delete": self.delete_wanted.emit,
        }
        deeds[deed](standing.rule)

    def _show_buttons(self, *_: object) -> None:
        standing = self.chosen
        self._pages.setCurrentIndex(0 if self.model.rowCount() else 1)
        for button in (self.show_button, self.edit_button, self.pause_button, self.delete_button):
            button.setEnabled(standing is not None)
        is_off = standing is not None and (standing.rule.is_paused or standing.state in _OVER)
        self.pause_button.setText("Resume" if is_off else "Pause")
        self.pause_button.setAccessibleName("Watch it again" if is_off else "Pause the alert")
