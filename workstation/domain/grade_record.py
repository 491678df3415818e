"""A grade's own record: what coins with such a grade did next, and who says so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workstation.domain.ledger import LEAST_N, wilson_interval

if TYPE_CHECKING:
    from workstation.domain.model_card import Figure, ModelCard

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
BAND_WIDTH = 10
CRASH = -0.2
"""Return at or below which a coin has crashed."""

LEAST_COINS = 12
"""Fewer coins than this with a known outcome at a close: their median says nothing, and it is left out."""

_BEATS = re.compile(r"grade_band_(\d{1,3})_beats_median")


@dataclass(frozen=True, slots=True)
class GradesRow:
    """Where in the ledger the grades of a close stand.

    Parameters
    ----------
    row : int
        Its number.
    venue, timeframe : str
        Of the coins.
    at_ms : int
        The close, UTC milliseconds.
    """

    row: int
    venue: str
    timeframe: str
    at_ms: int


class RecordSource(StrEnum):
    """Who counted."""

    LEDGER = "ledger"  # grades that were written down here, before what followed was known
    CARD = "card"  # the model's examination on history that it had not seen


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases, 0..1, and its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, n_of: int, n: int) -> "Share":
        """Return the share of `n` cases, ``n >= 1``, with Wilson's interval."""
        return cls(n_of / n, *wilson_interval(n_of, n))


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """What coins whose grade lay in a band of ten did over a horizon.

    Parameters
    ----------
    low : int
        The band's lowest grade: 0, 10, ..., 90; the last band holds 100, too.
    horizon_ms : int
        `DAY_MS` or `WEEK_MS`.
    source : RecordSource
        Who counted.
    n : int
        Coins at closes at least one horizon apart, so that no move counts twice.
    beat_median : Share or None
        Those that did better than the median coin of their close; None where ``n == 0``. Coins of one close
        move together: the true interval is wider.
    crashed : Share or None
        Those that fell by 20 % or more; None where it was not counted.
    median_return : float or None
        Fraction; None where it was not counted.
    n_unknown : int
        Graded coins that are not counted because candles of what followed are missing.
    """

    low: int
    horizon_ms: int
    source: RecordSource
    n: int
    beat_median: Share | None
    crashed: Share | None = None
    median_return: float | None = None
    n_unknown: int = 0

    @property
    def high(self) -> int:
        """The band's highest grade."""
        return 100 if self.low >= 100 - BAND_WIDTH else self.low + BAND_WIDTH - 1

    @property
    def note(self) -> str:
        """What must be said beside the figures; empty where there are enough cases."""
        if self.n >= LEAST_N:
            return ""
        return f"Only {self.n} case{'' if self.n == 1 else 's'}; fewer than {LEAST_N} prove nothing."


def band_of(value: int) -> int:
    """Return the lowest grade of the band of ten that a grade lies in; 100 lies in the one of 90."""
    return min(value // BAND_WIDTH * BAND_WIDTH, 100 - BAND_WIDTH)


def card_records(card: "ModelCard") -> Mapping[int, GradeRecord]:
    """Return the seven-day record that a model's card tells of each band, by the band's lowest grade."""
    by_name = {figure.name: figure for figure in card.figures}
    found = {}
    for name, figure in by_name.items():
        if (match := _BEATS.fullmatch(name)) is not None:
            low = int(match.group(1))
            crashed = by_name.get(f"grade_band_{low}_crash_rate")
            shares = _share(figure), None if crashed is None else _share(crashed)
            found[low] = GradeRecord(low, WEEK_MS, RecordSource.CARD, figure.n, *shares)
    return found


def telling(own: GradeRecord | None, card: GradeRecord | None) -> GradeRecord | None:
    """Return the ledger's record where it has enough cases, else the card's, else what little there is."""
    if own is not None and not own.note:
        return own
    return card or own


def _share(figure: "Figure") -> Share:
    scale = 1.0 if figure.high <= 1.0 else 0.01  # some cards tell percent
    return Share(scale * figure.value, scale * figure.low, scale * figure.high)
