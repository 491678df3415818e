"""The grades panel, kept as the ledger says the coins are graded."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import JudgementFiles
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight

if TYPE_CHECKING:
    from workstation.ui.judgement.grades_panel import GradePanel
    from workstation.ui.judgement.ledger_reading import GradesRead


SETTLE_MS = 1_000
"""After a venue is known; the chart, the markets and the first prices come first."""


class GradeDesk(QObject):
    """Reads the grades of the newest close whenever there are new ones.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    files : JudgementFiles
        Where the ledger lies.
    theme : Theme
        Colours.
    """

    read = Signal(object)  # tuple[Grade, ...] of the newest close
    open_requested = Signal(str)  # symbol

    def __init__(
        self, bridge: Bridge, files: JudgementFiles, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._files, self._theme = bridge, files, theme
        self._last: GradesRead | None = None
        self.panel: GradePanel | None = None
        self.late = LatePanel(self._make_panel)
        self.reading = BackgroundReading(self._work, self._is_seen, self)
        self._others: list[QWidget] = []
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        self.late.seen.connect(self.reading.look_again)
        bridge.coins_graded.connect(self.reading.want)
        bridge.outcomes_known.connect(self.reading.want)
        bridge.venue_changed.connect(self._on_venue)

    def tell_too(self, widget: QWidget) -> None:
        """Read while this widget is visible, too."""
        self._others.append(widget)

    def refresh(self) -> None:
        """Let the grades grow older on screen, and read what is due where somebody looks now."""
        self.reading.look_again()
        if self.panel is not None and is_in_sight(self.panel):
            self.panel.show_age(self._bridge.venue_time_ms)

    def focus(self) -> None:
        """Give the keyboard to the panel."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_table()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        self.late.stop()
        self.reading.stop()

    def _make_panel(self) -> "GradePanel":
        from workstation.ui.judgement.grades_panel import GradePanel

        self.panel = GradePanel(self._theme)
        self.panel.open_requested.connect(self.open_requested)
        if self._last is not None:
            self.panel.show_grades(self._last, self._bridge.venue_time_ms)
        self.reading.want()
        return self.panel

    def _is_seen(self) -> bool:
        return self._bridge.world.venue is not None and any(map(is_in_sight, (self.late, *self._others)))

    def _work(self) -> Work:
        from workstation.ui.judgement.ledger_reading import GradesWanted, read_grades

        world = self._bridge.world
        venue = world.venue.name if world.venue is not None else ""
        return partial(read_grades, self._files, GradesWanted(venue, world.graded))

    def _on_venue(self) -> None:
        """Forget the grades: they were another venue's."""
        self._last = None
        if self.panel is not None:
            self.panel.clear()
        self.read.emit(())
        self.reading.hold(SETTLE_MS)
        self.reading.want()

    def _on_read(self, read: "GradesRead") -> None:
        venue = self._bridge.world.venue
        if read.grades and (venue is None or read.grades[0].venue != venue.name):
            return  # the venue changed while they were read
        self._last = read
        if self.panel is not None:
            self.panel.show_grades(read, self._bridge.venue_time_ms)
        self.read.emit(read.grades)

    def _on_failure(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.say(sentence)
