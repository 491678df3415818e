"""One life of the connection over which a venue's public trades are heard."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any

import ccxt

from workstation.domain.ports import TaskOwner
from workstation.feeds.line import UNREADABLE, Line
from workstation.feeds.whales.trade_desk import TradeDesk

_log = logging.getLogger(__name__)

USD_QUOTES = frozenset({"USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "USDP", "PYUSD"})
"""Quote currencies that count as US dollars; symbols in any other are not watched."""

CACHED_ROWS = 5_000
"""Trades of a symbol that ccxt keeps between two hand-overs."""

_CHUNK = 100  # symbols in one subscribe message
_LAG_S = 0.5  # by how much the prints of one symbol may come after those of another
_PATIENCE_S = 20.0  # a socket that is half open is noticed within 15 s
_UNSUBSCRIBE_S = 5.0


class TradeSession:
    """Hears trades until the connection breaks: `workstation.feeds.line.LineListener`.

    Parameters
    ----------
    line : Line
        To the venue; nobody else listens to it meanwhile.
    desk : TradeDesk
        Told what is heard, and when something may have been missed.
    tasks : TaskOwner
        Owns the tasks that wait for ccxt.
    """

    def __init__(self, line: Line, desk: TradeDesk, tasks: TaskOwner) -> None:
        self._line = line
        self._exchange = line.exchange
        self._clock = line.clock
        self._desk = desk
        self._owner = tasks
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[str] = self._loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted: tuple[str, ...] = ()
        self._watched: set[str] = set()
        self._wanted_changed = asyncio.Event()
        self._pass: asyncio.TimerHandle | None = None

    def follow(self, symbols: Collection[str]) -> None:
        """Watch exactly these symbols from now on, as far as they are traded here in US dollars."""
        self._wanted = tuple(symbol for symbol in symbols if self._is_watchable(symbol))
        self._desk.follow(self._wanted)
        self._wanted_changed.set()

    def _is_watchable(self, symbol: str) -> bool:
        market = self._exchange.markets.get(symbol)
        return market is not None and market.get("quote") in USD_QUOTES

    async def run(self) -> str:
        """Listen until something goes wrong, and return what, as a sentence."""
        self._exchange.trades.clear()
        self._line.connect(self)
        try:
            self._start(self._keep_subscribed)
            return await self._end
        finally:
            self._line.connect(None)
            if self._pass is not None:
                self._pass.cancel()
            self.sum_up()
            self._desk.interrupt()
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def sum_up(self) -> None:
        """Sum up the quarters that have ended."""
        speed = self._clock.speed
        now_ms = self._clock.now_ms()
        self._desk.finish(now_ms, int(_LAG_S * 1000 * speed), int(_PATIENCE_S * 1000 * speed))

    def on_broken(self, reason: str) -> None:
        """End: the connection is of no more use."""
        if not self._end.done():
            self._end.set_result(reason)

    def on_frame(self) -> None:
        """Take what was heard, soon."""
        if self._pass is None:
            self._pass = self._loop.call_later(self._line.timings.gather_s, self._hand_on)

    def _hand_on(self) -> None:
        self._pass = None
        now_ms = self._clock.now_ms()
        for symbol, rows in self._exchange.trades.items():
            if not rows:
                continue
            news = list(rows)
            rows.clear()
            if len(news) >= CACHED_ROWS:  # ccxt has forgotten the oldest of them
                self._desk.interrupt(symbol)
            self._desk.hear(symbol, news, now_ms)

    async def _keep_subscribed(self) -> None:
        while True:
            self._wanted_changed.clear()
            gone = sorted(self._watched - set(self._wanted))
            new = [symbol for symbol in self._wanted if symbol not in self._watched]
            self._watched = set(self._wanted)
            await self._unsubscribe(gone)
            for call in self._watch_calls(new):
                self._start(call)
            await self._wanted_changed.wait()

    def _watch_calls(self, symbols: Sequence[str]) -> list[Callable[[], Awaitable[Any]]]:
        exchange = self._exchange
        if not exchange.has.get("watchTradesForSymbols"):
            return [partial(exchange.watch_trades, symbol) for symbol in symbols]
        chunks = [list(symbols[i : i + _CHUNK]) for i in range(0, len(symbols), _CHUNK)]
        return [partial(exchange.watch_trades_for_symbols, chunk) for chunk in chunks]

    async def _unsubscribe(self, symbols: Sequence[str]) -> None:
        if not symbols or not self._exchange.has.get("unWatchTradesForSymbols"):
            return
        try:
            async with asyncio.timeout(_UNSUBSCRIBE_S):
                await self._exchange.un_watch_trades_for_symbols(list(symbols))
        except (TimeoutError, ccxt.UnsubscribeError):
            _log.info("%s did not confirm that %d streams ended", self._line.label, len(symbols))

    def _start(self, call: Callable[[], Awaitable[Any]]) -> None:
        task = self._owner.start(f"trades of {self._line.label}", self._wait_for(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait_for(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Wait for ccxt; what goes wrong ends the session, and never this task's owner."""
        try:
            await call()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self.on_broken(f"The connection to {self._line.label} ended; connecting anew.")
        except ccxt.UnsubscribeError:
            _log.debug("a symbol was unfollowed before it traded")
        except UNREADABLE as error:
            _log.info("the trades of %s failed: %r", self._line.label, error)
            self.on_broken(f"{self._line.label} refused the trades or dropped them; connecting anew.")
