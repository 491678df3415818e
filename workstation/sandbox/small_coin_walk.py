"""How one small coin moves: with the market and its narrative, and on its own; any stretch by itself.

The sixty walk together from the market's origin. A small coin's own part is pinned at the start of every
block instead, and each block is a bridge between two pins; so a block of one coin costs half a millisecond,
whatever lies before it, and nobody pays for a coin that is not looked at.
"""

import math

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.sandbox.coins import NARRATIVES, Coin
from workstation.sandbox.market_walk import (
    BLOCK_HOURS,
    COIN_JUMP,
    COIN_JUMPS_PER_HOUR,
    LOWEST_TICKS,
    OWN_HOME_HOURS,
    OWN_SIGMA,
    Tide,
    generator_of,
    jumps,
    reach,
    shocks_of,
    volatility_season,
    volume_season,
)
from workstation.sandbox.source import FEWEST_LOTS, Listing

_HOUR_MS = 3_600_000
_LOG_VOLATILITY = ((5.0, 0.52), (90.0, 0.38))  # hours of memory, and how far it strays
_LOG_VOLUME = ((14.0, 0.45), (200.0, 0.50))


class SmallCoinWalk:
    """The path of one small coin.

    Parameters
    ----------
    seed : int
        Of the market.
    coin : Coin
        Which.
    listing : Listing
        How finely it trades.
    """

    def __init__(self, seed: int, coin: Coin, listing: Listing) -> None:
        self._name = f"{seed}|{listing.symbol}"
        self._coin = coin
        self._column = 1 + NARRATIVES.index(coin.narrative)
        self._ticks_per_unit = 10.0**listing.price_decimals
        self._lots_per_unit = 10.0**listing.lot_decimals

    def block(self, number: int, tide: Tide, first_ms: int) -> CandleColumns:
        """Return the candles of a block of hours.

        Parameters
        ----------
        number : int
            Counted from the market's first.
        tide : Tide
            Of the same block.
        first_ms : int
            Open of the market's first candle, UTC milliseconds.
        """
        rng, coin = generator_of(f"{self._name}|{number}"), self._coin
        hours = number * BLOCK_HOURS + np.arange(BLOCK_HOURS)
        sigma = OWN_SIGMA * coin.volatility * volatility_season(hours) * np.exp(_wander(_LOG_VOLATILITY, rng))
        steps = sigma * shocks_of(rng, BLOCK_HOURS)
        steps += jumps(rng, COIN_JUMPS_PER_HOUR, COIN_JUMP, 1)[:, 0] * coin.volatility
        shared = coin.beta * tide.level[:, 0] + tide.level[:, self._column]
        price = math.log(coin.price) + shared + self._bridge(number, steps)
        spread = np.sqrt((coin.beta * tide.sigma[:, 0]) ** 2 + tide.sigma[:, self._column] ** 2 + sigma**2)
        move = np.diff(price)
        high_dice, low_dice = rng.random((2, BLOCK_HOURS))
        ticks = self._ticks(price)
        high = np.maximum(self._ticks(price[:-1] + reach(move, spread, high_dice)), _larger(ticks))
        low = np.minimum(self._ticks(price[:-1] - reach(-move, spread, low_dice)), -_larger(-ticks))
        lots = self._lots(hours, np.abs(move) / spread, price[1:], rng)
        open_, high, low, close = np.stack((ticks[:-1], high, low, ticks[1:])) / self._ticks_per_unit
        opens, volume = first_ms + hours * _HOUR_MS, lots / self._lots_per_unit
        return CandleColumns.of(opens, open_, high, low, close, volume)

    def _bridge(self, number: int, steps: FloatArray) -> FloatArray:
        """Return the coin's own log price, shape (hours + 1,), from one pin to the next."""
        start, end = self._pins(number + 2)[-2:]
        walk = np.concatenate(([0.0], np.cumsum(steps)))
        return np.asarray(start + walk + (end - start - walk[-1]) * np.linspace(0.0, 1.0, len(walk)))

    def _pins(self, n: int) -> FloatArray:
        """Return the coin's own log price at the start of the first `n` blocks."""
        stray = OWN_SIGMA * self._coin.volatility * math.sqrt(OWN_HOME_HOURS / 2)
        dice = generator_of(f"{self._name}|pins").standard_normal(n)
        return stray * _remembered(dice, OWN_HOME_HOURS / BLOCK_HOURS)

    def _ticks(self, log_price: FloatArray) -> IntArray:
        ticks = np.rint(np.exp(log_price) * self._ticks_per_unit).astype(np.int64)
        return np.asarray(np.maximum(ticks, LOWEST_TICKS), np.int64)

    def _lots(
        self, hours: IntArray, surprise: FloatArray, log_price: FloatArray, rng: np.random.Generator
    ) -> IntArray:
        log = _wander(_LOG_VOLUME, rng) + 0.85 * np.log((0.35 + surprise) / 1.15)
        units = self._coin.turnover * volume_season(hours) * np.exp(log - log_price)
        return np.asarray(np.maximum(np.rint(units * self._lots_per_unit), FEWEST_LOTS), np.int64)


def _larger(ticks: IntArray) -> IntArray:
    return np.asarray(np.maximum(ticks[:-1], ticks[1:]), np.int64)


def _wander(parts: tuple[tuple[float, float], ...], rng: np.random.Generator) -> FloatArray:
    """Return a sum of autoregressions in their long-run state; the mean of its exponential is one."""
    dice = rng.standard_normal((len(parts), BLOCK_HOURS))
    walks = [spread * _remembered(row, hours) for row, (hours, spread) in zip(dice, parts, strict=True)]
    return np.asarray(sum(walks) - sum(spread**2 for _, spread in parts) / 2)


def _remembered(dice: FloatArray, memory: float) -> FloatArray:
    """Return an autoregression of unit variance over dice of unit variance, without a loop.

    ``keep ** -t`` stays far below what a float holds for the lengths and memories used here.
    """
    keep = math.exp(-1 / memory)
    fade = keep ** np.arange(len(dice))
    pushed = dice * math.sqrt(1 - keep**2)
    pushed[0] = dice[0]
    return np.asarray(fade * np.cumsum(pushed / fade))
