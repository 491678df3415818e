"""Every coin of the practice market at one moment of market time."""

from collections.abc import Iterator

from workstation.sandbox.book import Book
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.market_clock import SpeedClock
from workstation.sandbox.source import CandleSource


class TradingFloor:
    """All coins, and what time it is there.

    Market time moves only in `advance`, once per round of the exchange: what REST answers is never ahead of
    what the streams have sent.

    Parameters
    ----------
    source : CandleSource
        The market's truth.
    clock : SpeedClock
        Where market time comes from.
    """

    def __init__(self, source: CandleSource, clock: SpeedClock) -> None:
        self.source = source
        self.speed = clock.speed
        self._clock = clock
        self.coins = {listing.id: CoinMarket(source, listing) for listing in source.markets()}
        self._books: dict[str, Book] = {}
        self.now_ms = clock.now_ms()

    def advance(self) -> int:
        """Let market time catch up with its clock; return it, UTC milliseconds."""
        self.now_ms = max(self.now_ms, self._clock.now_ms())
        return self.now_ms

    def book(self, coin_id: str) -> Book:
        """Return the book of a coin; it comes into being with the first who asks.

        Raises
        ------
        KeyError
            No such coin.
        """
        book = self._books.get(coin_id)
        if book is None:
            book = self._books[coin_id] = Book(self.coins[coin_id], self.source.seed, self.speed)
        return book

    def trading(self) -> Iterator[CoinMarket]:
        """Yield every coin that trades now."""
        return (coin for coin in self.coins.values() if coin.trades_at(self.now_ms))
