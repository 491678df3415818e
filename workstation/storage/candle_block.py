"""How candles lie on disk: 1024 neighbouring bars in one block, the newest ones as single rows.

A block covers 1024 slots of its series' grid (`workstation.domain.market.slot_of`), whether the bars exist or
not: a bitmap says which do. Its body is five float64 columns and one of quality flags, so that reading is
copying. Each body, bitmap and row carries a CRC-32 that also covers whose it is and where it belongs: one
flipped bit, or a block in another's place, is seen.
"""

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FlagArray, FloatArray, IntArray
from workstation.domain.market import open_of_slot, timeframe_ms

SLOTS = 1024
"""Bars in a block."""

_VALUES_BYTES = 5 * SLOTS * 8
_BODY_BYTES = _VALUES_BYTES + SLOTS
_MAP_BYTES = SLOTS // 8
_PLACE = struct.Struct("<qq")
_ROW = struct.Struct("<5dBI")
_ROW_BODY = struct.Struct("<5dB")

Row = tuple[float, float, float, float, float, int]
"""Open, high, low, close, volume and `Quality` bits of one stored bar."""


class Damaged(Exception):
    """The bytes are not those that were written. Never leaves this room."""


def checksum(series: int, place: int, body: bytes) -> int:
    """Return the CRC-32 of a body that belongs to `series` at `place` (a slot or a block's number)."""
    return zlib.crc32(body, zlib.crc32(_PLACE.pack(series, place)))


@dataclass(slots=True)
class Block:
    """1024 slots of one series.

    Parameters
    ----------
    values : ndarray of float64, shape (5, 1024)
        Open, high, low, close and volume; zero where there is no bar.
    quality : ndarray of uint8, shape (1024,)
        `Quality` bits.
    present : ndarray of bool, shape (1024,)
        Which slots hold a bar.
    """

    values: FloatArray = field(default_factory=lambda: np.zeros((5, SLOTS)))
    quality: FlagArray = field(default_factory=lambda: np.zeros(SLOTS, np.uint8))
    present: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(SLOTS, np.bool_))

    def put(self, offsets: IntArray, candles: CandleColumns) -> None:
        """Write candles at the given offsets, over what was there."""
        for row, name in enumerate(("open", "high", "low", "close", "volume")):
            self.values[row, offsets] = getattr(candles, name)
        self.quality[offsets] = candles.quality
        self.present[offsets] = True

    def put_row(self, offset: int, row: Row) -> None:
        """Write one bar at the given offset, over what was there."""
        self.values[:, offset] = row[:5]
        self.quality[offset] = row[5]
        self.present[offset] = True


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """A block as it lies on disk.

    Parameters
    ----------
    present : bytes
        Bitmap, first slot in the highest bit of the first byte.
    present_crc, body_crc : int
        Over the bitmap; over bitmap and body.
    body : bytes
        The columns.
    """

    present: bytes
    present_crc: int
    body: bytes
    body_crc: int


def seal_block(series: int, number: int, block: Block) -> SealedBlock:
    """Return the block's bytes with their checksums."""
    present = np.packbits(block.present).tobytes()
    body = block.values.tobytes() + block.quality.tobytes()
    present_crc = checksum(series, number, present)
    return SealedBlock(present, present_crc, body, zlib.crc32(body, present_crc))


def open_map(series: int, number: int, present: bytes, present_crc: int) -> FlagArray:
    """Return which slots of a block hold a bar, shape (1024,), as 0 or 1.

    Raises
    ------
    Damaged
        The bitmap is not the one that was written.
    """
    if len(present) != _MAP_BYTES or checksum(series, number, present) != present_crc:
        raise Damaged
    return np.unpackbits(np.frombuffer(present, np.uint8))


def open_body(sealed: SealedBlock) -> tuple[FloatArray, FlagArray]:
    """Return the columns, shape (5, 1024), and the flags of a block whose bitmap `open_map` has accepted.

    Raises
    ------
    Damaged
        The body is not the one that was written.
    """
    body = sealed.body
    if len(body) != _BODY_BYTES or zlib.crc32(body, sealed.present_crc) != sealed.body_crc:
        raise Damaged
    values = np.frombuffer(body, np.float64, 5 * SLOTS).reshape(5, SLOTS)
    return values, np.frombuffer(body, np.uint8, SLOTS, _VALUES_BYTES)


def open_block(series: int, number: int, sealed: SealedBlock) -> Block:
    """Return a block that can be written to.

    Raises
    ------
    Damaged
        Bitmap or body are not those that were written.
    """
    present = open_map(series, number, sealed.present, sealed.present_crc).astype(np.bool_)
    values, quality = open_body(sealed)
    return Block(values.copy(), quality.copy(), present)


def seal_row(series: int, slot: int, row: Row) -> bytes:
    """Return one bar's bytes, 45 of them, its checksum last."""
    return _ROW.pack(*row, checksum(series, slot, _ROW_BODY.pack(*row)))


def open_row(series: int, slot: int, sealed: bytes) -> Row:
    """Return one bar.

    Raises
    ------
    Damaged
        The bytes are not those that were written.
    """
    if len(sealed) != _ROW.size or checksum(series, slot, sealed[:-4]) != int.from_bytes(
        sealed[-4:], "little"
    ):
        raise Damaged
    o, h, lo, c, v, quality, _ = _ROW.unpack(sealed)
    return o, h, lo, c, v, quality


def rows_of(candles: CandleColumns) -> list[Row]:
    """Return the candles as rows."""
    names = ("open", "high", "low", "close", "volume", "quality")
    return list(zip(*(getattr(candles, name).tolist() for name in names), strict=True))


def columns_of(slots: list[int], rows: list[Row], timeframe: str) -> CandleColumns:
    """Return rows as columns, in the order given."""
    times = opens_of(np.array(slots, np.int64), timeframe)
    table = np.array(rows, np.float64).reshape(len(rows), 6)
    o, h, lo, c, v, quality = table.T
    return CandleColumns.of(times, o, h, lo, c, v, quality.astype(np.uint8))


def slots_of(open_times: IntArray, timeframe: str) -> IntArray:
    """Return the slot of each open time; `workstation.domain.market.slot_of` for many."""
    return (open_times - open_of_slot(0, timeframe)) // timeframe_ms(timeframe)


def opens_of(slots: IntArray, timeframe: str) -> IntArray:
    """Return the open time of each slot; the inverse of `slots_of`."""
    return slots * timeframe_ms(timeframe) + open_of_slot(0, timeframe)
