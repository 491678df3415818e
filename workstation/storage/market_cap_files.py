"""What coins were worth, as it was known at the time: monthly snapshots and what was observed since."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import BadObservationFile
from workstation.domain.narrative import CAP_METRIC
from workstation.domain.ports import ObservationReader

DAY_MS = 86_400_000

STANDS_MS = 45 * DAY_MS
"""A figure stands for so long; an older one says nothing any more."""

_COLUMNS = ("Symbol", "Market Cap", "snapshot_date")
_MOST_ROWS = 5_000_000
_MOST_USD = 1e15


class CapRow(NamedTuple):
    """What one coin was worth.

    Parameters
    ----------
    known_ms : int
        From when on it was known, UTC milliseconds.
    coin : str
    cap_usd : float
        US dollars, above 0.
    """

    known_ms: int
    coin: str
    cap_usd: float


class MarketCaps:
    """What coins were worth at any time, each figure from when it was known until it is too old.

    Figures are never scaled by the price since.

    Parameters
    ----------
    rows : iterable of CapRow
        In any order; of two at one time for one coin the larger stays: the coin that the code is known for.
    """

    def __init__(self, rows: Iterable[CapRow]) -> None:
        table = sorted(rows)
        self._known_ms = np.array(sorted({row.known_ms for row in table}), dtype=np.int64)
        self._column = {coin: i for i, coin in enumerate(sorted({row.coin for row in table}))}
        self._cap = np.full((len(self._known_ms), len(self._column)), np.nan)
        at = np.searchsorted(self._known_ms, np.array([row.known_ms for row in table], dtype=np.int64))
        for row, i in zip(table, at, strict=True):  # sorted: the larger comes last
            self._cap[i, self._column[row.coin]] = row.cap_usd
        told = np.where(np.isnan(self._cap), -1, np.arange(len(self._known_ms))[:, None])
        newest = np.maximum.accumulate(told, axis=0) if len(told) else told
        self._until_ms = np.where(newest >= 0, self._known_ms[newest] + STANDS_MS, 0)
        self._cap = np.take_along_axis(self._cap, np.maximum(newest, 0), axis=0)

    @property
    def coins(self) -> frozenset[str]:
        """Every coin of which something is known."""
        return frozenset(self._column)

    @property
    def known_ms(self) -> IntArray:
        """When something became known, UTC milliseconds, oldest first; shape (n,), a copy."""
        return self._known_ms.copy()

    def caps_at(self, close_ms: IntArray, coins: Sequence[str]) -> FloatArray:
        """Return what coins were worth at closes, as known then.

        Parameters
        ----------
        close_ms : ndarray of int64, shape (n_bars,)
            Ends of bars, UTC milliseconds, in any order.
        coins : sequence of str
            Codes; one that is not known is NaN throughout.

        Returns
        -------
        ndarray of float64, shape (n_bars, n_coins)
            US dollars: the newest figure known at the close, NaN where there is none or it became known more
            than 45 days before.
        """
        close_ms = np.asarray(close_ms, dtype=np.int64)
        caps = np.full((len(close_ms), len(coins)), np.nan)
        mine = np.array([i for i, coin in enumerate(coins) if coin in self._column], dtype=np.int64)
        its = np.array([self._column[coins[i]] for i in mine], dtype=np.int64)
        last = np.searchsorted(self._known_ms, close_ms, side="right") - 1
        bars = np.flatnonzero(last >= 0)
        known = self._cap[:, its][last[bars]]  # whole rows are gathered: ten times as fast as cell by cell
        known[close_ms[bars, None] > self._until_ms[:, its][last[bars]]] = np.nan
        caps[np.ix_(bars, mine)] = known
        return caps


def read_market_caps(path: Path) -> MarketCaps:
    """Return the snapshots of a Parquet file: columns Symbol, Market Cap (US dollars), snapshot_date.

    A snapshot's figures are those at the end of the day that it names, ``20200101``, and are known from
    then on: its Bitcoin price of 2020-01-01 is that day's close. A row without a cap is left out.

    Raises
    ------
    BadObservationFile
        It cannot be read, has not these columns, or names a day that cannot be; the message names the row.
    """
    try:
        with parquet.ParquetFile(path) as file:
            missing = [name for name in _COLUMNS if name not in file.schema_arrow.names]
            if missing:
                raise BadObservationFile(f"{path.name} has no column {' and no column '.join(missing)}.")
            if file.metadata.num_rows > _MOST_ROWS:
                raise BadObservationFile(f"{path.name} has more than {_MOST_ROWS:,} rows.")
            columns = file.read(list(_COLUMNS)).to_pydict()
    except (OSError, pa.ArrowException) as error:
        raise BadObservationFile(f"{path.name} cannot be read as a Parquet file: {error}.") from error
    days: dict[object, int] = {}
    rows = []
    for number, (coin, cap, day) in enumerate(zip(*(columns[name] for name in _COLUMNS), strict=True), 1):
        if day not in days:
            days[day] = _end_ms(day, f"{path.name}, row {number}")
        if isinstance(coin, str) and coin and isinstance(cap, int | float) and 0 < cap <= _MOST_USD:
            rows.append(CapRow(days[day], coin, float(cap)))
    return MarketCaps(rows)


def observed_caps(reader: ObservationReader) -> MarketCaps:
    """Return what was observed of coins' worth, each figure from when it was known here."""
    rows = []
    for coin in reader.subjects(CAP_METRIC):
        seen = reader.observations(CAP_METRIC, coin)
        pairs = zip(seen.available_ms.tolist(), seen.value.tolist(), strict=True)
        rows += [CapRow(known_ms, coin, cap) for known_ms, cap in pairs if 0 < cap <= _MOST_USD]
    return MarketCaps(rows)


def _end_ms(day: object, where: str) -> int:
    """Return the end of a day that is written as ``20200101``, UTC milliseconds."""
    text = str(day)
    try:
        start = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadObservationFile(
            f"{where}: snapshot_date must be like 20200101; got {text[:40]!r}."
        ) from None
    return int(start.timestamp() * 1000) + DAY_MS
