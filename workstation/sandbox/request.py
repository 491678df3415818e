"""The parameters of a REST request, checked as the venue checks them."""

import re

import msgspec
from multidict import MultiMapping

from workstation.domain.errors import TidemarkError
from workstation.domain.market import TIMEFRAMES
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.trading_floor import TradingFloor

_INTEGER = re.compile(r"[0-9]{1,20}")
_SYMBOL = re.compile(r"[A-Z0-9\-_.]{1,20}")


class Refused(TidemarkError):
    """A request the venue turns down.

    Parameters
    ----------
    code : int
        Binance's error code.
    message : str
        Binance's words.
    status : int
        HTTP status.
    retry_after_s : int, optional
        Seconds to wait, where waiting helps.
    """

    def __init__(self, code: int, message: str, status: int = 400, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s


class Parameters:
    """What a request asks for.

    Parameters
    ----------
    query : mapping
        As it came.
    floor : TradingFloor
        Which coins there are.
    """

    def __init__(self, query: MultiMapping[str], floor: TradingFloor) -> None:
        self._query = query
        self._floor = floor

    def __contains__(self, name: str) -> bool:
        return name in self._query

    def integer(self, name: str) -> int | None:
        """Return a whole number; None where it was not sent."""
        text = self._query.get(name)
        if text is None:
            return None
        if not text:
            raise Refused(-1105, f"Parameter '{name}' was empty.")
        if not _INTEGER.fullmatch(text):
            raise Refused(
                -1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'."
            )
        return int(text)

    def limit(self, default: int, most: int) -> int:
        """Return how many rows to send: at least one, at most what the venue gives."""
        limit = self.integer("limit")
        if limit == 0:
            raise Refused(-1130, "Data sent for parameter 'limit' is not valid.")
        return min(default if limit is None else limit, most)

    def mandatory(self, name: str) -> str:
        """Return a text that must be there."""
        text = self._query.get(name)
        if not text:
            raise Refused(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        return text

    def interval(self) -> str:
        """Return the timeframe asked for."""
        interval = self.mandatory("interval")
        if interval not in TIMEFRAMES:
            raise Refused(-1120, "Invalid interval.")
        return interval

    def coin(self) -> CoinMarket:
        """Return the coin asked for."""
        return self._coin(self.mandatory("symbol"))

    def coins(self) -> list[CoinMarket] | None:
        """Return the coins asked for by ``symbol`` or ``symbols``; None where neither was sent."""
        if "symbol" in self and "symbols" in self:
            raise Refused(-1128, "Combination of optional parameters invalid.")
        if "symbol" in self:
            return [self.coin()]
        if "symbols" not in self:
            return None
        try:
            names = msgspec.json.decode(self.mandatory("symbols"), type=list[str])
        except msgspec.DecodeError:
            raise Refused(-1100, "Illegal characters found in parameter 'symbols'.") from None
        return [self._coin(name) for name in names]

    def _coin(self, name: str) -> CoinMarket:
        if not _SYMBOL.fullmatch(name):
            raise Refused(
                -1100,
                "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
            )
        coin = self._floor.coins.get(name)
        if coin is None:
            raise Refused(-1121, "Invalid symbol.")
        return coin
