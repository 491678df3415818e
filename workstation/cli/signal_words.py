"""The signals of the ledger as a terminal shows them: a line each, and below it what it stands on."""

import textwrap
from collections.abc import Iterator, Sequence

from workstation.cli.ledger_text import ENDINGS
from workstation.cli.signal_facts import age_ms, age_of, horizon_end_ms, word_of
from workstation.cli.table import plain, table_lines, utc
from workstation.domain.ledger import SignalEntry
from workstation.domain.signal import FamilyVote, Signal, SignalOrigin

_HEADS = ("known at (UTC)", "coin", "bars", "says", "at", "probability", "within", "market", "became")
_HASH_DIGITS = 12
_INDENT, _NAME = "    ", 9
_AGES = "Inputs are of the very close of the candle unless an age is named."


def lines_of(entries: Sequence[SignalEntry], width: int | None = None) -> list[str]:
    """Return the lines of a table with everything that is known of these signals.

    Parameters
    ----------
    width : int or None
        Of the terminal, in letters: below the table's own lines nothing is longer. None wraps nothing.
    """
    head, *rows = table_lines([_HEADS, *map(_cells, entries)])
    lines = [head]
    for entry, row in zip(entries, rows, strict=True):
        lines.append(row)
        for name, text in _details(entry):
            lines += _wrapped(f"{_INDENT}{name:{_NAME}}{text}", width)
    return [*lines, _AGES]


def _wrapped(line: str, width: int | None) -> list[str]:
    if width is None:
        return [line]
    below = _INDENT + " " * _NAME
    return textwrap.wrap(line, max(width, 40), subsequent_indent=below, break_long_words=False)


def _cells(entry: SignalEntry) -> tuple[str, ...]:
    signal, outcome = entry.signal, entry.outcome
    odds = "-" if signal.probability is None else f"{signal.probability:.0%}"
    if signal.base_rate is not None:
        odds += f" (of any bar {signal.base_rate:.0%})"
    became = "-" if signal.horizon_bars is None else "open"
    if outcome is not None:
        became = f"{ENDINGS[outcome.barrier]}, {outcome.net_pct:+.2f} % net"
    return (
        utc(signal.known_at_ms),
        plain(signal.key.symbol),
        signal.key.timeframe,
        word_of(signal.direction),
        f"{signal.price:g}",
        odds,
        "-" if signal.horizon_bars is None else f"{signal.horizon_bars} bars",
        "-" if signal.regime is None else signal.regime.value,
        became,
    )


def _details(entry: SignalEntry) -> Iterator[tuple[str, str]]:
    signal = entry.signal
    n = sum(vote.direction is signal.direction for vote in signal.votes)
    votes = "; ".join(_vote(vote, signal) for vote in signal.votes)
    if votes:
        yield "votes", f"{n} of {len(signal.votes)} agree: {votes}"
    if signal.contributions:
        points = (
            f"{c.name} {c.value:.4g} ({c.weight:+.2f}{_age(age_of(c.name, signal))})"
            for c in signal.contributions
        )
        yield "because", "; ".join(points)
    if signal.flips:
        yield "unless", "; ".join(f"{f.name} {f.value:.4g} were {f.needed:.4g}" for f in signal.flips)
    yield "became", _became(entry)
    yield "candle", f"opened {utc(signal.open_time)} on {plain(signal.key.venue)}"
    judge = f"model {signal.model_hash[:_HASH_DIGITS]}" if signal.model_hash else "no model"
    origin = ", worked out from history" if signal.origin is SignalOrigin.HISTORY else ""
    written = f"row {entry.row:,} of {utc(entry.written_ms)}"
    yield "by", f"{judge}, engine {plain(signal.engine_version)}, {written}{origin}"


def _became(entry: SignalEntry) -> str:
    outcome, ends_ms = entry.outcome, horizon_end_ms(entry.signal)
    if outcome is None:
        return "no horizon was stated" if ends_ms is None else f"open until {utc(ends_ms)}"
    text = (
        f"in at {outcome.entry:g}, out at {outcome.exit_:g} on {utc(outcome.ended_ms)}, "
        f"{outcome.gross_pct:+.2f} % before costs, {outcome.net_pct:+.2f} % after them"
    )
    return f"{text}; corrected: {plain(entry.correction)}" if entry.correction else text


def _vote(vote: FamilyVote, signal: Signal) -> str:
    read = "".join(f", {each.name} {each.value:.4g}" for each in vote.readings)
    return (
        f"{vote.family.value} {word_of(vote.direction)} {vote.score:+.2f}{_age(age_ms(vote, signal))}{read}"
    )


def _age(age: int | None) -> str:
    """Return how old inputs were; nothing where they are of that very close."""
    if not age:
        return ""
    hours, minutes = divmod(age // 60_000, 60)
    return f", {hours} h {minutes} min old" if hours else f", {minutes} min {age // 1000 % 60} s old"
