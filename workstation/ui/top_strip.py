"""The strip above the chart: market and price, timeframes, scale, zone, theme, and the venue's badge."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from workstation.domain.market import TIMEFRAMES
from workstation.domain.ticker import Ticker
from workstation.ui.icon import glyph
from workstation.ui.theme import Theme
from workstation.ui.venue_badge import VenueBadge
from workstation.ui.widgets.menu_below import open_below
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import in_menu, one_line, tooltip
from workstation.ui.workspaces.timeframe_keys import TIMEFRAME_KEYS
from workstation.ui.zone import ZONES, zone_label

_GLYPH = QSize(18, 18)
_MARGINS, _SPACING, _GAPS = (8, 6, 10, 6), 4, 18  # gaps: before the timeframes and before the badge
_NARROWEST = 240
_NEEDED_MOST = ("1h", "4h", "1d", "15m", "5m", "1w", "1m", "30m")


class TopStrip(QWidget):
    """Buttons and read-outs for the chart.

    Where it is narrow the venue's badge stays whole: timeframes go into the menu of "More", and what can be
    reached in another way goes altogether.
    """

    search_requested = Signal()
    timeframe_chosen = Signal(str)
    zone_chosen = Signal(str)
    other_zone_wanted = Signal()  # one that the menu does not offer

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top-strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.menu_button = QToolButton()
        self.symbol_button = QPushButton()
        self.price_label, self.change_label = QLabel(), QLabel()
        self.timeframes: dict[str, QToolButton] = {}
        self.more_button, self.zone_button = QToolButton(), QToolButton()
        self.log_button, self.theme_button, self.quiet_button = QToolButton(), QToolButton(), QToolButton()
        self.badge = VenueBadge(theme)
        self._group = QButtonGroup(self)
        self._more_menu, self._zone_menu = QMenu(self), QMenu(self)
        self._name_all()
        self._lay_out()
        self._fill_menus()
        self.set_theme(theme)

    def _name_all(self) -> None:
        names = (
            (self.menu_button, "Menu"),
            (self.symbol_button, "Market on the chart"),
            (self.more_button, "More timeframes"),
            (self.zone_button, "Time zone"),
            (self.log_button, "Logarithmic prices"),
            (self.theme_button, "Light or dark"),
            (self.quiet_button, "Do not disturb"),
        )
        for widget, name in names:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self.log_button.setText("Log")
        self.log_button.setCheckable(True)
        self.quiet_button.setCheckable(True)
        for label in (self.price_label, self.change_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for button in (self.menu_button, self.theme_button, self.quiet_button):
            button.setIconSize(_GLYPH)
        self.symbol_button.clicked.connect(self.search_requested)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(*_MARGINS)
        row.setSpacing(_SPACING)
        for widget in (self.menu_button, self.symbol_button, self.price_label, self.change_label):
            row.addWidget(widget)
        row.addSpacing(12)
        self._group.setExclusive(True)
        for name in TIMEFRAME_KEYS:
            button = QToolButton()
            button.setText(name)
            button.setCheckable(True)
            button.setAccessibleName(f"Timeframe {name}")
            button.clicked.connect(lambda _checked=False, one=name: self.timeframe_chosen.emit(one))
            self._group.addButton(button)
            self.timeframes[name] = button
            row.addWidget(button)
        self.more_button.setCheckable(True)
        row.addWidget(self.more_button)
        row.addStretch(1)
        for widget in (self.log_button, self.zone_button, self.quiet_button, self.theme_button):
            row.addWidget(widget)
        row.addSpacing(6)
        row.addWidget(self.badge)
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._by_need: list[QWidget] = [
            self.badge,
            self.menu_button,
            self.symbol_button,
            self.more_button,
            self.price_label,
            self.quiet_button,
            self.change_label,
            *(self.timeframes[name] for name in sorted(TIMEFRAME_KEYS, key=_NEEDED_MOST.index)),
            self.zone_button,
            self.log_button,
            self.theme_button,
        ]

    def minimumSizeHint(self) -> QSize:
        """Return the room for what is needed most; the rest gives way."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what has room."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Fit again when a text grew or shrank."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Show the parts in the order they are needed, as long as there is room; none is ever cut."""
        room = self.width() - _MARGINS[0] - _MARGINS[2] - _GAPS - 4 * _SPACING
        is_changed = False
        for part in self._by_need:
            room -= max(part.sizeHint().width(), part.minimumWidth()) + _SPACING
            if part.isHidden() is (room >= 0):
                part.setVisible(room >= 0)
                is_changed = True
        if is_changed:
            self.set_timeframe(self._timeframe)

    def _fill_menus(self) -> None:
        for name in TIMEFRAMES:
            self._choice(self._more_menu, name, self.timeframe_chosen, name)
        zones = QActionGroup(self)
        for name, label in ZONES:
            action = self._choice(self._zone_menu, label, self.zone_chosen, name)
            action.setCheckable(True)
            zones.addAction(action)
        self.more_button.clicked.connect(lambda: self._pop_up(self._more_menu, self.more_button))
        self.zone_button.clicked.connect(lambda: self._pop_up(self._zone_menu, self.zone_button))

    @staticmethod
    def _choice(menu: QMenu, title: str, chosen: SignalInstance, value: str) -> QAction:
        action = menu.addAction(in_menu(title))
        action.setData(value)
        action.triggered.connect(lambda _checked=False: chosen.emit(value))
        return action

    def choose_zone(self) -> None:
        """Open the list of time zones."""
        open_below(self.zone_button, self._zone_menu)

    def _pop_up(self, menu: QMenu, below: QToolButton) -> None:
        if below is self.more_button:
            self.set_timeframe(self._timeframe)  # a click must not leave it pressed
        menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    _timeframe = _symbol = ""
    _keyed: Sequence[tuple[QAbstractButton, QAction]] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.menu_button.setIcon(glyph("menu", theme.text))
        self.symbol_button.setIcon(glyph("search", theme.muted))
        self.theme_button.setIcon(glyph("theme", theme.text))
        self._paint_quiet()
        self.badge.set_theme(theme)
        self.setStyleSheet(
            f"#top-strip {{ background: {theme.panel}; border-bottom: 1px solid {theme.border}; }}"
            "QToolButton { padding: 4px 7px; }"
        )
        self.symbol_button.setStyleSheet("QPushButton { font-weight: 600; padding: 5px 12px; }")
        self.price_label.setStyleSheet("font-size: 15px; font-weight: 600; padding-left: 8px;")
        # as wide for "8h" as for "More": what has room must not hang on which timeframe it names
        self.more_button.setMinimumWidth(self.fontMetrics().horizontalAdvance("More") + 24)
        self._paint_change()

    def set_symbol(self, symbol: str) -> None:
        """Name the market on the chart."""
        self.symbol_button.setText(one_line(symbol, 28).replace("&", "&&") or "Find a market")
        self._symbol = symbol
        self._show_keys()

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Take the window's actions: tool tips say the keys that they have, as the trader changed them."""
        by_id = {"search.open": self.symbol_button, "chart.log": self.log_button}
        by_id |= {"view.theme": self.theme_button, "alerts.quiet": self.quiet_button}
        by_id |= {f"timeframe.{name}": button for name, button in self.timeframes.items()}
        self._keyed = [(button, actions[command]) for command, button in by_id.items()]
        for _button, action in self._keyed:
            action.changed.connect(self._show_keys)
        self._show_keys()
        self._zone_menu.addSeparator()
        other = self._zone_menu.addAction("Another, in the settings…")
        other.triggered.connect(lambda _checked=False: self.other_zone_wanted.emit())

    def _show_keys(self) -> None:
        for button, action in self._keyed:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            if button is self.symbol_button:
                find = f"{keys} to find another" if keys else "Click to find another"
                button.setToolTip(tooltip(*filter(None, (self._symbol, find))))
            else:
                name = button.accessibleName()
                button.setToolTip(f"{name} ({keys})" if keys else name)

    def set_timeframe(self, timeframe: str) -> None:
        """Mark the timeframe on the chart."""
        self._timeframe = timeframe
        shown = {name: button for name, button in self.timeframes.items() if not button.isHidden()}
        button = shown.get(timeframe)
        for action in self._more_menu.actions():
            action.setVisible(action.data() not in shown)
        self._group.setExclusive(False)
        for name, one in self.timeframes.items():
            one.setChecked(name == timeframe)
        self._group.setExclusive(button is not None)
        self.more_button.setText("More" if button is not None else timeframe)
        self.more_button.setChecked(button is None)

    def set_zone(self, zone: str) -> None:
        """Name the time zone of the chart."""
        self.zone_button.setText(zone_label(zone))
        for action in self._zone_menu.actions():
            action.setChecked(action.data() == zone)

    def set_quiet(self, *, is_quiet: bool) -> None:
        """Show whether alerts are announced."""
        self.quiet_button.setChecked(is_quiet)
        self._paint_quiet()

    def set_ticker(self, ticker: Ticker | None, price_step: float) -> None:
        """Show the last price and the day's change; nothing where they are not known."""
        self.price_label.setText(number_format.price(ticker.last, price_step) if ticker else "")
        self._change = ticker.change_24h_pct if ticker else None
        self._paint_change()

    _change: float | None = None

    def _paint_change(self) -> None:
        change = self._change
        self.change_label.setText("" if change is None else number_format.percent(change))
        colour = self._theme.rise if (change or 0.0) >= 0 else self._theme.fall
        self.change_label.setStyleSheet(f"color: {colour}; padding-left: 4px;")

    def _paint_quiet(self) -> None:
        is_quiet = self.quiet_button.isChecked()
        colour = self._theme.on_accent if is_quiet else self._theme.text
        self.quiet_button.setIcon(glyph("quiet" if is_quiet else "bell", colour))
