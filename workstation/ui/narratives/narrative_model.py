"""The narratives at one close as a table, and below them what they are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workstation.domain.narrative_index import IndexStanding
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_reading import EQUAL_WEIGHT, BenchmarkRow, NarrativePast
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line, tooltip

Index = QModelIndex | QPersistentModelIndex
Row = IndexStanding | BenchmarkRow

_DISPLAY, _TOOLTIP, _ALIGN, _ACCESSIBLE = 0, 3, 7, 11  # plain ints: an enum costs three times the call
_FIRST_SORT = int(Qt.ItemDataRole.InitialSortOrderRole)
_UP, _DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Parameters
    ----------
    id, title, tip : str
        Its name here, what its head says, and what more it says when pointed at.
    """

    id: str
    title: str
    tip: str


COLUMNS = (
    Column("title", "Narrative", "A story that several coins are bought for; below, what it is held against"),
    Column("day", "24 h", "Return of the index over 24 hours, after cost"),
    Column("week", "7 d", "Return of the index over 7 days, after cost"),
    Column("month", "30 d", "Return of the index over 30 days, after cost"),
    Column("all", "All", "Return of the index since it began at 1,000, after cost"),
    Column("rank", "Rank", "By 7-day return, and the places that it rose or fell in a week"),
    Column("breadth", "Breadth", "Held coins above their mean of 20 days"),
    Column("votes", "Signals", "Held coins whose newest signal still stands: bullish, bearish"),
    Column("grade", "Grade", "Mean of its coins' grades by weight, 0 to 100"),
    Column("volume", "Volume", "Its members' part of the last day's dollar volume of all coins"),
    Column("correlation", "BTC", "Correlation of daily returns with BTC's over 30 days"),
    Column("value", "Index", "Value of the index; each began at 1,000"),
    Column("spark", "30 days", "Daily closes of the index over 30 days"),
)
ROI_COLUMNS = frozenset({"day", "week", "month", "all"})
_AT = {column.id: at for at, column in enumerate(COLUMNS)}
_DESCENDING_FIRST = "week"


