"""Turns a Parquet or CSV file into named columns of numbers, and names the cells that are none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import BadCandleFile

REQUIRED = ("ts", "open", "high", "low", "close")
VOLUMES = ("volume", "quote_volume")

_LARGEST_CSV_BYTES = 2 << 30
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_ISO = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?\s*$"
_ZONED = r"(Z|[+-]\d{2}:?\d{2})\s*$"

_EPOCHS = {"seconds": 1_000, "milliseconds": 1, "microseconds": -1_000, "nanoseconds": -1_000_000}
"""How many milliseconds one unit is; negative, how many units one millisecond is."""
_FIRST_MS, _LAST_MS = 946_684_800_000, 4_102_444_800_000  # 2000 to 2100; the units' ranges do not overlap


@dataclass(slots=True)
class Table:
    """The columns of one file.

    Parameters
    ----------
    time_ms : ndarray of int64, shape (n,)
        Open times, UTC milliseconds; meaningless where `bad_times` says why.
    values : dict of ndarray of float64, shape (n,)
        Open, high, low, close, and volume or quote_volume; NaN where the file holds no number.
    notes : list of str
        What was read otherwise than it stands there.
    bad_times : dict of int to str
        Row, counted from 0, and what stands there.
    """

    time_ms: IntArray
    values: dict[str, FloatArray]
    notes: list[str] = field(default_factory=list)
    bad_times: dict[int, str] = field(default_factory=dict)


def read_table(path: Path) -> Table:
    """Return the columns of a Parquet or CSV file.

    Raises
    ------
    BadCandleFile
        It cannot be read as a table, columns are missing, or its times are not dates of one kind.
    """
    try:
        columns = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except OSError as error:
        raise BadCandleFile(f"{path.name} cannot be read: {error.strerror or error}.") from error
    missing = [name for name in REQUIRED if name not in columns]
    if not any(name in columns for name in VOLUMES):
        missing.append("volume")
    if missing:
        there = ", ".join(columns) or "none"
        raise BadCandleFile(f"{path.name} has no column {', '.join(missing)}; its columns are {there}.")
    volume = next(name for name in VOLUMES if name in columns)
    values = {name: _numbers(columns[name]) for name in (*REQUIRED[1:], volume)}
    table = Table(np.empty(0, np.int64), values)
    _read_times(table, columns["ts"], path.name)
    return table


def _parquet(path: Path) -> Mapping[str, Any]:
    """Return the columns that matter, as Arrow arrays by lower-case name."""
    import pyarrow as pa  # only where a file is read: the window opens stored candles without it
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            names = {n: n.strip().lower() for n in file.schema_arrow.names}
            wanted = [n for n, plain in names.items() if plain in (*REQUIRED, *VOLUMES)]
            table = file.read(columns=wanted)
            everything = dict.fromkeys(names.values())
    except (pa.ArrowException, OSError, EOFError) as error:
        if isinstance(error, PermissionError | IsADirectoryError):
            raise
        reason = str(error).splitlines()[0].rstrip(".")
        raise BadCandleFile(f"{path.name} is damaged or no Parquet file: {reason}. Get it again.") from error
    arrays = {names[n]: table.column(n).combine_chunks() for n in wanted}
    return everything | arrays


def _csv(path: Path) -> Mapping[str, Any]:
    """Return all columns as text, by lower-case name."""
    import pyarrow as pa
    from pyarrow import csv

    header = _header(path)
    names = [name.strip().strip('"').lower() for name in header.split(",")]
    if len(set(names)) != len(names):
        raise BadCandleFile(f"{path.name} names a column twice: {header.strip()[:120]}.")
    try:
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise BadCandleFile(f"{path.name} is no table of comma-separated values: {reason}.") from error
    return {name: table.column(name).combine_chunks() for name in names}


def _header(path: Path) -> str:
    """Return the first line of a CSV file, refusing what is clearly not one of ours."""
    if path.stat().st_size > _LARGEST_CSV_BYTES:
        raise BadCandleFile(f"{path.name} is larger than 2 GB; split it, or convert it to Parquet.")
    with open(path, "rb") as file:
        start = file.read(1 << 16)
    if not start.strip():
        raise BadCandleFile(f"{path.name} is empty.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
        raise BadCandleFile(f"{path.name} is not UTF-8 text (UTF-16, or not text at all); save it as UTF-8.")
    first = start.splitlines()[0]
    try:
        header = first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadCandleFile(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if separator in header and "," not in header:
            raise BadCandleFile(f"{path.name} separates values by {name}; save it with commas.")
    return header


def _numbers(column: Any) -> FloatArray:
    """Return a column as numbers, NaN where a cell is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        # Arrow parses to the nearest double; cells that it would refuse are taken out first.
        fits = pc.match_substring_regex(column, _NUMBER)
        column = pc.utf8_trim_whitespace(pc.if_else(fits, column, pa.scalar(None, column.type)))
        column = pc.replace_substring_regex(column, r"^\+", "")
    elif not (
        pa.types.is_floating(column.type)
        or pa.types.is_integer(column.type)
        or pa.types.is_decimal(column.type)
    ):
        return np.full(len(column), np.nan)
    numbers: FloatArray = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers


