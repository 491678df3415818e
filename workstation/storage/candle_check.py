"""Decides whether the rows of a file can be candles, and names those that cannot."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.errors import BadCandleFile
from workstation.storage.candle_block import opens_of, slots_of
from workstation.storage.candle_table import Table

_SHOWN = 3
"""Bad rows that a message names."""

_ESTIMATE_DECIMALS = 8
_FLOAT_DIGITS = 15

_Bad = dict[int, str]


@dataclass(slots=True)
class CheckedFile:
    """Candles that passed every check, and what was noted on the way."""

    candles: CandleColumns
    n_rows: int
    notes: list[str] = field(default_factory=list)


def checked(table: Table, file: str, timeframe: str, *, skip_bad_rows: bool = False) -> CheckedFile:
    """Return a table's candles, oldest first, if every row can be one.

    Rows that repeat another to the last digit are dropped and counted. Two rows with one time and different
    values are refused, also with `skip_bad_rows`, which would have to guess between them.

    Raises
    ------
    BadCandleFile
        Some row cannot be a candle; the message counts them and names the first.
    """
    n_rows, notes = len(table.time_ms), [*table.notes]
    if not n_rows:
        raise BadCandleFile(f"{file} holds no rows.")
    o, h, lo, c = (table.values[name] for name in ("open", "high", "low", "close"))
    candles = CandleColumns.of(table.time_ms, o, h, lo, c, _base_volume(table, notes))
    bad = _bad_rows(table, candles, timeframe)
    if bad and not skip_bad_rows:
        raise BadCandleFile(f"{file}: {_counted(bad, n_rows)}. Nothing of it was taken.")
    if bad:
        notes.append(f"dropped {_counted(bad, n_rows)}")
        if len(bad) == n_rows:
            raise BadCandleFile(f"{file}: {_counted(bad, n_rows)}. There is nothing to take.")
        candles = candles.pick(np.setdiff1d(np.arange(n_rows), list(bad)))
    ordered = _in_order(candles, file, notes, skip_bad_rows=skip_bad_rows)
    return CheckedFile(_without_repeats(ordered, file, notes), n_rows, notes)


def _base_volume(table: Table, notes: list[str]) -> FloatArray:
    """Return volume in base units; from quote currency only an estimate, as fine as venues count."""
    if "volume" in table.values:
        return table.values["volume"]
    prices = np.stack([table.values[name] for name in ("open", "high", "low", "close")])
    notes.append("has quote_volume only: base volume is estimated as it over the mean of the four prices")
    with np.errstate(all="ignore"):
        estimate: FloatArray = table.values["quote_volume"] / prices.mean(axis=0)
    return np.round(estimate, _estimate_decimals(estimate))


def _estimate_decimals(estimate: FloatArray) -> int:
    """Return eight, or so many that the largest still fits a float's digits, so that one grid holds all."""
    largest = float(estimate[np.isfinite(estimate)].max(initial=1.0))
    return min(_ESTIMATE_DECIMALS, max(0, _FLOAT_DIGITS - len(str(int(largest)))))


def _bad_rows(table: Table, candles: CandleColumns, timeframe: str) -> _Bad:
    """Return what is wrong with each row that cannot be a candle, by its number from 0."""
    bad = {
        row: f"ts is {shown}, expected a date or UTC milliseconds" for row, shown in table.bad_times.items()
    }
    off_grid = opens_of(slots_of(candles.open_time, timeframe), timeframe) != candles.open_time
    for row in np.flatnonzero(off_grid).tolist():
        ts = int(candles.open_time[row])
        bad.setdefault(row, f"ts is {ts}, expected a time at which a {timeframe} bar opens")
    for row in np.flatnonzero(candles.impossible()).tolist():
        bad.setdefault(row, _what_is_wrong({name: float(v[row]) for name, v in table.values.items()}))
    return dict(sorted(bad.items()))


def _what_is_wrong(row: dict[str, float]) -> str:
    for name, value in row.items():
        if not np.isfinite(value):
            return f"{name} is {value}, expected a number"
        if name in ("volume", "quote_volume"):
            if value < 0:
                return f"{name} is {value!r}, expected zero or more"
        elif value <= 0:
            return f"{name} is {value!r}, expected a price above zero"
    if row["high"] < row["low"]:
        return f"high {row['high']!r} is below low {row['low']!r}"
    return f"open {row['open']!r} and close {row['close']!r} lie not within {row['low']!r} to {row['high']!r}"


def _counted(bad: _Bad, n_rows: int) -> str:
    first = "; ".join(f"row {row + 1}: {text}" for row, text in list(bad.items())[:_SHOWN])
    more = " …" if len(bad) > _SHOWN else ""
    return f"{len(bad)} of {n_rows} rows cannot be candles ({first}{more})"


def _in_order(candles: CandleColumns, file: str, notes: list[str], *, skip_bad_rows: bool) -> CandleColumns:
    back = np.flatnonzero(np.diff(candles.open_time) < 0)
    if not len(back):
        return candles
    row = int(back[0]) + 2
    if not skip_bad_rows:
        raise BadCandleFile(
            f"{file} is not in order of time: row {row} is earlier than the one before it ({len(back)} such "
            "rows). Sort it by ts, oldest first."
        )
    notes.append(f"rows were not in order of time and were sorted ({len(back)} were out of place)")
    return candles.pick(np.argsort(candles.open_time, kind="stable"))


def _without_repeats(candles: CandleColumns, file: str, notes: list[str]) -> CandleColumns:
    repeats: NDArray[np.bool_] = np.concatenate(([False], np.diff(candles.open_time) == 0))
    if not repeats.any():
        return candles
    rows = np.flatnonzero(repeats)
    names = ("open", "high", "low", "close", "volume")
    differs = np.logical_or.reduce(
        [getattr(candles, n)[rows] != getattr(candles, n)[rows - 1] for n in names]
    )
    if differs.any():
        ts = candles.open_time[rows[differs]].tolist()
        shown = ", ".join(map(str, ts[:_SHOWN])) + (" …" if len(ts) > _SHOWN else "")
        raise BadCandleFile(f"{file}: rows with the same ts contradict each other (ts {shown}); keep one.")
    notes.append(f"dropped {len(rows)} repeated row{'s' if len(rows) > 1 else ''}")
    return candles.pick(~repeats)