class NarrativeModel(QAbstractTableModel):
    """Narratives as the trader sorts them, and below them what they are held against, where wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._standings: tuple[IndexStanding, ...] = ()
        self._past = NarrativePast()
        self._shown: list[Row] = []
        self._sorted_by, self._descending = _DESCENDING_FIRST, True
        self._is_joined = True
        self.is_heat = False

    @property
    def n_narratives(self) -> int:
        """How many narratives there are."""
        return len(self._standings)

    @property
    def past(self) -> NarrativePast:
        """What is known of the days before."""
        return self._past

    def set_standings(self, standings: Sequence[IndexStanding]) -> None:
        """Show how narratives stand at a close."""
        self.beginResetModel()
        self._standings = tuple(standings)
        self._shown = self._arranged()
        self.endResetModel()

    def set_past(self, past: NarrativePast) -> None:
        """Take what was read of the days before."""
        self.beginResetModel()
        self._past = past
        self._shown = self._arranged()
        self.endResetModel()

    def join_benchmarks(self, is_joined: bool) -> None:
        """Show what narratives are held against below them, or leave it to a table of its own."""
        if is_joined != self._is_joined:
            self.beginResetModel()
            self._is_joined = is_joined
            self._shown = self._arranged()
            self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; -1 is by 7-day return, the best first. What is not known comes last."""
        known = 0 <= column < len(COLUMNS)
        self._sorted_by = COLUMNS[column].id if known else _DESCENDING_FIRST
        self._descending = order is Qt.SortOrder.DescendingOrder if known else True
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        rows = [self._shown[one.row()] for one in old]
        self._shown = self._arranged()
        new = [self.index(self._shown.index(row), one.column()) for row, one in zip(rows, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def row_at(self, row: int) -> Row:
        """Return what a row shows."""
        return self._shown[row]

    def standing_at(self, row: int) -> IndexStanding | None:
        """Return the narrative that a row shows; None for what they are held against, and where none is."""
        found = self._shown[row] if 0 <= row < len(self._shown) else None
        return found if isinstance(found, IndexStanding) else None

    def row_of(self, name: str) -> int:
        """Return the row of a narrative; -1 where it is not there."""
        return next((row for row, _ in enumerate(self._shown) if self._name_at(row) == name), -1)

    def spark_at(self, row: int) -> NDArray[np.float64]:
        """Return the daily closes behind a row; none for what narratives are held against."""
        return self._past.spark(self._name_at(row))

    def rank_before(self, name: str) -> int | None:
        """Return a narrative's rank a week ago; None where it had none."""
        return self._past.rank_before.get(name)

    def number_at(self, row: Row, column_id: str) -> float | None:
        """Return the number behind a cell; None where it is text or not known."""
        of_all = _FIGURES.get(column_id)
        if of_all is not None:
            return getattr(row, of_all)  # type: ignore[no-any-return]  # figures of both kinds of row
        if isinstance(row, BenchmarkRow):
            return None
        if column_id == "votes":
            return float(row.n_bullish - row.n_bearish)
        if column_id == "spark":
            spark = self._past.spark(row.name)
            return float(spark[-1] / spark[0]) if len(spark) > 1 else None
        own = _OWN_FIGURES.get(column_id)
        return None if own is None else getattr(row, own)

    def _name_at(self, row: int) -> str:
        standing = self.standing_at(row)
        return standing.name if standing is not None else ""

    def _arranged(self) -> list[Row]:
        by, sign = self._sorted_by, -1.0 if self._descending else 1.0
        if by == "title":
            sorted_by_title = sorted(
                self._standings, key=lambda one: one.title.lower(), reverse=self._descending
            )
            return [*sorted_by_title, *self._below()]

        def place(row: IndexStanding) -> tuple[bool, float, str]:
            value = self.number_at(row, by)
            return value is None, sign * (value or 0.0), row.title

        return [*sorted(self._standings, key=place), *self._below()]

    def _below(self) -> tuple[BenchmarkRow, ...]:
        return self._past.rows if self._standings and self._is_joined else ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        row, column = self._shown[index.row()], COLUMNS[index.column()].id
        if role == _DISPLAY:
            return self.text(row, column)
        if role == _ACCESSIBLE:
            return self.text(row, column) if column == "title" else self._spoken(row, column)
        if role == _ALIGN:
            return _LEFT if column == "title" else _RIGHT
        if role == _TOOLTIP:
            return self._tip(row)
        return None

    def text(self, row: Row, column_id: str) -> str:
        """Return a cell's text."""
        if column_id == "title":
            return one_line(row.title)
        if column_id in ROI_COLUMNS:
            return words.roi(self.number_at(row, column_id))
        if isinstance(row, BenchmarkRow):
            is_value = column_id == "value" and row.value is not None
            return number_format.price(row.value or 0.0) if is_value else ""
        match column_id:
            case "rank":
                return words.rank(row.rank, self.rank_before(row.name))
            case "breadth":
                return words.part(row.breadth_pct)
            case "votes":
                return words.votes(row)
            case "volume":
                return words.part(row.volume_share_pct, 1)
            case "correlation":
                return words.correlation(row.btc_correlation)
            case "value":
                return words.index_value(row.value)
            case "grade":
                return number_format.NOTHING if row.grade is None else str(row.grade)
        return ""

    def _spoken(self, row: Row, column_id: str) -> str:
        said = self.text(row, column_id)
        return f"{COLUMNS[_AT[column_id]].title} {said}" if said else ""

    def _tip(self, row: Row) -> str:
        if isinstance(row, IndexStanding):
            first, second = words.summary(row, self.rank_before(row.name))
            return tooltip(first, *second.splitlines())
        returns = (("24 h", row.roi_24h_pct), ("7 d", row.roi_7d_pct), ("30 d", row.roi_30d_pct))
        figures = "   ·   ".join(f"{over} {words.roi(value)}" for over, value in returns)
        daily = ("All coins that trade for dollars, to 00:00 UTC",) if row.title == EQUAL_WEIGHT else ()
        return tooltip(row.title, figures, *daily)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's head says."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == _DISPLAY:
            return COLUMNS[section].title
        if role == _TOOLTIP:
            return tooltip(COLUMNS[section].tip)
        if role == _ALIGN:
            return _LEFT if section == 0 else _CENTRE if COLUMNS[section].id == "spark" else _RIGHT
        if role == _FIRST_SORT:
            return _UP if section == 0 else _DOWN
        return None


class BenchmarkModel(NarrativeModel):
    """What narratives are held against, alone, in the same columns."""

    def _arranged(self) -> list[Row]:
        return list(self._past.rows)


_FIGURES = {
    "day": "roi_24h_pct",
    "week": "roi_7d_pct",
    "month": "roi_30d_pct",
    "value": "value",
}
_OWN_FIGURES = {
    "all": "roi_all_pct",
    "rank": "rank",
    "breadth": "breadth_pct",
    "grade": "grade",
    "volume": "volume_share_pct",
    "correlation": "btc_correlation",
}


def column_at(column_id: str) -> int:
    """Return where a column stands."""
    return _AT[column_id]
