"""Keeps the pane of grades of one chart filled, as far as it is in sight."""

from functools import partial

from PySide6.QtCore import QObject

from workstation.domain.market import SeriesKey
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.engine_port import JudgementFiles
from workstation.ui.judgement.grade_history import StepsRead, StepsWanted, read_steps
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.workspaces.chart_pane import ChartPane

_EVER = (1 << 63) - 1


class PaneGrades(QObject):
    """Reads grades when the trader looks at them: those in sight, older ones as he goes there.

    Parameters
    ----------
    pane : ChartPane
        The chart; this belongs to it.
    bridge : Bridge
        Says when coins were graded.
    files : JudgementFiles
        Where the ledger lies.
    """

    def __init__(self, pane: ChartPane, bridge: Bridge, files: JudgementFiles) -> None:
        super().__init__(pane)
        self._chart, self._bridge, self._files = pane.chart, bridge, files
        self._key: SeriesKey | None = None
        self._since: int | None = None  # from here on all grades are read
        self._has_news = False
        self.reading = BackgroundReading(self._work, self._is_wanted, self)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        pane.opened.connect(self._on_opened)
        pane.stopped.connect(self.stop)
        pane.chart.frame_painted.connect(self._look)
        bridge.coins_graded.connect(self._on_graded)

    def stop(self) -> None:
        """Read nothing more."""
        self.reading.stop()

    def _on_opened(self, key: SeriesKey) -> None:
        self._key, self._since, self._has_news = key, None, False

    def _on_graded(self) -> None:
        self._has_news = True
        self._look()

    def _look(self) -> None:
        if self._chart.judged.is_shown(JudgedPane.GRADE) and not self.reading.is_busy and self._is_due():
            self.reading.want()

    def _is_due(self) -> bool:
        return self._since is None or self._has_news or self._first_close() < self._since

    def _is_wanted(self) -> bool:
        is_shown = self._chart.judged.is_shown(JudgedPane.GRADE)
        return (
            is_shown and self._key is not None and self._chart.frame is not None and is_in_sight(self._chart)
        )

    def _first_close(self) -> int:
        """Return when the left-most bar in sight closed, UTC milliseconds."""
        frame = self._chart.frame
        if frame is None:
            return _EVER
        first = max(frame.slots.slot_at(0.0), frame.series.pyramid.first_slot)
        return frame.series.open_time(first + 1)

    def _work(self) -> Work:
        key, frame, known = self._key, self._chart.frame, self._chart.judged.grades
        if key is None or frame is None:
            raise RuntimeError("Grades were asked for without a chart.")
        first, end = frame.slots.visible(frame.layout.plot_width)
        begin = max(self._first_close() - (end - first) * key.bar_ms, 0)  # as much again, for whoever pans
        if self._since is None:
            wanted = StepsWanted(key, begin, _EVER)
        elif self._has_news:
            wanted = StepsWanted(key, int(known.at_ms[-1]) + 1 if len(known) else self._since, _EVER)
        else:
            wanted = StepsWanted(key, begin, self._since)
        self._has_news = False
        return partial(read_steps, self._files, wanted)

    def _on_failure(self, sentence: str) -> None:
        """Say it once; another market, or the next grades, try again."""
        self._since = 0
        self._bridge.notice_posted.emit("ledger", sentence)

    def _on_read(self, read: StepsRead) -> None:
        if read.wanted.key != self._key:
            return
        if self._since is None or read.wanted.until_ms <= self._since:
            self._since = read.since_ms
        known = self._chart.judged.grades
        is_other = read.steps.timeframe != known.timeframe
        if len(read.steps):
            self._chart.judged.take_grades(read.steps if is_other else known.joined(read.steps))
        self._look()
