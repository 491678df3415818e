"""Rows of a Parquet or CSV file by the names of its columns, and the times and numbers in their cells."""

import csv
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from workstation.domain.errors import BadObservationFile

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Cell]

_LARGEST_BYTES = 256 << 20
_ABSENT = ("", "nan", "null", "none", "na")
_SECONDS, _MILLISECONDS = (1e8, 1e11), (1e11, 1e13)
"""Counts since 1970 whose unit shows by their size: seconds are 1973 to 5138, milliseconds 1973 to 2286."""


def read_rows(path: Path) -> tuple[dict[str, str], list[Row]]:
    """Return a table's columns, as the file spells them by their names in lower case, and its rows.

    Raises
    ------
    BadObservationFile
        It cannot be read as a table, or names a column twice.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise BadObservationFile(f"{path.name} is larger than 256 MB; split it.")
        spelled, rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except OSError as error:
        raise BadObservationFile(f"{path.name} cannot be read: {error.strerror or error}.") from error
    names = {name.strip().lower(): name.strip() for name in spelled}
    if len(names) != len(spelled):
        raise BadObservationFile(f"{path.name} names a column twice: {', '.join(spelled)[:120]}.")
    if not rows:
        raise BadObservationFile(f"{path.name} holds no row.")
    return names, [dict(zip(names, row, strict=True)) for row in rows]


def _parquet(path: Path) -> tuple[list[str], list[tuple[Cell, ...]]]:
    import pyarrow as pa  # only where a file is read: commands that read none start without it
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as stream, pq.ParquetFile(stream, page_checksum_verification=True) as file:
            table = file.read()
    except (pa.ArrowException, EOFError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise BadObservationFile(
            f"{path.name} is damaged or no Parquet file: {reason}. Get it again."
        ) from error
    columns = [[_plain(cell) for cell in column.to_pylist()] for column in table.columns]
    return list(table.column_names), list(zip(*columns, strict=True))


def _plain(cell: object) -> Cell:
    """Return a cell of any Arrow type as a text or a number."""
    if cell is None or isinstance(cell, str | int | float):
        return cell
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)


def _csv(path: Path) -> tuple[list[str], list[tuple[Cell, ...]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [line for line in csv.reader(file, strict=True) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadObservationFile(
            f"{path.name} is no table of comma-separated values in UTF-8: {error}."
        ) from error
    if not lines:
        raise BadObservationFile(f"{path.name} is empty.")
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(lines[0]):
            raise BadObservationFile(
                f"{path.name}, row {number} has {len(line)} cells, but there are {len(lines[0])} columns."
            )
    return lines[0], [tuple(line) for line in lines[1:]]


def number_of(cell: Cell, where: str) -> float | None:
    """Return the number in a cell; None where it is empty or says that there is none.

    Raises
    ------
    BadObservationFile
        It holds something else, or infinity; the message begins with `where`.
    """
    if cell is None or (isinstance(cell, str) and cell.strip().lower() in _ABSENT):
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise BadObservationFile(f"{where}: {str(cell)[:40]!r} is not a number.")
    return None if math.isnan(value) else value


def time_ms_of(cell: Cell, where: str) -> tuple[int, bool]:
    """Return the time in a cell, UTC milliseconds, and whether it is a day without an hour.

    Raises
    ------
    BadObservationFile
        It is neither a date such as 2024-01-31, nor seconds or milliseconds since 1970.
    """
    text = "" if cell is None else str(cell).strip()
    try:
        count = float(text)
    except ValueError:
        return _iso_ms(text, where), len(text) == len("2024-01-31")
    if _SECONDS[0] <= count < _SECONDS[1]:
        return round(count * 1000), False
    if _MILLISECONDS[0] <= count < _MILLISECONDS[1]:
        return round(count), False
    raise BadObservationFile(f"{where}: {text[:40]!r} is no time in seconds or milliseconds since 1970.")


def _iso_ms(text: str, where: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise BadObservationFile(f"{where}: {text[:40]!r} is not a date such as 2024-01-31.") from None
