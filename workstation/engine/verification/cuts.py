"""Where to cut a market: at random, and wherever one that looks ahead has something to gain."""

import numpy as np

from workstation.domain.candle import CandleColumns, IntArray
from workstation.engine.features.registry import WARMUPS
from workstation.engine.segments import BLOCK, slots_of
from workstation.engine.verification.record import Readings, Record

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_EXTREME = 24


def cuts(record: Record, readings: dict[str, Readings], n: int, rng: np.random.Generator) -> list[int]:
    """Return about `n` moments, half of them at random, UTC milliseconds, rising.

    Each is the open of a bar: what opens before it is the past.

    Parameters
    ----------
    readings : dict
        What was said of each watched symbol at each of its bars.
    """
    chosen: set[int] = set()
    kinds = [
        kind for symbol in record.watched for kind in _hard(record.series[symbol], record, readings[symbol])
    ]
    pools = [rng.permutation(np.unique(pool)) for pool in kinds]
    depth = 0
    while len(chosen) < n // 2 and any(depth < len(pool) for pool in pools):
        for k in rng.permutation(len(pools)).tolist():
            if depth < len(pools[k]) and len(chosen) < n // 2:
                chosen.add(int(pools[k][depth]))
        depth += 1
    times = record.series[record.watched[0]].open_time
    n_random = min(n - len(chosen), len(times) - 2)
    chosen.update(rng.choice(times[1:], n_random, replace=False).tolist())
    return sorted(chosen)


def _hard(candles: CandleColumns, record: Record, readings: Readings) -> list[IntArray]:
    """Return opens of bars at which to cut, a kind an array; none is the first bar."""
    times, slots = candles.open_time, slots_of(candles, record.timeframe)
    after = times + record.bar_ms
    move = np.abs(np.diff(np.log(candles.close), prepend=np.log(candles.close[:1])))
    sides = [values for name, values in readings.items() if name.endswith(" side")]
    turned = np.any([np.diff(side, prepend=side[:1]) != 0 for side in sides], axis=0)
    first_valid = WARMUPS[(WARMUPS > 0) & (len(times) - 1 > WARMUPS)]
    edges = [
        times[1:][np.diff(times // _DAY_MS) != 0],
        times[1:][np.diff(times // _HOUR_MS) != 0] if record.bar_ms < _HOUR_MS else times[:0],
        times[1:][np.diff(slots // BLOCK) != 0],
        times[1:][np.diff(slots) > 1],
        after[:-1][np.diff(slots) > 1],
        times[np.concatenate((first_valid - 1, first_valid, first_valid + 1))],
        after[np.argsort(move)[-_EXTREME:]],
        after[candles.volume == 0],
        after[turned],
        times[turned],
    ]
    inside = [edge[(edge > times[0]) & (edge <= times[-1])] for edge in edges]
    return [edge for edge in inside if len(edge)]
