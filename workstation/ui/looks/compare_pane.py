"""Keeps one chart compared with other series: from the store at once, then live."""

from functools import partial

from PySide6.QtCore import QObject

from workstation.domain.candle import Candle
from workstation.domain.market import SeriesKey
from workstation.domain.narrative_index import is_index
from workstation.ui.bridge import Bridge
from workstation.ui.chart.compare_series import MOST_COMPARED
from workstation.ui.chart.series import LaidCandles
from workstation.ui.engine_port import Past
from workstation.ui.looks.compare_legend import CompareLegend
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.history_reader import HistoryReader
from workstation.ui.workspaces.workspace_follow import SharedFollow

_LONGEST_SYMBOL = 100


class PaneComparison(QObject):
    """What a pane's chart is compared with; its parent is the pane.

    Parameters
    ----------
    pane : ChartPane
        Whose venue and timeframe hold for what is compared, too.
    bridge, past, follows : Bridge, Past, SharedFollow
        Where candles come from, and who asks for them.
    """

    def __init__(
        self, pane: ChartPane, bridge: Bridge, past: Past, follows: SharedFollow, theme: Theme
    ) -> None:
        super().__init__(pane)
        self._pane, self._bridge, self._past, self._follows = pane, bridge, past, follows
        self.symbols: list[str] = []
        self._readers: dict[SeriesKey, HistoryReader] = {}
        self._followed: set[SeriesKey] = set()
        self._is_seen = True
        self.legend = CompareLegend(pane.chart, self._chosen, theme)
        self.legend.removal_wanted.connect(lambda key: self.remove(key.symbol))
        pane.opened.connect(self._sync)
        pane.desk.seen_changed.connect(self._on_seen)
        bridge.candles_changed.connect(self._on_candles)
        bridge.history_grew.connect(self._on_history)
        bridge.link_changed.connect(self._on_link)
        pane.keep("compare", lambda: list(self.symbols), self._restore)

    def refusal(self, symbol: str) -> str:
        """Return why a symbol cannot be compared with, a sentence; empty where it can."""
        key = self._pane.key
        if key is None:
            return "The chart shows no market yet. Choose one first."
        if symbol == key.symbol:
            return "The chart shows this market already. Choose another one."
        if symbol in self.symbols:
            return "It lies over the chart already; its button in the corner takes it away."
        if len(self.symbols) >= MOST_COMPARED:
            return f"At most {MOST_COMPARED} are compared at once. Take one away in the chart's corner first."
        return ""

    def add(self, symbol: str) -> None:
        """Compare with one more series."""
        if not self.refusal(symbol):
            self.symbols.append(symbol)
            self._changed()

    def remove(self, symbol: str) -> None:
        """No longer compare with a series."""
        if symbol in self.symbols:
            self.symbols.remove(symbol)
            self._changed()

    def stop(self) -> None:
        """Read and follow nothing more."""
        for key in list(self._readers):
            self._forget(key)
        self.legend.stop()

    def release(self) -> None:
        """Follow nothing more; the chart is gone, or out of sight."""
        for key in self._followed:
            self._follows.unfollow(key)
        self._followed.clear()

    def _chosen(self) -> dict[SeriesKey, str]:
        """Return what is compared with, and why nothing of it is drawn where that is so."""
        return {key: self._absence(key) for key in self._readers}

    def _absence(self, key: SeriesKey) -> str:
        if self._pane.chart.is_comparison_known(key):
            return "none in sight"
        universe = self._bridge.world.universe
        kept = universe.timeframe if universe is not None and is_index(key.symbol) else key.timeframe
        return f"no {key.timeframe} candles yet" if kept == key.timeframe else f"has {kept} candles only"

    def _changed(self) -> None:
        self._sync()
        self._pane.changed.emit()

    def _restore(self, saved: object) -> None:
        if not isinstance(saved, list):
            return
        named = [name for name in saved if isinstance(name, str) and 0 < len(name) <= _LONGEST_SYMBOL]
        self.symbols = list(dict.fromkeys(named))[:MOST_COMPARED]
        self._sync()

    def _sync(self, _key: object = None) -> None:
        """Compare with exactly the chosen symbols, at the pane's venue and in its timeframe."""
        own, wanted = self._pane.key, []
        if own is not None:
            keys = (SeriesKey(own.venue, symbol, own.timeframe) for symbol in self.symbols)
            wanted = [key for key in keys if key != own]
        for key in set(self._readers) - set(wanted):
            self._forget(key)
        for key in wanted:
            if key not in self._readers:
                self._open(key)

    def _open(self, key: SeriesKey) -> None:
        reader = self._readers[key] = HistoryReader(self._past.candles, self)
        reader.read.connect(partial(self._on_read, key))
        reader.failed.connect(lambda text: self._bridge.notice_posted.emit("store", text))
        reader.open(key)
        self._follow(key)

    def _forget(self, key: SeriesKey) -> None:
        reader = self._readers.pop(key)
        reader.stop()
        reader.deleteLater()
        if key in self._followed:
            self._followed.discard(key)
            self._follows.unfollow(key)
        self._pane.chart.remove_comparison(key)

    def _follow(self, key: SeriesKey) -> None:
        if self._is_seen and self._bridge.world.connected and key not in self._followed:
            self._followed.add(key)
            self._follows.follow(key)

    def _on_seen(self, is_seen: bool) -> None:
        """Follow nothing while the chart is out of sight; catch up once it is in sight again."""
        self._is_seen = is_seen
        if not is_seen:
            self.release()
            return
        for key, reader in self._readers.items():
            reader.catch_up()
            self._follow(key)

    def _on_link(self) -> None:
        if not self._bridge.world.connected:
            self._followed.clear()  # the engine that knew of them is gone
        for key in self._readers:
            self._follow(key)

    def _on_read(self, key: SeriesKey, candles: LaidCandles) -> None:
        self._pane.chart.set_comparison(key, candles)

    def _on_history(self, key: SeriesKey) -> None:
        if key in self._readers and self._is_seen:
            self._readers[key].read_again()

    def _on_candles(self, key: SeriesKey, candles: list[Candle]) -> None:
        if key in self._readers and self._is_seen:
            self._pane.chart.apply_comparison(key, candles)
