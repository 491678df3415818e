"""Funding rates of any interval, stated per eight hours."""

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from workstation.domain.observation import Observation

FUNDING = "liquidity.funding_rate"

_HOUR = 3_600_000
_EIGHT_HOURS = 8 * _HOUR
_INTERVALS = tuple(hours * _HOUR for hours in (1, 2, 4, 8))
"""What perpetuals settle at; venues change it, so it is looked at for every row."""


def per_eight_hours(rows: Sequence[Observation]) -> tuple[list[Observation], frozenset[str]]:
    """Return the rows with funding rates as `METRICS` states them, and the coins whose rates were others.

    The interval of a rate is the time since the rate before it; where that is none of a perpetual's (the
    first row, a gap, a daily mean) the time until the next, else eight hours.
    """
    times: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.metric == FUNDING:
            times[row.subject].append(row.event_ms)
    factors = {coin: _factors(sorted(moments)) for coin, moments in times.items()}
    stated, changed = [], set()
    for row in rows:
        factor = factors[row.subject][row.event_ms] if row.metric == FUNDING else 1
        if factor != 1:
            changed.add(row.subject)
        stated.append(row if factor == 1 else replace(row, value=row.value * factor))
    return stated, frozenset(changed)


def _factors(times: list[int]) -> dict[int, int]:
    # A settlement is stamped a few milliseconds late.
    gaps = [round((later - earlier) / _HOUR) * _HOUR for earlier, later in itertools.pairwise(times)]
    factors = {}
    for i, time in enumerate(times):
        around = ([gaps[i - 1]] if i else []) + gaps[i : i + 1]
        interval = next((gap for gap in around if gap in _INTERVALS), _EIGHT_HOURS)
        factors[time] = _EIGHT_HOURS // interval
    return factors
