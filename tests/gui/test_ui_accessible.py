"""The whole window without a mouse: every control has a name and a role, and Tab shows where it is."""

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabBar,
    QTableWidget,
    QToolButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)

from tests.fakes.window_world import Desk, alert, provider
from workstation.link import messages as said
from workstation.ui import theme as themes
from workstation.ui.commands import COMMANDS
from workstation.ui.keyboard.shortcuts_dialog import ShortcutsDialog
from workstation.ui.settings.settings_dialog import SettingsDialog
from workstation.ui.theme import DARK, LIGHT, Theme
from workstation.ui.widgets.late_panel import LatePanel
from workstation.ui.widgets.tick_box import TickBox

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

_LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse
_NO_ROLE = (QAccessible.Role.NoRole, QAccessible.Role.Client)


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    window = made.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    made.welcome()
    made.prices()
    made.tell(said.AlertSaid(alert(1)), said.Notice("venue", "Binance does not answer."))
    made.tell(said.ProvidersSaid((provider("mempool"),)), said.UniverseSaid(3, 9, False, "1h"))
    yield made
    window.finish()


def about(widget: QWidget) -> str:
    """Return where a control stands, for whoever must mend it."""
    owner: QObject | None = widget
    while owner is not None and "workstation" not in type(owner).__module__:
        owner = owner.parent()
    return (
        f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()} in {type(owner).__name__}"
    )


def takes_keys(top: QWidget) -> list[QWidget]:
    """Return every control in sight that can have the keyboard."""
    return [
        widget
        for widget in [top, *top.findChildren(QWidget)]
        if widget.isVisible()
        and widget.isEnabled()
        and not widget.focusProxy()
        and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and widget.window() is top.window()
    ]


def faults(widget: QWidget) -> list[str]:
    """Return what a screen reader or a keyboard would miss of a control."""
    spoken = QAccessible.queryAccessibleInterface(widget)
    found = []
    if spoken is None or not spoken.text(QAccessible.Text.Name).strip():
        found.append(f"no name: {about(widget)}")
    if spoken is None or (spoken.role() in _NO_ROLE and not isinstance(widget, QScrollArea)):
        found.append(f"no role: {about(widget)}")
    is_only_text = isinstance(widget, QLabel) and not widget.textInteractionFlags() & _LINKS
    if not is_only_text and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        found.append(f"not by Tab: {about(widget)}")
    return found


def test_every_control_of_every_dock_has_a_name_a_role_and_is_reached_by_tab(desk):
    window = desk.window
    for late in window.findChildren(LatePanel):
        late.ensure()
    seen: set[QWidget] = set()
    found: set[str] = set()
    for title in window.docks.by_title:
        window.docks.reveal(title)
        QApplication.processEvents()
        controls = takes_keys(window)
        seen.update(controls)
        for widget in controls:
            found.update(faults(widget))
    assert len(seen) > 60
    assert sorted(found) == []


def choosing(widget: QWidget) -> QObject | None:
    """Return what holds buttons that exclude each other: Tab goes to one of them, arrows to the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group if group is not None and group.exclusive() else None


def test_tab_goes_through_the_window_and_comes_back(desk, qtbot):
    window = desk.window
    with qtbot.waitActive(window):
        window.activateWindow()
    window.chart.setFocus()
    wanted = {widget for widget in takes_keys(window) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus}
    seen = []
    for _ in range(3 * len(wanted)):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(window.focusWidget())
        if seen[-1] is window.chart:
            break
    assert seen[-1] is window.chart, f"Tab stays in {about(seen[-1])}"
    reached = {choosing(widget) for widget in seen} - {None}
    in_sight = {widget for widget in wanted - {*seen} if not widget.visibleRegion().isEmpty()}
    assert sorted(about(widget) for widget in in_sight if choosing(widget) not in reached) == []


def test_every_control_of_the_dialogs_has_a_name_a_role_and_is_reached_by_tab(desk):
    window = desk.window
    window.keyboard.open_settings()
    window.keyboard.open_shortcuts()
    for kind in (SettingsDialog, ShortcutsDialog):
        controls = takes_keys(window.findChild(kind))
        assert len(controls) >= 5
        assert sorted(fault for widget in controls for fault in faults(widget)) == []


def test_every_command_is_done_without_a_mouse(desk, qtbot):
    search = desk.window.search
    search.open(">")
    offered = {hit.id for hit in search._hits.rows}
    enabled = {c.id for c in COMMANDS if desk.window.actions_by_id[c.id].isEnabled()}
    assert enabled - offered == {"search.open"}


def pictures(made: QWidget, theme: Theme, qtbot) -> tuple[QImage, QImage]:
    """Return a control without the keyboard, and with it; the theme is on its window only."""
    top = QWidget()
    qtbot.addWidget(top)
    top.setPalette(themes.palette(theme))
    top.setStyleSheet(themes.style_sheet(theme))
    column = QVBoxLayout(top)
    other = QPushButton("Other")
    column.addWidget(other)
    column.addWidget(made)
    top.show()
    with qtbot.waitActive(top):
        top.activateWindow()
    other.setFocus()
    before = top.grab(made.geometry()).toImage()
    made.setFocus(Qt.FocusReason.TabFocusReason)
    return before, top.grab(made.geometry()).toImage()


def a_list() -> QListWidget:
    made = QListWidget()
    made.addItems(["One", "Two"])
    return made


def a_tree() -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderLabels(["One", "Two"])
    return made


def some_tabs() -> QTabBar:
    made = QTabBar()
    made.addTab("One")
    made.addTab("Two")
    return made


CONTROLS = {
    "button": lambda _theme: QPushButton("Do it"),
    "tool button": lambda _theme: QToolButton(),
    "checked tool button": lambda _theme: QToolButton(checkable=True, checked=True),
    "line": lambda _theme: QLineEdit("text", readOnly=True),
    "lines": lambda _theme: QPlainTextEdit(readOnly=True),
    "choice": lambda _theme: QComboBox(),
    "number": lambda _theme: QSpinBox(),
    "tick": lambda theme: TickBox("Tick", theme),
    "list": lambda _theme: a_list(),
    "table": lambda _theme: QTableWidget(2, 2),
    "empty tree": lambda _theme: a_tree(),
    "tabs": lambda _theme: some_tabs(),
}


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", CONTROLS)
def test_where_the_keyboard_is_can_be_seen(kind, theme, qtbot):
    made = CONTROLS[kind](theme)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    before, after = pictures(made, theme, qtbot)
    changed = [
        QColor(after.pixel(x, y))
        for x in range(after.width())
        for y in range(after.height())
        if after.pixel(x, y) != before.pixel(x, y)
    ]
    assert len(changed) > 20, "nothing says that it has the keyboard"
