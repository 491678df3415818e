"""The button that says, and chooses, which charts a chart is linked with."""

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workstation.ui.theme import Theme

LINK_NAMES = ("A", "B", "C", "D", "E")
"""Groups of charts; each has a letter and a colour."""

_SIDE = 14  # logical pixels
_SHARP = 3  # device pixels of an icon for each, enough for every scale


def link_colour(name: str, theme: Theme) -> str:
    """Return a group's colour."""
    colours = (theme.accent, theme.warning, theme.practice, theme.text, theme.fall)
    return dict(zip(LINK_NAMES, colours, strict=True)).get(name, theme.muted)


class LinkButton(QToolButton):
    """Shows a letter on a colour, or a dash; its menu chooses another group and what is shared in it."""

    chosen = Signal(str)  # one of LINK_NAMES; empty for none
    timeframe_toggled = Signal(bool)
    range_toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("link-button")
        self._theme, self._name = theme, ""
        self.link_menu = QMenu(self)
        self._group = QActionGroup(self)
        self._choices: dict[str, QAction] = {}
        for name in ("", *LINK_NAMES):
            action = self.link_menu.addAction(f"Link {name}" if name else "Not linked")
            action.setCheckable(True)
            action.triggered.connect(lambda _is=False, one=name: self.chosen.emit(one))
            self._group.addAction(action)
            self._choices[name] = action
        self.link_menu.addSeparator()
        self.timeframe_action = self._switch("Share the timeframe, too", self.timeframe_toggled)
        self.range_action = self._switch("Share what is in sight, too", self.range_toggled)
        self.clicked.connect(self.open_menu)
        self.show_link("", shares_timeframe=False, shares_range=False)

    def open_menu(self) -> None:
        """Show the groups under the button."""
        self.link_menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def show_link(self, name: str, *, shares_timeframe: bool, shares_range: bool) -> None:
        """Show which group the chart is in, and what it shares there."""
        self._name = name
        self._choices[name].setChecked(True)
        self.timeframe_action.setChecked(shares_timeframe)
        self.range_action.setChecked(shares_range)
        for action in (self.timeframe_action, self.range_action):
            action.setEnabled(bool(name))
        said = f"Linked with charts of group {name}" if name else "Not linked with other charts"
        self.setText(name or "–")
        self.setAccessibleName(said)
        self.setToolTip(f"{said}: market and crosshair are shared in a group")
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        colour = link_colour(self._name, theme) if self._name else "transparent"
        ink = theme.on_badge if self._name else theme.muted
        self.setStyleSheet(
            f"QToolButton {{ background: {colour}; color: {ink}; border: 1px solid {theme.border};"
            " border-radius: 3px; padding: 0px 5px; font-weight: 600; }"
            f"QToolButton:focus, QToolButton:hover {{ border-color: {theme.text}; }}"
        )
        for name, action in self._choices.items():
            if name:
                action.setIcon(_spot(link_colour(name, theme), theme.on_badge if name == self._name else ""))

    def _switch(self, title: str, toggled: object) -> QAction:
        action = self.link_menu.addAction(title)
        action.setCheckable(True)
        action.triggered.connect(toggled)
        return action


def _spot(colour: str, tick: str) -> QIcon:
    """Return a spot of a group's colour, with a tick of another on it where it is chosen."""
    pixmap = QPixmap(_SIDE * _SHARP, _SIDE * _SHARP)
    pixmap.setDevicePixelRatio(_SHARP)
    pixmap.fill(QColor(colour))
    if tick:
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tick), 2))
            painter.drawPolyline([QPointF(3, 7.5), QPointF(6, 10.5), QPointF(11, 4)])
    return QIcon(pixmap)
