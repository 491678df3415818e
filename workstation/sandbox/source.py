"""Where the practice market gets its truth from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.domain.candle import CandleColumns
from workstation.domain.market import VenueKind

FEWEST_LOTS = 4
"""A bar may need four trades: at its open, high, low and close."""

MOST_TRADES = 900
"""Trades in the busiest bar."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One coin that trades on the practice market, and how finely.

    Parameters
    ----------
    symbol : str
        ccxt's unified spelling, e.g. ``"BTC/USDT"``.
    base, quote : str
        Currency codes.
    price_decimals : int
        A tick is ``10 ** -price_decimals`` quote currency.
    lot_decimals : int
        A lot is ``10 ** -lot_decimals`` base units. A candle with any volume has `FEWEST_LOTS` or more.
    base_timeframe : str
        Timeframe of its candles; trades, book and every other timeframe follow from them.
    most_trades : int
        Trades in one of its bars at most: how busy a coin is.
    is_gapless : bool
        True where every bar from the source's first on is there, so that any stretch can be loaded alone.
    """

    symbol: str
    base: str
    quote: str
    price_decimals: int
    lot_decimals: int
    base_timeframe: str = "1h"
    most_trades: int = MOST_TRADES
    is_gapless: bool = False

    @property
    def id(self) -> str:
        """What the wire calls it, e.g. ``"BTCUSDT"``."""
        return self.base + self.quote


class CandleSource(Protocol):
    """A market's truth: candles of one timeframe for each coin. Everything else follows from them."""

    @property
    def kind(self) -> VenueKind:
        """Recorded or simulated."""
        ...

    @property
    def label(self) -> str:
        """For the trader, e.g. ``"Practice market, simulated, seed 7"``."""
        ...

    @property
    def seed(self) -> int:
        """Decides the trades inside the candles; the same seed gives the same bytes."""
        ...

    @property
    def first_ms(self) -> int:
        """Open of the oldest candle of any market, UTC milliseconds."""
        ...

    @property
    def last_ms(self) -> int:
        """Close of the newest candle of any market, UTC milliseconds; the market ends there."""
        ...

    @property
    def default_start_ms(self) -> int:
        """Where a practice session starts unless told otherwise, with history behind it, UTC milliseconds."""
        ...

    def markets(self) -> Sequence[Listing]:
        """Return what trades here, sorted by symbol."""
        ...

    def candles(self, symbol: str, since_ms: int, until_ms: int) -> CandleColumns:
        """Return candles with ``since_ms <= open_time < until_ms``, oldest first; gaps stay gaps."""
        ...
