"""Small markets to practise on, without files."""

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.market import timeframe_ms
from workstation.sandbox.history import RecordedMarket

FIRST_MS = 1_704_067_200_000  # 2024-01-01, a Monday
HOUR_MS = 3_600_000


class MemoryArchive:
    """Candles by (name, timeframe)."""

    def __init__(self, candles: dict[tuple[str, str], CandleColumns]) -> None:
        self._candles = candles

    def series(self) -> list[tuple[str, str]]:
        return sorted(self._candles)

    def read(self, symbol: str, timeframe: str) -> CandleColumns:
        return self._candles[symbol, timeframe]


def random_candles(
    n: int, timeframe: str = "1h", seed: int = 0, decimals: tuple[int, int] = (2, 3)
) -> CandleColumns:
    """Return n candles on the grid of ticks and lots."""
    rng = np.random.default_rng(seed)
    tick, lot = 10.0 ** decimals[0], 10.0 ** decimals[1]
    close = np.maximum(np.rint(50_000 + np.cumsum(rng.normal(0, 120, n))), 1_000)
    open_ = np.concatenate(([50_000.0], close[:-1]))
    high = np.maximum(open_, close) + rng.integers(0, 90, n)
    low = np.minimum(open_, close) - rng.integers(0, 90, n)
    volume = rng.integers(4, 5_000_000, n)
    times = FIRST_MS + np.arange(n) * timeframe_ms(timeframe)
    return CandleColumns.of(times, open_ / tick, high / tick, low / tick, close / tick, volume / lot)


def recorded(*names: str, n: int = 200, timeframe: str = "1h") -> RecordedMarket:
    """Return a recorded market of some coins."""
    archive = {
        (name, timeframe): random_candles(n, timeframe, seed)
        for seed, name in enumerate(names or ("BTCUSDT",))
    }
    return RecordedMarket(MemoryArchive(archive), "Practice market, recorded, test")


def without(candles: CandleColumns, *rows: int) -> CandleColumns:
    """Return candles with a hole."""
    return candles.pick(~np.isin(np.arange(len(candles)), rows))


class ManualTime:
    """A clock that stands still until it is pushed; callable as ``monotonic``, usable as market clock."""

    def __init__(self, now_ms: int = 0, speed: float = 1.0) -> None:
        self.seconds = 0.0
        self.ms = now_ms
        self.speed = speed

    def __call__(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return self.ms
