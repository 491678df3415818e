"""What a model says of a signal, in words: how likely, on what ground, and what would undo it."""

from collections.abc import Sequence

from workstation.domain.explanation import Verdict
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Contribution, Direction, FamilyVote, Flip, Regime, Signal
from workstation.ui.words import number_format
from workstation.ui.words.reading_words import direction_word, plain_name, score_words

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_HASH_DIGITS = 10
_REGIMES = {
    Regime.BULL: "bull market",
    Regime.BEAR: "bear market",
    Regime.SIDEWAYS: "sideways market",
}


def horizon_words(length_ms: int) -> str:
    """Return how far ahead a signal looks: "24 h", "72 h", "7 d", "45 min"."""
    if length_ms < _HOUR_MS:
        return f"{length_ms // 60_000} min"
    if length_ms <= 3 * _DAY_MS or length_ms % _DAY_MS:
        return f"{length_ms / _HOUR_MS:g} h"
    return f"{length_ms // _DAY_MS} d"


def chance_words(signal: Signal) -> str:
    """Return how likely a signal is right: "61 % bullish within 24 h (base 31 %)"; empty without a model."""
    if signal.probability is None:
        return ""
    chance, base = f"{signal.probability * 100:.0f} %", signal.base_rate
    if signal.horizon_bars is None:
        against = "" if base is None else f", any bar {base * 100:.0f} %"
        return f"Probability {chance}{against}"
    against = "" if base is None else f" (base {base * 100:.0f} %)"
    horizon = horizon_words(signal.horizon_bars * signal.key.bar_ms)
    return f"{chance} {direction_word(signal.direction)} within {horizon}{against}"


def agreement_words(signal: Signal) -> str:
    """Return who agrees: "4 of 6 families agree: price momentum, volume, …"."""
    return _agreement(signal.votes, signal.direction)


def ground_words(signal: Signal) -> str:
    """Return the market it was raised in and the model that judged: "bear market · model 00f84ffe3c"."""
    return _ground(signal.regime, signal.model_hash)


def verdict_chance_words(verdict: Verdict, key: SeriesKey) -> str:
    """Return how likely a bar without a signal is to go the way it leans, or either way."""
    up, down, base_up, base_down = (
        f"{100 * share:.0f} %" for share in (verdict.up, verdict.down, verdict.base_up, verdict.base_down)
    )
    horizon = horizon_words(verdict.horizon_bars * key.bar_ms)
    if verdict.direction is Direction.NEUTRAL:
        return f"{horizon}: {up} bullish (base {base_up}), {down} bearish ({base_down})"
    chance, base = (up, base_up) if verdict.direction is Direction.BULLISH else (down, base_down)
    return f"{chance} {direction_word(verdict.direction)} within {horizon} (base {base})"


def verdict_agreement_words(verdict: Verdict) -> str:
    """Return that there is no signal, and who agrees with the lean."""
    if verdict.direction is Direction.NEUTRAL:
        return "No signal: the model leans neither way"
    return f"No signal: {_agreement(verdict.votes, verdict.direction)}"


def verdict_ground_words(verdict: Verdict) -> str:
    """Return the market at that close, and the model."""
    return _ground(verdict.regime, verdict.model_hash)


def _agreement(votes: Sequence[FamilyVote], direction: Direction) -> str:
    agreeing = [vote.family.label.lower() for vote in votes if vote.direction is direction]
    names = f": {', '.join(agreeing)}" if agreeing else ""
    return f"{len(agreeing)} of {len(votes)} families agree{names}"


def _ground(regime: Regime | None, model_hash: str) -> str:
    market = "" if regime is None else _REGIMES[regime]
    model = f"model {model_hash[:_HASH_DIGITS]}" if model_hash else ""
    return "   ·   ".join(part for part in (market, model) if part)


def contribution_words(contribution: Contribution) -> str:
    """Return a contribution on one line: "RSI 14 51.0, +0.62 log-odds"."""
    name, weight = plain_name(contribution.name), score_words(contribution.weight)
    return f"{name} {value_of(contribution)}, {weight} log-odds"


def value_of(contribution: Contribution) -> str:
    """Return the value that a data point had; says so where it was not known."""
    return (
        "not known" if contribution.value != contribution.value else number_format.volume(contribution.value)
    )


def flip_words(flip: Flip) -> str:
    """Return what would undo a signal: "RSI 14 below 44.2, now 51.0"."""
    side = "below" if flip.needed < flip.value else "above"
    needed, now = number_format.volume(flip.needed), number_format.volume(flip.value)
    return f"{plain_name(flip.name)} {side} {needed}, now {now}"


def heading_words(signal: Signal) -> str:
    """Return what a signal is: "Bullish signal"."""
    word = "Bullish" if signal.direction is Direction.BULLISH else "Bearish"
    return f"{word} signal" if signal.closed else f"{word} signal, still forming: it may vanish"
