"""Every candle that was ever closed, on disk: what a chart shows before the network answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey, open_of_slot
from workstation.storage import candle_query
from workstation.storage.candle_block import SLOTS, Damaged, open_row
from workstation.storage.candle_query import FIRST_SLOT, LAST_SLOT, Found
from workstation.storage.candle_writing import CandleWriter, check_candles
from workstation.storage.database import Schema
from workstation.storage.store_file import RefillableFile

_SCHEMA = Schema(
    what="candle file",
    application_id=0x54444D43,  # "TDMC"
    steps=(
        """
        CREATE TABLE series (
            id INTEGER PRIMARY KEY, venue BLOB NOT NULL, symbol BLOB NOT NULL, timeframe TEXT NOT NULL,
            UNIQUE (venue, symbol, timeframe)
        ) STRICT;
        CREATE TABLE block (
            series INTEGER NOT NULL, number INTEGER NOT NULL,
            present BLOB NOT NULL, present_crc INTEGER NOT NULL,
            body BLOB NOT NULL, body_crc INTEGER NOT NULL,
            PRIMARY KEY (series, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tail (
            series INTEGER NOT NULL, slot INTEGER NOT NULL, row BLOB NOT NULL, PRIMARY KEY (series, slot)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE revision (
            id INTEGER PRIMARY KEY, series INTEGER NOT NULL, slot INTEGER NOT NULL, row BLOB NOT NULL,
            UNIQUE (series, slot, row)
        ) STRICT;
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY, series INTEGER NOT NULL, raw BLOB NOT NULL, reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_of_series ON quarantine (series);
        """,
    ),
    synchronous="NORMAL",  # a power cut may take the last candles; the venue has them still
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that cannot be a candle, as it came, and why."""

    raw: bytes
    reason: str


class CandleStore(RefillableFile):
    """Closed candles of every series, one file, many readers beside one writer.

    Values come back bit for bit. A candle that is already there is left alone; one that changed after its
    close takes its place with `Quality.REVISED`, and every earlier version is kept beside it; one from a file
    (`Quality.IMPORTED`) never takes the place of the venue's own, it is only kept beside. What the disk has
    damaged is left out of every answer and named by `damage`, never returned.

    Parameters
    ----------
    path : Path
        The file. Its folder is made where it may be written.
    read_only : bool
        For the window: never waits longer than 50 ms for the writer, and a missing file is an empty one
        until it appears.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is foreign, or from a newer Tidemark. (A damaged one is set aside as ``*.damaged-N``.)
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(path, _SCHEMA, "candles are fetched again", read_only=read_only)
        self._writer = CandleWriter()

    def reader(self) -> "CandleStore":
        """Return a reading store on the same file, for another thread."""
        return CandleStore(self._database.path, read_only=True)

    def add(self, key: SeriesKey, candles: CandleColumns) -> int:
        """Store closed candles of one series; return how many were new.

        Raises
        ------
        BadCandle
            A row cannot be a candle, lies off the grid or out of order; nothing was stored.
        StoreError
            The disk did not take them; nothing was stored.
        """
        return self.add_many([(key, candles)])

    def add_many(self, items: Sequence[tuple[SeriesKey, CandleColumns]]) -> int:
        """Store closed candles of many series in one transaction; return how many were new.

        Raises
        ------
        BadCandle, StoreError
            As `add`; nothing of any series was stored.
        """
        for key, candles in items:
            check_candles(key, candles)
        with self._writing() as connection:
            return sum(self._writer.add(connection, key, candles) for key, candles in items)

    def quarantine(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        """Keep a row that cannot be a candle; the newest thousand of a series stay."""
        with self._writing() as connection:
            self._writer.quarantine(connection, self._writer.series(connection, key), raw, reason)

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self._writer.transaction(super()._writing()) as connection:
            yield connection

    def read(self, key: SeriesKey, since_ms: int | None = None, until_ms: int | None = None) -> CandleColumns:
        """Return stored candles with ``since_ms <= open_time < until_ms``, oldest first.

        Raises
        ------
        StoreError
            The file cannot be read at all.
        """
        first = FIRST_SLOT if since_ms is None else _slot_at_or_after(since_ms, key)
        end = LAST_SLOT if until_ms is None else _slot_at_or_after(until_ms, key)
        return self._read(key, lambda c, n: candle_query.read_slots(c, n, key.timeframe, first, end))

    def read_last(self, key: SeriesKey, n: int) -> CandleColumns:
        """Return the newest `n` stored candles, oldest first; fewer where fewer are there or sound."""
        if n < 1:
            return CandleColumns.empty()
        return self._read(key, lambda c, series: candle_query.read_newest(c, series, key.timeframe, n))

    def _read(self, key: SeriesKey, query: Callable[[apsw.Connection, int], Found]) -> CandleColumns:
        with self._database.reading() as connection:
            series = None if connection is None else candle_query.series_id(connection, key)
            if connection is None or series is None:
                return CandleColumns.empty()
            found = query(connection, series)
        self._remember(key, found)
        return found.candles

    def span(self, key: SeriesKey) -> tuple[int, int, int] | None:
        """Return the first and last open time and how many candles are stored; None where none is."""
        with self._database.reading() as connection:
            series = None if connection is None else candle_query.series_id(connection, key)
            if connection is None or series is None:
                return None
            slots = candle_query.slot_span(connection, series)
        if slots is None:
            return None
        first, last = (open_of_slot(slot, key.timeframe) for slot in slots[:2])
        return first, last, slots[2]

    def series(self) -> list[SeriesKey]:
        """Return every series that has ever been stored, sorted."""
        with self._database.reading() as connection:
            found = [] if connection is None else candle_query.all_series(connection)
        return sorted(key for _, key in found)

    def revisions(self, key: SeriesKey) -> list[Candle]:
        """Return the versions that are not current of candles that changed, in the order they were told."""
        sql = "SELECT slot, row FROM revision WHERE series = ? ORDER BY slot, id"
        found = []
        with self._database.reading() as connection:
            series = None if connection is None else candle_query.series_id(connection, key)
            for slot, sealed in [] if connection is None else connection.execute(sql, (series,)):
                try:
                    o, h, lo, c, v, _ = open_row(series or 0, slot, sealed)
                except Damaged:
                    continue
                found.append(Candle(open_of_slot(slot, key.timeframe), o, h, lo, c, v, closed=True))
        return found

    def quarantined(self, key: SeriesKey) -> list[Quarantined]:
        """Return the rows that could not be candles, oldest first."""
        sql = "SELECT raw, reason FROM quarantine WHERE series = ? ORDER BY id"
        with self._database.reading() as connection:
            series = None if connection is None else candle_query.series_id(connection, key)
            rows = () if connection is None else connection.execute(sql, (series,))
            return [Quarantined(*row) for row in rows]

    def verify(self) -> list[str]:
        """Read everything and return all damage, one sentence each; for an idle hour, not for the loop."""
        for key in self.series():
            self.read(key)
        return self.damage() + self._database.check()

    def _remember(self, key: SeriesKey, found: Found) -> None:
        for number in found.damaged_blocks:
            first, last = number * SLOTS, (number + 1) * SLOTS - 1
            self._name_damage(_damage_text(key, first, last), of=(key, first))
        for slot in found.damaged_rows:
            self._name_damage(_damage_text(key, slot, slot), of=(key, slot))


def _slot_at_or_after(time_ms: int, key: SeriesKey) -> int:
    return -int((open_of_slot(0, key.timeframe) - time_ms) // key.bar_ms)


def _damage_text(key: SeriesKey, first: int, last: int) -> str:
    opens = (datetime.fromtimestamp(open_of_slot(slot, key.timeframe) / 1000, UTC) for slot in (first, last))
    start, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in opens)
    when = start if first == last else f"{start} to {end}"
    return f"{key}: stored candles of {when} UTC are damaged and were left out; they are fetched again."
