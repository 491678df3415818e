"""The ledger: what was judged, what became of it, and the proof that none of it was changed afterwards."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Protocol, TypeAlias

from workstation.domain.errors import UsageError
from workstation.domain.given_advice import AdviceOutcome, GivenAdvice
from workstation.domain.grade import Grade
from workstation.domain.outcome import GradeOutcome, Outcome
from workstation.domain.signal import Direction, Regime, Signal

LEAST_N = 30
"""Fewer outcomes than this are no record; whoever shows figures of them says so."""

_Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution
_HEAD = re.compile(r"(?:([1-9]\d{0,17}):)?([0-9a-f]{64})")


class EntryKind(StrEnum):
    """What a row of the ledger is."""

    GENESIS = "genesis"
    SIGNAL = "signal"
    GRADES = "grades"
    OUTCOME = "outcome"
    CORRECTION = "correction"
    MODEL = "model"
    ADVICE = "advice"
    ADVICE_OUTCOME = "advice_outcome"


class ModelChange(StrEnum):
    """What happened to a model."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    ROLLBACK = "rollback"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The newest row and its hash: whoever noted it can prove later that nothing before it was replaced.

    Parameters
    ----------
    row : int or None
        Its number; None where only the hash was noted.
    hash_hex : str
        SHA-256 of everything up to it, 64 hexadecimal digits.
    """

    row: int | None
    hash_hex: str

    @classmethod
    def of(cls, text: str) -> "LedgerHead":
        """Return the head that was noted as ``ROW:HASH``, or as the hash alone.

        Raises
        ------
        UsageError
            It is neither.
        """
        match = _HEAD.fullmatch(text.strip().lower())
        if match is None:
            raise UsageError(f"A head is ROW:HASH or HASH, the hash 64 hexadecimal digits; got {text!r}.")
        row, hash_hex = match.groups()
        return cls(int(row) if row else None, hash_hex)

    def __str__(self) -> str:
        return self.hash_hex if self.row is None else f"{self.row}:{self.hash_hex}"


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first row: who began the ledger, and when.

    Parameters
    ----------
    engine_version : str
        Of the engine that began it.
    created_ms : int
        UTC milliseconds.
    """

    engine_version: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class ModelEvent:
    """A model became champion or challenger, was taken back, or was switched off.

    Parameters
    ----------
    change : ModelChange
        What happened.
    model_hash : str
        SHA-256 of the manifest of the model it happened to, hexadecimal.
    reason : str
        Why, one sentence for the trader.
    """

    change: ModelChange
    model_hash: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Why an earlier row is not right; that row stays as it is.

    Only the outcome of a signal can be replaced: a record never gets better because a signal was explained
    away. Of several corrections of one row the newest holds.

    Parameters
    ----------
    corrects : int
        Number of the row.
    reason : str
        One sentence for the trader.
    outcome : Outcome or None
        What holds instead where the row is an outcome; None elsewhere.
    lost : LedgerHead or None
        Written by the ledger itself: the head that it had kept when rows were found removed from its end,
        beginning with `corrects`.
    """

    corrects: int
    reason: str
    outcome: Outcome | None = None
    lost: LedgerHead | None = None


EntryValue: TypeAlias = (
    Genesis
    | Signal
    | tuple[Grade, ...]
    | Outcome
    | tuple[GradeOutcome, ...]
    | Correction
    | ModelEvent
    | GivenAdvice
    | AdviceOutcome
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger as it was written.

    Parameters
    ----------
    row : int
        Its number; the first is 1 and there are no holes.
    kind : EntryKind
        What it is.
    written_ms : int
        When it was written, UTC milliseconds of this machine.
    known_at_ms : int
        When what it says could be known, UTC milliseconds of the venue.
    about : int
        The row that an outcome or a correction belongs to; 0 elsewhere.
    value : EntryValue
        What it says.
    hash_hex : str
        SHA-256 of the row before and of this one, hexadecimal.
    """

    row: int
    kind: EntryKind
    written_ms: int
    known_at_ms: int
    about: int
    value: EntryValue
    hash_hex: str


