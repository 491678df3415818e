"""A market of sixty coins, or more, that needs no file: seeded, endless, with the character of the real one.

Returns are a market factor, a narrative factor and the coin's own part; each has its own clustered
volatility (three autoregressions of log volatility: hours, days, a month) and Student-t shocks, and both the
market and the coins jump.
The whole market moves through bull, bear and sideways regimes; leadership rotates between the narratives.
Volume follows volatility, the size of the move and the hour of the day.

Calibrated against hourly Binance spot candles: "2024" is 119 pairs from January to September 2024, "majors"
fourteen large coins from 2021 to June 2025, "simulated" the first 6,000 hours of seed 7.

============================================= ========= ======== ========
stylised fact                                 simulated     2024   majors
============================================= ========= ======== ========
volatility of hourly returns, %                    1.12     1.26     1.13
kurtosis of hourly returns                         23.6     21.2     36.4
memory of absolute returns, 1 h                    0.25     0.29     0.30
memory of absolute returns, 24 h                   0.09     0.13     0.20
memory of absolute returns, 168 h                  0.05     0.06     0.13
correlation of two coins                           0.40     0.45     0.63
correlation of volume and absolute return          0.61     0.59     0.60
============================================= ========= ======== ========

"Memory" is autocorrelation; all but the correlation of two coins, a mean, are medians over the coins.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import VenueKind
from workstation.sandbox.coins import COINS, Coin
from workstation.sandbox.market_walk import BLOCK_HOURS, Block, MarketWalk
from workstation.sandbox.small_coin_walk import SmallCoinWalk
from workstation.sandbox.small_coins import MOST_COINS, SmallCoin, small_coins
from workstation.sandbox.source import Listing

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_FIRST_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC, a Monday
_LAST_MS = 4_102_444_800_000  # 2100-01-01
_QUOTE = "USDT"


class SimulatedMarket:
    """Sixty coins in eight narratives, hourly, from 2024-01-01 for as long as anybody asks.

    The same seed gives the same candles, in whatever order they are asked for. More coins than sixty change
    nothing about the sixty: they follow, each for itself, what moves the sixty.

    Parameters
    ----------
    seed : int
        Decides everything.
    n_coins : int
        60 to 5,000.

    Raises
    ------
    UsageError
        There cannot be so many coins.
    """

    kind = VenueKind.PRACTICE_SIMULATED
    first_ms = _FIRST_MS
    last_ms = _LAST_MS
    default_start_ms = _FIRST_MS + 366 * _DAY_MS

    def __init__(self, seed: int, n_coins: int = len(COINS)) -> None:
        if not len(COINS) <= n_coins <= MOST_COINS:
            raise UsageError(f"A simulated market has {len(COINS)} to {MOST_COINS} coins, not {n_coins}.")
        self.seed = seed
        self.label = f"Practice market, simulated, seed {seed}"
        self._listings = {f"{coin.base}/{_QUOTE}": _listing(coin) for coin in COINS}
        self._column = {symbol: i for i, symbol in enumerate(self._listings)}
        listings = list(self._listings.values())
        self._ticks_per_unit = 10.0 ** np.array([listing.price_decimals for listing in listings])
        self._lots_per_unit = 10.0 ** np.array([listing.lot_decimals for listing in listings])
        self._walk = MarketWalk(seed, self._ticks_per_unit, self._lots_per_unit)
        self._blocks: list[Block] = []
        self._narratives = {f"{coin.base}/{_QUOTE}": coin.narrative for coin in COINS}
        self._small: dict[str, SmallCoinWalk] = {}
        for small in small_coins(n_coins - len(COINS)):
            self._add(small)

    def _add(self, small: SmallCoin) -> None:
        listing = replace(_listing(small.coin), most_trades=small.most_trades, is_gapless=True)
        self._listings[listing.symbol] = listing
        self._narratives[listing.symbol] = small.coin.narrative
        self._small[listing.symbol] = SmallCoinWalk(self.seed, small.coin, listing)

    def markets(self) -> Sequence[Listing]:
        """Return what trades here, sorted by symbol."""
        return [self._listings[symbol] for symbol in sorted(self._listings)]

    def narrative_of(self, symbol: str) -> str:
        """Return the narrative a coin trades with, e.g. ``"AI"``."""
        return self._narratives[symbol]

    def candles(self, symbol: str, since_ms: int, until_ms: int) -> CandleColumns:
        """Return candles with ``since_ms <= open_time < until_ms``, oldest first; there are no gaps."""
        first = -(-(max(since_ms, self.first_ms) - self.first_ms) // _HOUR_MS)
        last = -(-(min(until_ms, self.last_ms) - self.first_ms) // _HOUR_MS)
        if first >= last:
            return CandleColumns.empty()
        self._extend(last)
        chosen = range(first // BLOCK_HOURS, (last - 1) // BLOCK_HOURS + 1)
        start = first - chosen[0] * BLOCK_HOURS
        rows = slice(start, start + last - first)
        if symbol in self._small:
            walk = self._small[symbol]
            return CandleColumns.join(*(walk.block(i, self._blocks[i].tide, self.first_ms) for i in chosen))[
                rows
            ]
        column, hours = self._column[symbol], np.arange(first, last)
        blocks = [self._blocks[i] for i in chosen]
        ticks, lots = self._ticks_per_unit[column], self._lots_per_unit[column]
        return CandleColumns.of(
            self.first_ms + hours * _HOUR_MS,
            np.concatenate([block.close[:-1, column] for block in blocks])[rows] / ticks,
            np.concatenate([block.high[:, column] for block in blocks])[rows] / ticks,
            np.concatenate([block.low[:, column] for block in blocks])[rows] / ticks,
            np.concatenate([block.close[1:, column] for block in blocks])[rows] / ticks,
            np.concatenate([block.lots[:, column] for block in blocks])[rows] / lots,
        )

    def _extend(self, n_hours: int) -> None:
        while len(self._blocks) * BLOCK_HOURS < n_hours:
            self._blocks.append(self._walk.next_block())


def _listing(coin: Coin) -> Listing:
    """Return how finely a coin trades: about five digits of price, lots worth some cents to a dollar."""
    magnitude = math.floor(math.log10(coin.price))
    return Listing(
        symbol=f"{coin.base}/{_QUOTE}",
        base=coin.base,
        quote=_QUOTE,
        price_decimals=min(max(4 - magnitude, 2), 8),
        lot_decimals=max(0, magnitude + 1),
        base_timeframe="1h",
    )
