"""The record of signals as a table, and the signals themselves as a list."""

from datetime import UTC, tzinfo
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from workstation.domain.ledger import HitRecord, RecordGroup, SignalEntry
from workstation.ui.judgement.record_words import group_word, net_words, share, spoken_entry, spoken_record
from workstation.ui.words.foreign_text import tooltip

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ALIGN, _ACCESSIBLE = 0, 3, 7, 11  # plain ints: an enum costs three times the call
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class RecordColumn(IntEnum):
    """Columns, left to right."""

    GROUP = 0
    N = 1
    OPEN = 2
    RATE = 3
    NET = 4


_HEADS = ("Signals", "n", "Open", "Hit rate, 95 %", "Net mean")
_TIPS = (
    "What these signals have in common; only signals raised at the time count",
    "Signals whose outcome is known",
    "Signals whose horizon has not passed; they count in no figure",
    "Share whose target came first, with Wilson's 95 % interval; the upright line is the base rate",
    "Mean return after costs",
)


class RecordModel(QAbstractTableModel):
    """One record a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.group = RecordGroup.DIRECTION
        self._records: tuple[HitRecord, ...] = ()

    def show(self, group: RecordGroup, records: tuple[HitRecord, ...]) -> None:
        """Show these records."""
        self.beginResetModel()
        self.group, self._records = group, records
        self.endResetModel()

    def record_at(self, row: int) -> HitRecord:
        """Return the record of a row."""
        return self._records[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(RecordColumn)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a cell says, in plain text."""
        record = self._records[index.row()]
        if role == _DISPLAY:
            return self.text(record, index.column())
        if role == _ACCESSIBLE:
            is_first = index.column() == RecordColumn.GROUP
            return spoken_record(self.group, record) if is_first else self.text(record, index.column())
        if role == _ALIGN:
            return _LEFT if index.column() in (RecordColumn.GROUP, RecordColumn.RATE) else _RIGHT
        if role == _TOOLTIP:
            return tooltip(spoken_record(self.group, record))
        return None

    def text(self, record: HitRecord, column: int) -> str:
        """Return a cell's text."""
        match column:
            case RecordColumn.GROUP:
                return group_word(self.group, record.group[0] if record.group else "")
            case RecordColumn.N:
                return f"{record.n:,}"
            case RecordColumn.OPEN:
                return f"{record.n_open:,}"
            case RecordColumn.RATE:
                return share(record.hit_rate)
        return net_words(record)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Return what a column's head says."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(_HEADS):
            return None
        if role == _DISPLAY:
            return _HEADS[section]
        if role == _TOOLTIP:
            return tooltip(_TIPS[section])
        if role == _ALIGN:
            return _LEFT if section in (RecordColumn.GROUP, RecordColumn.RATE) else _RIGHT
        return None


class SignalListModel(QAbstractListModel):
    """Signals of the ledger, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zone: tzinfo = UTC
        self._entries: tuple[SignalEntry, ...] = ()

    def show(self, entries: tuple[SignalEntry, ...]) -> None:
        """Show these signals."""
        if [entry.row for entry in entries] == [entry.row for entry in self._entries]:
            self._entries = entries
            if entries:
                self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry_at(self, row: int) -> SignalEntry:
        """Return the signal of a row."""
        return self._entries[row]

    def row_of(self, number: int) -> int:
        """Return where a row of the ledger is shown; -1 where it is not."""
        return next((i for i, entry in enumerate(self._entries) if entry.row == number), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a row says, in plain text."""
        if role in (_DISPLAY, _ACCESSIBLE):
            return spoken_entry(self._entries[index.row()], self.zone)
        if role == _TOOLTIP:
            entry = self._entries[index.row()]
            correction = f"Corrected: {entry.correction}" if entry.correction else ""
            lines = (spoken_entry(entry, self.zone), correction, f"Row {entry.row:,} of the ledger")
            return tooltip(*(line for line in lines if line))
        return None
