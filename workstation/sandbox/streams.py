"""The practice market's streams: what each says, and when."""

from collections.abc import Callable, Sequence
from typing import Protocol

from workstation.domain.errors import TidemarkError
from workstation.domain.market import TIMEFRAMES, open_of
from workstation.sandbox import wire
from workstation.sandbox.book import Book, Touch
from workstation.sandbox.coin_market import CoinMarket, Day
from workstation.sandbox.kline import Kline
from workstation.sandbox.perpetual_floor import ForcedOrderStream
from workstation.sandbox.source import Listing
from workstation.sandbox.tape_reader import Print
from workstation.sandbox.trading_floor import TradingFloor

_FORMING_EVERY_S = 0.25
_TICKER_EVERY_S = 1.0
_DEPTH_EVERY_S = {"depth": 1.0, "depth@100ms": 0.1}


class StreamRefused(TidemarkError):
    """A stream nobody can say, or one too many; the message names it in the venue's words."""


class Stream(Protocol):
    """One stream that somebody listens to."""

    def due(self, now_ms: int, wall_s: float) -> Sequence[object]:
        """Return what has to be said now, in order.

        Parameters
        ----------
        now_ms : int
            Market time, UTC milliseconds; never falls.
        wall_s : float
            Real time, seconds; never falls.
        """
        ...

    def close(self) -> None:
        """Nobody listens any more."""
        ...


class KlineStream:
    """Bars of one coin and timeframe: each closed one once and in order, the forming one while it changes."""

    def __init__(self, coin: CoinMarket, timeframe: str, now_ms: int) -> None:
        self._coin = coin
        self._timeframe = timeframe
        self._length = TIMEFRAMES[timeframe]
        self._open_time = open_of(now_ms, timeframe)
        self._said: Kline | None = None
        self._next_s = 0.0

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return every bar that closed since the last round, then the forming one."""
        events: list[object] = []
        while self._open_time + self._length <= now_ms:
            closed = self._coin.kline(self._timeframe, self._open_time, now_ms)
            self._open_time += self._length
            if closed is not None:
                events.append(self._event(closed, closed=True, event_ms=self._open_time))
        if wall_s >= self._next_s:
            self._next_s = wall_s + _FORMING_EVERY_S
            forming = self._coin.kline(self._timeframe, self._open_time, now_ms)
            if forming is not None and forming != self._said:
                self._said = forming
                events.append(self._event(forming, closed=False, event_ms=now_ms))
        return events

    def _event(self, kline: Kline, *, closed: bool, event_ms: int) -> wire.Event:
        return wire.kline_event(self._coin.listing, self._timeframe, kline, closed=closed, event_ms=event_ms)

    def close(self) -> None:
        """Let go of nothing: a kline stream holds nothing."""


class TradeStream:
    """Every trade of one coin."""

    def __init__(
        self, coin: CoinMarket, now_ms: int, event: Callable[[Listing, Print, int], wire.Event]
    ) -> None:
        self._coin = coin
        self._since_ms = now_ms + 1
        self._event = event

    def due(self, now_ms: int, wall_s: float) -> list[wire.Event]:
        """Return the trades since the last round, each said at its own time."""
        trades = self._coin.tapes.prints(self._since_ms, now_ms + 1)
        self._since_ms = now_ms + 1
        return [self._event(self._coin.listing, trade, trade.time) for trade in trades]

    def close(self) -> None:
        """Let go of nothing: a trade stream holds nothing."""


class DepthStream:
    """Changes of one coin's book, at the venue's pace."""

    def __init__(self, coin: CoinMarket, book: Book, now_ms: int, every_s: float) -> None:
        self._coin = coin
        self._book = book
        book.advance(now_ms)
        self._change = book.listen()
        self._every_s = every_s
        self._next_s = 0.0

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return the changes since the last event, where it is time and there are some."""
        if wall_s < self._next_s:
            return []
        self._book.advance(now_ms)
        if self._change.last_id < self._change.first_id:
            return []
        self._next_s = wall_s + self._every_s
        event = wire.depth_event(self._coin.listing, self._change, now_ms)
        self._change.empty()
        return [event]

    def close(self) -> None:
        """Let the book forget this listener."""
        self._book.leave(self._change)


