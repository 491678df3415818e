"""What the practice market writes on the wire: Binance spot's field names, in Binance's order."""

from typing import Any

from workstation.domain.market import timeframe_ms
from workstation.sandbox.book import BookChange, Side, Touch
from workstation.sandbox.coin_market import Day
from workstation.sandbox.exact import WIRE_DECIMALS, text_of
from workstation.sandbox.kline import Kline
from workstation.sandbox.source import Listing
from workstation.sandbox.tape_reader import Print

Event = dict[str, Any]
"""One JSON object."""

_DAY_MS = 86_400_000
_NOTHING = "0.00000000"


def _quote_text(value: float) -> str:
    return f"{value:.{WIRE_DECIMALS}f}"


def _taker_quote(kline: Kline) -> float:
    return kline.quote * kline.taker_lots / kline.volume if kline.volume else 0.0


def kline_row(listing: Listing, timeframe: str, kline: Kline) -> list[int | str]:
    """Return a bar as ``/klines`` lists it."""
    ticks, lots = listing.price_decimals, listing.lot_decimals
    return [
        kline.open_time,
        text_of(kline.open, ticks),
        text_of(kline.high, ticks),
        text_of(kline.low, ticks),
        text_of(kline.close, ticks),
        text_of(kline.volume, lots),
        kline.open_time + timeframe_ms(timeframe) - 1,
        _quote_text(kline.quote),
        kline.n_trades,
        text_of(kline.taker_lots, lots),
        _quote_text(_taker_quote(kline)),
        "0",
    ]


def kline_event(listing: Listing, timeframe: str, kline: Kline, *, closed: bool, event_ms: int) -> Event:
    """Return a bar as the kline stream says it."""
    t, o, h, lo, c, v, close_time, q, n, taker, taker_quote, _ = kline_row(listing, timeframe, kline)
    bar = {
        "t": t,
        "T": close_time,
        "s": listing.id,
        "i": timeframe,
        "f": kline.first_id,
        "L": kline.last_id,
        "o": o,
        "c": c,
        "h": h,
        "l": lo,
        "v": v,
        "n": n,
        "x": closed,
        "q": q,
        "V": taker,
        "Q": taker_quote,
        "B": "0",
    }
    return {"e": "kline", "E": event_ms, "s": listing.id, "k": bar}


def trade_row(listing: Listing, trade: Print) -> Event:
    """Return a trade as ``/trades`` lists it."""
    decimals = listing.price_decimals + listing.lot_decimals
    return {
        "id": trade.id,
        "price": text_of(trade.price, listing.price_decimals),
        "qty": text_of(trade.size, listing.lot_decimals),
        "quoteQty": text_of(trade.price * trade.size, decimals),
        "time": trade.time,
        "isBuyerMaker": not trade.taker_buys,
        "isBestMatch": True,
    }


def agg_trade_row(listing: Listing, trade: Print) -> Event:
    """Return a trade as ``/aggTrades`` lists it; no two of ours share a moment, so each stands alone."""
    return {
        "a": trade.id,
        "p": text_of(trade.price, listing.price_decimals),
        "q": text_of(trade.size, listing.lot_decimals),
        "f": trade.id,
        "l": trade.id,
        "T": trade.time,
        "m": not trade.taker_buys,
        "M": True,
    }


def trade_event(listing: Listing, trade: Print, event_ms: int) -> Event:
    """Return a trade as the trade stream says it."""
    return {
        "e": "trade",
        "E": event_ms,
        "s": listing.id,
        "t": trade.id,
        "p": text_of(trade.price, listing.price_decimals),
        "q": text_of(trade.size, listing.lot_decimals),
        "T": trade.time,
        "m": not trade.taker_buys,
        "M": True,
    }


def agg_trade_event(listing: Listing, trade: Print, event_ms: int) -> Event:
    """Return a trade as the aggregate trade stream says it."""
    return {"e": "aggTrade", "E": event_ms, "s": listing.id, **agg_trade_row(listing, trade)}


def levels(listing: Listing, side: Side, limit: int | None = None) -> list[tuple[str, str]]:
    """Return one side of a book as price and quantity, in its own order, at most `limit` of it."""
    ticks, lots = listing.price_decimals, listing.lot_decimals
    chosen = list(side.items())[:limit]
    return [(text_of(price, ticks), text_of(size, lots)) for price, size in chosen]


def depth_event(listing: Listing, change: BookChange, event_ms: int) -> Event:
    """Return the changes of a book as the depth stream says them; quantity zero removes a level."""
    return {
        "e": "depthUpdate",
        "E": event_ms,
        "s": listing.id,
        "U": change.first_id,
        "u": change.last_id,
        "b": levels(listing, change.bids),
        "a": levels(listing, change.asks),
    }


