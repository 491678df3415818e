"""What was judged of a chart's bars, in panes below it: the coin's grade and the families' votes."""

from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from workstation.domain.study_choice import LEAST_SHARE, MOST_SHARE
from workstation.ui.chart.grade_steps import GradeSteps
from workstation.ui.chart.vote_table import VoteTable


class JudgedPane(StrEnum):
    """A pane of judgements; the value is what a saved layout says."""

    GRADE = "grade"
    VOTES = "votes"

    @property
    def label(self) -> str:
        """What a menu says."""
        return {JudgedPane.GRADE: "Grade at each close", JudgedPane.VOTES: "Votes of the families"}[self]


_START_SHARES = {JudgedPane.GRADE: 0.15, JudgedPane.VOTES: 0.24}


class JudgedBoard(QObject):
    """Which panes of judgements a chart has, how high they are, and what is known in them.

    Attributes
    ----------
    grades : GradeSteps
        Of the coin shown.
    votes : VoteTable
        On the bars shown.
    """

    changed = Signal()  # it has to be painted again
    edited = Signal()  # what `state` returns is another

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shares: dict[JudgedPane, float] = dict(_START_SHARES)
        self._is_shown: set[JudgedPane] = set()
        self.grades = GradeSteps()
        self.votes = VoteTable()

    @property
    def shown(self) -> tuple[JudgedPane, ...]:
        """The panes there are, from top to bottom."""
        return tuple(pane for pane in JudgedPane if pane in self._is_shown)

    def is_shown(self, pane: JudgedPane) -> bool:
        """Return whether the chart has this pane."""
        return pane in self._is_shown

    def share(self, pane: JudgedPane) -> float:
        """Return the part of the chart's height that a pane asks for."""
        return self._shares[pane]

    def show(self, pane: JudgedPane, on: bool) -> None:
        """Add a pane, or take it away."""
        if on != (pane in self._is_shown):
            self._is_shown ^= {pane}
            self._tell()

    def set_share(self, pane: JudgedPane, share: float) -> None:
        """Give a pane another part of the chart's height."""
        self._shares[pane] = min(max(share, LEAST_SHARE), MOST_SHARE)
        self._tell()

    def take_grades(self, grades: GradeSteps) -> None:
        """Show these grades."""
        self.grades = grades
        self.changed.emit()

    def forget(self) -> None:
        """Take that another market or timeframe is shown."""
        self.grades = GradeSteps()
        self.votes.clear()

    def state(self) -> dict[str, object]:
        """Return which panes there are and how high, in words of JSON."""
        return {
            pane.value: {"shown": self.is_shown(pane), "share": self._shares[pane]} for pane in JudgedPane
        }

    def restore(self, saved: object) -> None:
        """Take what `state` gave; what cannot be read is left as it starts."""
        for pane in JudgedPane:
            one = saved.get(pane.value) if isinstance(saved, dict) else None
            one = one if isinstance(one, dict) else {}
            self._is_shown = self._is_shown - {pane} | ({pane} if one.get("shown") is True else set())
            share = one.get("share")
            is_share = isinstance(share, float) and LEAST_SHARE <= share <= MOST_SHARE
            self._shares[pane] = share if is_share and isinstance(share, float) else _START_SHARES[pane]
        self.changed.emit()

    def _tell(self) -> None:
        self.changed.emit()
        self.edited.emit()
