"""Reads candles out of one open candle file; knows the tables, never changes them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import apsw
import numpy as np

from workstation.domain.candle import CandleColumns, FlagArray
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.storage.candle_block import (
    SLOTS,
    Damaged,
    Row,
    SealedBlock,
    columns_of,
    open_body,
    open_map,
    open_row,
    opens_of,
)
from workstation.storage.database import foreign, from_foreign

FIRST_SLOT, LAST_SLOT = -(1 << 53), 1 << 53
"""Beyond every instant that a venue could name."""


@dataclass(slots=True)
class Found:
    """What was read, and what could not be.

    Parameters
    ----------
    candles : CandleColumns
        Sound candles, oldest first.
    damaged_blocks : list of int
        Numbers of blocks that were left out.
    damaged_rows : list of int
        Slots of single candles that were left out.
    """

    candles: CandleColumns = field(default_factory=CandleColumns.empty)
    damaged_blocks: list[int] = field(default_factory=list)
    damaged_rows: list[int] = field(default_factory=list)


def series_id(connection: apsw.Connection, key: SeriesKey) -> int | None:
    """Return the number of a series in this file, None where it has no candles."""
    sql = "SELECT id FROM series WHERE venue = ? AND symbol = ? AND timeframe = ?"
    found = connection.execute(sql, (foreign(key.venue), foreign(key.symbol), key.timeframe)).get
    return None if found is None else int(found)


def all_series(connection: apsw.Connection) -> list[tuple[int, SeriesKey]]:
    """Return every series with its number; one whose name is damaged beyond use is left out."""
    found = []
    for number, venue, symbol, timeframe in connection.execute(
        "SELECT id, venue, symbol, timeframe FROM series ORDER BY venue, symbol, timeframe"
    ):
        try:
            found.append((number, SeriesKey(from_foreign(venue), from_foreign(symbol), timeframe)))
        except (UsageError, UnicodeDecodeError):
            continue
    return found


def read_slots(
    connection: apsw.Connection, series: int, timeframe: str, first: int = FIRST_SLOT, end: int = LAST_SLOT
) -> Found:
    """Return the candles with ``first <= slot < end``."""
    found = _read_blocks(connection, series, timeframe, first, end)
    slots, rows = [], []
    for slot, row in tail_rows(connection, series, first, end):
        if row is None:
            found.damaged_rows.append(slot)
        else:
            slots.append(slot)
            rows.append(row)
    if slots:
        found.candles = _joined(found.candles, columns_of(slots, rows, timeframe))
    return found


def _joined(blocks: CandleColumns, tail: CandleColumns) -> CandleColumns:
    both = CandleColumns.join(blocks, tail)
    if not len(blocks) or blocks.open_time[-1] < tail.open_time[0]:
        return both
    return both.pick(np.argsort(both.open_time, kind="stable"))


def tail_rows(
    connection: apsw.Connection, series: int, first: int = FIRST_SLOT, end: int = LAST_SLOT
) -> Iterator[tuple[int, Row | None]]:
    """Yield each single row with ``first <= slot < end``, oldest first; None where it is damaged."""
    sql = "SELECT slot, row FROM tail WHERE series = ? AND slot >= ? AND slot < ? ORDER BY slot"
    for slot, sealed in connection.execute(sql, (series, first, end)):
        try:
            yield slot, open_row(series, slot, sealed)
        except Damaged:
            yield slot, None


def _read_blocks(connection: apsw.Connection, series: int, timeframe: str, first: int, end: int) -> Found:
    bounds = (series, first // SLOTS, (end - 1) // SLOTS)
    where = "FROM block WHERE series = ? AND number BETWEEN ? AND ?"
    n = connection.execute(f"SELECT count(*) {where}", bounds).get
    found = Found()
    if not n:
        return found
    values = np.empty((5, n * SLOTS))
    quality = np.empty(n * SLOTS, np.uint8)
    present = np.zeros((n, SLOTS), np.uint8)
    numbers = np.empty(n, np.int64)
    sql = f"SELECT number, present, present_crc, body, body_crc {where} ORDER BY number"
    for i, (number, bitmap, bitmap_crc, body, body_crc) in enumerate(connection.execute(sql, bounds)):
        numbers[i] = number
        here = slice(i * SLOTS, (i + 1) * SLOTS)
        try:
            bits = open_map(series, number, bitmap, bitmap_crc)
            values[:, here], quality[here] = open_body(SealedBlock(bitmap, bitmap_crc, body, body_crc))
        except Damaged:
            found.damaged_blocks.append(number)
        else:
            present[i] = bits
    slots = (numbers[:, None] * SLOTS + np.arange(SLOTS)).ravel()
    rows = _chosen(present.ravel().view(np.bool_) & (slots >= first) & (slots < end))
    times = opens_of(slots[rows], timeframe)
    o, h, lo, c, v = (column[rows] for column in values)
    found.candles = CandleColumns(times, o, h, lo, c, v, quality[rows])
    return found


def _chosen(
    mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> "slice | np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the chosen rows as a slice where they are neighbours: that needs no copy."""
    rows = np.flatnonzero(mask)
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def read_newest(connection: apsw.Connection, series: int, timeframe: str, n: int) -> Found:
    """Return the newest `n` candles, from as few blocks as hold them."""
    first, so_far = FIRST_SLOT, 0
    for number, bits in maps(connection, series, newest_first=True):
        so_far += 0 if bits is None else int(bits.sum())
        if so_far >= n:
            first = number * SLOTS
            break
    found = read_slots(connection, series, timeframe, first)
    found.candles = found.candles[max(0, len(found.candles) - n) :]
    return found


def maps(
    connection: apsw.Connection, series: int, *, newest_first: bool = False
) -> Iterator[tuple[int, FlagArray | None]]:
    """Yield each block's number and which of its slots hold a bar; None where that is damaged."""
    order = "DESC" if newest_first else "ASC"
    sql = f"SELECT number, present, present_crc FROM block WHERE series = ? ORDER BY number {order}"  # noqa: S608 -- fixed words
    for number, present, present_crc in connection.execute(sql, (series,)):
        try:
            yield number, open_map(series, number, present, present_crc)
        except Damaged:
            yield number, None


def slot_span(connection: apsw.Connection, series: int) -> tuple[int, int, int] | None:
    """Return the first slot, the last one and how many hold a bar; None where none does.

    Bitmaps only, so that it costs little: a block whose body is damaged still counts.
    """
    n, edges = 0, []
    for number, bits in maps(connection, series):
        if bits is not None and bits.any():
            held = np.flatnonzero(bits)
            edges += [number * SLOTS + int(held[0]), number * SLOTS + int(held[-1])]
            n += len(held)
    for slot, row in tail_rows(connection, series):
        if row is not None:
            edges.append(slot)
            n += 1
    return (min(edges), max(edges), n) if edges else None
