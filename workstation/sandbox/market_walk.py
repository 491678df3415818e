"""How the simulated market moves: prices and volumes of all coins, hour by hour, a block at a time."""

import hashlib
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.sandbox.coins import COINS, NARRATIVES
from workstation.sandbox.source import FEWEST_LOTS

BLOCK_HOURS = 720
"""Candles are made so many hours at a time."""

_N_COINS, _N_NARRATIVES = len(COINS), len(NARRATIVES)
_N_FACTORS = 1 + _N_NARRATIVES + _N_COINS
_OF_NARRATIVE = np.array([NARRATIVES.index(coin.narrative) for coin in COINS])
_BETA = np.array([coin.beta for coin in COINS])
_OWN = np.array([coin.volatility for coin in COINS])
_TURNOVER = np.array([coin.turnover for coin in COINS])


@dataclass(frozen=True, slots=True)
class _Memory:
    """Autoregressions of order one that add up: how long each remembers, hours, and how far it strays."""

    hours: tuple[float, ...]
    spread: tuple[float, ...]

    @property
    def keep(self) -> FloatArray:
        return np.exp(-1 / np.array(self.hours))[:, None]

    @property
    def push(self) -> FloatArray:
        return np.array(self.spread)[:, None] * np.sqrt(1 - self.keep**2)

    @property
    def variance(self) -> float:
        return sum(s * s for s in self.spread)


_LOG_VOLATILITY = _Memory(hours=(5.0, 90.0, 720.0), spread=(0.52, 0.38, 0.30))
_LOG_VOLUME = _Memory(hours=(14.0, 600.0), spread=(0.45, 0.50))
_LEADERSHIP = _Memory(hours=(300.0,), spread=(3.0e-4,))

_MARKET_SIGMA, _NARRATIVE_SIGMA, OWN_SIGMA = 0.0082, 0.0032, 0.0082
_SHARED_VOLATILITY = 0.55  # of the market's log volatility, in every other factor's
_TAIL = 6.0  # degrees of freedom of the shocks
_MARKET_HOME_HOURS, OWN_HOME_HOURS = (
    12_000.0,
    4_000.0,
)  # prices come home slowly, so that decades stay in bounds
_MARKET_JUMPS_PER_HOUR, _MARKET_JUMP = 1 / 500, 0.022
COIN_JUMPS_PER_HOUR, COIN_JUMP = 1 / 400, 0.055


class _Regime(NamedTuple):
    """Drift of the whole market and factor on its volatility, per hour; how long it lasts, hours."""

    drift: float
    volatility: float
    hours: float


_REGIMES = (_Regime(1.6e-4, 1.0, 900.0), _Regime(-2.2e-4, 1.25, 500.0), _Regime(0.0, 0.8, 700.0))

# By hour of the UTC day, as measured on the 2024 recordings; mean one.
_VOLUME_BY_HOUR = np.fromstring(
    "0.97 0.96 0.81 0.77 0.79 0.84 0.92 1.00 1.07 1.04 1.00 0.98 "
    "1.19 1.25 1.36 1.30 1.32 1.12 1.01 0.91 0.90 0.79 0.74 0.67",
    sep=" ",
)
_VOLATILITY_BY_HOUR = np.fromstring(
    "1.07 1.15 0.99 0.84 0.89 0.91 0.97 0.98 1.06 0.92 0.91 0.88 "
    "1.05 1.16 1.28 1.21 1.10 1.06 1.07 0.96 0.91 0.87 0.88 0.74",
    sep=" ",
)
_VOLUME_BY_WEEKDAY = np.array([1.05, 1.12, 1.06, 1.00, 1.05, 0.84, 0.76])

LOWEST_TICKS = 20


@dataclass(slots=True)
class _State:
    """What one block hands to the next."""

    regime: int
    log_volatility: FloatArray
    log_volume: FloatArray
    leadership: FloatArray
    market: float
    narratives: FloatArray
    own: FloatArray
    close: IntArray


@dataclass(frozen=True, slots=True)
class Block:
    """Candles of all coins over one block, shape (hours, coins); ``close`` has one row before them.

    Parameters
    ----------
    tide : Tide
        What moved them together.
    """

    close: NDArray[np.int32]
    high: NDArray[np.int32]
    low: NDArray[np.int32]
    lots: IntArray
    tide: "Tide"


@dataclass(frozen=True, slots=True)
class Tide:
    """What all coins share over one block: the market and, in columns 1 to 8, the narratives.

    Parameters
    ----------
    level : ndarray, shape (hours + 1, 9)
        Logarithm of price against the origin; the first row is the block's open.
    sigma : ndarray, shape (hours, 9)
        Volatility of one hour.
    """

    level: FloatArray
    sigma: FloatArray


