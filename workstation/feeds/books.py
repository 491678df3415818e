"""The provider ``books``: what the order books of the followed markets say about liquidity."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence

from workstation.domain.metric import METRICS
from workstation.domain.observation import Observation
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import ProviderAbout
from workstation.feeds.book_ear import BookEar, BookTimings, book_ear
from workstation.feeds.book_window import WINDOW_MS, BookWindow
from workstation.feeds.capture import MessageCount
from workstation.feeds.line import Line
from workstation.feeds.provider_trouble import provider_error
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.standing_line import StandingLine
from workstation.feeds.venues import OpenVenue

_log = logging.getLogger(__name__)

_DOLLARS = frozenset(("USD", "USDT", "USDC", "FDUSD", "TUSD", "USDP", "DAI", "BUSD", "PYUSD", "USDE"))
_ROWS_KEPT = 25_000
_TICK_S = 0.05
_METRICS = tuple(
    name for name, metric in METRICS.items() if name.startswith("liquidity.") and metric.every_ms == WINDOW_MS
)

ABOUT = ProviderAbout(
    name="books",
    label="Order books",
    sentence=(
        "Watches the order books of the markets you follow, on the venue that is open: spread, depth, slope, "
        "cost of size, resilience. Asks the venue for nothing but public books."
    ),
    home="https://docs.ccxt.com",
    terms="Public market data of the venue",
    metrics=_METRICS,
    every_s=5.0,
)


class Books:
    """Samples live books every five seconds and tells their medians every five minutes.

    Quoted in dollars or a dollar coin only: the measures are in USD. A book that is crossed, silent for
    fifteen seconds or not known is never sampled. The first `fetch` connects.

    Parameters
    ----------
    opened : OpenVenue
        The venue, with an exchange of its own; owned from now on.
    symbols : callable
        Names the markets to watch now, most wanted first.
    tasks : TaskOwner
        Owns the tasks that listen.
    timings : BookTimings
        Patience and pace.
    line_timings : FeedTimings
        Those of the line.
    """

    def __init__(
        self,
        opened: OpenVenue,
        symbols: Callable[[], Collection[str]],
        tasks: TaskOwner,
        timings: BookTimings | None = None,
        line_timings: FeedTimings | None = None,
    ) -> None:
        self._venue = opened.venue
        self._clock = opened.clock
        self._symbols = symbols
        self._timings = timings or BookTimings()
        self._line = Line(opened.exchange, opened.venue.label, opened.clock, line_timings or FeedTimings())
        speed = opened.venue.speed
        self._sample_s = max(self._timings.sample_s / speed, self._timings.shortest_sample_s)
        self._windows: dict[str, BookWindow] = {}
        self._rows: deque[Observation] = deque(maxlen=_ROWS_KEPT)
        self._standing = StandingLine(self._line, tasks, "books")
        self.left_out: dict[str, str] = {}
        """Markets that are not watched, each with a sentence that says why."""
        self.heard = MessageCount()
        """What the venue sent, by kind; the unknown by name."""
        opened.exchange.handle_message = self._on_message

    @property
    def trouble(self) -> str:
        """Why something is not told here; empty where everything is."""
        return " ".join(dict.fromkeys(self.left_out.values()))

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return ABOUT

    @property
    def n_messages(self) -> int:
        """Messages heard since it was made."""
        return self._line.n_messages

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the windows that closed since `since_ms`; `coins` is not asked, the followed markets are.

        Raises
        ------
        ProviderError
            There are none, and the venue cannot be heard.
        """
        self._standing.open(self._live)
        rows = [row for row in self._rows if row.available_ms >= since_ms]
        trouble = self._standing.trouble
        if not rows and trouble is not None:
            raise provider_error(trouble) from trouble
        return rows

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        await self._standing.close()

    def _on_message(self, client: object, message: object) -> None:
        self.heard.count(message)
        exchange = self._line.exchange
        type(exchange).handle_message(exchange, client, message)

    async def _live(self) -> None:
        """Sample books until the connection is of no more use."""
        standing, loop = self._standing, asyncio.get_running_loop()
        ear = book_ear(self._line, standing.start, self._on_touch, self._timings)
        for window in self._windows.values():
            window.lost()
        sampled_s = loop.time()
        while not standing.has_ended:
            chosen = self._chosen()
            ear.follow(chosen)
            ear.tick()
            if loop.time() >= sampled_s + self._sample_s:
                sampled_s = loop.time()
                self._sample(ear, chosen)
            if chosen and loop.time() > standing.heard_s + self._timings.stale_s:
                standing.on_broken(f"{self._venue.label} sends no books; connecting anew.")
            await standing.wait(_TICK_S)

    # The books

    def _chosen(self) -> list[str]:
        """Return the markets to watch now; say once of each other one why it is left out."""
        chosen: list[str] = []
        left_out: dict[str, str] = {}
        for symbol in dict.fromkeys(self._symbols()):
            market = self._line.exchange.markets.get(symbol)
            if market is None or market.get("spot") is not True:
                left_out[symbol] = f"{self._venue.label} has no spot market {symbol}."
            elif market.get("quote") not in _DOLLARS:
                left_out[symbol] = f"{symbol} is not quoted in dollars; its depth is not measured."
            elif len(chosen) >= self._timings.most_symbols:
                left_out[symbol] = f"Only {self._timings.most_symbols} books are watched at once."
            else:
                chosen.append(symbol)
        for symbol in left_out.keys() - self.left_out.keys():
            _log.info("no book of %s: %s", symbol, left_out[symbol])
        self.left_out = left_out
        return chosen

    def _on_touch(self, symbol: str, bid_value: float, ask_value: float) -> None:
        window = self._windows.get(symbol)
        if window is not None:
            window.touched(self._clock.now_ms(), bid_value, ask_value)

    def _sample(self, ear: BookEar, chosen: Sequence[str]) -> None:
        now_ms = self._clock.now_ms()
        for gone in self._windows.keys() - set(chosen):
            del self._windows[gone]
        for symbol in chosen:
            window = self._windows.get(symbol)
            if window is None:
                sample_ms = self._sample_s * 1000 * self._venue.speed
                window = self._windows[symbol] = BookWindow(symbol, self._venue.name, sample_ms)
            book = ear.book(symbol)
            if book is None:
                window.lost()
            else:
                self._standing.trouble = None
            self._rows.extend(window.add(now_ms, book))
