"""Nothing is remembered between readings: in whatever order, and however often, the same bits."""

from collections.abc import Callable
from hashlib import sha256

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.verification.lookahead import Told
from workstation.engine.verification.record import Reader, Record
from workstation.engine.verification.tally import Tally

STATE = "T8"


def order_decides_nothing(told: Told, fresh: Callable[[], Reader], rng: np.random.Generator) -> Tally:
    """Return what reading the symbols in another order, twice, after and between other pasts, changes.

    Parameters
    ----------
    fresh : callable
        Gives a reader that has read nothing yet.
    """
    tally = Tally()
    reader = fresh()
    for how in ("read in another order", "read again"):
        for symbol in rng.permutation(np.array(told.record.watched)).tolist():
            times = told.record.series[symbol].open_time
            _read_some_past(reader, told.record, symbol, rng)
            n = len(times) if not told.record.observed else min(len(times), 60)
            rows = np.arange(len(times) - n, len(times))
            found = reader(told.record)(symbol, rows)
            tally.compare(STATE, told.place(symbol, rows, how), told.said(symbol, rows), found)
    return tally


def digests(reader: Reader, record: Record, rng: np.random.Generator) -> dict[str, str]:
    """Return a digest of all that is said of the watched symbols, by reading; unknowns are all alike.

    The symbols are read in a random order, after some random pasts of theirs: a process that reads them in
    another order must come to the same.
    """
    found = {}
    for symbol in rng.permutation(np.array(record.watched)).tolist():
        _read_some_past(reader, record, symbol, rng)
        found[symbol] = reader(record)(symbol, np.arange(len(record.series[symbol])))
    names = sorted(next(iter(found.values())))
    return {name: _digest([found[symbol][name] for symbol in record.watched]) for name in names}


def _read_some_past(reader: Reader, record: Record, symbol: str, rng: np.random.Generator) -> None:
    times = record.series[symbol].open_time
    n = int(rng.integers(1, len(times)))
    reader(record.known_at(int(times[n])))(symbol, np.arange(n)[-8:])


def _digest(columns: list[FloatArray]) -> str:
    known = np.concatenate(columns)
    return sha256(np.where(np.isnan(known), np.nan, known).tobytes()).hexdigest()
