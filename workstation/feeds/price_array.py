"""The prices of all markets, as Binance tells them every second: four figures of each are what we need."""

from collections.abc import Callable, Mapping
from typing import Any

_MINI = "24hrMiniTicker"


def read_prices_lightly(exchange: Any) -> None:
    """Have ccxt make of a mini ticker only what we read; whatever is odd it reads as ever.

    ccxt works out twenty figures with exact decimals, 26 microseconds a market on an idle core: two thousand
    markets would hold the loop for a twentieth of every second.
    """
    if exchange.id == "binance":
        exchange.parse_ws_ticker = _light(exchange, exchange.parse_ws_ticker)


def _light(exchange: Any, theirs: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def read(message: Mapping[str, Any], kind: Any) -> Any:
        listed = exchange.markets_by_id.get(message.get("s")) if message.get("e") == _MINI else None
        if not listed or len(listed) != 1:
            return theirs(message, kind)
        try:
            last, open_ = float(message["c"]), float(message["o"])
            return {
                "symbol": listed[0]["symbol"],
                "timestamp": message["E"],
                "last": last,
                "percentage": 100 * (last - open_) / open_,
                "quoteVolume": float(message["q"]),
            }
        except (LookupError, TypeError, ValueError, ZeroDivisionError):
            return theirs(message, kind)

    return read
