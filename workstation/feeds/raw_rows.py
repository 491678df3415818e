"""Candles as a venue wrote them, and how they become numbers without holding up everybody else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_PIECE = 100  # rows; ccxt takes some 2 microseconds a row on an idle core, and up to 20 on a busy one
_PLAIN = ("binance",)  # open time in milliseconds, open, high, low, close and volume come first, as text


@dataclass(frozen=True, slots=True)
class RawRows:
    """An answer to a request for candles that ccxt has not taken apart yet.

    Parameters
    ----------
    rows : object
        As they came; anything, until they are read.
    market : object
        ccxt's own market.
    """

    rows: Any
    market: Any


def keep_raw(exchange: Any) -> None:
    """Have ccxt leave the rows of candles as they are; `read_raw` takes them apart."""
    exchange.parse_ohlcvs = lambda rows, market=None, *_: RawRows(rows, market)


async def read_raw(exchange: Any, answer: object) -> object:
    """Return an answer's rows as ccxt would: open time in milliseconds, open, high, low, close, volume.

    Not sorted and not cut; where they are not rows at all they are returned as they came.
    """
    if not isinstance(answer, RawRows):
        return answer
    rows: Any = answer.rows
    if not isinstance(rows, list):
        return rows
    await asyncio.sleep(0)  # the answer's JSON was read just now
    if exchange.id in _PLAIN and (plain := _plain(rows)) is not None:
        await asyncio.sleep(0)
        return plain
    found: list[object] = []
    for i in range(0, len(rows), _PIECE):
        found += [exchange.parse_ohlcv(row, answer.market) for row in rows[i : i + _PIECE]]
        await asyncio.sleep(0)
    return found


def _plain(rows: Sequence[Any]) -> list[object] | None:
    """Return plain rows as numbers; None where something odd is among them: ccxt knows what to make of it."""
    try:
        if {type(row[0]) for row in rows} - {int}:
            return None
        return [
            [row[0], float(row[1]), float(row[2]), float(row[3]), float(row[4]), float(row[5])]
            for row in rows
        ]
    except (TypeError, ValueError, LookupError, OverflowError):
        return None
