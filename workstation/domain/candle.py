"""A candle, its rules, and a growing series of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import Enum, IntFlag

import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey, open_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FlagArray = NDArray[np.uint8]


class Quality(IntFlag):
    """What is known against a stored candle. Stored with it, and drawn on the chart."""

    SOUND = 0
    REVISED = 1  # the venue changed it after its close; the first version is kept beside it
    NO_TRADES = 4  # nothing traded: the venue sent a flat bar of volume zero
    IMPORTED = 8  # came from a file, not from the venue


@dataclass(frozen=True, slots=True)
class Candle:
    """One bar.

    Parameters
    ----------
    open_time : int
        UTC milliseconds of the bar's open.
    open, high, low, close : float
        Quote currency; finite and above zero; ``low <= open, close <= high``.
    volume : float
        Base units; finite, zero or more.
    closed : bool
        False while the bar can still change.

    Raises
    ------
    BadCandle
        The bar cannot be; the message names it.
    """

    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    closed: bool

    def __post_init__(self) -> None:
        prices = (self.open, self.high, self.low, self.close)
        if not all(math.isfinite(p) and p > 0 for p in prices):
            raise BadCandle(f"Candle at {self.open_time}: every price must be above zero, got {prices}.")
        if not (self.low <= min(self.open, self.close) and max(self.open, self.close) <= self.high):
            raise BadCandle(
                f"Candle at {self.open_time}: open and close must lie in low..high, got {prices}."
            )
        if not (math.isfinite(self.volume) and self.volume >= 0):
            raise BadCandle(f"Candle at {self.open_time}: volume must be zero or more, got {self.volume}.")


@dataclass(frozen=True, slots=True, eq=False)
class CandleColumns:
    """Many closed candles as columns, oldest first, open times strictly rising.

    Parameters
    ----------
    open_time : ndarray of int64, shape (n,)
        UTC milliseconds.
    open, high, low, close : ndarray of float64, shape (n,)
        Quote currency.
    volume : ndarray of float64, shape (n,)
        Base units.
    quality : ndarray of uint8, shape (n,)
        `Quality` bits.
    """

    open_time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    quality: FlagArray

    def __post_init__(self) -> None:
        n = len(self.open_time)
        if any(len(getattr(self, f.name)) != n for f in fields(self)):
            raise BadCandle("Candle columns differ in length.")

    def __len__(self) -> int:
        return len(self.open_time)

    def __getitem__(self, rows: slice) -> "CandleColumns":
        return self.pick(rows)

    def pick(self, rows: slice | NDArray[np.bool_] | IntArray) -> "CandleColumns":
        """Return the chosen rows: a slice, a mask or positions."""
        return CandleColumns(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __iter__(self) -> Iterator[Candle]:
        rows = zip(
            self.open_time.tolist(),
            self.open.tolist(),
            self.high.tolist(),
            self.low.tolist(),
            self.close.tolist(),
            self.volume.tolist(),
            strict=True,
        )
        return (Candle(t, o, h, lo, c, v, closed=True) for t, o, h, lo, c, v in rows)

    def impossible(self) -> NDArray[np.bool_]:
        """Return which rows cannot be candles, shape (n,); the rules are those of `Candle`."""
        prices = np.stack((self.open, self.high, self.low, self.close))
        sound = (np.isfinite(prices) & (prices > 0)).all(axis=0)
        sound &= (self.low <= np.minimum(self.open, self.close)) & (
            np.maximum(self.open, self.close) <= self.high
        )
        sound &= np.isfinite(self.volume) & (self.volume >= 0)
        return ~sound

    @classmethod
    def empty(cls) -> "CandleColumns":
        """Return no candles at all."""
        nothing = np.empty(0)
        return cls.of(np.empty(0, np.int64), nothing, nothing, nothing, nothing, nothing)

    @classmethod
    def of(
        cls,
        open_time: IntArray,
        open_: FloatArray,
        high: FloatArray,
        low: FloatArray,
        close: FloatArray,
        volume: FloatArray,
        quality: FlagArray | None = None,
    ) -> "CandleColumns":
        """Return columns of the right types; quality is `Quality.SOUND` where not given."""
        o, h, lo, c, v = (np.ascontiguousarray(x, np.float64) for x in (open_, high, low, close, volume))
        flags = np.zeros(len(open_time), np.uint8) if quality is None else quality
        times = np.ascontiguousarray(open_time, np.int64)
        return cls(times, o, h, lo, c, v, np.ascontiguousarray(flags, np.uint8))

    @classmethod
    def join(cls, *parts: "CandleColumns") -> "CandleColumns":
        """Return the parts end to end; the caller answers for their order."""
        columns = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        return cls(**columns)

    def equals(self, other: "CandleColumns") -> bool:
        """Return whether every value is the same, bit for bit."""
        return all(getattr(self, f.name).tobytes() == getattr(other, f.name).tobytes() for f in fields(self))


class Applied(Enum):
    """What a candle did to its series."""

    IGNORED = "ignored"  # late, or nothing new
    UPDATED = "updated"  # the last bar changed
    APPENDED = "appended"  # a new bar began


class CandleSeries:
    """The candles of one `SeriesKey`: closed history and, last, perhaps one that is forming.

    Grown in place. The same candle applied twice changes nothing; a late one is ignored.

    Parameters
    ----------
    key : SeriesKey
        What the series is of; decides the grid its open times must lie on.
    """

    _COLUMNS = ("open", "high", "low", "close", "volume")

    def __init__(self, key: SeriesKey) -> None:
        self.key = key
        self._n = 0
        self._last_is_closed = True
        self._time = np.empty(256, np.int64)
        self._values = {name: np.empty(256) for name in self._COLUMNS}
        self._quality = np.zeros(256, np.uint8)

    def __len__(self) -> int:
        return self._n

    @property
    def n_closed(self) -> int:
        """Number of candles that can no longer change."""
        return self._n if self._last_is_closed else self._n - 1

    @property
    def newest_closed(self) -> int | None:
        """Open time of the newest closed candle, UTC milliseconds; None while there is none."""
        return int(self._time[self.n_closed - 1]) if self.n_closed else None

    def column(self, name: str) -> NDArray[np.float64] | IntArray:
        """Return a read-only view of one column, shape (n,), the forming bar last."""
        source: NDArray[np.float64] | IntArray = self._time if name == "open_time" else self._values[name]
        view = source[: self._n]
        view.flags.writeable = False
        return view

    def closed(self) -> CandleColumns:
        """Return a copy of every closed candle."""
        return self._copy(self.n_closed)

    def everything(self) -> CandleColumns:
        """Return a copy of every candle, the forming one last where there is one."""
        return self._copy(self._n)

    def _copy(self, n: int) -> CandleColumns:
        o, h, lo, c, v = (self._values[name][:n].copy() for name in self._COLUMNS)
        return CandleColumns(self._time[:n].copy(), o, h, lo, c, v, self._quality[:n].copy())

    @property
    def last(self) -> Candle | None:
        """The newest candle, closed or forming; None while there is none."""
        if not self._n:
            return None
        i = self._n - 1
        o, h, lo, c, v = (float(self._values[name][i]) for name in self._COLUMNS)
        return Candle(int(self._time[i]), o, h, lo, c, v, closed=self._last_is_closed)

    def newest(self, n: int) -> list[Candle]:
        """Return the newest `n` candles, oldest first, the forming one last where there is one."""
        last = self.last
        if last is None or n < 1:
            return []
        return [*self.closed()[-n:], *(() if last.closed else (last,))][-n:]

    def apply(self, candle: Candle) -> Applied:
        """Take a candle from the live stream.

        Raises
        ------
        BadCandle
            Its open time does not lie on the series' grid.
        """
        if candle.open_time != open_of(candle.open_time, self.key.timeframe):
            raise BadCandle(f"Candle at {candle.open_time} does not open on the grid of {self.key}.")
        last_time = int(self._time[self._n - 1]) if self._n else -1
        if candle.open_time < last_time:
            return Applied.IGNORED
        if candle.open_time == last_time:
            return self._update(candle)
        self._reserve(self._n + 1)
        self._n += 1
        self._last_is_closed = candle.closed
        self._write(self._n - 1, candle)
        return Applied.APPENDED

    def _update(self, candle: Candle) -> Applied:
        if self._last_is_closed or candle == self.last:
            return Applied.IGNORED
        self._write(self._n - 1, candle)
        self._last_is_closed = candle.closed
        return Applied.UPDATED

    def merge(self, history: CandleColumns) -> int:
        """Insert closed candles that are missing; never change one that is there. Return how many were new.

        A forming bar is replaced when its closed version is in `history`.
        """
        forming = None if self._last_is_closed else self.last
        known = self.closed()
        new_rows = ~np.isin(history.open_time, known.open_time)
        n_new = int(new_rows.sum())
        if not n_new:
            return 0
        both = CandleColumns.join(known, history.pick(new_rows))
        order = np.argsort(both.open_time, kind="stable")
        self._reserve(len(both) + 1)
        self._n = len(both)
        self._last_is_closed = True
        self._time[: self._n] = both.open_time[order]
        for name in self._COLUMNS:
            self._values[name][: self._n] = getattr(both, name)[order]
        self._quality[: self._n] = both.quality[order]
        if forming is not None:
            self.apply(forming)
        return n_new

    def forget(self, n_kept: int) -> None:
        """Let go of the oldest candles, so that the newest `n_kept`, zero or more, remain."""
        n_gone = self._n - n_kept
        if n_gone <= 0:
            return
        self._n = n_kept
        self._last_is_closed |= not n_kept  # the forming bar went with the rest
        self._time = self._time[n_gone:].copy()
        self._values = {name: v[n_gone:].copy() for name, v in self._values.items()}
        self._quality = self._quality[n_gone:].copy()

    def _reserve(self, n: int) -> None:
        if n <= len(self._time):
            return
        size = max(n, 2 * len(self._time))
        self._time = np.resize(self._time, size)
        self._values = {name: np.resize(v, size) for name, v in self._values.items()}
        self._quality = np.resize(self._quality, size)

    def _write(self, row: int, candle: Candle) -> None:
        self._time[row] = candle.open_time
        for name in self._COLUMNS:
            self._values[name][row] = getattr(candle, name)
        self._quality[row] = Quality.NO_TRADES if candle.closed and candle.volume == 0 else Quality.SOUND
