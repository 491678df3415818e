"""What a model said of a bar's signal, as rows: the chance, what spoke for it, and what would undo it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workstation.domain.signal import Contribution, Flip, Signal
from workstation.ui.words.reading_words import age_words
from workstation.ui.words.signal_words import (
    agreement_words,
    chance_words,
    contribution_words,
    flip_words,
    ground_words,
)

SPOKE = "What the model heard, in log-odds"
WOULD_UNDO = "What would undo it, all else as it is"


@dataclass(frozen=True, slots=True)
class ChanceRow:
    """The signal itself: how likely, who agrees, in which market, by which model."""

    signal: Signal


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
        Its weight against the largest of this signal, -1..1.
    age_ms : int or None
        How old it was at the close; None where nobody says.
    """

    contribution: Contribution
    share: float
    age_ms: int | None


@dataclass(frozen=True, slots=True)
class FlipRow:
    """What would undo the signal."""

    flip: Flip


SignalRow: TypeAlias = ChanceRow | TitleRow | ContributionRow | FlipRow


def signal_rows(signal: Signal | None, ages: Mapping[str, int | None]) -> list[SignalRow]:
    """Return the rows of a signal; none where no model judged it.

    Parameters
    ----------
    ages : mapping
        How old each data point was at the close, by name, milliseconds.
    """
    if signal is None or signal.probability is None:
        return []
    rows: list[SignalRow] = [ChanceRow(signal)]
    if signal.contributions:
        largest = max(abs(each.weight) for each in signal.contributions) or 1.0
        rows.append(TitleRow(SPOKE))
        for each in signal.contributions:
            rows.append(ContributionRow(each, each.weight / largest, ages.get(each.name)))
    if signal.flips:
        rows.append(TitleRow(WOULD_UNDO))
        rows += [FlipRow(flip) for flip in signal.flips]
    return rows


def spoken_signal_row(row: SignalRow) -> str:
    """Return everything about a row on one line."""
    match row:
        case ChanceRow(signal):
            parts = (chance_words(signal), agreement_words(signal), ground_words(signal))
            return ". ".join(part for part in parts if part)
        case TitleRow(text):
            return text
        case ContributionRow(contribution, _, age_ms):
            age = "" if age_ms is None else f", {age_words(age_ms)}"
            return f"{contribution_words(contribution)}{age}"
        case FlipRow(flip):
            return flip_words(flip)


def signal_row_identity(row: SignalRow) -> str:
    """Return what makes a row the same one at another bar."""
    match row:
        case ChanceRow():
            return "signal"
        case TitleRow(text):
            return f"title:{text}"
        case ContributionRow(contribution):
            return f"contribution:{contribution.name}"
        case FlipRow(flip):
            return f"flip:{flip.name}"
