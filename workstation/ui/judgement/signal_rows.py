"""What was said of a bar, as rows: the chance, the record, what spoke loudest, what would undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from workstation.domain.explanation import Explanation, PointReading, Verdict
from workstation.domain.signal import Contribution, Direction, Flip, Signal
from workstation.ui.words.reading_words import age_words, lean_words, plain_name
from workstation.ui.words.signal_words import (
    agreement_words,
    chance_words,
    contribution_words,
    flip_words,
    ground_words,
    heading_words,
    value_of,
    verdict_agreement_words,
    verdict_chance_words,
    verdict_ground_words,
)

SPOKE = "What the model heard, in log-odds"
SPOKE_UP = "What the model heard, in log-odds towards bullish"
STRONGEST = "Strongest data points, by the written rules"
WOULD_UNDO = "What would undo it, all else as it is"
N_STRONGEST = 6


@dataclass(frozen=True, slots=True)
class ChanceRow:
    """How likely it is, who agrees, in which market, by which model; a line each, the last ones may be empty.

    Parameters
    ----------
    direction : Direction
        Of the signal; NEUTRAL where there is none.
    """

    direction: Direction
    chance: str
    agreement: str
    ground: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """How often such signals were right: the figure, and what it is held against."""

    figure: str
    facts: str


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A heading."""

    text: str


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """What one data point said.

    Parameters
    ----------
    contribution : Contribution
        The data point.
    share : float
        Its weight against the largest of this bar, -1..1.
    age_ms : int or None
        How old it was at the close; None where nobody says.
    is_lean : bool
        True where its weight is how a written rule leans, bullish or bearish; false where a model heard it.
    """

    contribution: Contribution
    share: float
    age_ms: int | None
    is_lean: bool = False


@dataclass(frozen=True, slots=True)
class FlipRow:
    """What would undo the signal."""

    flip: Flip


SignalRow: TypeAlias = ChanceRow | RecordRow | TitleRow | ContributionRow | FlipRow
Ages: TypeAlias = Mapping[str, int | None]


def said_rows(
    explanation: Explanation, signal: Signal | None, records: Mapping[Direction, RecordRow]
) -> list[SignalRow]:
    """Return everything that stands before the votes of a bar.

    Parameters
    ----------
    signal : Signal or None
        Of this bar.
    records : mapping
        How often signals of each direction were right; empty while that is not read.
    """
    ages = {reading.name: reading.age_ms for reading in explanation.readings}
    verdict = explanation.verdict
    rows: list[SignalRow] = [*_chance(explanation, signal)]
    direction = _direction(signal, verdict)
    if direction in records:
        rows.append(records[direction])
    if signal is not None and signal.contributions:
        rows += signal_rows(signal, ages)[1:]
    elif verdict is not None and (signal is None or signal.model_hash == verdict.model_hash):
        title = SPOKE if verdict.direction else SPOKE_UP
        rows += [*_contributions(verdict.contributions, ages, title), *_flips(verdict.flips)]
    return rows


def signal_rows(signal: Signal | None, ages: Ages) -> list[SignalRow]:
    """Return the rows of a signal that a model judged; none where no model did.

    Parameters
    ----------
    ages : mapping
        How old each data point was at the close, by name, milliseconds.
    """
    if signal is None or signal.probability is None:
        return []
    chance = ChanceRow(signal.direction, chance_words(signal), agreement_words(signal), ground_words(signal))
    return [chance, *_contributions(signal.contributions, ages, SPOKE), *_flips(signal.flips)]


def _chance(explanation: Explanation, signal: Signal | None) -> list[SignalRow]:
    verdict, key = explanation.verdict, explanation.key
    if signal is not None and signal.probability is not None:
        return signal_rows(replace(signal, contributions=(), flips=()), {})
    if signal is not None:
        heading = f"{heading_words(signal)}, by votes alone"
        return [ChanceRow(signal.direction, heading, agreement_words(signal), explanation.unjudged)]
    if verdict is not None:
        chance = verdict_chance_words(verdict, key)
        words = verdict_agreement_words(verdict), verdict_ground_words(verdict)
        return [ChanceRow(Direction.NEUTRAL, chance, *words)]
    if explanation.unjudged:
        return [ChanceRow(Direction.NEUTRAL, "No signal, and no chance to tell", explanation.unjudged, "")]
    return []


def _direction(signal: Signal | None, verdict: Verdict | None) -> Direction:
    if signal is not None:
        return signal.direction
    return verdict.direction if verdict is not None else Direction.NEUTRAL


def _contributions(contributions: Sequence[Contribution], ages: Ages, title: str) -> list[SignalRow]:
    if not contributions:
        return []
    largest = max(abs(each.weight) for each in contributions) or 1.0
    rows = (ContributionRow(each, each.weight / largest, ages.get(each.name)) for each in contributions)
    return [TitleRow(title), *rows]


def _flips(flips: Sequence[Flip]) -> list[SignalRow]:
    return [TitleRow(WOULD_UNDO), *map(FlipRow, flips)] if flips else []


def strongest_rows(readings: Sequence[PointReading]) -> list[SignalRow]:
    """Return the data points that lean most by the written rules, where no model tells what it heard."""
    leaning = [one for one in readings if one.lean and one.value is not None]
    leaning.sort(key=lambda one: -abs(one.lean or 0.0))
    rows = [
        ContributionRow(
            Contribution(one.name, one.value or 0.0, one.lean or 0.0), one.lean or 0.0, one.age_ms, True
        )
        for one in leaning[:N_STRONGEST]
    ]
    return [TitleRow(STRONGEST), *rows] if rows else []


def spoken_signal_row(row: SignalRow) -> str:
    """Return everything about a row on one line."""
    match row:
        case ChanceRow(_, chance, agreement, ground):
            return ". ".join(part for part in (chance, agreement, ground) if part)
        case RecordRow(figure, facts):
            return f"{figure}. {facts}"
        case TitleRow(text):
            return text
        case ContributionRow(contribution, _, age_ms, is_lean):
            age = "" if age_ms is None else f", {age_words(age_ms)}"
            if is_lean:
                name, value = plain_name(contribution.name), value_of(contribution)
                return f"{name} {value}, {lean_words(contribution.weight)}{age}"
            return f"{contribution_words(contribution)}{age}"
        case FlipRow(flip):
            return flip_words(flip)


def signal_row_identity(row: SignalRow) -> str:
    """Return what makes a row the same one at another bar."""
    match row:
        case ChanceRow():
            return "signal"
        case RecordRow():
            return "record"
        case TitleRow(text):
            return f"title:{text}"
        case ContributionRow(contribution):
            return f"contribution:{contribution.name}"
        case FlipRow(flip):
            return f"flip:{flip.name}"