class BookTickerStream:
    """Best bid and ask of one coin, whenever they change."""

    def __init__(self, coin: CoinMarket, book: Book) -> None:
        self._coin = coin
        self._book = book
        self._said: Touch | None = None

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return the touch where it changed."""
        touch = self._book.touch(now_ms)
        if touch is None or touch == self._said:
            return []
        self._said = touch
        return [wire.book_ticker_event(self._coin.listing, touch, now_ms - self._coin.first_ms)]

    def close(self) -> None:
        """Let go of nothing: a book ticker stream holds nothing."""


class TickerStream:
    """The last 24 hours of one coin, once a second while they change."""

    def __init__(self, say: "DaySayer") -> None:
        self._say = say
        self._next_s = 0.0

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return the day where it is time and it changed."""
        if wall_s < self._next_s:
            return []
        self._next_s = wall_s + _TICKER_EVERY_S
        event = self._say(now_ms)
        return [] if event is None else [event]

    def close(self) -> None:
        """Let go of nothing: a ticker stream holds nothing."""


class TickerArrayStream:
    """The last 24 hours of every coin that changed, once a second."""

    def __init__(self, sayers: "list[DaySayer]") -> None:
        self._sayers = sayers
        self._next_s = 0.0

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return one array where it is time and anything changed."""
        if wall_s < self._next_s:
            return []
        self._next_s = wall_s + _TICKER_EVERY_S
        events = [event for say in self._sayers if (event := say(now_ms)) is not None]
        return [events] if events else []

    def close(self) -> None:
        """Let go of nothing: a ticker array holds nothing."""


class DaySayer:
    """Says the day of one coin when it changed since it was last said.

    Parameters
    ----------
    coin : CoinMarket
        Whose day.
    book : Book or None
        For best bid and ask in the full ticker; None says the mini ticker.
    """

    def __init__(self, coin: CoinMarket, book: Book | None) -> None:
        self._coin = coin
        self._book = book
        self._said: Kline | None = None

    def __call__(self, now_ms: int) -> wire.Event | None:
        """Return the event, or None where nothing changed."""
        day = self._coin.day(now_ms)
        if day is None or day.whole == self._said:
            return None
        self._said = day.whole
        return self._event(day, now_ms)

    def _event(self, day: Day, now_ms: int) -> wire.Event:
        listing = self._coin.listing
        if self._book is None:
            return wire.mini_ticker_event(listing, day)
        return wire.ticker_event(listing, day, self._book.touch(now_ms), self._coin.tapes.last_print(now_ms))


def open_stream(name: str, floor: TradingFloor) -> Stream | None:
    """Return the stream of a name; None for a coin that is not listed, which the venue takes in silence.

    Raises
    ------
    StreamRefused
        The name is no stream's.
    """
    coin_name, _, channel = name.partition("@")
    if coin_name in ("!ticker", "!miniTicker") and channel == "arr":
        full = coin_name == "!ticker"
        return TickerArrayStream([_day_sayer(floor, coin_id, full=full) for coin_id in floor.coins])
    if name == "!forceOrder@arr":
        return ForcedOrderStream(floor)
    kind, _, timeframe = channel.partition("_")
    is_kline = kind == "kline" and timeframe in TIMEFRAMES
    if not is_kline and channel not in _CHANNELS:
        raise StreamRefused(f"Invalid request: unknown stream {name!r}")
    coin_id = coin_name.upper()
    if coin_id not in floor.coins or coin_name != coin_name.lower():
        return None
    if is_kline:
        return KlineStream(floor.coins[coin_id], timeframe, floor.now_ms)
    return _CHANNELS[channel](floor, coin_id)


def _day_sayer(floor: TradingFloor, coin_id: str, *, full: bool) -> DaySayer:
    return DaySayer(floor.coins[coin_id], floor.book(coin_id) if full else None)


def _depth(channel: str) -> Callable[[TradingFloor, str], Stream]:
    return lambda floor, coin_id: DepthStream(
        floor.coins[coin_id], floor.book(coin_id), floor.now_ms, _DEPTH_EVERY_S[channel]
    )


_CHANNELS: dict[str, Callable[[TradingFloor, str], Stream]] = {
    "trade": lambda floor, i: TradeStream(floor.coins[i], floor.now_ms, wire.trade_event),
    "aggTrade": lambda floor, i: TradeStream(floor.coins[i], floor.now_ms, wire.agg_trade_event),
    "depth": _depth("depth"),
    "depth@100ms": _depth("depth@100ms"),
    "bookTicker": lambda floor, i: BookTickerStream(floor.coins[i], floor.book(i)),
    "ticker": lambda floor, i: TickerStream(_day_sayer(floor, i, full=True)),
    "miniTicker": lambda floor, i: TickerStream(_day_sayer(floor, i, full=False)),
}
