"""The line above the watchlist: a tab for each list, and what can be done with the one that is shown."""

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QToolButton, QWidget

from workstation.domain.watch_book import ALL_WATCHED
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme
from workstation.ui.widgets.market_drag import markets_in
from workstation.ui.words.foreign_text import in_menu, one_line, tooltip


class ListTabs(QTabBar):
    """Tabs onto which markets can be dragged; which one they would fall on has a frame."""

    dropped = Signal(object, int)  # markets, number of the tab

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target = -1
        self.accent = QColor()
        self.setAcceptDrops(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Which list is shown")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome markets."""
        self._weigh(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show on which list they would fall."""
        self._weigh(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show nothing any more."""
        self._aim(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what fell on which list."""
        at, symbols = self.tabAt(event.position().toPoint()), markets_in(event.mimeData())
        self._aim(-1)
        if symbols and at >= 0:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(symbols, at)

    def _weigh(self, event: QDropEvent) -> None:
        at = self.tabAt(event.position().toPoint()) if markets_in(event.mimeData()) else -1
        self._aim(at)
        if at < 0:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _aim(self, at: int) -> None:
        self._target = at
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tabs, and a frame around the one that is aimed at."""
        super().paintEvent(event)
        if self._target >= 0:
            painter = QPainter(self)
            painter.setPen(QPen(self.accent, 2))
            painter.drawRoundedRect(QRect(self.tabRect(self._target)).adjusted(1, 1, -1, -1), 4, 4)
            painter.end()


class WatchlistChooser(QWidget):
    """Chooses a list by its tab; the first is everything that is watched."""

    chosen = Signal(str)  # name of a list; empty for everything watched
    dropped = Signal(object, str)  # markets, name of a list

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs, self.menu_button = ListTabs(), QToolButton()
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu_button.setToolTip("New list, columns, grouping, import, export, undo")
        self.menu_button.setAccessibleName("What can be done with the list")
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 2, 8, 0)
        line.addWidget(self.tabs, 1)
        line.addWidget(self.menu_button)
        self.set_theme(theme)
        self.offer({}, "")
        self.tabs.currentChanged.connect(lambda at: self.chosen.emit(self._name_at(at)))
        self.tabs.dropped.connect(lambda symbols, at: self.dropped.emit(symbols, self._name_at(at)))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.menu_button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.menu_button.setIcon(glyph("menu", theme.muted))
        self.tabs.accent = QColor(theme.accent)

    @property
    def current(self) -> str:
        """Name of the list that is chosen; empty for everything watched."""
        return self._name_at(self.tabs.currentIndex())

    def offer(self, sizes: Mapping[str, int], current: str) -> None:
        """Offer these lists, with one of them chosen.

        Parameters
        ----------
        sizes : mapping of str to int
            How many markets each holds, by name.
        """
        tabs = self.tabs
        was_blocked = tabs.blockSignals(True)
        for at, name in enumerate(("", *sizes)):
            if at == tabs.count():
                tabs.addTab("")
            shown = one_line(name, 40) or ALL_WATCHED
            tabs.setTabText(at, f"{in_menu(shown)} {sizes[name]:,}" if name else in_menu(shown))
            tabs.setTabData(at, name)
            tabs.setTabToolTip(at, tooltip(shown))
            if name == current:
                tabs.setCurrentIndex(at)
        while tabs.count() > len(sizes) + 1:
            tabs.removeTab(tabs.count() - 1)
        tabs.blockSignals(was_blocked)

    def _name_at(self, at: int) -> str:
        return str(self.tabs.tabData(at) or "")
