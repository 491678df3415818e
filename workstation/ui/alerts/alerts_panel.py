"""The alert panel: everything the trader was told, until it is dismissed, and what is watched for him."""

from datetime import tzinfo

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.alert import Alert
from workstation.ui.alerts.alert_delegate import AlertDelegate, close_area
from workstation.ui.alerts.alert_model import AlertModel
from workstation.ui.alerts.alert_rules_panel import AlertRulesPage
from workstation.ui.theme import Theme
from workstation.ui.widgets.page_stack import PageStack

_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DISMISS_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Delete)
_EMPTY = "No alerts.\nA signal on a watched market, and what you have watched, is announced here, once."


class AlertList(QListView):
    """Alerts as a list. A click or Enter opens one; Esc, Del or its cross dismisses it."""

    open_requested = Signal(int)  # row
    dismiss_requested = Signal(int)  # row
    hovered = Signal(int)  # row; -1 for none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("Alerts")
        self.entered.connect(lambda index: self.hovered.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into requests."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() in _OPEN_KEYS:
            self.open_requested.emit(row)
        elif row >= 0 and event.key() in _DISMISS_KEYS:
            self.dismiss_requested.emit(row)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer from row to row."""
        super().mouseMoveEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.hovered.emit(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open or dismiss what was clicked."""
        super().mouseReleaseEvent(event)
        where = event.position().toPoint()
        index = self.indexAt(where)
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        if close_area(self.visualRect(index)).contains(where):
            self.dismiss_requested.emit(index.row())
        else:
            self.open_requested.emit(index.row())


class AlertPanel(QWidget):
    """Alerts, newest first, with how many are unread."""

    open_requested = Signal(object)  # Alert
    dismiss_requested = Signal(object)  # list[int]

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = AlertModel(self)
        self.delegate = AlertDelegate(self.model, theme, self)
        self.list = AlertList()
        self.dismiss_all_button = QPushButton("Dismiss all")
        self._unread = QLabel()
        self._nothing = QLabel(_EMPTY)
        self.record_note = QLabel()
        self.tabs, self.rules, self._told = QTabBar(), AlertRulesPage(theme), QWidget()
        self._pages, self._halves = PageStack(self._told), PageStack(self)
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._on_rows_changed()

    def _lay_out(self) -> None:
        self.setObjectName("alerts")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.dismiss_all_button.setAccessibleName("Dismiss every alert")
        for label in (self._unread, self._nothing, self.record_note):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setContentsMargins(24, 6, 24, 6)
        self.record_note.setWordWrap(True)
        self.record_note.setContentsMargins(12, 6, 12, 8)
        self.record_note.hide()
        top = QHBoxLayout()
        top.setContentsMargins(12, 6, 8, 6)
        top.addWidget(self._unread, 1)
        top.addWidget(self.dismiss_all_button)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._nothing)
        told = QVBoxLayout(self._told)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(0)
        told.addLayout(top)
        told.addLayout(self._pages, 1)
        told.addWidget(self.record_note)
        self._lay_out_halves()

    def _lay_out_halves(self) -> None:
        self.tabs.setAccessibleName("Told or watched")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for title in ("Told", "Watched"):
            self.tabs.addTab(title)
        self._halves.addWidget(self._told)
        self._halves.addWidget(self.rules)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.tabs)
        whole.addLayout(self._halves, 1)

    def _connect(self) -> None:
        self.list.open_requested.connect(self._open)
        self.list.dismiss_requested.connect(lambda row: self._dismiss([self.model.alert_at(row).id]))
        self.list.hovered.connect(self._on_hover)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.dismiss_all_button.clicked.connect(self.dismiss_all)
        self.tabs.currentChanged.connect(self._halves.setCurrentIndex)
        self.model.unread_changed.connect(self._on_unread)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            changed.connect(self._on_rows_changed)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.setStyleSheet(f"#alerts {{ background: {theme.panel}; }}")
        for label in (self._unread, self._nothing, self.record_note):
            label.setStyleSheet(f"color: {theme.muted}")
        self.list.viewport().update()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self.delegate.zone = zone
        self.list.viewport().update()

    def show_count(self, n_rules: int) -> None:
        """Say beside the page of rules how many there are."""
        self.tabs.setTabText(1, f"Watched ({n_rules})" if n_rules else "Watched")

    def set_record_note(self, text: str) -> None:
        """Say below the list why it is the only record; empty text says nothing."""
        self.record_note.setText(text)
        self.record_note.setVisible(bool(text))

    def dismiss_current(self) -> None:
        """Ask to dismiss the chosen alert, or the newest where none is chosen."""
        row = max(self.list.currentIndex().row(), 0)
        if row < self.model.rowCount():
            self._dismiss([self.model.alert_at(row).id])

    def dismiss_all(self) -> None:
        """Ask to dismiss every alert."""
        if self.model.rowCount():
            self._dismiss(self.model.ids)

    def focus_rules(self) -> None:
        """Give the keyboard to what is watched."""
        self.tabs.setCurrentIndex(1)
        self.rules.focus_list()

    def focus_list(self) -> None:
        """Give the keyboard to the list, with its newest alert chosen."""
        self.tabs.setCurrentIndex(0)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.model.rowCount() and self.list.currentIndex().row() < 0:
            self.list.setCurrentIndex(self.model.index(0))

    def _open(self, row: int) -> None:
        alert: Alert = self.model.alert_at(row)
        self.model.mark_read(alert.id)
        self.open_requested.emit(alert)

    def _dismiss(self, ids: list[int]) -> None:
        self.dismiss_requested.emit(ids)

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid() and self.list.hasFocus():
            self.model.mark_read(self.model.alert_at(current.row()).id)

    def _on_unread(self, _n_unread: int) -> None:
        self._on_rows_changed()

    def _on_rows_changed(self) -> None:
        n_rows, n_unread = self.model.rowCount(), self.model.n_unread
        self._pages.setCurrentIndex(0 if n_rows else 1)
        self.dismiss_all_button.setEnabled(n_rows > 0)
        self._unread.setText(f"{n_unread} unread" if n_unread else "All read" if n_rows else "")
        self._on_hover(-1)

    def _on_hover(self, row: int) -> None:
        if row != self.delegate.hover_row:
            self.delegate.hover_row = row
            self.list.viewport().update()
