"""Why a bar was judged as it was, as rows: the votes, then every data point under its family."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from workstation.domain.explanation import Availability, Explanation, PointReading
from workstation.domain.signal import Direction, Family, FamilyVote, Signal
from workstation.ui.judgement.signal_rows import (
    ContributionRow,
    RecordRow,
    SignalRow,
    said_rows,
    signal_row_identity,
    spoken_signal_row,
    strongest_rows,
)
from workstation.ui.words.foreign_text import tooltip
from workstation.ui.words.reading_words import lean_words, plain_name, spoken_reading, spoken_vote, unit_words

Index = QModelIndex | QPersistentModelIndex

_DISPLAY, _TOOLTIP, _ACCESSIBLE = 0, 3, 11  # plain ints: an enum costs three times the call


@dataclass(frozen=True, slots=True)
class VoteRow:
    """How a family voted.

    Parameters
    ----------
    vote : FamilyVote or None
        What counts: as the model weighs it where one judges. None where the family could not vote.
    rules : FamilyVote or None
        What the written rules say, where a model weighed it; None where they are what counts.
    """

    family: Family
    vote: FamilyVote | None
    rules: FamilyVote | None = None


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """The head of a family's data points, of which `n_known` are there."""

    family: Family
    n_known: int
    n_points: int


Row: TypeAlias = VoteRow | FamilyRow | PointReading | SignalRow


class WhyModel(QAbstractListModel):
    """One explanation. The rows are the explanation's own values; texts are made for what is in sight."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation: Explanation | None = None
        self.coin = ""
        self.closed_ms = 0
        self._signal: Signal | None = None
        self._records: Mapping[Direction, RecordRow] = {}
        self._rows: Sequence[Row] = ()
        self._words: tuple[str, ...] = ()
        self._only_known = False
        self._searched: dict[str, str] = {}

    def show(self, explanation: Explanation | None) -> None:
        """Take another bar; where its rows are the same ones, the place on screen stays."""
        self.explanation = explanation
        if explanation is not None:
            self.coin = explanation.key.symbol.partition("/")[0]
            self.closed_ms = explanation.open_time + explanation.key.bar_ms
        self._arrange()

    def set_signal(self, signal: Signal | None) -> None:
        """Take the signal of this bar; None where there is none."""
        if signal != self._signal:
            self._signal = signal
            self._arrange()

    def set_records(self, records: Mapping[Direction, RecordRow]) -> None:
        """Take how often signals of each direction were right; empty where that is not known."""
        if records != self._records:
            self._records = records
            self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only data points that hold every word of this text in name, sentence or family."""
        self._words = tuple(text.lower().split())
        self._arrange()

    def set_only_known(self, only: bool) -> None:
        """Leave out what is not known."""
        self._only_known = only
        self._arrange()

    def row_at(self, row: int) -> Row:
        """Return what a row shows."""
        return self._rows[row]

    def row_of(self, wanted: str) -> int:
        """Return the row with this identity (see `identity`); -1 where there is none."""
        return next((i for i, row in enumerate(self._rows) if identity(row) == wanted), -1)

    @property
    def n_known(self) -> int:
        """How many data points are known at this bar, shown or not."""
        return sum(map(_is_known, self.explanation.readings)) if self.explanation else 0

    def n_votes(self, direction: Direction) -> int:
        """Return how many families voted this way."""
        return sum(vote.direction is direction for vote in self._votes())

    def _arrange(self) -> None:
        before, rows = self._rows, self._made_rows()
        if [identity(row) for row in before] == [identity(row) for row in rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _made_rows(self) -> list[Row]:
        if self.explanation is None:
            return []
        rows: list[Row] = []
        if not self._words:
            rows += said_rows(self.explanation, self._signal_here(), self._records)
            has_heard = any(isinstance(row, ContributionRow) for row in rows)
            rows += self._vote_rows(self.explanation)
            rows += [] if has_heard else strongest_rows(self.explanation.readings)
        for family in Family:
            every = [one for one in self.explanation.readings if one.family is family]
            shown = [one for one in every if self._is_wanted(one)]
            if shown:
                rows += [FamilyRow(family, sum(map(_is_known, every)), len(every)), *shown]
        return rows

    def _vote_rows(self, explanation: Explanation) -> Iterator[VoteRow]:
        counted = {vote.family: vote for vote in self._votes()}
        by_rules = {vote.family: vote for vote in explanation.votes}
        for family in Family:
            vote, rules = counted.get(family), by_rules.get(family)
            yield VoteRow(family, vote, rules if vote is not None and rules != vote else None)

    def _votes(self) -> Sequence[FamilyVote]:
        """Return the votes that count: of the signal as it was raised, of the model, else of the rules."""
        if self.explanation is None:
            return ()
        signal, verdict = self._signal_here(), self.explanation.verdict
        if signal is not None and signal.votes:
            return signal.votes
        return verdict.votes if verdict is not None else self.explanation.votes

    def _signal_here(self) -> Signal | None:
        """Return the signal where it is of the bar that is explained."""
        signal, explanation = self._signal, self.explanation
        if signal is None or explanation is None:
            return None
        is_here = (signal.key, signal.open_time) == (explanation.key, explanation.open_time)
        return signal if is_here else None

    def _is_wanted(self, reading: PointReading) -> bool:
        if self._only_known and not _is_known(reading):
            return False
        if not self._words:
            return True
        found = self._searched.get(reading.name)
        if found is None:
            parts = (reading.name, plain_name(reading.name), reading.sentence, reading.family.label)
            found = self._searched[reading.name] = " ".join(parts).lower()
        return all(word in found for word in self._words)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Return what a row says, in plain text."""
        if role in (_DISPLAY, _ACCESSIBLE):
            return self._spoken(self._rows[index.row()])
        if role == _TOOLTIP:
            return self._tip(self._rows[index.row()])
        return None

    def _spoken(self, row: Row) -> str:
        if isinstance(row, PointReading):
            return spoken_reading(row, self.coin)
        if isinstance(row, VoteRow):
            return spoken_vote(row.family.label, row.vote, self.closed_ms, row.rules)
        if not isinstance(row, FamilyRow):
            return spoken_signal_row(row)
        return f"{row.family.label}, {row.n_known} of {row.n_points} data points known"

    def _tip(self, row: Row) -> str:
        if not isinstance(row, PointReading):
            return tooltip(self._spoken(row))
        means = f"A high value means: {row.meaning}" if row.meaning else ""
        lines = (row.sentence, f"In {unit_words(row.unit)}", means, lean_words(row.lean), row.name)
        return tooltip(*(line for line in lines if line))


def identity(row: Row) -> str:
    """Return what makes a row the same one at another bar."""
    if isinstance(row, PointReading):
        return row.name
    if not isinstance(row, VoteRow | FamilyRow):
        return signal_row_identity(row)
    return f"{'vote' if isinstance(row, VoteRow) else 'family'}:{row.family}"


def _is_known(reading: PointReading) -> bool:
    return reading.availability is Availability.KNOWN
