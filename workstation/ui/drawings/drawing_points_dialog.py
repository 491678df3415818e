"""Asks for the prices and times that hold a drawing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QLineEdit, QWidget

from workstation.domain.drawing import Drawing
from workstation.domain.errors import UsageError
from workstation.ui.chart.drawing_deeds import set_anchors
from workstation.ui.chart.drawing_hand import DrawingHand
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.time_ticks import DAY
from workstation.ui.drawings.drawing_points import (
    checked,
    has_price,
    has_time,
    moved_to,
    point_names,
    price_text,
    time_text,
)
from workstation.ui.theme import FIELD_MARGINS, Theme
from workstation.ui.widgets.passing import delete_once_closed

_WIDTH = 460


class DrawingPointsDialog(QDialog):
    """A line for each point of a drawing. Open it with ``open()``.

    Parameters
    ----------
    hand : DrawingHand
        Whose drawing it is.
    place : Place
        Where it stands: what the fields are counted in.
    """

    def __init__(
        self, hand: DrawingHand, drawing: Drawing, place: Place, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._hand, self._drawing, self._place = hand, drawing, place
        self.prices: dict[int, QLineEdit] = {}
        self.times: dict[int, QLineEdit] = {}
        self.note = QLabel()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.setWindowTitle(f"{drawing.kind.label}: prices and times")
        delete_once_closed(self)
        self.setMinimumWidth(_WIDTH)
        self._lay_out(theme)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        first = next(iter((*self.prices.values(), *self.times.values())))
        first.setFocus()
        first.selectAll()

    def accept(self) -> None:
        """Put the points where they are written; say what cannot be read, and stay open."""
        drawing = self._drawing
        try:
            for number in range(len(drawing.anchors)):
                written = (_text(self.prices.get(number)), _text(self.times.get(number)))
                drawing = moved_to(drawing, number, written, self._place)
            checked(drawing)
        except UsageError as error:
            self.note.setText(str(error))
            return
        set_anchors(self._hand, self._drawing, drawing.anchors)
        super().accept()

    def _lay_out(self, theme: Theme) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 16, 18, 16)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        kind, frame = self._drawing.kind, self._place.frame
        for number, (name, anchor) in enumerate(zip(point_names(kind), self._drawing.anchors, strict=True)):
            grid.addWidget(QLabel(name), number + 1, 0)
            if has_price(kind):
                self.prices[number] = _field(price_text(anchor, self._place), f"Price of {name.lower()}")
                grid.addWidget(self.prices[number], number + 1, 1)
            if has_time(kind, number):
                self.times[number] = _field(time_text(anchor, self._place), f"Time of {name.lower()}")
                grid.addWidget(self.times[number], number + 1, 2)
        what = "Day" if frame.series.key.bar_ms >= DAY else "Time"
        heads = {1: "Price" if self.prices else "", 2: f"{what} ({frame.zone.key})" if self.times else ""}
        for column, words in heads.items():
            if words:
                head = QLabel(words)
                head.setStyleSheet(f"color: {theme.muted};")
                grid.addWidget(head, 0, column)
                grid.setColumnStretch(column, 1)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setAccessibleName("What is wrong")
        self.note.setStyleSheet(f"color: {theme.warning};")
        self.note.setMinimumHeight(self.note.fontMetrics().lineSpacing())
        below = len(self._drawing.anchors) + 1
        grid.addWidget(self.note, below, 0, 1, 3)
        grid.addWidget(self.buttons, below + 1, 0, 1, 3)


def _field(text: str, name: str) -> QLineEdit:
    field = QLineEdit(text)
    field.setAccessibleName(name)
    field.setTextMargins(*FIELD_MARGINS)
    return field


def _text(field: QLineEdit | None) -> str:
    return "" if field is None else field.text()