def _read_times(table: Table, column: Any, file: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            table.notes.append("times without a zone were read as UTC")
        bad = pc.is_null(column).to_numpy(zero_copy_only=False)
        whole = pc.cast(
            column, pa.timestamp("ms", "UTC") if column.type.tz else pa.timestamp("ms"), safe=False
        )
        table.time_ms = pc.fill_null(pc.cast(whole, pa.int64()), 0).to_numpy(zero_copy_only=False)
        table.bad_times = dict.fromkeys(np.flatnonzero(bad).tolist(), "nothing")
    elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        _read_epochs(table, _numbers(column), file)
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        n_counts = pc.sum(pc.match_substring_regex(column, _NUMBER)).as_py() or 0
        if 2 * n_counts > len(column):
            _read_epochs(table, _numbers(column), file)
            table.bad_times = {row: repr(column[row].as_py())[:40] for row in table.bad_times}
        else:
            _read_iso(table, column)
    else:
        raise BadCandleFile(f"{file}: the column ts holds {column.type}; expected UTC milliseconds.")


def _read_epochs(table: Table, numbers: FloatArray, file: str) -> None:
    """Take counts since 1970 whose unit shows by their size, if all have the same."""
    units: dict[str, NDArray[np.bool_]] = {}
    for unit, per_ms in _EPOCHS.items():
        low, high = (ms / per_ms if per_ms > 0 else ms * -per_ms for ms in (_FIRST_MS, _LAST_MS))
        with np.errstate(invalid="ignore"):
            inside = (numbers >= low) & (numbers < high)
        if inside.any():
            units[unit] = inside
    if len(units) > 1:
        where = ", ".join(f"{unit} from row {int(np.argmax(rows)) + 1}" for unit, rows in units.items())
        raise BadCandleFile(
            f"{file}: the column ts mixes units ({where}); expected UTC milliseconds throughout."
        )
    unit, good = next(iter(units.items()), ("milliseconds", np.zeros(len(numbers), np.bool_)))
    per_ms = _EPOCHS[unit]
    plain = np.where(good, numbers, 0)
    exact = plain * per_ms if per_ms > 0 else plain / -per_ms
    table.time_ms = np.floor(exact).astype(np.int64)
    good &= exact == table.time_ms
    if unit != "milliseconds" and good.any():
        table.notes.append(f"times are in {unit}")
    table.bad_times = {int(i): f"{numbers[i]:.17g}" for i in np.flatnonzero(~good)}


def _read_iso(table: Table, column: Any) -> None:
    """Take dates such as 2024-01-31T12:00:00Z; any other order of day and month would be a guess."""
    import pyarrow as pa
    import pyarrow.compute as pc

    fits = pc.match_substring_regex(column, _ISO)
    zoned = pc.match_substring_regex(column, _ZONED)
    text = pc.utf8_trim_whitespace(pc.if_else(fits, column, pa.scalar("1970-01-01", column.type)))
    cells = text.to_pylist()
    bad = {int(i): repr(column[int(i)].as_py())[:40] for i in np.flatnonzero(~np.asarray(fits))}
    times = np.zeros(len(cells), np.int64)
    for i, cell in enumerate(cells):
        moment = _iso_ms(cell)
        if moment is None:
            bad[i] = repr(cell)[:40]
        else:
            times[i] = moment
    table.time_ms, table.bad_times = times, dict(sorted(bad.items()))
    if not pc.all(pc.or_(zoned, pc.invert(fits))).as_py():
        table.notes.append("times without a zone were read as UTC")


def _iso_ms(text: str) -> int | None:
    """Return UTC milliseconds of an ISO date, None where there is no such day or it is finer than that."""
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds, microseconds = int(moment.replace(microsecond=0).timestamp()), moment.microsecond
    return None if microseconds % 1000 else seconds * 1000 + microseconds // 1000
