"""What is on the chart: opens a series from the store at once, then follows it live."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtCore import Signal as QtSignal

from workstation.domain.candle import Candle
from workstation.domain.errors import TidemarkError
from workstation.domain.level import PriceLevel
from workstation.domain.market import SeriesKey, Venue
from workstation.domain.signal import Signal
from workstation.ui.bridge import Bridge
from workstation.ui.chart.series import LaidCandles
from workstation.ui.engine_port import Past
from workstation.ui.workspaces.history_reader import HistoryReader
from workstation.ui.workspaces.workspace_follow import SharedFollow

_NO_VENUE = "The chart comes with the venue."
_NO_MARKET = "No market chosen"


class Chart(Protocol):
    """What the desk needs of the chart."""

    def set_series(
        self, key: SeriesKey, candles: LaidCandles, price_step: float = 0.0, practice: bool = False
    ) -> None:
        """Show these closed candles; a forming one after them stays."""
        ...

    def apply_candles(self, candles: Sequence[Candle]) -> None:
        """Take newest candles of the series shown, oldest first."""
        ...

    def set_signals(self, signals: Sequence[Signal]) -> None:
        """Mark these signals."""
        ...

    def set_forming_signal(self, signal: Signal | None) -> None:
        """Mark what the forming bar would say; None takes it away."""
        ...

    def set_levels(self, levels: Sequence[PriceLevel]) -> None:
        """Draw these price levels."""
        ...

    def clear(self, message: str) -> None:
        """Show a sentence only."""
        ...

    def rest(self) -> None:
        """Give back the memory of the picture while nobody sees it."""
        ...


class ChartDesk(QObject):
    """Keeps one chart showing one series.

    Parameters
    ----------
    chart : Chart
        Where it is drawn.
    bridge : Bridge
        What the engine says.
    past : Past
        What is stored.
    follows : SharedFollow
        Who loads and streams a series, for all charts together.
    """

    opened = QtSignal(object)  # SeriesKey
    seen_changed = QtSignal(bool)  # whether anybody sees the chart

    def __init__(
        self,
        chart: Chart,
        bridge: Bridge,
        past: Past,
        follows: SharedFollow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chart, self._bridge, self._past, self._follows = chart, bridge, past, follows
        self.key: SeriesKey | None = None
        self._stored: LaidCandles | None = None
        self._live: dict[int, Candle] = {}
        self._history = HistoryReader(past.candles, self)
        self._history.read.connect(self._on_read)
        self._history.failed.connect(lambda text: bridge.notice_posted.emit("store", text))
        self._signals: dict[tuple[int, int], Signal] = {}
        self._is_followed = False
        self._is_seen = True
        bridge.candles_changed.connect(self._on_candles)
        bridge.forming_changed.connect(self._on_forming)
        bridge.signals_replaced.connect(self._on_signals)
        bridge.signal_said.connect(self._on_signal)
        bridge.levels_replaced.connect(self._on_levels)
        bridge.history_grew.connect(self._on_history)
        bridge.link_changed.connect(self._on_link)
        bridge.venue_changed.connect(self._say_why_empty)
        self._say_why_empty()

    @property
    def venue(self) -> Venue | None:
        """Where prices come from."""
        return self._bridge.world.venue

    def open(self, symbol: str, timeframe: str) -> None:
        """Show a market: from the store at once, then live. Nothing while no venue is known."""
        venue = self.venue
        if venue is None or not symbol:
            return
        key = SeriesKey(venue.name, symbol, timeframe)
        if key == self.key:
            return
        self._unfollow()
        self.key = key
        self._live.clear()
        self._signals = {_identity(signal): signal for signal in self._stored_signals(key)}
        self._history.open(key)
        self._show_signals()
        self._chart.set_levels(self._follows.levels(key))
        self._chart.set_forming_signal(None)
        self._follow()
        self.opened.emit(key)

    def open_first(self, remembered: str, timeframe: str) -> None:
        """Show the last session's market, else the first watched one, else Bitcoin's, else any."""
        world = self._bridge.world
        bitcoin = (symbol for symbol in world.markets if symbol.startswith("BTC/"))
        wished = (remembered, *world.watchlist, *bitcoin, *world.markets)
        known = (symbol for symbol in wished if symbol and (symbol in world.markets or not world.markets))
        self.open(next(known, ""), timeframe)

    def close(self) -> None:
        """Show nothing and follow nothing."""
        self._unfollow()
        self.stop()
        self.key = self._stored = None
        self._live.clear()
        self._signals.clear()
        self._say_why_empty()

    def _say_why_empty(self) -> None:
        """Say on a chart without a market what is waited for."""
        if self.key is None:
            self._chart.clear(_NO_MARKET if self.venue is not None else _NO_VENUE)

    def set_seen(self, is_seen: bool) -> None:
        """Take whether anybody sees the chart: one that is out of sight follows nothing and reads nothing."""
        if is_seen == self._is_seen:
            return
        self._is_seen = is_seen
        self.seen_changed.emit(is_seen)
        if not is_seen:
            self._unfollow()
            self._chart.rest()
        elif self.key is not None:
            self._signals = {_identity(signal): signal for signal in self._stored_signals(self.key)}
            self._show_signals()
            self._history.catch_up()
            self._follow()
            self._chart.set_levels(self._follows.levels(self.key))

    def stop(self) -> None:
        """Read nothing more from the store."""
        self._history.stop()

    def reopen(self) -> None:
        """Show the same market on a venue that changed under it."""
        key = self.key
        if key is not None:
            self.close()
            self.open(key.symbol, key.timeframe)

    @property
    def price_step(self) -> float:
        """Smallest change of price of the market shown; 0.0 where not known."""
        market = self._bridge.world.markets.get(self.key.symbol) if self.key else None
        return market.price_step if market else 0.0

    def show_again(self) -> None:
        """Draw the series again, with what is now known of its market."""
        if self.key is None or self._stored is None:
            return
        practice = self.venue is not None and self.venue.kind.is_practice
        self._chart.set_series(self.key, self._stored, self.price_step, practice)
        self._chart.apply_candles([self._live[time_ms] for time_ms in sorted(self._live)])

    def _on_read(self, stored: LaidCandles) -> None:
        self._stored = stored
        newest = int(stored.columns.open_time[-1]) if len(stored) else -1
        self._live = {time_ms: candle for time_ms, candle in self._live.items() if time_ms > newest}
        self.show_again()

    def _stored_signals(self, key: SeriesKey) -> Sequence[Signal]:
        told = self._follows.signals(key)
        if told is not None:
            return told
        try:
            return self._past.journal.signals(key)
        except TidemarkError as error:
            self._bridge.notice_posted.emit("journal", str(error))
            return []

    def _follow(self) -> None:
        is_wanted = self._is_seen and self._bridge.world.connected and not self._is_followed
        if self.key is not None and is_wanted:
            self._follows.follow(self.key)
            self._is_followed = True

    def _unfollow(self) -> None:
        if self.key is not None and self._is_followed:
            self._follows.unfollow(self.key)
        self._is_followed = False

    def _on_link(self) -> None:
        if self._bridge.world.connected:
            self._follow()
        else:
            self._is_followed = False  # the engine that knew of it is gone

    def _on_candles(self, key: SeriesKey, candles: list[Candle]) -> None:
        if not self._is_seen or key != self.key:
            return
        self._live.update((candle.open_time, candle) for candle in candles)
        self._chart.apply_candles(candles)

    def _on_history(self, key: SeriesKey) -> None:
        if key == self.key and self._is_seen:
            self._history.read_again()

    def _on_forming(self, key: SeriesKey, signal: Signal | None) -> None:
        if key == self.key:
            self._chart.set_forming_signal(signal)

    def _on_signals(self, key: SeriesKey, signals: tuple[Signal, ...]) -> None:
        if key == self.key:
            self._signals = {_identity(signal): signal for signal in signals}
            self._show_signals()

    def _on_signal(self, signal: Signal) -> None:
        if signal.key == self.key:
            self._signals[_identity(signal)] = signal
            self._show_signals()

    def _on_levels(self, key: SeriesKey, levels: tuple[PriceLevel, ...]) -> None:
        if key == self.key:
            self._chart.set_levels(levels)

    def _show_signals(self) -> None:
        ordered = sorted(self._signals.values(), key=lambda signal: signal.open_time)
        self._chart.set_signals(ordered)


def _identity(signal: Signal) -> tuple[int, int]:
    return signal.open_time, int(signal.direction)
