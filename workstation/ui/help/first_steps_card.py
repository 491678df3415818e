"""The card of a first step: words, buttons and an arrow, over the window and in nobody's way."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.ui.help.first_steps_place import Place
from workstation.ui.theme import Theme

WIDTH = 400
"""Pixels, arrow included; less where the window is narrower."""

_TIP = 11  # length of the arrow, and the room around the card that it needs
_RADIUS = 8.0


@dataclass(frozen=True, slots=True)
class Page:
    """What the card says.

    Parameters
    ----------
    progress : str
        E.g. ``"2 of 5"``.
    title, words : str
    onward, away : str
        What the buttons say that go on and that end it; where `away` is empty there is nothing to skip.
    tries : str
        What can be tried; empty for nothing.
    has_back : bool
    """

    progress: str
    title: str
    words: str
    onward: str = "Next"
    away: str = "Skip"
    tries: str = ""
    has_back: bool = False


class FirstStepsCard(QWidget):
    """Shows one page; its arrow stands where `stand` put it."""

    onward_pressed = Signal()
    back_pressed = Signal()
    away_pressed = Signal()
    try_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("first-steps")
        self.progress, self.title, self.words = QLabel(), QLabel(), QLabel()
        self.try_button, self.away_button = QPushButton(), QPushButton()
        self.back_button, self.onward_button = QPushButton("Back"), QPushButton()
        self._place = Place(QRect())
        self._lay_out()
        self.onward_button.clicked.connect(self.onward_pressed)
        self.back_button.clicked.connect(self.back_pressed)
        self.away_button.clicked.connect(self.away_pressed)
        self.try_button.clicked.connect(self.try_pressed)
        self.set_theme(theme)
        self.hide()

    def _lay_out(self) -> None:
        for label in (self.progress, self.title, self.words):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.title.setWordWrap(True)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self.try_button, self.away_button, self.back_button, self.onward_button):
            button.setAutoDefault(True)  # Enter presses the one that has the keyboard
        foot.addWidget(self.away_button)
        foot.addStretch(1)
        foot.addWidget(self.back_button)
        foot.addWidget(self.onward_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(_TIP + 18, _TIP + 14, _TIP + 18, _TIP + 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addSpacing(2)
        column.addWidget(self.try_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)
        column.addLayout(foot)
        for before, after in (
            (self.try_button, self.away_button),
            (self.away_button, self.back_button),
            (self.back_button, self.onward_button),
        ):
            self.setTabOrder(before, after)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.setStyleSheet(
            f"QLabel {{ color: {theme.text}; background: transparent; }}"
            f"QPushButton {{ color: {theme.text}; background: {theme.panel}; }}"
            f"QPushButton:focus {{ border: 1px solid {theme.accent}; }}"
        )
        self.progress.setStyleSheet(f"color: {theme.muted};")
        self.title.setStyleSheet("font-weight: 600; font-size: 15px;")
        self.onward_button.setStyleSheet(
            f"QPushButton {{ color: {theme.on_accent}; background: {theme.accent};"
            f" border-color: {theme.accent}; }} QPushButton:focus {{ border: 1px solid {theme.text}; }}"
        )
        self.update()

    def show_page(self, page: Page) -> None:
        """Say this, to screen readers as well."""
        self.progress.setText(page.progress)
        self.title.setText(page.title)
        self.words.setText(page.words)
        self.show_try(page.tries)
        self.onward_button.setText(page.onward)
        self.away_button.setText(page.away)
        self.away_button.setVisible(bool(page.away))
        self.back_button.setVisible(page.has_back)
        spoken = ", ".join(filter(None, ("First steps", page.progress)))
        self.setAccessibleName(f"{spoken}: {page.title}")
        self.setAccessibleDescription(page.words)
        for button in (self.try_button, self.away_button, self.back_button, self.onward_button):
            button.setAccessibleDescription(f"{page.title}. {page.words}")
        QAccessible.updateAccessibility(
            QAccessibleAnnouncementEvent(self, f"{spoken}. {page.title}. {page.words}")
        )

    def show_try(self, label: str) -> None:
        """Offer something to try; nothing where the label is empty."""
        self.try_button.setText(f"Try it: {label}")
        self.try_button.setVisible(bool(label))

    def size_in(self, room: QSize) -> QSize:
        """Return how large it is in a window that leaves this room."""
        width = min(WIDTH, room.width())
        column = self.layout()
        height = column.totalHeightForWidth(width) if column is not None else 0
        return QSize(width, min(height, max(room.height(), 0)))

    def stand(self, place: Place) -> None:
        """Lie there, with the arrow there."""
        self._place = place
        self.setGeometry(place.rect)
        self.show()
        self.raise_()
        self.update()

    @property
    def arrow_side(self) -> Qt.Edge | None:
        """The side that its arrow stands on; None where it has none."""
        return self._place.side

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sheet, and the arrow over its edge."""
        sheet = QRectF(self.rect()).adjusted(_TIP, _TIP, -_TIP, -_TIP)
        ink, ground = QPen(QColor(self._theme.accent), 1.4), QColor(self._theme.raised)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(ink)
            painter.setBrush(ground)
            painter.drawRoundedRect(sheet, _RADIUS, _RADIUS)
            if self._place.side is not None:
                arrow = self._arrow(self._place.side)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawPolygon(arrow)
                painter.setPen(ink)
                painter.drawPolyline(arrow)

    def _arrow(self, side: Qt.Edge) -> QPolygonF:
        """Return the arrow from one foot over its tip to the other; both stand on the sheet's edge."""
        at, wide, high, deep = float(self._place.along), self.width(), self.height(), _TIP + 0.6
        corners = {
            Qt.Edge.LeftEdge: ((deep, at - _TIP), (1, at), (deep, at + _TIP)),
            Qt.Edge.RightEdge: ((wide - deep, at - _TIP), (wide - 1, at), (wide - deep, at + _TIP)),
            Qt.Edge.TopEdge: ((at - _TIP, deep), (at, 1), (at + _TIP, deep)),
            Qt.Edge.BottomEdge: ((at - _TIP, high - deep), (at, high - 1), (at + _TIP, high - deep)),
        }
        return QPolygonF([QPointF(x, y) for x, y in corners[side]])