class MarketWalk:
    """The path of all coins; each block starts where the last one ended.

    Parameters
    ----------
    seed : int
        Decides everything.
    ticks_per_unit, lots_per_unit : ndarray, shape (coins,)
        How finely each coin trades.
    """

    def __init__(self, seed: int, ticks_per_unit: FloatArray, lots_per_unit: FloatArray) -> None:
        self._seed = seed
        self._ticks_per_unit = ticks_per_unit
        self._lots_per_unit = lots_per_unit
        self._origin = np.log(np.array([coin.price for coin in COINS]))
        self._n_blocks = 0
        self._state = self._birth()

    def _birth(self) -> _State:
        rng = self._generator(-1)
        return _State(
            regime=0,
            log_volatility=_started(_LOG_VOLATILITY, _N_FACTORS, rng),
            log_volume=_started(_LOG_VOLUME, _N_COINS, rng),
            leadership=_started(_LEADERSHIP, _N_NARRATIVES, rng),
            market=0.0,
            narratives=np.zeros(_N_NARRATIVES),
            own=np.zeros(_N_COINS),
            close=np.rint(np.exp(self._origin) * self._ticks_per_unit).astype(np.int64),
        )

    def _generator(self, block: int) -> np.random.Generator:
        return generator_of(f"{self._seed}|market|{block}")

    def next_block(self) -> Block:
        """Walk all coins through the next block of hours."""
        rng, state = self._generator(self._n_blocks), self._state
        hours = self._n_blocks * BLOCK_HOURS + np.arange(BLOCK_HOURS)
        self._n_blocks += 1
        season = volatility_season(hours)[:, None]
        drift, mood = self._regimes(rng)
        sigma = season * self._volatility(rng)
        market_sigma = _MARKET_SIGMA * mood * sigma[:, 0]
        narrative_sigma = _NARRATIVE_SIGMA * sigma[:, 1 : 1 + _N_NARRATIVES]
        own_sigma = OWN_SIGMA * _OWN * sigma[:, 1 + _N_NARRATIVES :]

        shocks = shocks_of(rng, (BLOCK_HOURS, _N_FACTORS))
        lead = _remember(_LEADERSHIP, state.leadership, rng.standard_normal((BLOCK_HOURS, 1, _N_NARRATIVES)))
        lead -= lead.mean(axis=1, keepdims=True)
        market = (
            drift + market_sigma * shocks[:, 0] + jumps(rng, _MARKET_JUMPS_PER_HOUR, _MARKET_JUMP, 1)[:, 0]
        )
        narratives = lead + narrative_sigma * shocks[:, 1 : 1 + _N_NARRATIVES]
        own = own_sigma * shocks[:, 1 + _N_NARRATIVES :]
        own += jumps(rng, COIN_JUMPS_PER_HOUR, COIN_JUMP, _N_COINS) * _OWN

        price, level = self._walk(market, narratives, own)
        tide = Tide(level, np.concatenate((market_sigma[:, None], narrative_sigma), axis=1))
        spread = np.sqrt(
            (_BETA * market_sigma[:, None]) ** 2 + narrative_sigma[:, _OF_NARRATIVE] ** 2 + own_sigma**2
        )
        return Block(*self._candles(hours, price, spread, rng), tide)

    def _regimes(self, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Return drift and volatility factor of every hour of a block."""
        chance = rng.random(BLOCK_HOURS)
        turn = rng.integers(1, len(_REGIMES), BLOCK_HOURS)
        path = []
        for hour in range(BLOCK_HOURS):
            if chance[hour] * _REGIMES[self._state.regime].hours < 1:
                self._state.regime = (self._state.regime + int(turn[hour])) % len(_REGIMES)
            path.append(_REGIMES[self._state.regime])
        return np.array([r.drift for r in path]), np.array([r.volatility for r in path])

    def _volatility(self, rng: np.random.Generator) -> FloatArray:
        """Return the volatility of every factor relative to its long-run value, shape (hours, factors)."""
        shocks = rng.standard_normal((BLOCK_HOURS, len(_LOG_VOLATILITY.hours), _N_FACTORS))
        own = _remember(_LOG_VOLATILITY, self._state.log_volatility, shocks)
        log = own + _SHARED_VOLATILITY * own[:, :1] * (np.arange(_N_FACTORS) > 0)
        variance = _LOG_VOLATILITY.variance * (1 + _SHARED_VOLATILITY**2 * (np.arange(_N_FACTORS) > 0))
        return np.asarray(np.exp(log - variance))

    def _walk(
        self, market: FloatArray, narratives: FloatArray, own: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log prices, drawn home slowly, and what all share of them; the first row is the open."""
        state = self._state
        levels = np.concatenate(([state.market], state.narratives, state.own))
        steps = np.concatenate((market[:, None], narratives, own), axis=1)
        home = np.full(_N_FACTORS, math.exp(-1 / OWN_HOME_HOURS))
        home[0] = math.exp(-1 / _MARKET_HOME_HOURS)
        path = np.empty((BLOCK_HOURS + 1, _N_FACTORS))
        path[0] = levels
        for hour in range(BLOCK_HOURS):
            np.multiply(path[hour], home, out=path[hour + 1])
            path[hour + 1] += steps[hour]
        state.market = float(path[-1, 0])
        state.narratives, state.own = path[-1, 1 : 1 + _N_NARRATIVES], path[-1, 1 + _N_NARRATIVES :]
        stories = path[:, 1 : 1 + _N_NARRATIVES][:, _OF_NARRATIVE]
        price = np.asarray(self._origin + _BETA * path[:, :1] + stories + path[:, 1 + _N_NARRATIVES :])
        return price, path[:, : 1 + _N_NARRATIVES].copy()

    def _candles(
        self, hours: IntArray, price: FloatArray, spread: FloatArray, rng: np.random.Generator
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], IntArray]:
        """Put candles around a path: extremes as a Brownian bridge has them, volume as the move deserves."""
        move = np.diff(price, axis=0)
        low_dice, high_dice = rng.random((2, BLOCK_HOURS, _N_COINS))
        reach_up, reach_down = reach(move, spread, high_dice), -reach(-move, spread, low_dice)
        close = np.empty((BLOCK_HOURS + 1, _N_COINS), np.int64)
        close[0] = self._state.close
        close[1:] = self._ticks(price[1:])
        high = np.maximum(self._ticks(price[:-1] + reach_up), np.maximum(close[:-1], close[1:]))
        low = np.minimum(self._ticks(price[:-1] + reach_down), np.minimum(close[:-1], close[1:]))
        self._state.close = close[-1]
        lots = self._lots(hours, np.abs(move) / spread, spread, price[1:], rng)
        return close.astype(np.int32), high.astype(np.int32), low.astype(np.int32), lots

    def _ticks(self, log_price: FloatArray) -> IntArray:
        ticks = np.rint(np.exp(log_price) * self._ticks_per_unit).astype(np.int64)
        return np.asarray(np.maximum(ticks, LOWEST_TICKS), np.int64)

    def _lots(
        self,
        hours: IntArray,
        surprise: FloatArray,
        spread: FloatArray,
        log_price: FloatArray,
        rng: np.random.Generator,
    ) -> IntArray:
        shocks = rng.standard_normal((BLOCK_HOURS, len(_LOG_VOLUME.hours), _N_COINS))
        log = _remember(_LOG_VOLUME, self._state.log_volume, shocks)
        log += 0.9 * np.log(spread / (_MARKET_SIGMA + OWN_SIGMA * _OWN))
        log += 0.85 * np.log((0.35 + surprise) / 1.15) + 0.12 * rng.standard_normal(log.shape)
        units = _TURNOVER * volume_season(hours)[:, None] * np.exp(log - log_price)
        return np.asarray(np.maximum(np.rint(units * self._lots_per_unit), FEWEST_LOTS), np.int64)


