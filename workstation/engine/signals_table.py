"""Signals as a table, for a spreadsheet or another program."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from workstation.domain.signal import Signal
from workstation.engine.features.registry import FAMILIES

Cell: TypeAlias = str | int | float

COLUMNS: tuple[str, ...] = (
    "known_at",
    "time",
    "open_time",
    "symbol",
    "timeframe",
    "direction",
    "price",
    *(f"{family.family}_{what}" for family in FAMILIES for what in ("vote", "score")),
)
"""Names of the columns, in order."""


def signals_table(signals: Iterable[Signal]) -> Iterator[tuple[Cell, ...]]:
    """Yield one row a signal, in the order of `COLUMNS`.

    `known_at` is when the signal became known, the bar's close, in ISO 8601, UTC; `time` is the bar's open,
    and `open_time` the same in milliseconds. A family that could not vote leaves its two cells empty.
    """
    for signal in signals:
        by_family = {vote.family: vote for vote in signal.votes}
        votes: list[Cell] = []
        for family in FAMILIES:
            vote = by_family.get(family.family)
            votes += ["", ""] if vote is None else [vote.direction.name.lower(), vote.score]
        yield (
            _iso_utc(signal.known_at_ms),
            _iso_utc(signal.open_time),
            signal.open_time,
            signal.key.symbol,
            signal.key.timeframe,
            signal.direction.name.lower(),
            signal.price,
            *votes,
        )


def _iso_utc(time_ms: int) -> str:
    return str(np.datetime_as_string(np.datetime64(time_ms, "ms"), unit="s", timezone="UTC"))
