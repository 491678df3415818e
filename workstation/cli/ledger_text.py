"""The rows of the ledger in words."""

from workstation.cli.table import plain, utc
from workstation.domain.given_advice import AdviceOutcome, GivenAdvice
from workstation.domain.ledger import Correction, Entry, Genesis, ModelEvent
from workstation.domain.outcome import Barrier, GradeOutcome, Outcome
from workstation.domain.signal import Direction, Signal

ENDINGS = {
    Barrier.TARGET: "hit its target",
    Barrier.STOP: "was stopped",
    Barrier.TIME: "ran out of time",
}


def cells_of(entry: Entry) -> tuple[str, ...]:
    """Return a row of the table: number, time, kind, the row it belongs to, and what it says."""
    return (
        f"{entry.row:,}",
        utc(entry.known_at_ms),
        entry.kind.value,
        f"{entry.about:,}" if entry.about else "",
        _text(entry),
    )


def _text(entry: Entry) -> str:
    value = entry.value
    if isinstance(value, Genesis):
        return f"The ledger begins, with engine {value.engine_version}."
    if isinstance(value, ModelEvent):
        return f"{value.change.value.replace('_', ' ')}: model {value.model_hash[:12]}. {value.reason}"
    if isinstance(value, Signal):
        return _signal_text(value)
    if isinstance(value, Outcome):
        return f"Row {entry.about:,} {_outcome_text(value)}"
    if isinstance(value, Correction):
        what = "" if value.outcome is None else f"Row {value.corrects:,}: it {_outcome_text(value.outcome)} "
        return f"{what}{plain(value.reason)}"
    if isinstance(value, GivenAdvice):
        return _advice_text(value)
    if isinstance(value, AdviceOutcome):
        return f"Row {entry.about:,}: {_advice_outcome_text(value)}"
    coins = "1 coin" if len(value) == 1 else f"{len(value):,} coins"
    first = value[0]
    if isinstance(first, GradeOutcome):
        return f"Row {entry.about:,}: what {coins} did in 24 hours and in 7 days."
    return f"Grades of {coins} on {plain(first.venue)}, {first.timeframe}."


def _signal_text(signal: Signal) -> str:
    direction = "Bullish" if signal.direction is Direction.BULLISH else "Bearish"
    text = f"{direction} {plain(signal.key.symbol)} {signal.key.timeframe} on {plain(signal.key.venue)}"
    text += f" at {signal.price:g}"
    if signal.probability is not None and signal.base_rate is not None:
        text += f", {signal.probability:.0%} against {signal.base_rate:.0%} of any bar"
    if signal.horizon_bars is not None:
        text += f", within {signal.horizon_bars} bars"
    return text + "."


def _advice_text(given: GivenAdvice) -> str:
    advice = given.advice
    held = [f"{plain(each.coin)} {each.weight:.0%}" for each in advice.targets if each.weight > 0]
    n = len(advice.changes)
    changes = "nothing changes" if n == 0 else f"{n} change{'' if n == 1 else 's'}"
    return f"Hold {', '.join(held)} ({changes}); the gate is {plain(advice.gate_sentence)}."


def _advice_outcome_text(outcome: AdviceOutcome) -> str:
    parts = [
        f"{name} {'not known' if value is None else f'{value:+.2f} %'}"
        for name, value in (
            ("targets after costs", outcome.targets_pct),
            ("BTC", outcome.btc_pct),
            ("equal weight", outcome.equal_weight_pct),
        )
    ]
    return f"{', '.join(parts)}. {plain(outcome.note)}".strip()


def _outcome_text(outcome: Outcome) -> str:
    return f"{ENDINGS[outcome.barrier]}: {outcome.net_pct:+.2f} % after costs."
