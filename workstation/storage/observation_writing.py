"""How observations are put into their file: what says nothing new is left out, the rest is sealed."""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

import apsw
import numpy as np
from numpy.typing import NDArray

from workstation.domain.errors import UsageError
from workstation.domain.metric import METRICS, SubjectKind
from workstation.domain.observation import MARKET, Observation
from workstation.storage.database import foreign

_VERSIONS = "SELECT event, available, n, value FROM observation WHERE series = ? AND event BETWEEN ? AND ?"

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads every bit upwards

_Version: TypeAlias = tuple[int, int, float]
"""When a value was known, its number, and the value."""

_Row: TypeAlias = tuple[int, int, int, float, int]
"""A version as it is kept: available, its number, event, value, source."""


def check_observations(rows: Sequence[Observation]) -> None:
    """Check that every row is about something that can be observed.

    Raises
    ------
    UsageError
        There is no such metric, a coin is missing, or the market has one.
    """
    for metric, subject in {(row.metric, row.subject) for row in rows}:
        if metric not in METRICS:
            raise UsageError(f"There is no metric {metric!r}; nothing of it is stored.")
        if (subject == MARKET) != (METRICS[metric].subject is SubjectKind.MARKET):
            wanted = METRICS[metric].subject.value
            raise UsageError(f"{metric} is observed of a {wanted}, not of {subject or 'nothing'!r}.")


def series_id(connection: apsw.Connection, metric: str, subject: str) -> int | None:
    """Return the number under which a metric of a subject is kept; None where it never was."""
    sql = "SELECT id FROM series WHERE metric = ? AND subject = ?"
    number: int | None = connection.execute(sql, (metric, foreign(subject))).get
    return number


def add_rows(connection: apsw.Connection, rows: Sequence[Observation]) -> int:
    """Add rows of any series inside a transaction, in their order; return how many said something new."""
    series: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for row in rows:
        series[row.metric, row.subject].append(row)
    sources = {name: _source_id(connection, name) for name in {row.source for row in rows}}
    return sum(_add_to_series(connection, key, added, sources) for key, added in series.items())


def _source_id(connection: apsw.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO source (name) VALUES (?)", (foreign(name),))
    number: int = connection.execute("SELECT id FROM source WHERE name = ?", (foreign(name),)).get
    return number


def _add_to_series(
    connection: apsw.Connection, key: tuple[str, str], rows: Sequence[Observation], sources: dict[str, int]
) -> int:
    connection.execute(
        "INSERT OR IGNORE INTO series (metric, subject) VALUES (?, ?)", (key[0], foreign(key[1]))
    )
    number = series_id(connection, *key) or 0
    n: int = connection.execute("SELECT n FROM series WHERE id = ?", (number,)).get
    versions = _versions(connection, number, [row.event_ms for row in rows])
    fresh: list[_Row] = []
    for row in rows:
        known, value = versions[row.event_ms], row.value + 0.0  # SQLite keeps no sign of a zero
        if not _is_told(known, row.available_ms, value):
            n += 1
            insort(known, (row.available_ms, n, value))
            fresh.append((row.available_ms, n, row.event_ms, value, sources[row.source]))
    if fresh:
        _insert(connection, number, fresh)
        connection.execute("UPDATE series SET n = ? WHERE id = ?", (n, number))
    return len(fresh)


def _versions(
    connection: apsw.Connection, series: int, events: Sequence[int]
) -> defaultdict[int, list[_Version]]:
    """Return the versions of events between the first and the last of `events`, as they became known."""
    found: defaultdict[int, list[_Version]] = defaultdict(list)
    for event, *version in connection.execute(_VERSIONS, (series, min(events), max(events))):
        found[event].append((version[0], version[1], version[2]))
    for known in found.values():
        known.sort()
    return found


def _is_told(known: Sequence[_Version], available_ms: int, value: float) -> bool:
    """Return whether a version would add nothing to those of its event, sorted as they became known."""
    before = [version for version in known if version[0] <= available_ms]
    if not before:
        return False
    return before[-1][2] == value or any(v[0] == available_ms and v[2] == value for v in before)


def _insert(connection: apsw.Connection, series: int, rows: Sequence[_Row]) -> None:
    seals = seals_of(series, rows).tolist()
    connection.executemany(
        "INSERT INTO observation (series, available, n, event, value, source, seal) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(series, *row, seal) for row, seal in zip(rows, seals, strict=True)],
    )


def seals_of(series: int, rows: Sequence[_Row]) -> NDArray[np.int64]:
    """Return a checksum of every row, so that a bit which the disk turned shows."""
    columns = zip(*rows, strict=True)
    mixed = np.full(len(rows), series, np.uint64)
    for column, kind in zip(columns, (np.int64, np.int64, np.int64, np.float64, np.int64), strict=True):
        mixed = (mixed ^ np.array(column, kind).view(np.uint64)) * _ODD
        mixed ^= mixed >> np.uint64(32)
    return (mixed & np.uint64(0xFFFFFFFF)).astype(np.int64)
