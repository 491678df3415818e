"""Which series the charts follow together: asked of the engine while any chart in sight shows it."""

from PySide6.QtCore import QObject

from workstation.domain.level import PriceLevel
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import EngineRequests


class SharedFollow(QObject):
    """Counts the charts of each series, and tells a chart that joins late what the others were told.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    requests : EngineRequests
        Who loads and streams a series.
    """

    def __init__(self, bridge: Bridge, requests: EngineRequests, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._requests = bridge, requests
        self._n_charts: dict[SeriesKey, int] = {}
        self._signals: dict[SeriesKey, tuple[Signal, ...]] = {}
        self._levels: dict[SeriesKey, tuple[PriceLevel, ...]] = {}
        bridge.signals_replaced.connect(self._on_signals)
        bridge.signal_said.connect(self._on_signal)
        bridge.levels_replaced.connect(self._on_levels)
        bridge.link_changed.connect(self._on_link)

    def n_charts(self, key: SeriesKey) -> int:
        """Return how many charts follow a series."""
        return self._n_charts.get(key, 0)

    def follow(self, key: SeriesKey) -> None:
        """Count a chart; the engine tells it the newest candles, however many were there before."""
        self._n_charts[key] = self.n_charts(key) + 1
        self._requests.follow(key)

    def unfollow(self, key: SeriesKey) -> None:
        """Count a chart less; the engine hears of the last one only."""
        left = self.n_charts(key) - 1
        if left > 0:
            self._n_charts[key] = left
        elif left == 0:
            self._forget(key)
            self._requests.unfollow(key)

    def signals(self, key: SeriesKey) -> tuple[Signal, ...] | None:
        """Return what the engine said in place of the stored signals; None where it did not."""
        return self._signals.get(key)

    def levels(self, key: SeriesKey) -> tuple[PriceLevel, ...]:
        """Return the price levels that the charts of a series were told last."""
        return self._levels.get(key, ())

    def _forget(self, key: SeriesKey) -> None:
        for known in (self._n_charts, self._signals, self._levels):
            known.pop(key, None)

    def _on_signals(self, key: SeriesKey, signals: tuple[Signal, ...]) -> None:
        if key in self._n_charts:
            self._signals[key] = signals

    def _on_signal(self, signal: Signal) -> None:
        if signal.key in self._signals:
            self._signals[signal.key] += (signal,)

    def _on_levels(self, key: SeriesKey, levels: tuple[PriceLevel, ...]) -> None:
        if key in self._n_charts:
            self._levels[key] = levels

    def _on_link(self) -> None:
        """Forget everything where the engine that knew of it is gone; every chart follows again later."""
        if not self._bridge.world.connected:
            for key in list(self._n_charts):
                self._forget(key)
