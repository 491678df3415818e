"""The colours of the workstation, light and dark, and how they are put on.

Everything that paints asks a `Theme`; no other module names a colour. Fusion with an explicit palette is the
one combination that looks the same on every platform plugin: the desktop's own scheme has no effect on
offscreen and plain X11.
"""

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from workstation.storage.paths import resource


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, each as ``"#rrggbb"``.

    Parameters
    ----------
    name : str
        ``"light"`` or ``"dark"``; what the settings file says.
    window, panel, base, raised : str
        Surfaces: behind everything; title and tool bars; charts, tables and inputs; buttons, menus, tips.
    text, muted, disabled : str
        Writing; `text` and `muted` reach a contrast of 4.5 on every surface, `disabled` one of 3.
    grid, border : str
        Lines inside a chart; edges between surfaces.
    accent, on_accent : str
        What is chosen or can be pressed; writing on it.
    rise, fall : str
        A change above and below zero; both can be read as writing.
    rise_body, fall_body : str
        A candle that closed above and below its open.
    bullish, bearish : str
        Signal markers and votes.
    weakening, improving : str
        Quadrants of a rotation graph, beside `rise` for the leading one and `fall` for the lagging one; all
        four can be told apart.
    warning, practice, live, on_badge : str
        Badges: something is wrong; prices are not the world's; prices are; writing on any of them.
    crosshair : str
        The lines under the pointer.
    tag, on_tag : str
        Labels that lie on an axis; writing on them.
    selection, hover : str
        A chosen row and the row under the pointer; `text` is written on both.
    """

    name: str
    window: str
    panel: str
    base: str
    raised: str
    text: str
    muted: str
    disabled: str
    grid: str
    border: str
    accent: str
    on_accent: str
    rise: str
    fall: str
    rise_body: str
    fall_body: str
    bullish: str
    bearish: str
    weakening: str
    improving: str
    warning: str
    practice: str
    live: str
    on_badge: str
    crosshair: str
    tag: str
    on_tag: str
    selection: str
    hover: str

    @property
    def is_dark(self) -> bool:
        """True where writing is lighter than what it stands on."""
        return QColor(self.base).lightness() < QColor(self.text).lightness()


DARK = Theme(
    name="dark",
    window="#0b0e13",
    panel="#12161d",
    base="#0f1319",
    raised="#1b212b",
    text="#e1e6ee",
    muted="#8f9aab",
    disabled="#626d80",
    grid="#1a2029",
    border="#252c37",
    accent="#5a9bff",
    on_accent="#06101f",
    rise="#26b38a",
    fall="#f26375",
    rise_body="#26b38a",
    fall_body="#f26375",
    bullish="#41e0a8",
    bearish="#ff8190",
    weakening="#f2b53c",
    improving="#5a9bff",
    warning="#f2b53c",
    practice="#b79bff",
    live="#34c992",
    on_badge="#0b0e13",
    crosshair="#748093",
    tag="#313a48",
    on_tag="#f2f5f9",
    selection="#192c49",
    hover="#181e27",
)
"""Graphite with a breath of blue; for long hours and dark rooms."""

LIGHT = Theme(
    name="light",
    window="#eceff3",
    panel="#f7f8fa",
    base="#ffffff",
    raised="#ffffff",
    text="#182030",
    muted="#586374",
    disabled="#818a99",
    grid="#eef1f5",
    border="#d5dbe3",
    accent="#1d5fd8",
    on_accent="#ffffff",
    rise="#087857",
    fall="#c82a44",
    rise_body="#149a78",
    fall_body="#df4a5f",
    bullish="#04764f",
    bearish="#c21d3f",
    weakening="#8f5b00",
    improving="#1d5fd8",
    warning="#8f5b00",
    practice="#6b3fd4",
    live="#0a7853",
    on_badge="#ffffff",
    crosshair="#7d8797",
    tag="#3a4556",
    on_tag="#ffffff",
    selection="#e0ebff",
    hover="#eef3fb",
)
"""Paper white and ink; for daylight and for printing."""

FIELD_MARGINS = (6, 0, 0, 0)
"""Of the words in a field for numbers: its style cannot keep them off the frame, as that of others does."""

_STYLE = Template("""
QDialog { border: 1px solid $border; }
QToolTip { color: $text; background: $raised; border: 1px solid $border; padding: 4px 6px; }
QMainWindow::separator { background: $window; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $window; }
QDockWidget { color: $muted; titlebar-close-icon: url($icons/close.svg);
  titlebar-normal-icon: url($icons/float.svg); }
QDockWidget::close-button, QDockWidget::float-button { background: transparent; border: 1px solid transparent;
  border-radius: 3px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $hover;
  border-color: $border; }
