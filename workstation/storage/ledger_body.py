"""What the rows of the ledger say, as bytes that are always the same for the same judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.given_advice import AdviceOutcome, GivenAdvice
from workstation.domain.grade import Grade, GradeComponent
from workstation.domain.ledger import Correction, EntryKind, Genesis, ModelEvent
from workstation.domain.outcome import GradeOutcome, Outcome
from workstation.domain.signal import Signal
from workstation.storage.database import foreign, from_foreign
from workstation.storage.ledger_row import Row

_MOST_SCHEMES = 1 << 16

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class _Scheme:
    """What many coins of one close share."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    n_coins: int
    model_hash: str


@dataclass(frozen=True, slots=True)
class GradeColumns:
    """All grades of one close, a column for each field, coins in the order of their symbols.

    Parameters
    ----------
    schemes : tuple of _Scheme
        Components with their weights, number of coins and model, as often as they differ.
    symbols : tuple of bytes
        The coins.
    scheme : bytes
        uint16 for each coin: which of `schemes`.
    value : bytes
        uint8 for each coin.
    scores : bytes
        float32: the scores of the first coin's components, then the second's, and so on.
    change_24h, ta_value, quant_value : bytes
        float32 for each coin; NaN where it is not known. All numbers little-endian.
    """

    schemes: tuple[_Scheme, ...]
    symbols: tuple[bytes, ...]
    scheme: bytes
    value: bytes
    scores: bytes
    change_24h: bytes
    ta_value: bytes
    quant_value: bytes

    def __post_init__(self) -> None:
        n = len(self.symbols)
        sizes = [len(self.scheme), len(self.value), len(self.change_24h), len(self.ta_value)]
        if [*sizes, len(self.quant_value)] != [2 * n, n, 4 * n, 4 * n, 4 * n]:
            raise ValueError("The columns of these grades have different lengths.")
        which = np.frombuffer(self.scheme, "<u2")
        lengths = np.array([len(each.names) for each in self.schemes], np.int64)
        if n and (not len(lengths) or int(which.max()) >= len(lengths)):
            raise ValueError("A grade has components that are not listed.")
        if len(self.scores) != 4 * int(lengths[which].sum() if n else 0):
            raise ValueError("The scores of these grades are not as many as their components.")

    @classmethod
    def of(cls, grades: Sequence[Grade]) -> "GradeColumns":
        """Return the columns of grades that are sorted by symbol."""
        schemes: dict[_Scheme, int] = {}
        which: list[int] = []
        scores: list[float | None] = []
        for grade in grades:
            parts = grade.components
            names, weights = tuple(p.name for p in parts), tuple(p.weight for p in parts)
            scheme = _Scheme(names, weights, grade.n_coins, grade.model_hash)
            which.append(schemes.setdefault(scheme, len(schemes)))
            scores.extend(p.score for p in parts)
        if len(schemes) > _MOST_SCHEMES:
            raise UsageError(f"More than {_MOST_SCHEMES:,} different sets of weights in one close.")
        return cls(
            tuple(schemes),
            tuple(foreign(grade.symbol) for grade in grades),
            np.array(which, "<u2").tobytes(),
            bytes(grade.value for grade in grades),
            _floats(scores),
            _floats([grade.change_24h for grade in grades]),
            _floats([grade.ta_value for grade in grades]),
            _floats([grade.quant_value for grade in grades]),
        )

    def values(self) -> dict[str, int]:
        """Return each coin's grade by its symbol."""
        return dict(zip(map(from_foreign, self.symbols), self.value, strict=True))

    def grades(self, row: Row, symbol: str | None = None) -> tuple[Grade, ...]:
        """Return all grades, or those of one coin; `row` says of which close."""
        which = np.frombuffer(self.scheme, "<u2")
        lengths = np.array([len(each.names) for each in self.schemes], np.int64)
        ends = np.cumsum(lengths[which]) if len(which) else lengths[:0]
        name = None if symbol is None else foreign(symbol)
        wanted = [i for i, each in enumerate(self.symbols) if name in (None, each)]
        scores = np.frombuffer(self.scores, "<f4")
        change, ta, quant = (
            np.frombuffer(c, "<f4") for c in (self.change_24h, self.ta_value, self.quant_value)
        )
        series = from_foreign(row.venue), row.timeframe.decode()
        found = []
        for i in wanted:
            scheme = self.schemes[which[i]]
            own = scores[ends[i] - len(scheme.names) : ends[i]].tolist()
            parts = tuple(map(GradeComponent, scheme.names, own, scheme.weights))
            found.append(
                Grade(
                    series[0],
                    from_foreign(self.symbols[i]),
                    series[1],
                    row.known_at_ms,
                    self.value[i],
                    parts,
                    scheme.n_coins,
                    _known(change[i]),
                    _known(ta[i]),
                    _known(quant[i]),
                    scheme.model_hash,
                )
            )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class GradeOutcomeColumns:
    """What all coins of one graded close did next, a column for each field.

    Parameters
    ----------
    symbols : tuple of bytes
        The coins, in order.
    next_24h, next_7d : bytes
        Little-endian float32 for each coin, a fraction; NaN where it is not known.
    """

    symbols: tuple[bytes, ...]
    next_24h: bytes
    next_7d: bytes

    def __post_init__(self) -> None:
        if {len(self.next_24h), len(self.next_7d)} != {4 * len(self.symbols)}:
            raise ValueError("The columns of these outcomes have different lengths.")

    @classmethod
    def of(cls, outcomes: Sequence[GradeOutcome]) -> "GradeOutcomeColumns":
        """Return the columns of outcomes that are sorted by symbol."""
        return cls(
            tuple(foreign(one.symbol) for one in outcomes),
            _floats([one.next_24h for one in outcomes]),
            _floats([one.next_7d for one in outcomes]),
        )

    def outcomes(self) -> tuple[GradeOutcome, ...]:
        """Return what each coin did."""
        day, week = (np.frombuffer(c, "<f4") for c in (self.next_24h, self.next_7d))
        each = zip(self.symbols, day, week, strict=True)
        return tuple(GradeOutcome(from_foreign(s), _known(d), _known(w)) for s, d, w in each)


