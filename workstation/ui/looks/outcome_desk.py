"""What happened after the signals on the charts, read from the ledger when somebody points at a chart."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import partial

from PySide6.QtCore import QObject

from workstation.domain.ledger import SignalEntry, SignalFilter
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import JudgementFiles, Past
from workstation.ui.judgement.record_words import horizon_end_ms, outcome_words
from workstation.ui.section import Section
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.workspace import Workspace

_MOST = 2000  # newest signals of a series whose outcome is read

Entries = Mapping[SeriesKey, list[SignalEntry]]


class OutcomeDesk(Section):
    """Tells charts what became of their signals.

    Nothing is read before the pointer has been over a chart: a start does not wait for it.

    Parameters
    ----------
    workspace : Workspace
        The charts.
    bridge, past : Bridge, Past
        When there is more to read, and where.
    """

    def __init__(
        self, workspace: Workspace, bridge: Bridge, past: Past, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._workspace, self._past, self._bridge = workspace, past, bridge
        self._zone: tzinfo = UTC
        self._entries: Entries = {}
        self._is_asked = False
        self.reading = BackgroundReading(self._work, lambda: self._is_asked, self)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(lambda text: bridge.notice_posted.emit("ledger", text))
        bridge.outcomes_known.connect(self.reading.want)
        bridge.signal_said.connect(self._on_signal)
        workspace.on_each(self._join_pane)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        self._tell()

    def stop(self) -> None:
        """Read nothing more."""
        self.reading.stop()

    def _join_pane(self, pane: ChartPane) -> None:
        pane.opened.connect(self._on_opened)
        pane.chart.bar_hovered.connect(self._on_hovered)
        self.reading.want()

    def _on_opened(self, _key: SeriesKey) -> None:
        self._tell()
        self.reading.want()

    def _on_signal(self, _signal: Signal) -> None:
        self.reading.want()

    def _on_hovered(self, _candle: object) -> None:
        if not self._is_asked:
            self._is_asked = True
            self.reading.look_again()

    def _work(self) -> Work:
        keys = {pane.key for pane in self._workspace.panes if pane.key is not None}
        return partial(read_outcomes, self._past.judgements, tuple(keys))

    def _on_read(self, entries: Entries) -> None:
        self._entries = entries
        self._tell()

    def _tell(self) -> None:
        for pane in self._workspace.panes:
            entries = self._entries.get(pane.key, []) if pane.key is not None else []
            words = {
                (entry.signal.open_time, entry.signal.direction): outcome_words(entry, self._zone)
                for entry in entries
                if entry.outcome is not None or horizon_end_ms(entry.signal) is not None
            }
            pane.chart.set_outcomes(words)


def read_outcomes(files: JudgementFiles, keys: tuple[SeriesKey, ...]) -> Entries:
    """Return the newest signals of each series and what became of them.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader

    with LedgerReader(files.ledger) as ledger:
        return {
            key: ledger.signals(SignalFilter(key.venue, key.symbol, key.timeframe), _MOST) for key in keys
        }
