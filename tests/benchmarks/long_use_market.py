"""The market of the long use: a window joined to a store on disk and to a stream of its own.

Not a command of its own: `bench_long_use` and a test trade on it. No engine runs: what it would say is said
here, so that every session is the same and nothing but the window grows.
"""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.fakes.market_book import news
from tests.fakes.window_world import LIVE, NOW_MS, PRICES, Desk, Requests, alert, columns, explanation, signal
from tests.fakes.window_world import markets as known_markets
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.level import LevelKind, PriceLevel
from workstation.domain.market import Market, SeriesKey, timeframe_ms
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.signal import Direction
from workstation.domain.ticker import Ticker
from workstation.link import messages as said
from workstation.storage.candle_store import CandleStore
from workstation.ui.main_window import MainWindow

SYMBOLS = tuple(PRICES)
N_OTHERS = 400
N_TOLD = 120
"""Markets whose price is told with every frame, the watched ones among them."""

ALERT_EVERY_S = 300


class Engine(Requests):
    """Answers what the window asks, when the market next moves."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: set[SeriesKey] = set()
        self.market: tuple[str, float] = ("", 0.0)
        self.watched: tuple[str, ...] = SYMBOLS
        self.answers: deque[said.ToWindow] = deque()

    def follow(self, key: SeriesKey) -> None:
        """Stream a series; its signals and levels are told at once."""
        self.followed.add(key)
        price = PRICES.get(key.symbol, 100.0)
        self.answers += (said.SignalsOf(key, _signals(key, price)), said.LevelsOf(key, _levels(price)))

    def unfollow(self, key: SeriesKey) -> None:
        """Stream it no more."""
        self.followed.discard(key)

    def set_watchlist(self, symbols: Sequence[str]) -> None:
        """Watch exactly these."""
        self.watched = tuple(symbols)
        self.answers.append(said.WatchlistSaid(self.watched))

    def dismiss_alert(self, alert_id: int) -> None:
        """Close an alert."""
        self.answers.append(said.AlertClosed(alert_id))

    def explain(self, key: SeriesKey, open_time: int, on_refused: Callable[[str], None]) -> None:
        """Say why a bar was judged as it was."""
        self.answers.append(said.Explained(explanation(key, open_time)))

    def follow_market(self, symbol: str, step: float) -> None:
        """Stream a book and its trades."""
        self.market = symbol, step

    def rotate(self, command: Callable[[int], Any], on_refused: Callable[[str], None]) -> None:
        """Refuse: nothing is rotated here."""

    def look_after_key(self, command: Callable[[int], Any], on_refused: Callable[[str], None]) -> None:
        """Refuse: there are no keys here."""


class LocalMarket:
    """A window over a full store, and the time that goes on in it.

    Parameters
    ----------
    folder : Path
        An empty folder for everything that is kept.
    timeframes : sequence of str
        Of which there is history.
    n_bars : int
        How long that is.
    """

    def __init__(self, folder: Path, timeframes: Sequence[str], n_bars: int) -> None:
        self._keys = [SeriesKey(LIVE.name, symbol, name) for symbol in SYMBOLS for name in timeframes]
        self._desk = Desk(folder)
        self._engine = self._desk.requests = Engine()
        self._store = CandleStore(folder / "candles.db")
        for key in self._keys:
            self._store.add(key, columns(key, n_bars))
        self._reader = CandleStore(folder / "candles.db", read_only=True)
        self._desk.past.candles = self._reader
        self._desk.surroundings = _with_engine(self._desk, self._engine)
        self._random = np.random.default_rng(11)
        self._prices = dict(PRICES)
        self._forming: dict[SeriesKey, Candle] = {}
        self._others = [f"C{n:03}/USDT" for n in range(N_OTHERS)]
        self._n_alerts = 0
        self.now_ms = NOW_MS

    def open(self) -> MainWindow:
        """Return the window, shown, over an engine that is there."""
        window = self._desk.open()
        window.resize(1280, 800)
        others = tuple(Market(name, name.partition("/")[0], "USDT", 0.01) for name in self._others)
        self._desk.tell(
            said.Welcome(said.PROTOCOL, "0.1.0", 4711, LIVE, SYMBOLS),
            said.MarketsListed((*known_markets(), *others), is_last=True),
            said.NarrativesSaid(_narratives()),
        )
        self.go_on(1.0)
        return window

    def go_on(self, seconds: float) -> None:
        """Let so much time pass at the venue, and say what happened."""
        before = self.now_ms
        self.now_ms += round(1000 * seconds)
        self._desk.seconds += seconds
        moves = self._random.normal(0, 0.0004, len(self._prices)).tolist()
        for symbol, move in zip(self._prices, moves, strict=True):
            home = PRICES[symbol]
            self._prices[symbol] = home + (self._prices[symbol] * (1 + move) - home) * 0.999
        self._close_bars(before)
        while self._engine.answers:
            self._desk.tell(self._engine.answers.popleft())
        if before // (1000 * ALERT_EVERY_S) != self.now_ms // (1000 * ALERT_EVERY_S):
            self._raise_alert()
        self._desk.tell(self._frame())

    def close(self) -> None:
        """End the window and close the files."""
        self._desk.window.finish()
        self._reader.close()
        self._store.close()

    def rest(self) -> None:
        """Let a while pass in which nothing happens: what flashed has faded."""
        self._desk.seconds += 10.0
        self._tear_up_notes()

    def _tear_up_notes(self) -> None:
        """Forget what the fakes noted of the window: it would be counted as the window's."""
        for noted in (self._engine.asked, self._engine.refusals, self._desk.chosen):
            noted.clear()
        for noted in (self._desk.notes.shown, self._desk.notes.clicks):
            noted.clear()

    def _frame(self) -> said.Frame:
        symbol, step = self._engine.market
        told = (*self._prices.items(), *((name, 1.0 + self._random.random()) for name in self._others))
        tickers = tuple(
            Ticker(name, price, 1.5, 1e6 * (1 + n), self.now_ms)
            for n, (name, price) in enumerate(told[:N_TOLD])
        )
        candles = tuple(said.CandleState(key, (self._bar(key),)) for key in self._engine.followed)
        return said.Frame(
            self.now_ms,
            80,
            tickers=tickers,
            candles=candles,
            vitals=said.Vitals(6.4, 148_000_000, 1_284.0),
            market=news(symbol, step) if symbol else None,
        )

    def _bar(self, key: SeriesKey) -> Candle:
        """Return the forming bar of a series."""
        open_time = self.now_ms // key.bar_ms * key.bar_ms
        price, known = self._prices.get(key.symbol, 100.0), self._forming.get(key)
        if known is None or known.open_time != open_time:
            bar = Candle(open_time, price, price, price, price, 1.0, closed=False)
        else:
            high, low = max(known.high, price), min(known.low, price)
            bar = Candle(open_time, known.open, high, low, price, known.volume + 1.0, closed=False)
        self._forming[key] = bar
        return bar

    def _close_bars(self, before_ms: int) -> None:
        """Store the bars that ended, as the engine does, and say so."""
        ended = [key for key in self._keys if before_ms // key.bar_ms != self.now_ms // key.bar_ms]
        rows = []
        for key in ended:
            bar = self._forming.pop(key, None) or self._flat_bar(key, before_ms)
            rows.append((key, _column(bar)))
        if rows:
            self._store.add_many(rows)
        for key in self._engine.followed.intersection(ended):
            self._desk.tell(said.HistoryGrew(key, 1))

    def _flat_bar(self, key: SeriesKey, at_ms: int) -> Candle:
        price = self._prices[key.symbol]
        bar_ms = timeframe_ms(key.timeframe)
        return Candle(at_ms // bar_ms * bar_ms, price, price, price, price, 1.0, closed=True)

    def _raise_alert(self) -> None:
        self._n_alerts += 1
        symbol = SYMBOLS[self._n_alerts % len(SYMBOLS)]
        said_now = alert(self._n_alerts, symbol)
        self._desk.tell(said.SignalSaid(said_now.signal), said.AlertSaid(said_now))


def _with_engine(desk: Desk, engine: Engine) -> Any:
    from dataclasses import replace

    return replace(desk.surroundings, requests=engine)


def _column(bar: Candle) -> CandleColumns:
    return CandleColumns.of(
        np.array([bar.open_time]),
        *(np.array([value]) for value in (bar.open, bar.high, bar.low, bar.close, bar.volume)),
    )


def _signals(key: SeriesKey, price: float) -> tuple[Any, ...]:
    newest = NOW_MS // key.bar_ms - 2
    ways = (Direction.BULLISH, Direction.BEARISH)
    return tuple(signal(key, (newest - 9 * n) * key.bar_ms, price, ways[n % 2]) for n in range(24, 0, -1))


def _levels(price: float) -> tuple[PriceLevel, ...]:
    return (
        PriceLevel(price * 0.97, LevelKind.SUPPORT, 4, None),
        PriceLevel(price * 1.02, LevelKind.RESISTANCE, 3, None),
        PriceLevel(price * 1.05, LevelKind.ROUND_NUMBER, 1, None),
    )


def _narratives() -> tuple[IndexStanding, ...]:
    unknown = (None,) * 6
    return tuple(
        IndexStanding(f"n{n}", f"Narrative number {n}", 0, 1000.0, 1.0, *unknown, 0, 0, 50, None, ())
        for n in range(12)
    )
