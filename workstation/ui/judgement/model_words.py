"""Models and their cards in words, as a trader reads them."""

import re
from datetime import UTC, datetime

from workstation.domain.ledger import LEAST_N
from workstation.domain.market import timeframe_ms
from workstation.domain.model_card import Figure, ModelCard
from workstation.domain.model_standing import Standing
from workstation.domain.model_state import ModelState
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.signal_words import horizon_words

HASH_DIGITS = 10
"""Of a model's hash, on screen."""

_NAME = re.compile(r"([a-z]+)-(\d+[mhdw])")
_FIGURES = {
    "auc": "Area under the curve",
    "base_rate": "Base rate",
    "brier_skill_pct": "Brier skill against the base rate",
    "big_rise_base_rate": "Base rate of large rises",
    "big_rise_lift": "Lift of large rises",
    "big_rise_precision": "Hit rate of large rises",
    "bottom_beats_median_pct": "Bottom tenth beats the median coin",
    "crash_ratio": "Crashes, bottom to top tenth",
    "days_positive_pct": "Days with a useful order",
    "delay_cost_pct": "Cost of acting one candle later",
    "ece": "Calibration error",
    "hit_lift_pp": "Hit rate above the base rate",
    "hit_rate": "Hit rate",
    "ic_24h": "Rank correlation, next 24 h",
    "ic_7d": "Rank correlation, next 7 days",
    "ic_7d_momentum": "The same of a momentum grade",
    "net_mean_pct": "Net mean of a signal",
    "per_coin_month": "Signals a coin and month",
    "profit_factor": "Profit factor",
    "top_beats_median_pct": "Top tenth beats the median coin",
}
_COMPARED = {"hit_lift": "Hit rate", "net_mean": "Net mean", "profit_factor": "Profit factor"}
_RIVALS = {"rsi": "RSI", "macd": "MACD", "random": "chance", "family_vote": "the family vote"}
_PART = re.compile(r"(\w+?)(_pp|_pct)?(?:_above_(\w+)|_(bull|bear|sideways))?")
_MANY = 100_000
_UNITS = {"_pp": " points", "_pct": " %"}


def name_words(name: str) -> str:
    """Return what a model is for: "signals-1h" is "Signals, 1h"."""
    match = _NAME.fullmatch(name)
    return f"{match[1].capitalize()}, {match[2]}" if match else one_line(name, 60)


def short_hash(model_hash: str) -> str:
    """Return the first digits of a model's hash."""
    return model_hash[:HASH_DIGITS]


def day_words(time_ms: int) -> str:
    """Return a day: "2024-08-01"."""
    try:
        return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return number_format.NOTHING


def state_words(state: ModelState | None, standing: Standing) -> tuple[str, str]:
    """Return whether a model judges, as a word, and why not, as a sentence; empty where it does.

    What the engine says comes first; while it is away, what is stored.
    """
    if standing.off is not None:
        return "switched off", one_line(standing.off.reason, 300)
    if state is not None:
        return ("judging", "") if state.is_judging else ("not judging", one_line(state.reason, 300))
    if standing.champion is None:
        return "no model", "There is no model yet; train one with tidemark train."
    return "not heard of", "The engine is away, or has not said yet whether it judges."


def card_lines(card: ModelCard) -> tuple[tuple[str, str], ...]:
    """Return what a card tells beside its figures, as (head, text)."""
    data = card.trained_on
    coins = f"{len(data.coins):,} coin{'' if len(data.coins) == 1 else 's'}, {data.n_rows:,} closes"
    horizon = horizon_words(card.horizon_bars * timeframe_ms(card.timeframe))
    return (
        ("Trained", f"{day_words(card.created_ms)}, engine {one_line(card.engine_version, 20)}"),
        ("Learned from", f"{day_words(data.from_ms)} to {day_words(data.until_ms)}, {coins}"),
        ("Source", one_line(data.source, 200)),
        ("Licence", one_line(data.licence, 200)),
        ("Judges", f"{card.timeframe} closes, {horizon} ahead, from {len(card.features):,} data points"),
        ("Tried before", variants_words(card.n_variants_tried)),
    )


def variants_words(n_variants: int) -> str:
    """Return how many variants were tried, which every figure has to be read with."""
    return f"{n_variants:,} variant{'' if n_variants == 1 else 's'}; read every figure with that"


def figure_word(name: str) -> str:
    """Return what a figure is called."""
    if name in _FIGURES:
        return _FIGURES[name]
    figure, _unit, rival, market = _parts(name)
    words = _COMPARED.get(figure, figure.removeprefix("weight_").replace("_", " ").capitalize())
    if figure.startswith("weight_"):
        words = f"Weight of {words.lower()}"
    if rival:
        words = f"{words} above {_RIVALS.get(rival, rival.replace('_', ' '))}"
    if market:
        words = f"{words} above the base rate, {market} market"
    return one_line(words, 60)


def figure_value(figure: Figure) -> str:
    """Return a figure: "+5.50 points"."""
    return _with_unit(figure.name, figure.value)


def figure_interval(figure: Figure) -> str:
    """Return how sure a figure is: "4.10 … 6.90, n 900"; says so where it rests on too little."""
    n = f"{figure.n:,}" if figure.n < _MANY else number_format.volume(figure.n)
    few = f", fewer than {LEAST_N} prove nothing" if figure.n < LEAST_N else ""
    if figure.low == figure.high:  # what was set, not measured
        return f"n {n}{few}"
    return f"{_digits(figure.low)} … {_digits(figure.high)}, n {n}{few}"


def _with_unit(name: str, value: float) -> str:
    unit = _parts(name)[1]
    sign = "+" if unit == "_pp" and value > 0 else ""
    return f"{sign}{_digits(value)}{_UNITS.get(unit, '')}"


def _parts(name: str) -> tuple[str, str, str, str]:
    """Return a figure's own name, its unit, what it is held against, and in which markets: empty or not."""
    match = _PART.fullmatch(name)
    if match is None:
        return name, "", "", ""
    figure, unit, rival, market = (part or "" for part in match.groups())
    return figure, unit, rival, market


def _digits(value: float) -> str:
    decimals = 3 if abs(value) < 0.1 else 2 if abs(value) < 10 else 1
    digits = f"{value:.{decimals}f}"
    if not digits.strip("-0."):
        return "0"
    return digits.replace("-", number_format.MINUS)
