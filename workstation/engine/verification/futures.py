"""Other futures of a market: what stood before a moment stays, what came after is put otherwise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.observation import ObservationColumns
from workstation.engine.verification.record import Record, pick

ABSURD = 1e6
"""Factor by which the worst future's prices jump up and down from bar to bar."""

_Change = Callable[[CandleColumns, np.random.Generator], CandleColumns]
_ValueChange = Callable[[FloatArray, np.random.Generator], FloatArray]


def _times(candles: CandleColumns, factor: FloatArray) -> CandleColumns:
    o, h, lo, c = (p * factor for p in (candles.open, candles.high, candles.low, candles.close))
    return CandleColumns.of(candles.open_time, o, h, lo, c, candles.volume * factor)


def _scaled(future: CandleColumns, rng: np.random.Generator) -> CandleColumns:
    return _times(future, np.full(len(future), rng.uniform(1.5, 4.0)))


def _absurd(future: CandleColumns, rng: np.random.Generator) -> CandleColumns:
    return _times(future, ABSURD ** rng.choice([-1.0, 1.0], len(future)))


def _shuffled(future: CandleColumns, rng: np.random.Generator) -> CandleColumns:
    order = rng.permutation(len(future))
    columns = (future.open, future.high, future.low, future.close, future.volume)
    o, h, lo, c, v = (column[order] for column in columns)
    return CandleColumns.of(future.open_time, o, h, lo, c, v)


def _holed(future: CandleColumns, rng: np.random.Generator) -> CandleColumns:
    return future.pick(rng.random(len(future)) < 0.4)


CHANGES: Mapping[str, _Change] = {
    "scaled": _scaled,
    "shuffled": _shuffled,
    "holed": _holed,
    "absurd": _absurd,
}
"""What can be done to the candles of a future; each leaves possible candles."""

_VALUE_CHANGES: Mapping[str, _ValueChange] = {
    "scaled": lambda values, rng: values * rng.uniform(1.5, 4.0),
    "shuffled": lambda values, rng: rng.permutation(values),
    "absurd": lambda values, rng: values * ABSURD ** rng.choice([-1.0, 1.0], len(values)),
}


def other_futures(record: Record, at_ms: int, rng: np.random.Generator) -> Iterator[tuple[str, Record]]:
    """Yield records that agree with this one on all that was known at a moment, and on nothing after it."""
    for how, change in CHANGES.items():
        series = {symbol: _candles(c, at_ms, change, rng) for symbol, c in record.series.items()}
        rows = {key: _rows(one, at_ms, how, rng) for key, one in record.observed.items()}
        yield how, replace(record, series=series, observed=rows)


def other_futures_of_others(
    record: Record, symbol: str, at_ms: int, rng: np.random.Generator
) -> Iterator[tuple[str, Record]]:
    """Yield records in which a symbol is as it was, and other symbols go on otherwise from a moment on."""
    others = [one for one in sorted(record.series) if one != symbol]
    for how in ("scaled", "shuffled", "absurd"):
        changed = {one: _candles(record.series[one], at_ms, CHANGES[how], rng) for one in others}
        yield f"others {how}", replace(record, series={**record.series, **changed})
    gone = rng.choice(others, size=1 + len(others) // 3, replace=False).tolist()
    delisted = {one: _candles(record.series[one], at_ms, _nothing, rng) for one in gone}
    yield "others delisted", replace(record, series={**record.series, **delisted})
    whole = record.series[others[int(rng.integers(len(others)))]]
    listed = whole[int(np.searchsorted(whole.open_time, at_ms)) :]
    yield "another listed", replace(record, series={**record.series, "AAAA/USDT": _scaled(listed, rng)})


def _nothing(future: CandleColumns, _rng: np.random.Generator) -> CandleColumns:
    return future[:0]


def _candles(candles: CandleColumns, at_ms: int, change: _Change, rng: np.random.Generator) -> CandleColumns:
    """Return candles of which those that open from a moment on are changed."""
    row = int(np.searchsorted(candles.open_time, at_ms))
    return CandleColumns.join(candles[:row], change(candles[row:], rng))


def _rows(rows: ObservationColumns, at_ms: int, how: str, rng: np.random.Generator) -> ObservationColumns:
    """Return observations of which those that were not yet available at a moment are changed."""
    n = int(np.searchsorted(rows.available_ms, at_ms, side="right"))
    if how == "holed":
        return pick(rows, np.flatnonzero((np.arange(len(rows)) < n) | (rng.random(len(rows)) < 0.4)))
    values = np.concatenate((rows.value[:n], _VALUE_CHANGES[how](rows.value[n:], rng)))
    return ObservationColumns(rows.event_ms, rows.available_ms, values)


def later_known(record: Record, at_ms: int, rng: np.random.Generator) -> Record:
    """Return a record in which some of the newest observations became known only after a moment.

    A third of those that became known in the two days before are delayed by up to two more days.
    """
    return replace(record, observed={k: _delayed(one, at_ms, rng) for k, one in record.observed.items()})


_LAG_MS = 2 * 86_400_000


def _delayed(rows: ObservationColumns, at_ms: int, rng: np.random.Generator) -> ObservationColumns:
    lately = (rows.available_ms > at_ms - _LAG_MS) & (rows.available_ms <= at_ms)
    late = lately & (rng.random(len(rows)) < 1 / 3)
    if lately.any():
        late[np.flatnonzero(lately)[-1]] = True
    available = np.where(late, at_ms + rng.integers(1, _LAG_MS, len(rows)), rows.available_ms)
    order = np.argsort(available, kind="stable")
    return ObservationColumns(rows.event_ms[order], available[order], rows.value[order])


def revised(record: Record, at_ms: int, rng: np.random.Generator) -> Record:
    """Return a record in which events that were known at a moment are told again after it, otherwise."""
    return replace(record, observed={k: _revised(one, at_ms, rng) for k, one in record.observed.items()})


def _revised(rows: ObservationColumns, at_ms: int, rng: np.random.Generator) -> ObservationColumns:
    n = int(np.searchsorted(rows.available_ms, at_ms, side="right"))
    again = np.flatnonzero(rng.random(n) < 0.5)
    events = np.concatenate((rows.event_ms, rows.event_ms[again]))
    available = np.concatenate((rows.available_ms, at_ms + rng.integers(1, _LAG_MS, len(again))))
    values = np.concatenate((rows.value, rows.value[again] * rng.uniform(1.5, 4.0)))
    order = np.argsort(available, kind="stable")
    return ObservationColumns(events[order], available[order], values[order])
