"""The record panel, kept as the ledger says, and the check of the ledger when the trader asks for it."""

from datetime import UTC, tzinfo
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtCore import Signal as QtSignal

from workstation.domain.signal import Signal
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import JudgementFiles
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight
from workstation.ui.words.foreign_text import one_line

if TYPE_CHECKING:
    from workstation.domain.ledger import Verification
    from workstation.ui.judgement.ledger_reading import RecordRead
    from workstation.ui.judgement.record_panel import RecordPanel


class RecordDesk(QObject):
    """Reads the record whenever a signal or an outcome is new, while the panel is seen.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    files : JudgementFiles
        Where the ledger lies.
    theme : Theme
        Colours.
    """

    bar_opened = QtSignal(object, object)  # SeriesKey, open time: of a signal of this venue

    _progressed = QtSignal(int, int)

    def __init__(
        self, bridge: Bridge, files: JudgementFiles, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._files, self._theme = bridge, files, theme
        self._zone: tzinfo = UTC
        self._cancelled = Event()
        self.panel: RecordPanel | None = None
        self.late = LatePanel(self._make_panel)
        self.reading = BackgroundReading(self._work, lambda: is_in_sight(self.late), self)
        self.proving = BackgroundReading(self._proof, lambda: True, self, rests=0)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        self.late.seen.connect(self.reading.look_again)
        bridge.signal_said.connect(lambda _signal: self.reading.want())
        bridge.outcomes_known.connect(self.reading.want)

    def focus(self) -> None:
        """Give the keyboard to the panel."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_list()

    def verify(self) -> None:
        """Read the whole ledger again and say whether it still is what was written."""
        self.late.ensure()
        if self.panel is not None and not self.proving.is_busy:
            self._cancelled.clear()
            self.panel.ledger.show_progress(0, 0)
            self.proving.want()

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        if self.panel is not None:
            self.panel.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Read nothing more."""
        self._cancelled.set()
        self.late.stop()
        self.reading.stop()
        self.proving.stop()

    def _make_panel(self) -> "RecordPanel":
        from workstation.ui.judgement.record_panel import RecordPanel

        panel = self.panel = RecordPanel(self._theme)
        panel.set_zone(self._zone)
        panel.group_chosen.connect(lambda _group: self.reading.want())
        panel.signal_opened.connect(self._open)
        panel.ledger.verify_requested.connect(self.verify)
        panel.ledger.cancel_requested.connect(self._cancelled.set)
        self.proving.read.connect(self._on_proof)
        self.proving.failed.connect(panel.ledger.say)
        self._progressed.connect(self._on_progress)
        self.reading.want()
        return panel

    def _work(self) -> Work:
        from workstation.domain.ledger import RecordGroup
        from workstation.ui.judgement.ledger_reading import read_record

        group = RecordGroup.DIRECTION if self.panel is None else self.panel.group
        return partial(read_record, self._files, group)

    def _proof(self) -> Work:
        from workstation.ui.judgement.ledger_reading import prove

        return partial(prove, self._files, self._progressed.emit, lambda: not self._cancelled.is_set())

    def _open(self, signal: Signal) -> None:
        """Show a signal's bar; only say where it is of another venue."""
        venue = self._bridge.world.venue
        is_here = venue is not None and venue.name == signal.key.venue
        elsewhere = f"That signal is of {one_line(signal.key.venue, 40)}, which the chart does not show now."
        self._bridge.notice_posted.emit("record", "" if is_here else elsewhere)
        if is_here:
            self.bar_opened.emit(signal.key, signal.open_time)

    def _on_read(self, read: "RecordRead") -> None:
        if self.panel is not None:
            self.panel.show_record(read)

    def _on_failure(self, sentence: str) -> None:
        if self.panel is not None:
            self.panel.say(sentence)

    def _on_proof(self, found: "Verification") -> None:
        if self.panel is not None:
            self.panel.ledger.show_verification(found)

    def _on_progress(self, done: int, total: int) -> None:
        if self.panel is not None and self.proving.is_busy:
            self.panel.ledger.show_progress(done, total)
