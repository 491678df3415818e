"""The chosen coin's grade in full: its parts with their weights, and the record of such grades."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workstation.domain.grade import Grade, GradeComponent
from workstation.domain.grade_record import GradeRecord
from workstation.ui.theme import Theme
from workstation.ui.words.band_words import band_words
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.grade_words import (
    LABEL_WORDS,
    ZONE_WORDS,
    component_word,
    points,
    subgrade_words,
    weight_words,
)

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LINE, _GAP, _BAR_HEIGHT = 19, 20, 5
_TWO_COLUMNS = 340  # pixels; a narrower panel puts the parts below one another


class ComponentBars(QWidget):
    """Every part of a grade on a line: what it is called, its weight, its score as a bar and a number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: Sequence[GradeComponent] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Parts of the grade")
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._text, self._muted = QColor(theme.text), QColor(theme.muted)
        self._track, self._bar = QColor(theme.border), QColor(theme.accent)
        self.update()

    def show_parts(self, parts: Sequence[GradeComponent]) -> None:
        """Take other parts, the heaviest first."""
        self._parts = sorted(parts, key=lambda part: -part.weight)
        spoken = (
            f"{component_word(p.name)} {points(p.score)}, weight {weight_words(p.weight)}" for p in parts
        )
        self.setAccessibleDescription("; ".join(spoken))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Return that a wide one is lower."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the room for all parts."""
        n_columns = 2 if width >= _TWO_COLUMNS else 1
        return -(-len(self._parts) // n_columns) * _LINE

    def sizeHint(self) -> QSize:
        """Return the room for all parts as wide as it is."""
        return QSize(200, self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines."""
        n_columns = 2 if self.width() >= _TWO_COLUMNS else 1
        n_lines = -(-len(self._parts) // n_columns)
        width = (self.width() - (n_columns - 1) * _GAP) // n_columns
        with QPainter(self) as painter:
            for i, part in enumerate(self._parts):
                column, line = divmod(i, max(n_lines, 1))
                self._paint_part(painter, QRect(column * (width + _GAP), line * _LINE, width, _LINE), part)

    def _paint_part(self, painter: QPainter, box: QRect, part: GradeComponent) -> None:
        metrics = painter.fontMetrics()
        number, weight = metrics.horizontalAdvance("100"), metrics.horizontalAdvance("100 %")
        name = metrics.horizontalAdvance("Momentum") + 6
        painter.setPen(self._text)
        painter.drawText(QRect(box.left(), box.top(), name, _LINE), _LEFT, component_word(part.name))
        painter.drawText(box, _RIGHT, points(part.score))
        painter.setPen(self._muted)
        at = box.left() + name
        painter.drawText(QRect(at, box.top(), weight, _LINE), _RIGHT, weight_words(part.weight))
        track = QRect(at + weight + 8, box.center().y() - _BAR_HEIGHT // 2 + 1, 0, _BAR_HEIGHT)
        track.setRight(box.right() - number - 8)
        if track.width() < 8:
            return
        painter.fillRect(track, self._track)
        track.setWidth(round(track.width() * part.score / 100))
        painter.fillRect(track, self._bar)


class GradeDetail(QFrame):
    """One coin's grade in full."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("grade-detail")
        self.head, self.bars = QLabel(), ComponentBars(theme)
        self.subgrades, self.record = QLabel(), QLabel()
        for label in (self.head, self.subgrades, self.record):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(5)
        for part in (self.head, self.bars, self.subgrades, self.record):
            column.addWidget(part)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.setStyleSheet(
            f"#grade-detail {{ background: {theme.panel}; border-top: 1px solid {theme.border}; }}"
            f" QLabel {{ color: {theme.muted}; }}"
        )
        self.head.setStyleSheet(f"color: {theme.text}; font-weight: 600")
        self.record.setStyleSheet(f"color: {theme.text}")
        self.bars.set_theme(theme)

    def show_grade(self, grade: Grade, own: Sequence[GradeRecord], card: GradeRecord | None) -> None:
        """Take another coin's grade, and what its band did next by the ledger and by the model's card."""
        self.head.setText(
            f"{one_line(grade.symbol, 40)}   {grade.value}, {ZONE_WORDS[grade.zone].lower()}"
            f"   ·   {LABEL_WORDS[grade.label]}   ·   among {grade.n_coins:,} coins"
        )
        self.bars.show_parts(grade.components)
        self.subgrades.setText(subgrade_words(grade))
        self.record.setText(band_words(own, card))