@dataclass(frozen=True, slots=True)
class SignalEntry:
    """A signal of the ledger, and what became of it.

    Parameters
    ----------
    row : int
        Its number.
    written_ms : int
        When it was written, UTC milliseconds of this machine.
    signal : Signal
        As it was raised.
    outcome : Outcome or None
        What became of it, corrected where a correction says so; None while its horizon has not passed.
    correction : str
        The reason of that correction; empty where there is none.
    """

    row: int
    written_ms: int
    signal: Signal
    outcome: Outcome | None
    correction: str = ""


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals are asked for; None asks for all.

    Parameters
    ----------
    venue, symbol, timeframe : str or None
        Of the series.
    since_ms, until_ms : int or None
        Known at or after, and before; UTC milliseconds.
    direction : Direction or None
        BULLISH or BEARISH.
    regime : Regime or None
        Of the market.
    model_hash : str or None
        Of the model that judged, or the first digits of it; empty asks for signals that no model judged.
    """

    venue: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    direction: Direction | None = None
    regime: Regime | None = None
    model_hash: str | None = None


class RecordGroup(StrEnum):
    """What a hit record may be told apart by."""

    DIRECTION = "direction"
    TIMEFRAME = "timeframe"
    REGIME = "regime"
    SYMBOL = "symbol"
    VENUE = "venue"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class HitRecord:
    """How often signals of one sort were right, and what they brought.

    Parameters
    ----------
    group : tuple of str
        What they have in common, in the order that was asked for; empty for all of them.
    n, n_hits : int
        Signals with an outcome, and those whose target came first.
    n_open : int
        Signals whose outcome is not known yet; they count in no figure.
    n_corrected : int
        How many of `n` count with a corrected outcome.
    base_rate : float or None
        Mean of the base rates that the signals stated, 0..1; None where one of them stated none.
    net_mean_pct : float or None
        Mean return after costs, percent; None where ``n == 0``.
    """

    group: tuple[str, ...]
    n: int
    n_hits: int
    n_open: int
    n_corrected: int
    base_rate: float | None
    net_mean_pct: float | None

    @property
    def hit_rate(self) -> float | None:
        """Share that was right, 0..1; None where ``n == 0``."""
        return self.n_hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the hit rate, 0..1."""
        return wilson_interval(self.n_hits, self.n)

    @property
    def note(self) -> str:
        """What must be said beside the figures; empty where there are enough outcomes."""
        if self.n >= LEAST_N:
            return ""
        return f"Only {self.n} outcome{'' if self.n == 1 else 's'}; fewer than {LEAST_N} prove nothing."


def wilson_interval(n_hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval of a share, 0..1; all of 0..1 where ``n == 0``.

    References
    ----------
    Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = n_hits / n, _Z_95 * _Z_95
    middle = share + square / (2 * n)
    half = _Z_95 * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, (middle - half) / (1 + square / n)), min(1.0, (middle + half) / (1 + square / n))


class Flaw(StrEnum):
    """What is wrong where a chain breaks."""

    FLIPPED = "flipped"  # exactly one bit of the row is not as it was written
    MISSING = "missing"  # a row is not there
    REORDERED = "reordered"  # another row stands in its place
    UNDECODABLE = "undecodable"  # the row is as it was written, or not, but says nothing that is understood
    MISMATCH = "mismatch"  # the row is not what its hash was made of
    REPLACED = "replaced"  # the chain is sound, but it is not the one whose head was noted
    TRUNCATED = "truncated"  # rows are gone from the end
    UNREADABLE = "unreadable"  # the file's own pages are damaged


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first place where a ledger is not what was written.

    Parameters
    ----------
    row : int
        Number of the row; 0 where it is no row but the file.
    flaw : Flaw
        What is wrong.
    text : str
        The same for the trader, with the row named.
    n_standing : int
        How many rows before it are proven to be as they were written.
    """

    row: int
    flaw: Flaw
    text: str
    n_standing: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a whole ledger again has shown.

    Parameters
    ----------
    n_rows : int
        How many rows stand: all of them, or those before the break.
    head : LedgerHead or None
        The last row that stands; None where there is none.
    first_break : ChainBreak or None
        None where the chain is whole.
    notes : tuple of str
        What the trader should know beside that.
    """

    n_rows: int
    head: LedgerHead | None
    first_break: ChainBreak | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """True where no break was found."""
        return self.first_break is None


class LedgerRecorder(Protocol):
    """Keeps judgements for good, in the order they were made. A call that returned survives a power cut."""

    async def add_grades(self, grades: Sequence[Grade]) -> int | None:
        """Write all grades of one close; return the row's number, None where that close is already there."""
        ...

    async def add_outcome(self, signal_row: int, outcome: Outcome) -> int | None:
        """Write what became of a signal; None where its outcome is already there."""
        ...

    async def add_grade_outcomes(self, grades_row: int, outcomes: Sequence[GradeOutcome]) -> int | None:
        """Write what graded coins did next; None where that is already there."""
        ...

    async def add_correction(self, correction: Correction) -> int:
        """Write why an earlier row is not right."""
        ...

    async def add_model_event(self, event: ModelEvent) -> int:
        """Write what happened to a model."""
        ...
