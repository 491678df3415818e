"""The practice market's perpetuals on the wire: Binance USDⓈ-M futures, public data and forced orders."""

from collections.abc import Callable
from typing import Any

from workstation.domain.market import timeframe_ms
from workstation.sandbox import wire
from workstation.sandbox.perpetual import FUNDING_MS, Liquidation, Perpetual
from workstation.sandbox.request import Parameters, Refused
from workstation.sandbox.trading_floor import TradingFloor
from workstation.sandbox.weight_budget import WEIGHT_PER_MINUTE

_RATES, _MOST_RATES = 100, 1_000
_ROWS, _MOST_ROWS = 30, 500
_PERIODS = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")
_HISTORY_MS = 30 * 86_400_000  # the venue tells no older open interest
_QUOTE = "USDT"

Answer = Callable[[Parameters], Any]
Weight = Callable[[Parameters], int]


class PerpetualFloor:
    """Every perpetual of a trading floor: one for each coin quoted in USDT that is not among the smallest.

    Parameters
    ----------
    floor : TradingFloor
        Whose coins, and what time it is there.
    """

    def __init__(self, floor: TradingFloor) -> None:
        self._floor = floor
        self.perpetuals = {
            name: Perpetual(floor.source, coin.listing)
            for name, coin in floor.coins.items()
            if coin.listing.quote == _QUOTE and not coin.listing.is_gapless
        }
        self.routes: dict[str, tuple[Answer, Weight]] = {
            "/fapi/v1/ping": (lambda _: {}, _one),
            "/fapi/v1/time": (lambda _: {"serverTime": floor.now_ms}, _one),
            "/fapi/v1/exchangeInfo": (self.exchange_info, _one),
            "/fapi/v1/premiumIndex": (self.premium_index, _premium_weight),
            "/fapi/v1/fundingRate": (self.funding_rates, _one),
            "/fapi/v1/openInterest": (self.open_interest, _one),
            "/futures/data/openInterestHist": (self.open_interest_history, _one),
        }

    def _named(self, asked: Parameters) -> Perpetual:
        perpetual = self.perpetuals.get(asked.coin().listing.id)
        if perpetual is None:
            raise Refused(-1121, "Invalid symbol.")
        return perpetual

    def exchange_info(self, _: Parameters) -> wire.Event:
        """List the perpetuals, and how finely they trade."""
        limit = {"interval": "MINUTE", "intervalNum": 1, "limit": WEIGHT_PER_MINUTE}
        return {
            "timezone": "UTC",
            "serverTime": self._floor.now_ms,
            "futuresType": "U_MARGINED",
            "rateLimits": [{"rateLimitType": "REQUEST_WEIGHT", **limit}],
            "exchangeFilters": [],
            "assets": [{"asset": _QUOTE, "marginAvailable": True}],
            "symbols": [self._contract(name) for name in self.perpetuals],
        }

    def _contract(self, name: str) -> wire.Event:
        coin = self._floor.coins[name]
        info = wire.market_info(coin.listing, trading=coin.trades_at(self._floor.now_ms))
        status = "TRADING" if info["status"] == "TRADING" else "SETTLING"
        return {
            "symbol": name,
            "pair": name,
            "contractType": "PERPETUAL",
            "deliveryDate": 4_133_404_800_000,
            "onboardDate": coin.first_ms,
            "status": status,
            "baseAsset": coin.listing.base,
            "quoteAsset": coin.listing.quote,
            "marginAsset": coin.listing.quote,
            "pricePrecision": coin.listing.price_decimals,
            "quantityPrecision": coin.listing.lot_decimals,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "underlyingType": "COIN",
            "filters": info["filters"],
            "orderTypes": ["LIMIT", "MARKET"],
            "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        }

    def premium_index(self, asked: Parameters) -> wire.Event | list[wire.Event]:
        """Return the running funding rate and prices of one perpetual, or of all that trade."""
        if "symbol" in asked:
            row = self._premium(self._named(asked))
            if row is None:
                raise Refused(-1121, "Invalid symbol.")
            return row
        rows = (self._premium(self.perpetuals[name]) for name in self.perpetuals)
        return [row for row in rows if row is not None]

    def _premium(self, perpetual: Perpetual) -> wire.Event | None:
        now, name = self._floor.now_ms, perpetual.listing.id
        coin = self._floor.coins[name]
        if not coin.trades_at(now):
            return None
        rate, last = perpetual.funding_rate(now), coin.tapes.last_print(now)
        if rate is None or last is None:
            return None
        price = f"{last.price * 10.0**-perpetual.listing.price_decimals:.8f}"
        return {
            "symbol": name,
            "markPrice": price,
            "indexPrice": price,
            "estimatedSettlePrice": price,
            "lastFundingRate": f"{rate:.8f}",
            "interestRate": "0.00010000",
            "nextFundingTime": (now // FUNDING_MS + 1) * FUNDING_MS,
            "time": now,
        }

    def funding_rates(self, asked: Parameters) -> list[wire.Event]:
        """List rates paid: from the start if given, else the newest up to the end; oldest first."""
        perpetual, limit = self._named(asked), asked.limit(_RATES, _MOST_RATES)
        now, start, end = self._floor.now_ms, asked.integer("startTime"), asked.integer("endTime")
        until = min(now, now if end is None else end)
        last = until // FUNDING_MS
        listed = perpetual.first_ms(now)
        first = last + 1 if listed is None else -(-listed // FUNDING_MS)
        first = max(first, last - limit + 1 if start is None else -(-start // FUNDING_MS))
        times = (slot * FUNDING_MS for slot in range(first, min(last, first + limit - 1) + 1))
        paid = ((time, perpetual.funding_rate(time)) for time in times)
        return [
            {
                "symbol": perpetual.listing.id,
                "fundingTime": time,
                "fundingRate": f"{rate:.8f}",
                "markPrice": "",
            }
            for time, rate in paid
            if rate is not None
        ]

    def open_interest(self, asked: Parameters) -> wire.Event:
        """Return the contracts of one perpetual that are open now."""
        perpetual, now = self._named(asked), self._floor.now_ms
        open_now = perpetual.open_interest(now)
        size = 0.0 if open_now is None else open_now[0]
        return {"symbol": perpetual.listing.id, "openInterest": self._size(perpetual, size), "time": now}

    @staticmethod
    def _size(perpetual: Perpetual, size: float) -> str:
        return f"{size:.{perpetual.listing.lot_decimals}f}"

    def open_interest_history(self, asked: Parameters) -> list[wire.Event]:
        """List open contracts at the ends of periods, oldest first; of the last thirty days only."""
        perpetual, limit = self._named(asked), asked.limit(_ROWS, _MOST_ROWS)
        period = asked.mandatory("period")
        if period not in _PERIODS:
            raise Refused(-1130, "Data sent for parameter 'period' is not valid.")
        length, now = timeframe_ms(period), self._floor.now_ms
        start, end = asked.integer("startTime"), asked.integer("endTime")
        if start is not None and start < now - _HISTORY_MS:
            raise Refused(-1130, "parameter 'startTime' is invalid.")
        last = min(now, now if end is None else end) // length
        first = max(last - limit + 1, -(-(start or now - _HISTORY_MS) // length))
        seen = ((slot * length, perpetual.open_interest(slot * length)) for slot in range(first, last + 1))
        return [
            {
                "symbol": perpetual.listing.id,
                "sumOpenInterest": self._size(perpetual, size[0]),
                "sumOpenInterestValue": f"{size[1]:.8f}",
                "timestamp": time,
            }
            for time, size in seen
            if size is not None
        ]


def _one(_: Parameters) -> int:
    return 1


def _premium_weight(asked: Parameters) -> int:
    return 1 if "symbol" in asked else 10


class ForcedOrderStream:
    """Every position closed by force, of all perpetuals, as it happens."""

    def __init__(self, floor: TradingFloor) -> None:
        self._perpetuals = list(PerpetualFloor(floor).perpetuals.values())
        self._since_ms = floor.now_ms + 1

    def due(self, now_ms: int, wall_s: float) -> list[object]:
        """Return what was closed by force since the last round, oldest first."""
        since_ms, self._since_ms = self._since_ms, now_ms + 1
        found = [
            (one.time, perpetual.listing.id, one)
            for perpetual in self._perpetuals
            for one in perpetual.liquidations(since_ms, now_ms + 1)
        ]
        found.sort()
        return [forced_order_event(name, one) for _, name, one in found]

    def close(self) -> None:
        """Let go of nothing: this stream holds nothing."""


def forced_order_event(name: str, one: Liquidation) -> wire.Event:
    """Return a position closed by force as the stream says it."""
    size, price = f"{one.size:.8f}", f"{one.price:.8f}"
    order = {
        "s": name,
        "S": "SELL" if one.is_long else "BUY",
        "o": "LIMIT",
        "f": "IOC",
        "q": size,
        "p": price,
        "ap": price,
        "X": "FILLED",
        "l": size,
        "z": size,
        "T": one.time,
    }
    return {"e": "forceOrder", "E": one.time, "o": order}