def _floats(values: Sequence[float | None]) -> bytes:
    return np.array([np.nan if value is None else value for value in values], "<f4").tobytes()


def _known(value: "np.float32") -> float | None:
    return None if np.isnan(value) else float(value)


_DECODE: dict[bytes, Any] = {
    kind.value.encode(): msgspec.msgpack.Decoder(type_).decode
    for kind, type_ in {
        EntryKind.GENESIS: Genesis,
        EntryKind.SIGNAL: Signal,
        EntryKind.GRADES: GradeColumns,
        EntryKind.OUTCOME: Outcome,
        EntryKind.CORRECTION: Correction,
        EntryKind.MODEL: ModelEvent,
        EntryKind.ADVICE: GivenAdvice,
        EntryKind.ADVICE_OUTCOME: AdviceOutcome,
    }.items()
}


_decode_grade_outcomes = msgspec.msgpack.Decoder(GradeOutcomeColumns).decode


def encoded(
    value: Genesis
    | Signal
    | GradeColumns
    | Outcome
    | GradeOutcomeColumns
    | Correction
    | ModelEvent
    | GivenAdvice
    | AdviceOutcome,
) -> bytes:
    """Return the body of a row.

    Raises
    ------
    UsageError
        A text in it holds half a character.
    """
    try:
        return _encode(value)
    except UnicodeEncodeError as error:
        raise UsageError(f"Half a character cannot be written into the ledger: {error.reason}.") from error


class UnknownKind(ValueError):
    """A row as it was written, of a kind that only a newer Tidemark knows."""


def stored(row: Row) -> Any:
    """Return what is stored in a row: grades and their outcomes as columns, everything else as it was given.

    Raises
    ------
    UnknownKind
        Its kind is not known.
    ValueError
        Its body is not understood.
    """
    decode = _DECODE.get(row.kind)
    if row.kind == b"outcome" and row.direction == 0:  # a signal has a direction, grades have none
        decode = _decode_grade_outcomes
    if decode is None:
        raise UnknownKind(f"a row of the kind {row.kind!r} is not known")
    try:
        return decode(row.body)
    except (msgspec.MsgspecError, TidemarkError) as error:
        raise ValueError(str(error)) from error
