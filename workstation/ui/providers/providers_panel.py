"""The providers panel: who is asked for what lies outside the candles, and how each is doing."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from workstation.domain.provider import ProviderState
from workstation.ui.providers.provider_row import ProviderRow
from workstation.ui.providers.universe_bar import UniverseBar
from workstation.ui.theme import Theme
from workstation.ui.widgets.page_stack import PageStack

AWAY = "The engine is away just now. Its providers are shown again when it is back."
NONE_YET = "The engine has not said yet which providers it has."
_SMALLEST = QSize(180, 120)


class ProviderPanel(QWidget):
    """Progress of the universe, then one row for each provider."""

    switched = Signal(str, bool)
    shown = Signal()
    """It came into sight: what was said meanwhile is due."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: dict[str, ProviderRow] = {}
        self.universe = UniverseBar(theme)
        self.nothing = QLabel()
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._scroll = QScrollArea()
        self._pages = PageStack(self)
        self._lay_out()
        self.set_theme(theme)
        self.say(NONE_YET)

    def _lay_out(self) -> None:
        self.setObjectName("providers")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list.setObjectName("provider-list")
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll.setWidget(self._list)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self.nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.universe)
        whole.addLayout(self._pages, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what was said while nobody looked."""
        super().showEvent(event)
        self.shown.emit()

    def minimumSizeHint(self) -> QSize:
        """Return little: the rows scroll."""
        return _SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"#providers {{ background: {theme.panel}; }} #provider-list {{ background: {theme.base}; }}"
        )
        self.nothing.setStyleSheet(f"color: {theme.muted}")
        self.universe.set_theme(theme)
        for row in self.rows.values():
            row.set_theme(theme)

    def show_states(self, states: Sequence[ProviderState], now_ms: int) -> None:
        """Show these providers, in this order."""
        wanted = [state.about.name for state in states]
        if wanted != list(self.rows):
            self._make_rows(states)
        for state in states:
            self.rows[state.about.name].show_state(state, now_ms)
        self.nothing.setText(NONE_YET)
        self._pages.setCurrentIndex(0 if self.rows else 1)

    def show_ages(self, now_ms: int) -> None:
        """Say again how long ago each answered."""
        for row in self.rows.values():
            row.show_age(now_ms)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of the providers."""
        self.nothing.setText(sentence)
        self._pages.setCurrentIndex(1)

    def focus_first(self) -> None:
        """Give the keyboard to the first switch."""
        for row in self.rows.values():
            row.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return

    def _make_rows(self, states: Sequence[ProviderState]) -> None:
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for state in states:
            row = ProviderRow(state.about, self._theme)
            row.switched.connect(self.switched)
            self.rows[state.about.name] = row
            self._column.insertWidget(self._column.count() - 1, row)
