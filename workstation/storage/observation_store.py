"""Everything that was observed outside the candles, on disk, with when it could be known."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workstation.domain.observation import Observation, ObservationColumns
from workstation.storage.database import Schema, foreign, from_foreign
from workstation.storage.observation_writing import add_rows, check_observations, seals_of, series_id
from workstation.storage.store_file import RefillableFile

_SCHEMA = Schema(
    what="file of observations",
    application_id=0x54444D4F,  # "TDMO"
    steps=(
        """
        CREATE TABLE series (
            id INTEGER PRIMARY KEY, metric TEXT NOT NULL, subject BLOB NOT NULL, n INTEGER NOT NULL DEFAULT 0,
            UNIQUE (metric, subject)
        ) STRICT;
        CREATE TABLE source (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
        CREATE TABLE observation (
            series INTEGER NOT NULL, available INTEGER NOT NULL, n INTEGER NOT NULL,
            event INTEGER NOT NULL, value REAL NOT NULL, source INTEGER NOT NULL, seal INTEGER NOT NULL,
            PRIMARY KEY (series, available, n)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX observation_of_event ON observation (series, event);
        CREATE TABLE asked (
            provider TEXT NOT NULL, coin BLOB NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (provider, coin)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER observation_update BEFORE UPDATE ON observation
            BEGIN SELECT raise(ABORT, 'observations are only ever added to'); END;
        CREATE TRIGGER observation_delete BEFORE DELETE ON observation
            BEGIN SELECT raise(ABORT, 'observations are only ever added to'); END;
        """,
    ),
    synchronous="NORMAL",  # a power cut may take the last rows; their provider is asked for them again
)

_FIRST_MS, _LAST_MS = -(1 << 62), 1 << 62
_READ = (
    "SELECT available, n, event, value, source, seal FROM observation "
    "WHERE series = ? AND available BETWEEN ? AND ? ORDER BY available, n"
)


class Told(NamedTuple):
    """One version of an event: its value, and who said it."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class SeriesSummary:
    """What is stored of one metric of one subject.

    Parameters
    ----------
    metric, subject : str
        What was observed, and of what.
    n_rows : int
        Versions stored.
    first_ms, last_ms : int
        First and last event, UTC milliseconds.
    newest_available_ms : int
        When the newest version could be known, UTC milliseconds.
    sources : tuple of str
        Who said it, sorted.
    """

    metric: str
    subject: str
    n_rows: int
    first_ms: int
    last_ms: int
    newest_available_ms: int
    sources: tuple[str, ...]


class ObservationStore(RefillableFile):
    """Observations of every metric and subject, one file, only ever added to: `ports.ObservationReader`.

    A revised value is a newer version beside the old one. What a version says depends on when it could be
    known, not on when it was stored: rows that come late, or twice, or in any order leave the same past, as
    long as a value that was replaced and came back is told in the order of those changes.
    A row that the disk has damaged is left out of every answer and named by `damage`.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    read_only : bool
        Another process or thread writes; a missing file is an empty one until it appears.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is foreign, or from a newer Tidemark. (A damaged one is set aside as ``*.damaged-N``.)
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(path, _SCHEMA, "and what providers still have is asked for", read_only=read_only)

    def reader(self) -> "ObservationStore":
        """Return a reading store on the same file, for another thread."""
        return ObservationStore(self._database.path, read_only=True)

    def observe(self, rows: Sequence[Observation]) -> int:
        """Store observations; return how many were new.

        A row is left out where it repeats, for its event, the value that was known just before it became
        available, or is there already.

        Raises
        ------
        UsageError
            There is no such metric, or its subject cannot be; nothing was stored.
        StoreError
            The disk did not take them; nothing was stored.
        """
        check_observations(rows)
        if not rows:
            return 0
        with self._writing() as connection:
            return add_rows(connection, rows)

    def observations(
        self, metric: str, subject: str, until_ms: int | None = None, since_ms: int | None = None
    ) -> ObservationColumns:
        """Return every version with ``since_ms <= available_ms <= until_ms``, in order of being known.

        Of versions that became known together the one stored last comes last.

        Raises
        ------
        StoreError
            The file cannot be read at all.
        """
        first, last = _FIRST_MS if since_ms is None else since_ms, _LAST_MS if until_ms is None else until_ms
        with self._database.reading() as connection:
            number = None if connection is None else series_id(connection, metric, subject)
            if connection is None or number is None:
                return ObservationColumns.empty()
            rows: list[Any] = connection.execute(_READ, (number, first, last)).fetchall()
        if not rows:
            return ObservationColumns.empty()
        available, _, event, values, _, seals = zip(*rows, strict=True)
        known, about = np.array(available, np.int64), np.array(event, np.int64)
        value = np.array(values, np.float64)
        sound = seals_of(number, [row[:5] for row in rows]) == np.array(seals)
        if not sound.all():
            self._name_rows(metric, subject, int(np.sum(~sound)))
        kept = sound & _says_something_new(about, value, sound)
        return ObservationColumns(about[kept], known[kept], value[kept])

    def _name_rows(self, metric: str, subject: str, n: int) -> None:
        text = f"{metric} of {subject or 'the market'}: {n} stored observations are damaged and left out."
        self._name_damage(text)

    def subjects(self, metric: str) -> list[str]:
        """Return which subjects a metric was ever observed of, sorted."""
        sql = "SELECT subject FROM series WHERE metric = ? AND n > 0"
        with self._database.reading() as connection:
            rows = () if connection is None else connection.execute(sql, (metric,))
            return sorted(from_foreign(subject) for (subject,) in rows)

    def told(self, metric: str, subject: str) -> dict[int, list[Told]]:
        """Return who said what of every event, by its end in UTC milliseconds, in order of being known."""
        sql = (
            "SELECT event, value, name FROM observation JOIN source ON source.id = observation.source "
            "WHERE series = ? ORDER BY available, n"
        )
        found: dict[int, list[Told]] = {}
        with self._database.reading() as connection:
            number = None if connection is None else series_id(connection, metric, subject)
            for event, value, name in () if connection is None else connection.execute(sql, (number,)):
                found.setdefault(event, []).append(Told(value, from_foreign(name)))
        return found

    def summaries(self) -> list[SeriesSummary]:
        """Return what is stored, by metric and subject; reads the whole file."""
        sql = (
            "SELECT series.id, metric, subject, count(*), min(event), max(event), max(available) "
            "FROM series JOIN observation ON observation.series = series.id GROUP BY series.id"
        )
        who: dict[int, list[str]] = defaultdict(list)
        with self._database.reading() as connection:
            if connection is None:
                return []
            pairs = "SELECT DISTINCT series, name FROM observation JOIN source ON source.id = source"
            for number, name in connection.execute(pairs):
                who[number].append(from_foreign(name))
            found = [
                SeriesSummary(
                    metric, from_foreign(subject), n, first, last, known, tuple(sorted(who[number]))
                )
                for number, metric, subject, n, first, last, known in connection.execute(sql)
            ]
        return sorted(found, key=lambda one: (one.metric, one.subject))

    def asked(self, provider: str) -> dict[str, int]:
        """Return until when a provider was asked about each coin, UTC milliseconds."""
        sql = "SELECT coin, until FROM asked WHERE provider = ?"
        with self._database.reading() as connection:
            rows = () if connection is None else connection.execute(sql, (provider,))
            return {from_foreign(coin): until for coin, until in rows}

    def remember_asked(self, provider: str, coins: Collection[str], until_ms: int) -> None:
        """Keep that a provider was asked about these coins until `until_ms`, and all it said is stored."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO asked (provider, coin, until) VALUES (?, ?, ?)",
                [(provider, foreign(coin), until_ms) for coin in coins],
            )

    def verify(self) -> list[str]:
        """Read everything and return all damage, one sentence each; for an idle hour, not for the loop."""
        sql = "SELECT DISTINCT metric FROM series"
        with self._database.reading() as connection:
            metrics = [] if connection is None else [str(row[0]) for row in connection.execute(sql)]
        for metric in metrics:
            for subject in self.subjects(metric):
                self.observations(metric, subject)
        return self.damage() + self._database.check()


def _says_something_new(
    event: NDArray[np.int64], value: NDArray[np.float64], sound: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which rows, in order of being known, differ from the version of their event before.

    A row stored late but known early may make a row that was stored before it a repetition.
    """
    rows = np.flatnonzero(sound)
    rows = rows[np.argsort(event[rows], kind="stable")]
    repeats = (event[rows][1:] == event[rows][:-1]) & (value[rows][1:] == value[rows][:-1])
    new = np.ones(len(event), np.bool_)
    new[rows[1:][repeats]] = False
    return new
