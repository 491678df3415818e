"""Where a venue's positions become names: here and nowhere else is a row's third number called *high*.

Nothing is guessed. A row that is not six sound numbers on the series' grid, a time in seconds or
microseconds, or an answer that is not data at all is refused with a sentence; what is refused never reaches a
series.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import Candle, CandleColumns, FloatArray
from workstation.domain.errors import BadCandle, VenueError
from workstation.domain.market import Market, SeriesKey, open_of, open_of_slot
from workstation.domain.ticker import Ticker

EARLIEST_MS = 1_230_768_000_000
"""2009-01-01 UTC: no crypto market is older, so a smaller time is in seconds or broken."""

_MICROSECONDS_FROM = (
    100_000_000_000_000  # the year 5138 in milliseconds; today in microseconds is 17 times that
)
_HIGHEST_PRICE = 1e15  # quote currency; the dearest real quote is about 1e10
_HIGHEST_VOLUME = 1e24  # base units a bar; the busiest real bar is about 1e15
_RAW_BYTES = 4096
_COLUMNS = ("open time", "open", "high", "low", "close", "volume")


def candle_row(key: SeriesKey, row: object, closed: bool, latest_ms: int) -> Candle:
    """Return the candle that a row of ccxt describes.

    Parameters
    ----------
    key : SeriesKey
        The series it was sent for; its timeframe decides the grid.
    row : object
        ``[open time in UTC milliseconds, open, high, low, close, volume]``, as heard: anything may be in it.
    closed : bool
        Whether the bar can still change; the row cannot say.
    latest_ms : int
        Latest open time that can be true, UTC milliseconds; a later one lies in the future.

    Raises
    ------
    BadCandle
        The row cannot be a candle of this series; the message names the bar and the field.
    """
    if not isinstance(row, list | tuple) or len(row) < len(_COLUMNS):
        raise BadCandle(f"{key}: a candle has six numbers, got {_shown(row)}.")
    for name, value in zip(_COLUMNS, row, strict=False):
        if type(value) is not int and type(value) is not float:
            raise BadCandle(f"{key}: {name} must be a number, got {_shown(value)}.")
    open_time = _open_time(key, row[0], latest_ms)
    try:
        open_, high, low, close, volume = (float(value) for value in row[1:6])
    except OverflowError:
        raise BadCandle(f"{key}: candle at {open_time} holds a number too large to be one.") from None
    if max(open_, high, low, close) > _HIGHEST_PRICE or volume > _HIGHEST_VOLUME:
        raise BadCandle(f"{key}: candle at {open_time} holds {_shown(row)}, larger than any market.")
    return Candle(open_time, open_, high, low, close, volume, closed)


def _open_time(key: SeriesKey, value: int | float, latest_ms: int) -> int:
    if isinstance(value, float) and not value.is_integer():  # NaN and infinity are not whole either
        raise BadCandle(f"{key}: open time must be whole milliseconds, got {_shown(value)}.")
    open_time = int(value)
    if open_time >= _MICROSECONDS_FROM:
        raise BadCandle(f"{key}: open time {_shown(open_time)} is not in milliseconds but finer.")
    if open_time < EARLIEST_MS:
        raise BadCandle(f"{key}: open time {_shown(open_time)} lies before 2009: seconds, or broken.")
    if open_time != open_of(open_time, key.timeframe):
        raise BadCandle(f"{key}: open time {open_time} is not on the grid of {key.timeframe} bars.")
    if open_time > latest_ms:
        raise BadCandle(f"{key}: open time {open_time} lies {open_time - latest_ms} ms in the future.")
    return open_time


def closed_candles(
    key: SeriesKey, rows: Sequence[object], latest_ms: int
) -> tuple[CandleColumns, list[tuple[object, str]]]:
    """Return the closed candles that rows of ccxt describe, and the rows that are none, each with the reason.

    The same as `candle_row` of every row, and much faster: what can be seen to be sound by
    columns is taken, and of every other row `candle_row` is the judge.

    Returns
    -------
    candles : CandleColumns
        Oldest first; of two with one open time the later row's.
    rejected : list of (row, reason)
        As they came.
    """
    table = _table(rows)
    sound = np.zeros(len(rows), np.bool_) if table is None else _sound(key, table, latest_ms)
    taken = np.empty((0, 6)) if table is None else table[sound]
    doubted: list[Candle] = []
    rejected: list[tuple[object, str]] = []
    for i in np.flatnonzero(~sound).tolist():
        try:
            doubted.append(candle_row(key, rows[i], closed=True, latest_ms=latest_ms))
        except BadCandle as error:
            rejected.append((rows[i], str(error)))
    if doubted:
        late = [(c.open_time, c.open, c.high, c.low, c.close, c.volume) for c in doubted]
        taken = np.concatenate((taken, np.array(late, np.float64)))
    open_time = taken[:, 0].astype(np.int64)
    order = np.argsort(open_time, kind="stable")
    order = order[np.append(np.diff(open_time[order]) > 0, True)[: len(order)]]
    return CandleColumns.of(open_time[order], *taken[order, 1:].T), rejected


def _table(rows: Sequence[object]) -> FloatArray | None:
    """Return rows as numbers, shape (n, 6); None where not every one is six plain numbers or more."""
    try:
        columns = list(zip(*(row[:6] for row in rows), strict=True))  # type: ignore[index]
    except (TypeError, ValueError):
        return None
    if len(columns) != len(_COLUMNS) or any(set(map(type, c)) - {int, float} for c in columns):
        return None
    try:
        return np.array(columns, np.float64).T
    except OverflowError:
        return None


def _sound(key: SeriesKey, table: FloatArray, latest_ms: int) -> NDArray[np.bool_]:
    """Return which rows are candles beyond doubt, shape (n,); False says only that it has to be asked."""
    with np.errstate(invalid="ignore"):
        opens, open_, high, low, close, volume = table.T
        first_ms = open_of_slot(0, key.timeframe)
        sound = (opens >= EARLIEST_MS) & (opens <= latest_ms) & (opens < _MICROSECONDS_FROM)
        sound &= (opens - first_ms) % key.bar_ms == 0
        sound &= (low > 0) & (low <= np.minimum(open_, close)) & (np.maximum(open_, close) <= high)
        return np.asarray(
            sound & (high <= _HIGHEST_PRICE) & (volume >= 0) & (volume <= _HIGHEST_VOLUME), np.bool_
        )


def candle_rows(key: SeriesKey, answer: object) -> Sequence[object]:
    """Return the rows of a venue's answer to a request for candles, still unchecked one by one.

    Raises
    ------
    VenueError
        The answer is not candles at all: ccxt hands on an HTML page as one row of None for every character.
    """
    if not isinstance(answer, list):
        raise VenueError(f"{key}: the venue's answer is not candles but {type(answer).__name__}.")
    if answer and not any(isinstance(row, list) and row and row[0] is not None for row in answer):
        raise VenueError(f"{key}: the venue answered something that is not candles.")
    return answer


def raw_bytes(row: object) -> bytes:
    """Return a refused row as it came, for the trader to look at; at most 4 KB."""
    return _shown(row).encode("utf-8", "backslashreplace")[:_RAW_BYTES]


def _shown(value: object) -> str:
    try:
        return json.dumps(value)[:_RAW_BYTES]
    except (TypeError, ValueError, RecursionError):  # an integer of 5,000 digits refuses to be printed
        return f"<{type(value).__name__} that cannot be shown>"


def ticker(symbol: str, raw: Mapping[str, Any], now_ms: int) -> Ticker | None:
    """Return the newest price of a market from ccxt's unified ticker.

    Parameters
    ----------
    now_ms : int
        Venue's time, UTC milliseconds; stands in where the venue does not date its tickers.

    Returns
    -------
    Ticker or None
        None without a price that can be one.
    """
    last = _finite(raw.get("last"))
    if last is None or not 0 < last <= _HIGHEST_PRICE:
        return None
    volume = _finite(raw.get("quoteVolume"))
    time_ms = _finite(raw.get("timestamp"))
    dated = time_ms is not None and EARLIEST_MS <= time_ms < _MICROSECONDS_FROM
    return Ticker(
        symbol=symbol,
        last=last,
        change_24h_pct=_finite(raw.get("percentage")),
        quote_volume_24h=volume if volume is not None and volume >= 0 else None,
        time_ms=int(time_ms) if dated and time_ms is not None else now_ms,
    )


def market(raw: Mapping[str, Any]) -> Market | None:
    """Return a spot market from ccxt's unified market; None for anything else or without names."""
    symbol, base, quote = raw.get("symbol"), raw.get("base"), raw.get("quote")
    if raw.get("spot") is not True or not (symbol and base and quote):
        return None
    step = _finite((raw.get("precision") or {}).get("price"))
    return Market(
        symbol=str(symbol),
        base=str(base),
        quote=str(quote),
        price_step=step if step is not None and step > 0 else 0.0,
        active=raw.get("active") is not False,
    )


def _finite(value: object) -> float | None:
    if type(value) is not int and type(value) is not float:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
