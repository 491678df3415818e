"""The practice market's REST side: Binance spot's public market data, as its documents describe it."""

from collections.abc import Callable, Sequence
from typing import Any

from workstation.sandbox import wire
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.exact import text_of
from workstation.sandbox.request import Parameters, Refused
from workstation.sandbox.tape_reader import Print
from workstation.sandbox.trading_floor import TradingFloor
from workstation.sandbox.weight_budget import WEIGHT_PER_MINUTE

_ROWS, _MOST_ROWS = 500, 1_000
_LEVELS, _MOST_LEVELS = 100, 5_000
_AVERAGE_MINUTES = 5

Answer = Callable[[Parameters], Any]
Weight = Callable[[Parameters], int]


class RestApi:
    """Answers requests about a trading floor at its present moment.

    Parameters
    ----------
    floor : TradingFloor
        What is asked about.
    """

    def __init__(self, floor: TradingFloor) -> None:
        self._floor = floor
        self.routes: dict[str, tuple[Answer, Weight]] = {
            "ping": (lambda _: {}, _always(1)),
            "time": (lambda _: {"serverTime": floor.now_ms}, _always(1)),
            "exchangeInfo": (self.exchange_info, _always(20)),
            "klines": (self.klines, _always(2)),
            "uiKlines": (self.klines, _always(2)),
            "depth": (self.depth, _depth_weight),
            "trades": (self.trades, _always(25)),
            "historicalTrades": (self.historical_trades, _always(25)),
            "aggTrades": (self.agg_trades, _always(4)),
            "avgPrice": (self.average_price, _always(2)),
            "ticker/24hr": (self.day_tickers, _day_weight),
            "ticker/price": (self.prices, _each_weight),
            "ticker/bookTicker": (self.book_tickers, _each_weight),
        }

    def exchange_info(self, asked: Parameters) -> wire.Event:
        """List what trades here, and how finely."""
        now = self._floor.now_ms
        coins = asked.coins()
        chosen = list(self._floor.coins.values()) if coins is None else coins
        return {
            "timezone": "UTC",
            "serverTime": now,
            "rateLimits": [
                {
                    "rateLimitType": "REQUEST_WEIGHT",
                    "interval": "MINUTE",
                    "intervalNum": 1,
                    "limit": WEIGHT_PER_MINUTE,
                }
            ],
            "exchangeFilters": [],
            "symbols": [wire.market_info(coin.listing, trading=coin.trades_at(now)) for coin in chosen],
        }

    def klines(self, asked: Parameters) -> list[list[int | str]]:
        """List bars: from the start if given, else the newest up to the end; the last may be forming."""
        coin, timeframe = asked.coin(), asked.interval()
        start, end = asked.integer("startTime"), asked.integer("endTime")
        limit, now = asked.limit(_ROWS, _MOST_ROWS), self._floor.now_ms
        end = now if end is None else end
        if start is None:
            found = coin.newest_klines(timeframe, end, limit, now)
        else:
            found = coin.oldest_klines(timeframe, (start, end), limit, now)
        return [wire.kline_row(coin.listing, timeframe, kline) for kline in found]

    def depth(self, asked: Parameters) -> wire.Event:
        """Return the book: the id of its last update, bids and asks, best first."""
        coin = asked.coin()
        limit = asked.limit(_LEVELS, _MOST_LEVELS)
        book = self._floor.book(coin.listing.id)
        book.advance(self._floor.now_ms)
        return {
            "lastUpdateId": book.last_update_id,
            "bids": wire.levels(coin.listing, book.bids, limit),
            "asks": wire.levels(coin.listing, book.asks, limit),
        }

    def trades(self, asked: Parameters) -> list[wire.Event]:
        """List the newest trades, oldest first."""
        coin = asked.coin()
        newest = coin.tapes.prints_before(self._floor.now_ms, asked.limit(_ROWS, _MOST_ROWS))
        return [wire.trade_row(coin.listing, trade) for trade in newest]

    def historical_trades(self, asked: Parameters) -> list[wire.Event]:
        """List trades from an id on, else the newest; oldest first."""
        coin, from_id = asked.coin(), asked.integer("fromId")
        if from_id is None:
            return self.trades(asked)
        limit = asked.limit(_ROWS, _MOST_ROWS)
        found = coin.tapes.prints_from_id(from_id, limit, self._floor.now_ms)
        return [wire.trade_row(coin.listing, trade) for trade in found]

    def agg_trades(self, asked: Parameters) -> list[wire.Event]:
        """List aggregate trades: from an id or a start on, else the newest up to the end; oldest first."""
        coin = asked.coin()
        return [wire.agg_trade_row(coin.listing, trade) for trade in self._chosen_trades(coin, asked)]

    def _chosen_trades(self, coin: CoinMarket, asked: Parameters) -> Sequence[Print]:
        limit, now = asked.limit(_ROWS, _MOST_ROWS), self._floor.now_ms
        start, end = asked.integer("startTime"), asked.integer("endTime")
        from_id = asked.integer("fromId")
        until = now if end is None else min(end, now)
        if from_id is not None:
            if start is not None or end is not None:
                raise Refused(-1128, "Combination of optional parameters invalid.")
            return coin.tapes.prints_from_id(from_id, limit, now)
        if start is None:
            return coin.tapes.prints_before(until, limit)
        return coin.tapes.prints_since(start, until + 1, limit)

    def average_price(self, asked: Parameters) -> wire.Event:
        """Return the mean price of the last five minutes, by volume."""
        coin, now = asked.coin(), self._floor.now_ms
        recent = coin.span(now + 1 - _AVERAGE_MINUTES * 60_000, now + 1)
        mean = 0.0
        if recent is not None:
            lots = recent.volume * 10.0**-coin.listing.lot_decimals
            mean = recent.quote / lots if lots else recent.close * 10.0**-coin.listing.price_decimals
        return {"mins": _AVERAGE_MINUTES, "price": f"{mean:.8f}", "closeTime": now}

    def day_tickers(self, asked: Parameters) -> wire.Event | list[wire.Event]:
        """Return the last 24 hours of one coin, of some, or of all that trade."""
        return self._each(asked, self._day_ticker)

    def _day_ticker(self, coin: CoinMarket) -> wire.Event:
        now = self._floor.now_ms
        day = coin.day(now)
        if day is None:
            return wire.quiet_row(coin.listing, now)
        touch = self._floor.book(coin.listing.id).touch(now)
        return wire.ticker_row(coin.listing, day, touch, coin.tapes.last_print(now))

    def prices(self, asked: Parameters) -> wire.Event | list[wire.Event]:
        """Return the last price of one coin, of some, or of all that trade."""
        return self._each(asked, self._price)

    def _price(self, coin: CoinMarket) -> wire.Event:
        last = coin.tapes.last_print(self._floor.now_ms)
        price = last.price if last is not None else 0
        return {"symbol": coin.listing.id, "price": text_of(price, coin.listing.price_decimals)}

    def book_tickers(self, asked: Parameters) -> wire.Event | list[wire.Event]:
        """Return best bid and ask of one coin, of some, or of all that trade."""
        return self._each(asked, self._book_ticker)

    def _book_ticker(self, coin: CoinMarket) -> wire.Event:
        touch = self._floor.book(coin.listing.id).touch(self._floor.now_ms)
        return wire.book_ticker_row(coin.listing, touch)

    def _each(
        self, asked: Parameters, row: Callable[[CoinMarket], wire.Event]
    ) -> wire.Event | list[wire.Event]:
        coins = asked.coins()
        if coins is None:
            return [row(coin) for coin in self._floor.trading()]
        return row(coins[0]) if "symbol" in asked else [row(coin) for coin in coins]


def _always(weight: int) -> Weight:
    return lambda _: weight


def _depth_weight(asked: Parameters) -> int:
    limit = asked.limit(_LEVELS, _MOST_LEVELS)
    return next(weight for most, weight in ((100, 5), (500, 25), (1_000, 50), (5_000, 250)) if limit <= most)


def _day_weight(asked: Parameters) -> int:
    coins = asked.coins()
    if coins is None or len(coins) > 100:
        return 80
    return 2 if len(coins) <= 20 else 40


def _each_weight(asked: Parameters) -> int:
    return 2 if "symbol" in asked else 4
