"""Everything that the ledger knows of a signal, for another program or a spreadsheet."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from workstation.domain.ledger import SignalEntry
from workstation.domain.signal import Direction, FamilyVote, Signal

Facts: TypeAlias = dict[str, object]
Cell: TypeAlias = str | int | float | None

COLUMNS: tuple[str, ...] = (
    "row", "known_at", "candle_open", "venue", "symbol", "timeframe", "price", "direction", "horizon_bars",
    "horizon_ends", "probability", "base_rate", "votes", "strongest", "input_ages_s", "flips", "regime",
    "model_hash", "engine_version", "origin", "written_at", "outcome", "hit", "entry", "exit", "ended",
    "gross_pct", "net_pct", "correction",
)  # fmt: skip
"""Names of the columns of a CSV file. Ages are of a family's newest input when the signal became known."""


def age_ms(vote: FamilyVote, signal: Signal) -> int:
    """Return how old the newest input of a vote was when the signal became known, milliseconds."""
    return signal.known_at_ms - vote.as_of_ms


def ages_of(signal: Signal) -> Mapping[str, int]:
    """Return the age of the newest input of each family that voted, milliseconds, by the family's name."""
    return {vote.family.value: age_ms(vote, signal) for vote in signal.votes}


def age_of(name: str, signal: Signal) -> int | None:
    """Return how old the inputs of a data point's family were, milliseconds; None where it did not vote."""
    return ages_of(signal).get(name.partition(".")[0])


def horizon_end_ms(signal: Signal) -> int | None:
    """Return when a signal is right or not at the latest, UTC milliseconds; None where it did not say."""
    if signal.horizon_bars is None:
        return None
    return signal.known_at_ms + signal.horizon_bars * signal.key.bar_ms


def facts_of(entry: SignalEntry) -> Facts:
    """Return a signal and its outcome as JSON has them; times are UTC milliseconds."""
    signal, outcome = entry.signal, entry.outcome
    return {
        "row": entry.row,
        "written_ms": entry.written_ms,
        "known_at_ms": signal.known_at_ms,
        "open_time": signal.open_time,
        "venue": signal.key.venue,
        "symbol": signal.key.symbol,
        "timeframe": signal.key.timeframe,
        "price": signal.price,
        "direction": word_of(signal.direction),
        "horizon_bars": signal.horizon_bars,
        "horizon_end_ms": horizon_end_ms(signal),
        "probability": signal.probability,
        "base_rate": signal.base_rate,
        "votes": [_vote_facts(vote, signal) for vote in signal.votes],
        "contributions": [
            {"name": c.name, "value": c.value, "weight": c.weight, "age_ms": age_of(c.name, signal)}
            for c in signal.contributions
        ],
        "flips": [{"name": f.name, "value": f.value, "needed": f.needed} for f in signal.flips],
        "regime": signal.regime,
        "model_hash": signal.model_hash,
        "engine_version": signal.engine_version,
        "origin": signal.origin,
        "outcome": None
        if outcome is None
        else {
            "barrier": outcome.barrier,
            "is_hit": outcome.is_hit,
            "entry": outcome.entry,
            "exit": outcome.exit_,
            "ended_ms": outcome.ended_ms,
            "gross_pct": outcome.gross_pct,
            "net_pct": outcome.net_pct,
        },
        "correction": entry.correction,
    }


def cells_of(entry: SignalEntry) -> tuple[Cell, ...]:
    """Return a row of the CSV file, in the order of `COLUMNS`; what is not known is empty."""
    signal, outcome = entry.signal, entry.outcome
    ends_ms = horizon_end_ms(signal)
    became: tuple[Cell, ...] = (None,) * 7
    if outcome is not None:
        prices = outcome.entry, outcome.exit_, _iso(outcome.ended_ms)
        became = (outcome.barrier.value, int(outcome.is_hit), *prices, outcome.gross_pct, outcome.net_pct)
    return (
        entry.row,
        _iso(signal.known_at_ms),
        _iso(signal.open_time),
        signal.key.venue,
        signal.key.symbol,
        signal.key.timeframe,
        signal.price,
        word_of(signal.direction),
        signal.horizon_bars,
        None if ends_ms is None else _iso(ends_ms),
        signal.probability,
        signal.base_rate,
        _joined(f"{v.family.value} {word_of(v.direction)} {v.score:+.3g}" for v in signal.votes),
        _joined(f"{c.name} {c.value:.6g} {c.weight:+.3g}" for c in signal.contributions),
        _joined(f"{family} {age // 1000}" for family, age in ages_of(signal).items()),
        _joined(f"{f.name} {f.value:.6g} to {f.needed:.6g}" for f in signal.flips),
        None if signal.regime is None else signal.regime.value,
        signal.model_hash,
        signal.engine_version,
        signal.origin.value,
        _iso(entry.written_ms),
        *became,
        entry.correction,
    )


def word_of(direction: Direction) -> str:
    """Return ``"bullish"``, ``"bearish"`` or ``"neutral"``."""
    return direction.name.lower()


def _vote_facts(vote: FamilyVote, signal: Signal) -> Facts:
    return {
        "family": vote.family,
        "direction": word_of(vote.direction),
        "score": vote.score,
        "readings": [{"name": each.name, "value": each.value} for each in vote.readings],
        "as_of_ms": vote.as_of_ms,
        "age_ms": age_ms(vote, signal),
    }


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _iso(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
