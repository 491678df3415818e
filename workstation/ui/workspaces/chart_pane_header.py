"""The line over a chart: what it shows, which one is active, and what can be done with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from workstation.domain.market import SeriesKey
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import in_menu, one_line, tooltip

_GLYPH = QSize(14, 14)
_TITLE_LENGTH = 28
_NARROWEST = 160


class ChartPaneHeader(QWidget):
    """Title and buttons of one chart; dragging it moves the chart, a double click lets it float or docks it.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    pressed = Signal()
    search_requested = Signal()
    close_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart-header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.title_button, self.menu_button = QToolButton(), QToolButton()
        self.close_button = QToolButton()
        self.menu = QMenu(self)
        self._theme, self._is_active, self._is_alone = theme, True, True
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 2, 4, 2)
        self._row.setSpacing(2)
        self._row.addWidget(self.title_button)
        self._row.addStretch(1)
        for button in (self.menu_button, self.close_button):
            button.setIconSize(_GLYPH)
            self._row.addWidget(button)
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName("What can be done with this chart")
        self.menu_button.setToolTip("Split, float, link and arrange")
        self.close_button.setAccessibleName("Close this chart")
        self.close_button.setToolTip("Close this chart")
        self.title_button.clicked.connect(self.search_requested)
        self.menu_button.clicked.connect(self.open_menu)
        self.close_button.clicked.connect(self.close_requested)
        self.set_series(None)
        self.set_theme(theme)

    def add_left(self, widget: QWidget) -> None:
        """Put a further button before the title."""
        self._row.insertWidget(self._row.indexOf(self.title_button), widget)

    def open_menu(self) -> None:
        """Show what can be done with the chart, under its button."""
        self.pressed.emit()
        self.menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def set_series(self, key: SeriesKey | None) -> None:
        """Name what the chart shows."""
        shown = f"{one_line(key.symbol, _TITLE_LENGTH)}  {key.timeframe}" if key else "No market"
        self.title_button.setText(in_menu(shown))
        self.title_button.setAccessibleName(f"{shown}: show another market here")
        self.title_button.setToolTip(tooltip(key.symbol if key else "No market", "Show another market here"))

    def set_active(self, *, is_active: bool, is_alone: bool) -> None:
        """Mark the chart that commands act upon; one that is alone needs no mark and cannot be closed."""
        if (is_active, is_alone) != (self._is_active, self._is_alone):
            self._is_active, self._is_alone = is_active, is_alone
            self.close_button.setEnabled(not is_alone)
            self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        is_marked = self._is_active and not self._is_alone
        line = theme.accent if is_marked else theme.panel
        ink, weight = (theme.text, 600) if self._is_active else (theme.muted, 400)
        self.close_button.setIcon(glyph("close", theme.disabled if self._is_alone else theme.muted))
        self.setStyleSheet(
            f"#chart-header {{ background: {theme.panel}; border-top: 2px solid {line};"
            f" border-bottom: 1px solid {theme.border}; }}"
            f"QToolButton {{ color: {ink}; font-weight: {weight}; padding: 1px 5px; }}"
        )

    def minimumSizeHint(self) -> QSize:
        """Return less than everything takes: a narrow chart cuts its title, which stands in it, too."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the chart active; the rest of the press belongs to the dock, which can be dragged."""
        self.pressed.emit()
        event.ignore()
