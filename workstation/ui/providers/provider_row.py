"""One provider of observations: its switch, how it is doing, and what it is."""

from urllib.parse import urlsplit

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workstation.domain.provider import ProviderAbout, ProviderState, ProviderStatus
from workstation.ui.icon import triangle
from workstation.ui.theme import Theme
from workstation.ui.widgets.tick_box import TickBox
from workstation.ui.words.foreign_text import in_menu, one_line
from workstation.ui.words.reading_words import length_words

_WORDS = {
    ProviderStatus.OFF: "off",
    ProviderStatus.IDLE: "not asked yet",
    ProviderStatus.FETCHING: "asking",
    ProviderStatus.OK: "working",
    ProviderStatus.WAITING: "waiting",
}
_SIDE = 14


class StatusMark(QWidget):
    """How a provider is doing, as a shape: a disc, a ring, an open ring, a triangle or a dash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status, self._colour = ProviderStatus.IDLE, QColor()
        self.setFixedSize(QSize(_SIDE, _SIDE))

    def show_status(self, status: ProviderStatus, colour: str) -> None:
        """Take another shape and colour."""
        self._status, self._colour = status, QColor(colour)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shape."""
        middle = QPointF(_SIDE / 2, _SIDE / 2)
        ring = QRectF(3, 3, _SIDE - 6, _SIDE - 6)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._colour, 2))
            match self._status:
                case ProviderStatus.OK:
                    painter.setBrush(self._colour)
                    painter.drawEllipse(ring)
                case ProviderStatus.IDLE:
                    painter.drawEllipse(ring)
                case ProviderStatus.FETCHING:
                    painter.drawArc(ring, 30 * 16, 260 * 16)
                case ProviderStatus.WAITING:
                    painter.fillPath(triangle(middle, 10, up=True), self._colour)
                case _:
                    painter.drawLine(QPointF(3, middle.y()), QPointF(_SIDE - 3, middle.y()))


class ProviderRow(QFrame):
    """A provider as the engine says it is; its box is ticked by the engine, a click only asks."""

    switched = Signal(str, bool)

    def __init__(self, about: ProviderAbout, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = about.name
        self._theme = theme
        self._state = ProviderState(about, ProviderStatus.IDLE)
        self._coloured: tuple[Theme, ProviderStatus] | None = None
        self.box, self.mark = TickBox("", theme), StatusMark()
        self.word, self.reason, self.gives, self.facts = QLabel(), QLabel(), QLabel(), QLabel()
        self._lay_out()
        self.box.clicked.connect(self._on_click)

    def _lay_out(self) -> None:
        self.setObjectName("provider")
        for label in (self.word, self.reason, self.gives, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.reason, self.gives, self.facts):
            label.setWordWrap(True)
            label.setContentsMargins(24, 0, 0, 0)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.box, 1)
        head.addWidget(self.mark)
        head.addWidget(self.word)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 9, 12, 10)
        whole.setSpacing(4)
        whole.addLayout(head)
        for label in (self.reason, self.gives, self.facts):
            whole.addWidget(label)

    def show_state(self, state: ProviderState, now_ms: int) -> None:
        """Take how it is doing; `now_ms` tells how long ago it answered, 0 where no clock is known."""
        self._state, about = state, state.about
        label = one_line(about.label, 60)
        self.box.setText(in_menu(label))
        self.box.setChecked(state.status is not ProviderStatus.OFF)
        self.word.setText(_WORDS[state.status])
        reason = one_line(state.reason, 400)
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.gives.setText(one_line(about.sentence, 400))
        self.show_age(now_ms)
        self.box.setAccessibleName(f"{label}, {self.word.text()}")
        self.box.setAccessibleDescription(f"{reason} {self.gives.text()}".strip())
        if self._coloured != (self._theme, state.status):
            self._show_colours()

    def show_age(self, now_ms: int) -> None:
        """Say again how long ago it answered."""
        about, state = self._state.about, self._state
        host = urlsplit(about.home).hostname or about.home
        facts = (answered_words(state, now_ms), _rows(state.n_rows), one_line(host), one_line(about.terms))
        text = "  ·  ".join(fact for fact in facts if fact)
        if text != self.facts.text():
            self.facts.setText(text)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._show_colours()

    def _show_colours(self) -> None:
        theme, status = self._theme, self._state.status
        self._coloured = theme, status
        self.box.set_theme(theme)
        colour = {ProviderStatus.OK: theme.live, ProviderStatus.WAITING: theme.warning}.get(
            status, theme.muted
        )
        self.mark.show_status(status, colour)
        self.setStyleSheet(
            f"#provider {{ border: 0; border-bottom: 1px solid {theme.border}; }}"
            f" QLabel {{ color: {theme.muted}; }} QCheckBox {{ font-weight: 600; }}"
        )
        self.word.setStyleSheet(f"color: {colour}")
        is_trouble = status is ProviderStatus.WAITING
        self.reason.setStyleSheet(f"color: {theme.warning if is_trouble else theme.text}")

    def _on_click(self, is_on: bool) -> None:
        self.box.setChecked(self._state.status is not ProviderStatus.OFF)
        self.switched.emit(self._name, is_on)


def answered_words(state: ProviderState, now_ms: int) -> str:
    """Return when a provider answered last: "answered 12 min ago"; empty where it never did."""
    if state.last_ok_ms is None:
        return "never answered" if state.status is ProviderStatus.WAITING else ""
    age_ms = now_ms - state.last_ok_ms
    if not now_ms or age_ms < 60_000:
        return "answered just now" if now_ms else "answered"
    return f"answered {length_words(age_ms)} ago"


def _rows(n_rows: int) -> str:
    return f"{n_rows:,} row{'' if n_rows == 1 else 's'} so far"
