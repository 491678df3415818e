"""Keeps what a trader's hand did to a chart's scales: in a new session, and in another timeframe."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer

from workstation.domain.market import SeriesKey
from workstation.ui.chart.kept_scales import KeptScales
from workstation.ui.workspaces.chart_pane import ChartPane

_PATIENCE_MS = 3000  # a chart that jumps into the past later than this would surprise


class KeptView(QObject):
    """Brings stretched scales back with their series, and stays at the same moment in another timeframe.

    Prices that were stretched by hand belong to a series and end with it; the width of bars stays.

    Parameters
    ----------
    pane : ChartPane
        The chart.
    """

    def __init__(self, pane: ChartPane) -> None:
        super().__init__(pane)
        self._pane, self._chart = pane, pane.chart
        self._saved: Mapping[str, object] | None = None  # of an earlier session, until its series is open
        self._told: KeptScales | None = None
        self._key: SeriesKey | None = None
        self._middle_ms: int | None = None  # where the trader looks; None at the newest bar
        self._wanted_ms: int | None = None  # a moment whose bars are still being read
        self._patience = QTimer(self, interval=_PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._give_up)
        pane.keep("scales", self._save, self._restore)
        pane.opened.connect(self._on_opened)
        pane.stopped.connect(self._patience.stop)
        pane.chart.frame_painted.connect(self._on_painted)

    def _save(self) -> object:
        if self._saved is not None:
            return self._saved
        key = self._pane.key
        of = None if key is None else [key.symbol, key.timeframe]
        return self._chart.kept_scales().state() | {"of": of}

    def _restore(self, saved: object) -> None:
        if isinstance(saved, dict) and KeptScales.of(saved) is not None:
            self._saved = saved
            if self._pane.key is not None:
                self._take_saved(self._pane.key)

    def _take_saved(self, key: SeriesKey) -> None:
        saved, self._saved = self._saved, None
        kept = KeptScales.of(saved)
        if saved is not None and kept is not None:
            self._chart.restore_scales(kept, is_same_series=saved.get("of") == [key.symbol, key.timeframe])

    def _on_opened(self, key: SeriesKey) -> None:
        before, self._key = self._key, key
        self._take_saved(key)
        self._wanted_ms = None
        is_same = before is not None and (before.venue, before.symbol) == (key.venue, key.symbol)
        if is_same and self._middle_ms is not None:
            self._wanted_ms = self._middle_ms
            self._patience.start()
            self._go()

    def _on_painted(self) -> None:
        self._go()
        chart = self._chart
        self._middle_ms = None if chart.following else chart.middle_ms
        kept = chart.kept_scales()
        if kept != self._told:
            was_told, self._told = self._told is not None, kept
            if was_told:
                self._pane.changed.emit()

    def _go(self) -> None:
        """Go to the moment that is wanted once its bar is read, where the trader has not gone elsewhere."""
        chart, extent = self._chart, self._chart.extent
        if self._wanted_ms is None or extent is None:
            return
        if not chart.following:
            self._give_up()
        elif extent[0] <= self._wanted_ms:
            chart.show_moment(self._wanted_ms)
            self._give_up()

    def _give_up(self) -> None:
        self._wanted_ms = None
        self._patience.stop()
