"""The studies of one chart: which ones, how they are drawn, and their values as candles come."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, QThreadPool, Signal

from workstation.domain.errors import SettingsError
from workstation.domain.study import Study
from workstation.domain.study_choice import StudyChoice, choice_of
from workstation.engine.studies.registry import STUDIES
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.steady_fit import SteadyFit
from workstation.ui.chart.study_reckoning import LONGEST_TAIL, Grid, Wanted, reckon, reckon_tails
from workstation.ui.chart.study_trace import Trace

_log = logging.getLogger(__name__)
MOST_STUDIES = 24
"""Studies on one chart."""
_MOST_REMOVED = 20


@dataclass(slots=True, eq=False)
class BoardStudy:
    """A study of the chart and its values.

    Parameters
    ----------
    traces : tuple of Trace
        One for each output; none while they are not computed. The same study twice shares them.
    is_stale : bool
        True where everything has to be computed again.
    held : (float, float) or None
        Values at the lower and the upper edge of its pane, as the trader stretched it; None while it fits
        itself to what is in sight.
    fit : SteadyFit
        What it was fitted to.
    """

    choice: StudyChoice
    traces: tuple[Trace, ...] = ()
    is_stale: bool = True
    held: tuple[float, float] | None = None
    fit: SteadyFit = field(default_factory=SteadyFit)
    _labelled: tuple[StudyChoice, str] | None = None

    @property
    def study(self) -> Study:
        """What it is."""
        return STUDIES[self.choice.study_id]

    @property
    def label(self) -> str:
        """What a legend calls it."""
        if self._labelled is None or self._labelled[0] is not self.choice:
            self._labelled = self.choice, self.study.label(self.choice.values)
        return self._labelled[1]

    @property
    def wanted(self) -> Wanted:
        """What there is to compute."""
        return Wanted(self.choice.study_id, self.choice.values)


class StudyBoard(QObject):
    """Studies in the trader's order.

    Everything is computed in another thread first; from then on each candle costs a tail only.

    Attributes
    ----------
    changed : Signal()
        The chart has to be painted again.
    edited : Signal()
        The trader changed something: what `state` returns is another.
    """

    changed = Signal()
    edited = Signal()
    _reckoned = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studies: list[BoardStudy] = []
        self._removed: list[tuple[int, StudyChoice]] = []
        self._series: ChartSeries | None = None
        self._generation = 0
        self._is_busy = self._is_due = False
        self._touched = 0
        self._pool = QThreadPool(self, maxThreadCount=1)
        self._reckoned.connect(self._on_reckoned)

    @property
    def studies(self) -> tuple[BoardStudy, ...]:
        """The studies of the chart, in order."""
        return tuple(self._studies)

    @property
    def is_settled(self) -> bool:
        """True while nothing is being computed in the other thread."""
        return not self._is_busy and not self._is_due

    @property
    def last_removed(self) -> StudyChoice | None:
        """What `undo_removal` would bring back."""
        return self._removed[-1][1] if self._removed else None

    def add(self, choice: StudyChoice) -> int:
        """Add a study at the end; return its place.

        Raises
        ------
        SettingsError
            The chart is full.
        """
        if len(self._studies) >= MOST_STUDIES:
            raise SettingsError(f"A chart holds at most {MOST_STUDIES} studies; remove one first.")
        self._insert(len(self._studies), choice)
        return len(self._studies) - 1

    def edit(self, place: int, choice: StudyChoice) -> None:
        """Change the numbers, colours, size or visibility of a study."""
        known = self._studies[place]
        if choice == known.choice:
            return
        needs_reckoning = choice.values != known.choice.values
        known.choice = choice
        if needs_reckoning:
            known.traces, known.is_stale = (), True
            self._want()
        self._tell()

    def show(self, place: int, on: bool) -> None:
        """Draw a study, or keep it without drawing it."""
        self.edit(place, replace(self._studies[place].choice, is_shown=on))

    def remove(self, place: int) -> None:
        """Take a study off the chart."""
        self._removed.append((place, self._studies.pop(place).choice))
        del self._removed[:-_MOST_REMOVED]
        self._tell()

    def undo_removal(self) -> bool:
        """Bring back what was removed last, where it was; return whether there was something."""
        if not self._removed or len(self._studies) >= MOST_STUDIES:
            return False
        place, choice = self._removed.pop()
        self._insert(min(place, len(self._studies)), choice)
        return True

    def move(self, place: int, new_place: int) -> None:
        """Give a study another place in the order."""
        if 0 <= new_place < len(self._studies) and place != new_place:
            self._studies.insert(new_place, self._studies.pop(place))
            self._tell()

    def state(self) -> list[dict[str, object]]:
        """Return the studies in words of JSON."""
        return [one.choice.state() for one in self._studies]

    def restore(self, saved: object) -> None:
        """Take what `state` gave; what cannot be read is left out."""
        choices: list[StudyChoice] = []
        for one in saved[:MOST_STUDIES] if isinstance(saved, list) else []:
            try:
                choices.append(choice_of(one, STUDIES))
            except SettingsError as error:
                _log.warning("A study of a chart was left out: %s", error)
        self._studies = [BoardStudy(choice) for choice in choices]
        self._removed.clear()
        self._want()
        self.changed.emit()

    def load(self, series: ChartSeries | None) -> None:
        """Take that every candle may be another."""
        for one in self._studies:
            one.is_stale = True
            if series is not self._series:
                one.traces, one.held = (), None
        self._series = series
        self._generation += 1
        self._want()

    def take(self, slots: Sequence[int]) -> None:
        """Take that the candles of these slots are new or changed."""
        if slots and self._studies:
            self._touched = min(self._touched, *slots)
            self._reckon_tails(min(slots))
            if self._is_due:
                self._want()

    def stop(self) -> None:
        """Compute nothing more; what is being computed is waited for."""
        self._series, self._is_due = None, False
        self._generation += 1
        self._pool.waitForDone()
        self._is_busy = False

    def _insert(self, place: int, choice: StudyChoice) -> None:
        self._studies.insert(place, BoardStudy(choice))
        self._want()
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.edited.emit()

    def _grid(self) -> Grid | None:
        series = self._series
        if series is None or not series.pyramid.levels:
            return None
        return Grid.of(series.key, series.pyramid.levels[0])

    def _want(self) -> None:
        """Compute everything, as soon as the other thread is free."""
        stale = [one.wanted for one in self._studies if one.is_stale]
        self._is_due = bool(stale) and self._series is not None
        grid = self._grid()
        if self._is_busy or not self._is_due or grid is None:
            return
        self._is_busy, self._is_due = True, False
        self._touched = grid.start + grid.size - 1  # the last candle may be changing while it is read
        self._pool.start(partial(self._do, self._generation, grid, stale))

    def _do(self, generation: int, grid: Grid, wanted: list[Wanted]) -> None:
        found: list[tuple[Wanted, tuple[Trace, ...]]] | Exception
        try:
            found = [(one, reckon(grid, one)) for one in wanted]
        except Exception as error:  # noqa: BLE001 - in a thread it would be heard by nobody
            found = error
        self._reckoned.emit(generation, found)

    def _on_reckoned(self, generation: int, found: object) -> None:
        self._is_busy = False
        if isinstance(found, Exception):
            _log.error("Studies could not be computed.", exc_info=found)
        elif generation == self._generation and isinstance(found, list):
            self._accept(found)
        else:
            self._is_due = True
        if self._is_due:
            self._want()

    def _accept(self, found: list[tuple[Wanted, tuple[Trace, ...]]]) -> None:
        for one in self._studies:
            fresh = next((traces for wanted, traces in found if wanted == one.wanted), None)
            if fresh is not None:
                one.traces, one.is_stale = fresh, False
        self._reckon_tails(self._touched)
        self.changed.emit()

    def _reckon_tails(self, first_slot: int) -> None:
        grid = self._grid()
        if grid is None:
            return
        end = grid.start + grid.size
        if end - first_slot > LONGEST_TAIL:
            self.load(self._series)
            return
        known = {id(one.traces): (one.wanted, one.traces) for one in self._studies if one.traces}
        reckon_tails(grid, list(known.values()), first_slot)
