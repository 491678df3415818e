"""The why panel: every vote and data point of one bar, and the way from bar to bar."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.explanation import Explanation
from workstation.domain.market import TIMEFRAMES, SeriesKey
from workstation.domain.signal import Direction, Signal
from workstation.ui.icon import glyph
from workstation.ui.judgement.signal_rows import ContributionRow, FlipRow, RecordRow
from workstation.ui.judgement.why_delegate import WhyDelegate
from workstation.ui.judgement.why_model import VoteRow, WhyModel, identity
from workstation.ui.theme import Theme
from workstation.ui.widgets.filter_line import ESC_CLEARS, FilterLine
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words.foreign_text import one_line, tooltip

WORKING = "Working it out…"
_NO_SERIES = "No market chosen."
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_DATE_STEPS = {Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}
_OPEN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SMALLEST = QSize(180, 120)
_MARGIN, _SPACING = 8, 4
_BUTTON_EDGE = 24  # of a button beside its words


class ReadingList(QListView):
    """Votes and data points. Left and Right go from bar to bar; Enter on a vote goes to its data points.

    It shows a sentence instead where there is nothing to list, and keeps the keyboard meanwhile.
    """

    step_requested = QtSignal(int)  # bars; negative is older
    opened = QtSignal(int)  # row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = ""
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAccessibleName("Votes and data points")
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def say(self, message: str) -> None:
        """Show a sentence in place of rows; empty text takes it away."""
        self.message = message
        self.setAccessibleDescription(message)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into requests."""
        key = Qt.Key(event.key())
        if key in _STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.step_requested.emit(_STEPS[key])
        elif key in _OPEN_KEYS and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the sentence."""
        super().paintEvent(event)
        if not self.message:
            return
        with QPainter(self.viewport()) as painter:
            painter.setPen(QColor(self.palette().placeholderText().color()))
            box: QRect = self.viewport().rect().adjusted(24, 12, -24, -12)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.message)


class DateField(QLineEdit):
    """When the bar opened. Type a day or a time and press Enter; Up and Down go from bar to bar."""

    step_requested = QtSignal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn keys into requests."""
        key = Qt.Key(event.key())
        if key in _DATE_STEPS:
            self.step_requested.emit(_DATE_STEPS[key])
        else:
            super().keyPressEvent(event)