def book_ticker_row(listing: Listing, touch: Touch | None) -> Event:
    """Return best bid and ask as ``/ticker/bookTicker`` lists them; zeros where nothing trades."""
    ticks, lots = listing.price_decimals, listing.lot_decimals
    bid, bid_size, ask, ask_size = touch or Touch(0, 0, 0, 0)
    return {
        "symbol": listing.id,
        "bidPrice": text_of(bid, ticks),
        "bidQty": text_of(bid_size, lots),
        "askPrice": text_of(ask, ticks),
        "askQty": text_of(ask_size, lots),
    }


def book_ticker_event(listing: Listing, touch: Touch, update_id: int) -> Event:
    """Return best bid and ask as the book ticker stream says them."""
    row = book_ticker_row(listing, touch)
    return {
        "u": update_id,
        "s": listing.id,
        "b": row["bidPrice"],
        "B": row["bidQty"],
        "a": row["askPrice"],
        "A": row["askQty"],
    }


def mini_ticker_row(listing: Listing, day: Day) -> Event:
    """Return the prices and volumes of the last 24 hours as ``/ticker/24hr`` lists them."""
    whole, ticks = day.whole, listing.price_decimals
    return {
        "symbol": listing.id,
        "openPrice": text_of(whole.open, ticks),
        "highPrice": text_of(whole.high, ticks),
        "lowPrice": text_of(whole.low, ticks),
        "lastPrice": text_of(whole.close, ticks),
        "volume": text_of(whole.volume, listing.lot_decimals),
        "quoteVolume": _quote_text(whole.quote),
        "openTime": whole.open_time,
        "closeTime": day.close_time,
        "firstId": whole.first_id,
        "lastId": whole.last_id,
        "count": whole.n_trades,
    }


def ticker_row(listing: Listing, day: Day, touch: Touch | None, last: Print | None) -> Event:
    """Return the last 24 hours as ``/ticker/24hr`` lists them."""
    whole, ticks, lots = day.whole, listing.price_decimals, listing.lot_decimals
    volume = whole.volume / 10.0**lots
    change = {
        "symbol": listing.id,
        "priceChange": text_of(whole.close - whole.open, ticks),
        "priceChangePercent": f"{100 * (whole.close / whole.open - 1):.3f}",
        "weightedAvgPrice": _quote_text(whole.quote / volume) if volume else _NOTHING,
        "prevClosePrice": text_of(day.previous_close, ticks),
        "lastQty": text_of(last.size, lots) if last else _NOTHING,
    }
    return change | book_ticker_row(listing, touch) | mini_ticker_row(listing, day)


def quiet_row(listing: Listing, now_ms: int) -> Event:
    """Return the day of a coin that does not trade: zeros, as the venue answers for a halted market."""
    nothing = Kline(now_ms - _DAY_MS, 0, 0, 0, 0, 0, 0, 0.0, 0, -1, -1)
    change = {"priceChange": _NOTHING, "priceChangePercent": "0.000", "weightedAvgPrice": _NOTHING}
    rest = {"prevClosePrice": _NOTHING, "lastQty": _NOTHING}
    day = mini_ticker_row(listing, Day(nothing, 0, now_ms))
    return day | change | rest | book_ticker_row(listing, None)


def mini_ticker_event(listing: Listing, day: Day) -> Event:
    """Return the last 24 hours as the mini ticker stream says them."""
    row = mini_ticker_row(listing, day)
    return {
        "e": "24hrMiniTicker",
        "E": day.close_time,
        "s": listing.id,
        "c": row["lastPrice"],
        "o": row["openPrice"],
        "h": row["highPrice"],
        "l": row["lowPrice"],
        "v": row["volume"],
        "q": row["quoteVolume"],
    }


_TICKER_FIELDS = {
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "x": "prevClosePrice",
    "c": "lastPrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}


def ticker_event(listing: Listing, day: Day, touch: Touch | None, last: Print | None) -> Event:
    """Return the last 24 hours as the ticker stream says them."""
    row = ticker_row(listing, day, touch, last)
    values = {short: row[long] for short, long in _TICKER_FIELDS.items()}
    return {"e": "24hrTicker", "E": day.close_time, "s": listing.id, **values}


def market_info(listing: Listing, *, trading: bool) -> Event:
    """Return what ``/exchangeInfo`` says of a coin."""
    tick, lot = text_of(1, listing.price_decimals), text_of(1, listing.lot_decimals)
    filters: list[Event] = [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.00000000", "tickSize": tick},
        {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "9000000000.00000000", "stepSize": lot},
        {"filterType": "NOTIONAL", "minNotional": "5.00000000", "maxNotional": "9000000.00000000"},
    ]
    return {
        "symbol": listing.id,
        "status": "TRADING" if trading else "BREAK",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "MARKET"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters,
        "permissions": [],
        "permissionSets": [["SPOT"]],
    }
