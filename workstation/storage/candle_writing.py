"""Writes candles into one open candle file: finds what is new, keeps what changed, folds rows into blocks."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import apsw
import numpy as np

from workstation.domain.candle import CandleColumns, IntArray, Quality
from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey
from workstation.storage import candle_query
from workstation.storage.candle_block import (
    SLOTS,
    Block,
    Damaged,
    SealedBlock,
    open_block,
    opens_of,
    rows_of,
    seal_block,
    seal_row,
    slots_of,
)
from workstation.storage.database import foreign

_BULK = 32
"""From so many rows on, rewriting a block costs less than inserting them one by one."""

_FOLD = 256
"""Single rows of one series before they are folded into blocks."""

_QUARANTINED = 1000
"""Rows kept in quarantine for one series, so that a mad venue cannot fill the disk."""


def check_candles(key: SeriesKey, candles: CandleColumns) -> None:
    """Refuse candles that cannot be.

    Raises
    ------
    BadCandle
        A row is impossible, off the grid, or not later than the one before; the message names the first.
    """
    if not len(candles):
        return
    times = candles.open_time
    off_grid = opens_of(slots_of(times, key.timeframe), key.timeframe) != times
    late = np.concatenate(([False], np.diff(times) <= 0))
    for rows, what in (
        (candles.impossible(), "cannot be a candle"),
        (off_grid, f"does not open on the grid of {key.timeframe} bars"),
        (late, "is not later than the one before it"),
    ):
        if rows.any():
            first = int(np.argmax(rows))
            raise BadCandle(f"{key}: row {first}, open time {times[first]}, {what}; nothing was stored.")


class CandleWriter:
    """The writing side of a candle store; every method runs inside `transaction`."""

    def __init__(self) -> None:
        self._ids: dict[SeriesKey, int] = {}
        self._newest: dict[int, int] = {}
        self._seen: tuple[apsw.Connection, int] | None = None

    @contextmanager
    def transaction(self, writing: AbstractContextManager[apsw.Connection]) -> Iterator[apsw.Connection]:
        """Run the block inside a transaction; what is remembered of the file is forgotten where it fails."""
        try:
            with writing as connection:
                now = connection, int(connection.pragma("data_version"))
                if now != self._seen:  # another process has written since, or the file was opened anew
                    self._forget()
                    self._seen = now
                yield connection
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        self._ids.clear()
        self._newest.clear()

    def series(self, connection: apsw.Connection, key: SeriesKey) -> int:
        """Return the number of a series, given now where it is new."""
        if key not in self._ids:
            sql = "INSERT OR IGNORE INTO series (venue, symbol, timeframe) VALUES (?, ?, ?)"
            connection.execute(sql, (foreign(key.venue), foreign(key.symbol), key.timeframe))
            self._ids[key] = candle_query.series_id(connection, key) or 0
        return self._ids[key]

    def quarantine(self, connection: apsw.Connection, series: int, raw: bytes, reason: str) -> None:
        """Keep a row that cannot be a candle."""
        insert = "INSERT INTO quarantine (series, raw, reason) VALUES (?, ?, ?)"
        connection.execute(insert, (series, raw, foreign(reason).decode("utf-8", "replace")))
        oldest = "SELECT id FROM quarantine WHERE series = ? ORDER BY id DESC LIMIT 1 OFFSET ?"
        drop = f"DELETE FROM quarantine WHERE series = ? AND id <= ({oldest})"  # noqa: S608 -- fixed words
        connection.execute(drop, (series, series, _QUARANTINED))

    def add(self, connection: apsw.Connection, key: SeriesKey, candles: CandleColumns) -> int:
        """Store candles that `check_candles` has accepted; return how many were new."""
        if not len(candles):
            return 0
        series = self.series(connection, key)
        slots = slots_of(candles.open_time, key.timeframe)
        if slots[0] > self._newest_slot(connection, series):
            new, changed = np.ones(len(slots), np.bool_), candles[:0]
        else:
            known = self._known(connection, series, key.timeframe, slots)
            new = ~np.isin(candles.open_time, known.open_time)
            changed = self._keep_versions(connection, series, key.timeframe, known, candles.pick(~new))
        fresh = candles.pick(new)
        if len(changed) or len(fresh) >= _BULK:
            both = CandleColumns.join(fresh, changed)
            self._put_blocks(connection, series, slots_of(both.open_time, key.timeframe), both)
        elif len(fresh):
            self._put_tail(connection, series, slots[new], fresh)
        self._newest[series] = max(self._newest[series], int(slots[-1]))
        return len(fresh)

    def _newest_slot(self, connection: apsw.Connection, series: int) -> int:
        if series not in self._newest:
            tail = connection.execute("SELECT max(slot) FROM tail WHERE series = ?", (series,)).get
            newest = candle_query.FIRST_SLOT if tail is None else int(tail)
            for number, bits in candle_query.maps(connection, series, newest_first=True):
                last = SLOTS - 1 if bits is None else int(np.flatnonzero(bits)[-1])
                newest = max(newest, number * SLOTS + last)
                break
            self._newest[series] = newest
        return self._newest[series]

    def _known(
        self, connection: apsw.Connection, series: int, timeframe: str, slots: IntArray
    ) -> CandleColumns:
        """Return what is stored between the first and last slot; damaged parts make room for what comes."""
        bounds = int(slots[0]), int(slots[-1]) + 1
        found = candle_query.read_slots(connection, series, timeframe, *bounds)
        for number in found.damaged_blocks:
            self._clear_block(connection, series, number)
        for slot in found.damaged_rows:
            self._clear_row(connection, series, slot)
        return found.candles

    def _keep_versions(
        self,
        connection: apsw.Connection,
        series: int,
        timeframe: str,
        known: CandleColumns,
        told: CandleColumns,
    ) -> CandleColumns:
        """Put versions that are not current beside the others; return those that become current."""
        stored = known.pick(np.searchsorted(known.open_time, told.open_time))
        names = ("open", "high", "low", "close", "volume")
        differs = np.logical_or.reduce([getattr(stored, n) != getattr(told, n) for n in names])
        stored, told = stored.pick(differs), told.pick(differs)
        # What a file says never takes the place of what the venue said.
        wins = (told.quality & Quality.IMPORTED == 0) | (stored.quality & Quality.IMPORTED != 0)
        for beside in (stored.pick(wins), told.pick(~wins)):
            slots = slots_of(beside.open_time, timeframe).tolist()
            plain = [(*row[:5], row[5] & ~int(Quality.REVISED)) for row in rows_of(beside)]
            connection.executemany(
                "INSERT OR IGNORE INTO revision (series, slot, row) VALUES (?, ?, ?)",
                [(series, slot, seal_row(series, slot, row)) for slot, row in zip(slots, plain, strict=True)],
            )
        current = told.pick(wins)
        current.quality[:] |= np.uint8(Quality.REVISED)
        return current

    def _put_tail(
        self, connection: apsw.Connection, series: int, slots: IntArray, candles: CandleColumns
    ) -> None:
        rows = zip(slots.tolist(), rows_of(candles), strict=True)
        connection.executemany(
            "INSERT INTO tail (series, slot, row) VALUES (?, ?, ?)",
            [(series, slot, seal_row(series, slot, row)) for slot, row in rows],
        )
        n = connection.execute("SELECT count(*) FROM tail WHERE series = ?", (series,)).get
        if n >= _FOLD:
            numbers = {slot // SLOTS for slot, _ in candle_query.tail_rows(connection, series)}
            for number in sorted(numbers):
                self._fold(connection, series, number, self._load(connection, series, number))

    def _put_blocks(
        self, connection: apsw.Connection, series: int, slots: IntArray, candles: CandleColumns
    ) -> None:
        order = np.argsort(slots, kind="stable")
        slots, candles = slots[order], candles.pick(order)
        numbers, starts = np.unique(slots // SLOTS, return_index=True)
        for number, start, end in zip(numbers.tolist(), starts, [*starts[1:], len(slots)], strict=True):
            block = self._load(connection, series, number)
            part = slots[start:end] % SLOTS, candles[start:end]
            self._fold(connection, series, number, block, part)

    def _fold(
        self,
        connection: apsw.Connection,
        series: int,
        number: int,
        block: Block,
        last: tuple[IntArray, CandleColumns] | None = None,
    ) -> None:
        """Write a block with the single rows that lie in it, and over them what is given `last`."""
        bounds = (number * SLOTS, (number + 1) * SLOTS)
        for slot, row in list(candle_query.tail_rows(connection, series, *bounds)):
            if row is None:
                self._clear_row(connection, series, slot)
            else:
                block.put_row(slot % SLOTS, row)
        if last is not None:
            block.put(*last)
        sealed = seal_block(series, number, block)
        connection.execute(
            "INSERT OR REPLACE INTO block (series, number, present, present_crc, body, body_crc) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (series, number, sealed.present, sealed.present_crc, sealed.body, sealed.body_crc),
        )
        connection.execute("DELETE FROM tail WHERE series = ? AND slot >= ? AND slot < ?", (series, *bounds))

    def _load(self, connection: apsw.Connection, series: int, number: int) -> Block:
        sql = "SELECT present, present_crc, body, body_crc FROM block WHERE series = ? AND number = ?"
        found = connection.execute(sql, (series, number)).fetchone()
        if found is None:
            return Block()
        try:
            return open_block(series, number, SealedBlock(*found))
        except Damaged:
            self._clear_block(connection, series, number)
            return Block()

    def _clear_block(self, connection: apsw.Connection, series: int, number: int) -> None:
        sql = "SELECT body FROM block WHERE series = ? AND number = ?"
        raw = connection.execute(sql, (series, number)).get
        self.quarantine(connection, series, raw, f"block {number} was damaged on disk")
        connection.execute("DELETE FROM block WHERE series = ? AND number = ?", (series, number))

    def _clear_row(self, connection: apsw.Connection, series: int, slot: int) -> None:
        sql = "SELECT row FROM tail WHERE series = ? AND slot = ?"
        raw = connection.execute(sql, (series, slot)).get
        self.quarantine(connection, series, raw, f"the candle of slot {slot} was damaged on disk")
        connection.execute("DELETE FROM tail WHERE series = ? AND slot = ?", (series, slot))