QDockWidget::title { background: $panel; padding: 6px 8px; border-bottom: 1px solid $border; }
QToolBar { background: $panel; border: 0; border-bottom: 1px solid $border; padding: 4px 6px; spacing: 4px; }
QToolButton { color: $text; border: 1px solid transparent; border-radius: 4px; padding: 4px 8px; }
QToolButton:hover { background: $raised; border-color: $border; }
QToolButton:checked { color: $on_accent; background: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QTabBar::tear { width: 0; border: 0; }
QTabBar QToolButton { background: $panel; border: 1px solid $border; padding: 0; }
QTabBar QToolButton::left-arrow { image: url($icons/left.svg); width: 10px; height: 10px; }
QTabBar QToolButton::right-arrow { image: url($icons/right.svg); width: 10px; height: 10px; }
QTabBar QToolButton::down-arrow { image: url($icons/down.svg); width: 10px; height: 10px; }
QTabBar QToolButton:hover { background: $raised; }
QTabBar QToolButton:focus { border-color: $accent; }
QTabBar { qproperty-elideMode: ElideNone; qproperty-usesScrollButtons: true;
  qproperty-drawBase: false; }
QTabBar::tab { color: $muted; background: $panel; padding: 6px 10px; border: 0;
  border-top: 2px solid transparent; }
QTabBar::tab:selected { color: $text; background: $base; border-top-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { color: $accent; background: $selection; }
QStatusBar { background: $panel; color: $muted; border-top: 1px solid $border; }
QStatusBar::item { border: 0; }
QMenuBar { background: $panel; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: $selection; }
QMenu { background: $raised; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
#depth, #market-map, #order-book, #trades { background: $panel; }
#trades QLabel#nothing { color: $muted; }
#trades QTableView::item, #trades QHeaderView::section { padding-left: 4px; padding-right: 4px; }
QHeaderView { background: $panel; }
QHeaderView::section { color: $muted; background: $panel; border: 0; border-bottom: 1px solid $border;
  padding: 5px 8px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { width: 8px; height: 8px; subcontrol-origin: border;
  subcontrol-position: top center; }
QHeaderView::up-arrow { image: url($icons/up.svg); }
QHeaderView::down-arrow { image: url($icons/down.svg); }
QAbstractItemView { border: 1px solid transparent; gridline-color: $grid; outline: 0; }
QAbstractItemView:focus { border-color: $accent; }
QLineEdit, QComboBox, QAbstractSpinBox { background: $base; border: 1px solid $border; border-radius: 4px;
  padding: 4px 8px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border-color: $accent; }
QLineEdit { lineedit-clear-button-icon: url($icons/close.svg); }
QPlainTextEdit, QTextEdit { background: $base; border: 1px solid $border; border-radius: 4px;
  padding: 2px 4px; }
QPlainTextEdit:focus, QTextEdit:focus { border-color: $accent; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow, QAbstractSpinBox::down-arrow, QAbstractSpinBox::up-arrow { width: 10px; height: 10px; }
QComboBox::down-arrow, QAbstractSpinBox::down-arrow { image: url($icons/down.svg); }
QAbstractSpinBox::up-arrow { image: url($icons/up.svg); }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: 0; width: 20px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator { width: 13px; height: 13px;
  background: $base;
  border: 1px solid $muted; border-radius: 3px; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { image: url($icons/check.svg);
  border-color: $accent; }
QRadioButton::indicator:checked { width: 7px; height: 7px; border: 4px solid $accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; margin: -5px 0; background: $accent; border-radius: 7px; }
QSlider::handle:horizontal:focus { background: $text; }
QProgressBar { color: $text; background: $base; border: 1px solid $border; border-radius: 4px;
  text-align: center; }
QProgressBar::chunk { background: $selection; border-radius: 3px; }
QTableCornerButton::section { background: $panel; border: 0; border-bottom: 1px solid $border; }
QPushButton { color: $text; background: $raised; border: 1px solid $border; border-radius: 4px;
  padding: 5px 14px; outline: 0; }
QPushButton:hover { border-color: $muted; }
QPushButton:focus { border-color: $accent; }
QPushButton:pressed { background: $selection; }
QPushButton:default { color: $on_accent; background: $accent; border-color: $accent; }
QPushButton:disabled { color: $disabled; background: $panel; border-color: $border; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $disabled; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def palette(theme: Theme) -> QPalette:
    """Return the theme as a Qt palette, disabled states included."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.warning,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.practice,
        role.Accent: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.border,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: "#000000",
    }
    result = QPalette()
    for one, colour in colours.items():
        result.setColor(one, QColor(colour))
    for one in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, one, QColor(theme.disabled))
    return result


def style_sheet(theme: Theme) -> str:
    """Return the theme as Qt's rules for controls."""
    return _STYLE.substitute(asdict(theme), icons=resource("icons").as_posix())


def apply(app: QApplication, theme: Theme) -> None:
    """Put the theme on every window of the application, open ones included."""
    if not app.styleSheet():  # the first; to set it again would take as long as all the rest
        app.setStyle("Fusion")
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
