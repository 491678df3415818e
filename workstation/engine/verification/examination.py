"""The whole examination of a record, cut into small checks that can be run in any order, or at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from workstation.domain.candle import IntArray
from workstation.engine.verification.hidden_state import order_decides_nothing
from workstation.engine.verification.live import (
    Live,
    LiveMarket,
    hard_starts,
    live_after_restart,
    live_from_nothing,
)
from workstation.engine.verification.lookahead import (
    Told,
    nothing_is_read_before_it_is_available,
    others_do_not_matter_early,
    past_never_moves,
    values_keep_to_their_range,
)
from workstation.engine.verification.record import Reader, Record, read
from workstation.engine.verification.tally import Tally
from workstation.engine.verification.warm_ups import warm_ups_are_long_enough

Check: TypeAlias = Callable[[], Tally]
"""One part of the examination; takes some tenths of a second, changes nothing, knows no other."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thorough the examination is.

    Parameters
    ----------
    cuts : int
        Moments at which the future is taken away and put otherwise.
    starts : int
        Moments at which a market is begun later.
    restarts : int
        Moments at which the live judgement is begun anew.
    live_bars : int
        Bars that are followed live after each restart.
    first_bars : int
        Bars that are followed live from the first one on.
    """

    cuts: int = 24
    starts: int = 6
    restarts: int = 6
    live_bars: int = 40
    first_bars: int = 120


def product() -> Reader:
    """Return the engine itself."""
    return read


def checks(
    record: Record, effort: Effort, seed: int, fresh: Callable[[], Reader] = product, live: Live = LiveMarket
) -> Iterator[Check]:
    """Yield the checks of a record; the first is asked for after the whole record was read once.

    Parameters
    ----------
    record : Record
        The market.
    effort : Effort
        How many of each.
    seed : int
        The same seed is the same examination.
    fresh : callable
        Gives who is examined, a reader that has read nothing yet.
    live : callable
        How it is judged live.
    """
    rng = np.random.default_rng(seed)
    told = Told.by(fresh(), record)
    seeds = (np.random.default_rng((seed, k)) for k in range(1, 1 << 30))
    times = record.series[record.watched[0]].open_time
    yield partial(values_keep_to_their_range, told)
    cuts = told.cuts(effort.cuts, rng)
    for at_ms in cuts:
        yield partial(past_never_moves, told, at_ms, next(seeds))
        if record.observed:
            yield partial(nothing_is_read_before_it_is_available, told, at_ms, next(seeds))
    for at_ms in rng.permutation(cuts)[: len(cuts) // 2 + 1].tolist():
        yield partial(others_do_not_matter_early, told, str(rng.choice(record.watched)), at_ms, next(seeds))
    yield partial(order_decides_nothing, told, fresh, next(seeds))
    if not record.observed:
        for open_ms in {int(times[1]), *_some(times[1 : len(times) * 2 // 3], effort.starts, rng)}:
            yield partial(warm_ups_are_long_enough, told, open_ms)
    yield partial(live_from_nothing, told, effort.first_bars, live)
    hard = hard_starts(record)
    for k, open_ms in enumerate(_some(times[len(times) // 3 :], effort.restarts, rng)):
        start = int(rng.choice(hard)) if hard and k % 2 else open_ms
        yield partial(live_after_restart, told, start, effort.live_bars, live)


def _some(times: IntArray, n: int, rng: np.random.Generator) -> list[int]:
    chosen: list[int] = sorted(rng.choice(times, min(n, len(times)), replace=False).tolist())
    return chosen