class WhyPanel(QWidget):
    """Says why a bar was judged as it was; `WhyDesk` says which bar, and asks."""

    symbol_requested = QtSignal()
    timeframe_chosen = QtSignal(str)
    pin_toggled = QtSignal(bool)
    step_requested = QtSignal(int)
    newest_requested = QtSignal()
    jump_requested = QtSignal(str)  # what was typed

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = WhyModel(self)
        self.delegate = WhyDelegate(self.model, theme, self)
        self.list = ReadingList()
        self.symbol_button, self.timeframe_button = QPushButton("–"), QToolButton()
        self.pin_button, self.newest_button = QToolButton(), QToolButton()
        self.older_button, self.newer_button = QToolButton(), QToolButton()
        self.date = DateField()
        self.filter, self.only_known = FilterLine(), TickBox("Known only", theme)
        self.summary = QLabel()
        self._menu = QMenu(self)
        self._symbol, self._note = "–", ""
        self._name_all()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self.say(_NO_SERIES)

    def _name_all(self) -> None:
        names = (
            (self.symbol_button, "Market that is explained"),
            (self.timeframe_button, "Timeframe that is explained"),
            (self.pin_button, "Stay with this market when the chart changes"),
            (self.older_button, "One bar older"),
            (self.newer_button, "One bar newer"),
            (self.newest_button, "Newest closed bar, and on with every new one"),
            (self.date, "Open of the bar; type a day or a time to go there"),
            (self.filter, "Filter the data points"),
            (self.only_known, "Show only what is known"),
        )
        for widget, name in names:
            widget.setAccessibleName(name)
            widget.setToolTip(name)
        self.pin_button.setCheckable(True)
        self.newest_button.setCheckable(True)
        self.filter.setPlaceholderText("Filter")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.timeframe_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.timeframe_button.setMenu(self._menu)
        for timeframe in TIMEFRAMES:
            self._menu.addAction(timeframe)

    def _lay_out(self) -> None:
        self.setObjectName("why")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.symbol_button.setMinimumWidth(56)
        self.date.setMinimumWidth(self.fontMetrics().horizontalAdvance("2024-08-01 12:00") + 26)
        self.summary.setMinimumWidth(1)
        where, what = QHBoxLayout(), QHBoxLayout()
        chosen: tuple[QWidget, ...] = (self.symbol_button, self.timeframe_button, self.pin_button)
        bar: tuple[QWidget, ...] = (self.older_button, self.date, self.newer_button, self.newest_button)
        for part in chosen:
            where.addWidget(part)
        where.addStretch(1)
        for part in bar:
            where.addWidget(part)
        what.addWidget(self.filter, 1)
        what.addWidget(self.only_known)
        whole = QVBoxLayout(self)
        whole.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        whole.setContentsMargins(0, 6, 0, 0)
        whole.setSpacing(6)
        for row in (where, what):
            row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
            row.setSpacing(_SPACING)
            whole.addLayout(row)
        self.summary.setContentsMargins(12, 0, 12, 0)
        whole.addWidget(self.summary)
        whole.addWidget(self.list, 1)

    def _connect(self) -> None:
        self.symbol_button.clicked.connect(self.symbol_requested)
        self._menu.triggered.connect(lambda action: self.timeframe_chosen.emit(action.text()))
        self.pin_button.toggled.connect(self.pin_toggled)
        self.older_button.clicked.connect(lambda: self.step_requested.emit(-1))
        self.newer_button.clicked.connect(lambda: self.step_requested.emit(1))
        self.newest_button.clicked.connect(self.newest_requested)
        self.list.step_requested.connect(self.step_requested)
        self.date.step_requested.connect(self.step_requested)
        self.date.returnPressed.connect(lambda: self.jump_requested.emit(self.date.text()))
        self.list.opened.connect(self._open)
        self.filter.textChanged.connect(self._on_filter)
        self.only_known.toggled.connect(self._on_only_known)

    def minimumSizeHint(self) -> QSize:
        """Return little: what has no room is left out, and must not keep the window wide."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the controls that have room; what has a key of its own goes first."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 2 * _MARGIN - self.symbol_button.minimumWidth()
        room -= self.date.minimumWidth() + _SPACING
        self.date.setVisible(room >= 0)
        by_need = (self.timeframe_button, self.newest_button, self.pin_button)
        for button in (*by_need, self.older_button, self.newer_button):
            room -= button.sizeHint().width() + _SPACING
            button.setVisible(room >= 0)
        self._fit_symbol()

    def _fit_symbol(self) -> None:
        """Let the market's name take what the other controls leave."""
        parts = (self.timeframe_button, self.pin_button, self.older_button, self.newer_button)
        shown = [part for part in (*parts, self.newest_button) if not part.isHidden()]
        used = sum(part.sizeHint().width() + _SPACING for part in shown) + self.date.minimumWidth() + _SPACING
        metrics = self.symbol_button.fontMetrics()
        wished = metrics.horizontalAdvance(self._symbol) + _BUTTON_EDGE + 2
        room = self.width() - 2 * _MARGIN - used - _SPACING
        width = max(min(wished, room), self.symbol_button.minimumWidth())
        self.symbol_button.setMaximumWidth(width)
        name = metrics.elidedText(self._symbol, Qt.TextElideMode.ElideRight, width - _BUTTON_EDGE)
        self.symbol_button.setText(name.replace("&", "&&"))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.delegate.set_theme(theme)
        self.only_known.set_theme(theme)
        self.setStyleSheet(
            f"#why {{ background: {theme.panel}; }} QToolButton {{ padding: 3px 4px; }}"
            f" QPushButton {{ padding: 3px 10px; font-weight: 600; }}"
            f" QToolButton::menu-indicator {{ image: none; }} QLabel {{ color: {theme.muted}; }}"
        )
        glyphs = ((self.older_button, "older"), (self.newer_button, "newer"))
        for button, name in glyphs:
            button.setIcon(glyph(name, theme.text))
        self._theme = theme
        self._show_states()
        self.list.viewport().update()

    def _show_states(self) -> None:
        """Draw the glyphs of the two switches, which stand on the accent while they are on."""
        for button, name in ((self.pin_button, "pin"), (self.newest_button, "newest")):
            button.setIcon(glyph(name, self._theme.on_accent if button.isChecked() else self._theme.text))

    def show_bar(self, key: SeriesKey, open_time: int | None, zone: tzinfo, *, is_newest: bool) -> None:
        """Say which bar is explained; None where there is none."""
        self._symbol = one_line(key.symbol, 40)
        self.symbol_button.setToolTip(tooltip(key.symbol, "Market that is explained"))
        self.timeframe_button.setText(key.timeframe)
        moment = datetime.fromtimestamp(open_time / 1000, zone) if open_time is not None else None
        self.date.setText(f"{moment:%Y-%m-%d %H:%M}" if moment else "")
        self.newest_button.setChecked(is_newest)
        self._show_states()
        self._fit()

    def set_pinned(self, is_pinned: bool) -> None:
        """Show whether the panel follows the chart."""
        self.pin_button.blockSignals(True)
        self.pin_button.setChecked(is_pinned)
        self.pin_button.blockSignals(False)
        self._show_states()

    def show_explanation(self, explanation: Explanation) -> None:
        """List votes and data points."""
        self._keep_place(lambda: self.model.show(explanation))
        self.set_working(is_working=False)

    def show_signal(self, signal: Signal | None) -> None:
        """Take the signal of the bar; what its model said stands before the votes."""
        self._keep_place(lambda: self.model.set_signal(signal))

    def show_records(self, records: Mapping[Direction, RecordRow]) -> None:
        """Take how often signals of each direction were right."""
        self._keep_place(lambda: self.model.set_records(records))

    def set_note(self, note: str) -> None:
        """Say something about the choice of the bar in place of the counts; empty text takes it away."""
        if note != self._note:
            self._note = note
            if not self.delegate.is_stale:
                self._show_summary(self._counts())

    def set_working(self, *, is_working: bool) -> None:
        """Say that the answer takes a while; what is listed is of another bar then, and pale."""
        self.delegate.is_stale = is_working
        self._say_if_empty(WORKING if is_working else "")
        working = WORKING if self.model.rowCount() else ""  # an empty list says it in its middle
        self._show_summary(working if is_working else self._counts())

    def say(self, message: str) -> None:
        """Show a sentence instead of an explanation."""
        self.model.show(None)
        self.delegate.is_stale = False
        self.list.say(message)
        self._show_summary("")

    def focus_list(self) -> None:
        """Give the keyboard to the list, with a row chosen."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.model.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))

    def _counts(self) -> str:
        explanation = self.model.explanation
        if explanation is None or self._note:
            return self._note
        n = {way: self.model.n_votes(way) for way in Direction}
        votes = f"▲ {n[Direction.BULLISH]}  ▼ {n[Direction.BEARISH]}  – {n[Direction.NEUTRAL]}"
        n_families = sum(n.values())
        word = "family votes" if n_families == 1 else "families vote"
        return (
            f"{n_families} {word}:  {votes}   ·   {self.model.n_known} of {len(explanation.readings)} known"
        )

    def _show_summary(self, text: str) -> None:
        self.summary.setText(text)
        self.summary.setToolTip(tooltip(text) if text else "")
        self.list.viewport().update()

    def _say_if_empty(self, otherwise: str) -> None:
        """Say why no row is shown, where none is."""
        if self.model.rowCount():
            self.list.say("")
        elif self.model.explanation is not None and self.filter.text().strip():
            sought = one_line(self.filter.text().strip(), 24)
            self.list.say(f"No data point holds “{sought}”.\n{ESC_CLEARS}")
        else:
            self.list.say(otherwise)

    def _on_filter(self, text: str) -> None:
        self._keep_place(lambda: self.model.set_filter(text))
        self._say_if_empty(self.list.message)

    def _on_only_known(self, only: bool) -> None:
        self._keep_place(lambda: self.model.set_only_known(only))
        self._say_if_empty(self.list.message)

    def _keep_place(self, change: Callable[[], None]) -> None:
        """Change the rows; the chosen one stays chosen, and the list where it was scrolled to."""
        current, bar = self.list.currentIndex(), self.list.verticalScrollBar()
        chosen = identity(self.model.row_at(current.row())) if current.isValid() else ""
        place = bar.value()
        change()
        row = self.model.row_of(chosen) if chosen else -1
        if row >= 0 and row != self.list.currentIndex().row():
            self.list.setCurrentIndex(self.model.index(row))
        if chosen == "" or row >= 0:
            bar.setValue(place)

    def _open(self, row: int) -> None:
        """Go from a vote to the data points it stands on, and from what spoke to that data point."""
        opened = self.model.row_at(row)
        wanted = ""
        if isinstance(opened, VoteRow):
            wanted = f"family:{opened.family}"
        elif isinstance(opened, ContributionRow):
            wanted = opened.contribution.name
        elif isinstance(opened, FlipRow):
            wanted = opened.flip.name
        head = self.model.row_of(wanted) if wanted else -1
        if head >= 0:
            self.list.setCurrentIndex(self.model.index(head))
            self.list.scrollTo(self.model.index(head), QAbstractItemView.ScrollHint.PositionAtTop)
