"""The grades of one close as a table: a row for each coin, a column for each part of its grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workstation.domain.grade import Grade
from workstation.ui.words.foreign_text import one_line, tooltip
from workstation.ui.words.grade_words import (
    LABEL_WORDS,
    ZONE_WORDS,
    change_words,
    component_meaning,
    component_word,
    points,
    weight_words,
)

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ALIGN, _ACCESSIBLE = 0, 3, 7, 11  # plain ints: an enum costs three times the call
_FIRST_SORT = int(Qt.ItemDataRole.InitialSortOrderRole)
_UP, _DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    id : str
        ``"coin"``, ``"grade"``, ``"zone"``, ``"label"``, ``"change"``, ``"ta"``, ``"quant"``,
        ``"compatible"``, or the name of a component.
    title, tip : str
        What its head says, and what more it says when pointed at.
    """

    id: str
    title: str
    tip: str


_BEFORE = (
    Column("coin", "Coin", "Every coin that was graded at this close"),
    Column("grade", "Grade", "0 to 100: how the coin stands among all coins, by the weights of its parts"),
    Column("zone", "Zone", "81–100 surging, 61–80 gaining, 41–60 holding, 21–40 losing, 0–20 crashing"),
    Column("label", "Label", "The same five steps as advice: strong buy, buy, neutral, sell, strong sell"),
    Column("change", "Change", "Points since the grade 24 hours before"),
)
_AFTER = (
    Column("compatible", "Compat.", "Compatible grade: 0.8 × TA + 0.2 × Quant"),
    Column("ta", "TA", "Sub-grade of six classic indicators, 0 to 100"),
    Column("quant", "Quant", "Sub-grade of return, risk and drawdown, 0 to 100"),
)
_TEXTS = frozenset({"coin", "zone", "label"})
_LEFT_HEADS = _TEXTS | {"grade"}


class GradeModel(QAbstractTableModel):
    """Grades, sorted and narrowed as the trader asks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[Column, ...] = (*_BEFORE, *_AFTER)
        self._grades: tuple[Grade, ...] = ()
        self._shown: list[Grade] = []
        self._filter = ""
        self._sorted_by, self._descending = "grade", True

    @property
    def n_grades(self) -> int:
        """How many coins are graded, shown or not."""
        return len(self._grades)

    def set_grades(self, grades: Sequence[Grade]) -> None:
        """Show the grades of a close; components may differ from the last one's."""
        self.beginResetModel()
        self._grades = tuple(grades)
        self.columns = (*_BEFORE, *_component_columns(self._grades), *_AFTER)
        self._shown = self._arranged()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only coins whose name holds this text, or whose zone or label begins with it."""
        self.beginResetModel()
        self._filter = text.strip().lower()
        self._shown = self._arranged()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is by grade, the best first. What is not known comes last."""
        known = 0 <= column < len(self.columns)
        self._sorted_by = self.columns[column].id if known else "grade"
        self._descending = order is Qt.SortOrder.DescendingOrder if known else True
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        symbols = [self._shown[one.row()].symbol for one in old]
        self._shown = self._arranged()
        row_of = {grade.symbol: row for row, grade in enumerate(self._shown)}
        new = [self.index(row_of[symbol], one.column()) for symbol, one in zip(symbols, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def grade_at(self, row: int) -> Grade:
        """Return the grade that a row shows."""
        return self._shown[row]

    def row_of(self, symbol: str) -> int:
        """Return the row of a coin; -1 where it is not shown."""
        return next((row for row, grade in enumerate(self._shown) if grade.symbol == symbol), -1)

    def column_of(self, column_id: str) -> int:
        """Return where a column stands; -1 where there is none of this name."""
        return next((i for i, column in enumerate(self.columns) if column.id == column_id), -1)

    def number_at(self, grade: Grade, column_id: str) -> float | None:
        """Return the number behind a cell; None where it is text or not known."""
        match column_id:
            case "grade":
                return float(grade.value)
            case "change":
                return grade.change_24h
            case "ta":
                return grade.ta_value
            case "quant":
                return grade.quant_value
            case "compatible":
                return grade.compatible_value
        return next((part.score for part in grade.components if part.name == column_id), None)

    def _arranged(self) -> list[Grade]:
        chosen = [grade for grade in self._grades if self._holds(grade)]
        by = self._sorted_by
        if by == "coin":
            return sorted(chosen, key=lambda grade: grade.symbol, reverse=self._descending)
        if by in _TEXTS:
            by = "grade"
        sign = -1.0 if self._descending else 1.0

        def place(grade: Grade) -> tuple[bool, float, str]:
            value = self.number_at(grade, by)
            return value is None, sign * (value or 0.0), grade.symbol

        return sorted(chosen, key=place)

    def _holds(self, grade: Grade) -> bool:
        wanted = self._filter
        if not wanted or wanted in grade.symbol.lower():
            return True
        words = (ZONE_WORDS[grade.zone], LABEL_WORDS[grade.label])
        return any(word.lower().startswith(wanted) for word in words)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        column = self.columns[index.column()].id
        if role in (_DISPLAY, _ACCESSIBLE):
            return self.text(self._shown[index.row()], column)
        if role == _ALIGN:
            return _LEFT if column in _TEXTS else _RIGHT
        if role == _TOOLTIP:
            return self._tip(self._shown[index.row()])
        return None

    def text(self, grade: Grade, column_id: str) -> str:
        """Return a cell's text."""
        match column_id:
            case "coin":
                return one_line(grade.symbol, 40)
            case "zone":
                return ZONE_WORDS[grade.zone]
            case "label":
                return LABEL_WORDS[grade.label]
            case "change":
                return change_words(grade.change_24h)
        return points(self.number_at(grade, column_id))

    def _tip(self, grade: Grade) -> str:
        parts = (
            f"{component_word(part.name)} {part.score:.0f}, weight {weight_words(part.weight)}"
            for part in grade.components
        )
        head = f"{grade.symbol}: {grade.value}, {ZONE_WORDS[grade.zone].lower()}"
        return tooltip(head, *parts, f"Ranked among {grade.n_coins:,} coins")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's head says."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _DISPLAY:
            return column.title
        if role == _TOOLTIP:
            return tooltip(column.tip)
        if role == _ALIGN:
            return _LEFT if column.id in _LEFT_HEADS else _RIGHT
        if role == _FIRST_SORT:
            return _UP if column.id in _TEXTS else _DOWN
        return None


def _component_columns(grades: Sequence[Grade]) -> list[Column]:
    """Return a column for each component; its tip tells the weight where all coins have the same."""
    weights: dict[str, set[float]] = {}
    for grade in grades:
        for part in grade.components:
            weights.setdefault(part.name, set()).add(part.weight)
    return [
        Column(name, component_word(name), _component_tip(name, found))
        for name, found in weights.items()
        if name not in {column.id for column in (*_BEFORE, *_AFTER)}
    ]


def _component_tip(name: str, weights: set[float]) -> str:
    shares = sorted({weight_words(weight) for weight in weights})
    weight = f"weight {shares[0]}" if len(shares) == 1 else f"weight {shares[0]} to {shares[-1]}"
    meaning = component_meaning(name)
    return f"{component_word(name)}, {weight} of the grade" + (f"; {meaning}" if meaning else "")