def generator_of(name: str) -> np.random.Generator:
    """Return the dice of a name: the same for the same name."""
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


def reach(move: FloatArray, spread: FloatArray, dice: FloatArray) -> FloatArray:
    """Return how far above its open a Brownian bridge goes that ends at `move`; dice lie in 0..1."""
    return np.asarray((move + np.sqrt(move**2 - 2 * spread**2 * np.log1p(-dice))) / 2)


def volatility_season(hours: IntArray) -> FloatArray:
    """Return how lively each hour is, counted from the market's first, a Monday's midnight; mean one."""
    return np.asarray(_VOLATILITY_BY_HOUR[hours % 24])


def volume_season(hours: IntArray) -> FloatArray:
    """Return how much trades in each hour, counted from the market's first, a Monday's midnight."""
    return np.asarray(_VOLUME_BY_HOUR[hours % 24] * _VOLUME_BY_WEEKDAY[hours // 24 % 7])


def shocks_of(rng: np.random.Generator, shape: int | tuple[int, ...]) -> FloatArray:
    """Return shocks with fat tails and variance one."""
    return np.asarray(rng.standard_t(_TAIL, shape) * math.sqrt((_TAIL - 2) / _TAIL))


def _started(memory: _Memory, n: int, rng: np.random.Generator) -> FloatArray:
    """Return autoregressions in their long-run state, shape (parts, n)."""
    return np.array(memory.spread)[:, None] * rng.standard_normal((len(memory.hours), n))


def _remember(memory: _Memory, state: FloatArray, shocks: FloatArray) -> FloatArray:
    """Run autoregressions over shocks of shape (hours, parts, n); return their sum, and move the state on."""
    keep, push = memory.keep, memory.push
    out = np.empty((len(shocks), shocks.shape[2]))
    shocks = shocks * push
    for hour, shock in enumerate(shocks):
        state *= keep
        state += shock
        state.sum(axis=0, out=out[hour])
    return out


def jumps(rng: np.random.Generator, per_hour: float, size: float, n: int) -> FloatArray:
    """Return the jumps of a block's hours, shape (hours, n); few are not zero."""
    happens = rng.random((BLOCK_HOURS, n)) < per_hour
    return np.where(happens, size * rng.standard_normal((BLOCK_HOURS, n)), 0.0)
