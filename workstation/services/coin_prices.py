"""What coins cost at a venue, as it was last heard."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workstation.domain.events import TickersUpdated
from workstation.domain.market import SeriesKey
from workstation.domain.ports import CandleReader
from workstation.domain.ticker import Ticker
from workstation.engine.narratives.panel import DOLLARS, coin_of
from workstation.services.bus import Bus

LOOK_EVERY_S = 0.2
_STORED = ("1h", "1d")  # timeframes in which the last close of a silent coin is looked for


@dataclass(frozen=True, slots=True)
class KnownPrice:
    """A price, and when it was one.

    Parameters
    ----------
    price : float
        US dollars, above 0.
    at_ms : int
        UTC milliseconds of the venue.
    """

    price: float
    at_ms: int


class CoinPrices:
    """The newest price of every coin, by tickers, else by the last stored close.

    Parameters
    ----------
    bus : Bus
        Gives `TickersUpdated`.
    reader : CandleReader
        Stored candles.
    """

    def __init__(self, bus: Bus, reader: CandleReader) -> None:
        self._reader = reader
        self._tickers: dict[str, Ticker] = {}
        bus.subscribe(TickersUpdated, self._on_tickers)

    def now(self, coins: Iterable[str]) -> dict[str, KnownPrice]:
        """Return the newest prices that were heard of some coins; one of zero counts as none."""
        found = {}
        for coin in coins:
            told = (self._heard(f"{coin}/{dollar}") for dollar in DOLLARS)
            newest = next((each for each in told if each is not None), None) or self._bundled(coin)
            if newest is not None:
                found[coin] = newest
        return found

    async def after(self, coins: Collection[str], since_ms: int, within_s: float) -> dict[str, KnownPrice]:
        """Return the newest prices as soon as all of them are of `since_ms` or later, or time is over."""
        try:
            async with asyncio.timeout(within_s):
                while not self._are_since(coins, since_ms):  # noqa: ASYNC110  prices come by the thousand
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            pass
        return self.now(coins)

    async def last(self, venue: str, coins: Collection[str]) -> dict[str, KnownPrice]:
        """Return the last stored closes of coins that are heard no more, however old."""
        return await asyncio.to_thread(self._stored, venue, coins)

    def _are_since(self, coins: Collection[str], since_ms: int) -> bool:
        found = self.now(coins)
        return len(found) == len(coins) and all(each.at_ms >= since_ms for each in found.values())

    def _heard(self, symbol: str) -> KnownPrice | None:
        ticker = self._tickers.get(symbol) or self._tickers.get(f"{symbol}:{symbol.partition('/')[2]}")
        if ticker is None or not ticker.last > 0:
            return None
        return KnownPrice(ticker.last, ticker.time_ms)

    def _bundled(self, coin: str) -> KnownPrice | None:
        """Return the price of a coin that trades by the thousand or more."""
        for n in (1_000, 10_000, 1_000_000):
            for dollar in DOLLARS:
                found = self._heard(f"{n}{coin}/{dollar}")
                if found is not None and coin_of(f"{n}{coin}/{dollar}") == (coin, n):
                    return KnownPrice(found.price / n, found.at_ms)
        return None

    def _stored(self, venue: str, coins: Collection[str]) -> dict[str, KnownPrice]:
        found: dict[str, KnownPrice] = {}
        for coin in coins:
            for timeframe in _STORED:
                key = SeriesKey(venue, f"{coin}/{DOLLARS[0]}", timeframe)
                candles = self._reader.read_last(key, 1)
                if len(candles) and candles.close[-1] > 0:
                    at_ms = int(candles.open_time[-1]) + key.bar_ms
                    if coin not in found or at_ms > found[coin].at_ms:
                        found[coin] = KnownPrice(float(candles.close[-1]), at_ms)
        return found

    def _on_tickers(self, updated: TickersUpdated) -> None:
        self._tickers.update((ticker.symbol, ticker) for ticker in updated.tickers)
