"""Signals of the ledger, and what became of them, in words."""

from datetime import tzinfo

from workstation.domain.ledger import LEAST_N, HitRecord, RecordGroup, SignalEntry, Verification
from workstation.domain.outcome import Barrier, Outcome
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.reading_words import direction_word
from workstation.ui.zone import day_and_time

GROUPS = {
    RecordGroup.DIRECTION: "By direction",
    RecordGroup.TIMEFRAME: "By timeframe",
    RecordGroup.REGIME: "By market regime",
    RecordGroup.SYMBOL: "By coin",
    RecordGroup.MODEL: "By model",
    RecordGroup.VENUE: "By venue",
}
TOO_FEW = f"n < {LEAST_N}"
_HASH_DIGITS = 10
_ENDINGS = {
    Barrier.TARGET: "hit its target",
    Barrier.STOP: "was stopped",
    Barrier.TIME: "ran out of time",
}
_FIXED = {
    "bullish": "Bullish",
    "bearish": "Bearish",
    "bull": "Bull market",
    "bear": "Bear market",
    "sideways": "Sideways market",
    "unknown": "Regime not known",
    "no model": "No model, votes alone",
}


def group_word(group: RecordGroup, text: str) -> str:
    """Return what the signals of a record have in common."""
    if group in (RecordGroup.DIRECTION, RecordGroup.REGIME):
        return _FIXED.get(text, one_line(text, 40))
    if group is RecordGroup.MODEL:
        return _FIXED.get(text) or one_line(text[:_HASH_DIGITS], 40)
    return one_line(text, 40)


def share(value: float | None, decimals: int = 0) -> str:
    """Return a share of 0..1 in percent: "58 %"; a dash where it is not known."""
    return number_format.NOTHING if value is None else f"{value * 100:.{decimals}f} %"


def interval_words(record: HitRecord) -> str:
    """Return Wilson's interval: "53–63 %"."""
    low, high = record.interval
    return f"{low * 100:.0f}–{high * 100:.0f} %"


def net_words(record: HitRecord) -> str:
    """Return the mean return after costs; a dash where there is none."""
    return (
        number_format.NOTHING if record.net_mean_pct is None else number_format.percent(record.net_mean_pct)
    )


def spoken_record(group: RecordGroup, record: HitRecord) -> str:
    """Return everything about a record on one line."""
    name = group_word(group, record.group[0] if record.group else "")
    if record.n == 0:
        return f"{name}: no outcome yet, {record.n_open} open"
    base = "" if record.base_rate is None else f", base rate {share(record.base_rate)}"
    facts = (
        f"hit rate {share(record.hit_rate)} (95 %: {interval_words(record)}){base}, net {net_words(record)}"
    )
    return f"{name}: {record.n} outcomes, {record.n_open} open, {facts}. {record.note}".strip()


def outcome_words(entry: SignalEntry, zone: tzinfo) -> str:
    """Return what became of a signal: "hit its target, +1.80 % after costs", "open until 5 Nov 14:00"."""
    outcome = entry.outcome
    if outcome is None:
        ends_ms = horizon_end_ms(entry.signal)
        return "no horizon was stated" if ends_ms is None else f"open until {day_and_time(ends_ms, zone)}"
    corrected = ", corrected" if entry.correction else ""
    return f"{_ENDINGS[outcome.barrier]}, {_after_costs(outcome)}{corrected}"


def horizon_end_ms(signal: Signal) -> int | None:
    """Return when a signal is right or not at the latest, UTC milliseconds; None where it did not say."""
    if signal.horizon_bars is None:
        return None
    return signal.known_at_ms + signal.horizon_bars * signal.key.bar_ms


def votes_words(signal: Signal) -> str:
    """Return how many families agreed: "4 of 6 families agree"."""
    n = sum(vote.direction is signal.direction for vote in signal.votes)
    return f"{n} of {len(signal.votes)} families agree"


def odds_words(signal: Signal) -> str:
    """Return probability and base rate: "61 % (base 31 %)"; empty where no model judged."""
    if signal.probability is None:
        return ""
    base = "" if signal.base_rate is None else f" (base {share(signal.base_rate)})"
    return f"{share(signal.probability)}{base}"


def spoken_entry(entry: SignalEntry, zone: tzinfo) -> str:
    """Return everything about a signal of the ledger on one line."""
    signal = entry.signal
    word = (
        "Bullish" if signal.direction is Direction.BULLISH else direction_word(signal.direction).capitalize()
    )
    parts = [
        f"{word} {one_line(signal.key.symbol, 40)} {signal.key.timeframe}",
        f"{day_and_time(signal.known_at_ms, zone)} at {number_format.price(signal.price)}",
        odds_words(signal),
        votes_words(signal),
        outcome_words(entry, zone),
        "worked out from history, counts in no record" if signal.origin is SignalOrigin.HISTORY else "",
    ]
    return ", ".join(part for part in parts if part)


def verification_words(found: Verification) -> str:
    """Return what the check of a whole ledger has shown."""
    rows = f"{found.n_rows:,} row{'' if found.n_rows == 1 else 's'}"
    if found.first_break is not None:
        n = found.first_break.n_standing
        return (
            f"The chain is broken. {one_line(found.first_break.text, 300)} {n:,} rows before that are sound."
        )
    if found.head is None:
        return "The ledger is empty: nothing was judged yet."
    notes = " ".join(one_line(note, 300) for note in found.notes)
    return f"The ledger is sound: {rows}, head {found.head.hash_hex[:12]}… {notes}".strip()


def _after_costs(outcome: Outcome) -> str:
    return f"{number_format.percent(outcome.net_pct)} after costs"
