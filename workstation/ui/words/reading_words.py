"""Readings, votes and ages in words, as a trader reads them."""

import re
from functools import lru_cache

from workstation.domain.explanation import Availability, PointReading
from workstation.domain.signal import Direction, FamilyVote
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line

_SHORT = frozenset(
    [
        "adx",
        "btc",
        "cmf",
        "di",
        "ema",
        "macd",
        "mfi",
        "mvrv",
        "obv",
        "poc",
        "rsi",
        "sma",
        "tvl",
        "usd",
        "vwap",
    ]
)
_WITH_UNIT = re.compile(r"(\d+)(d|h|bp)$")
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_AGES = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
AT_THE_CLOSE = "at the close"
NO_VOTE = "cannot vote"

_DIRECTIONS = {Direction.BULLISH: "bullish", Direction.BEARISH: "bearish", Direction.NEUTRAL: "neutral"}


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """Return a data point's name in plain words: ``"momentum.rsi_14"`` is "RSI 14"."""
    words: list[str] = []
    for word in name.rpartition(".")[2].split("_"):
        if words and word.isdigit() and words[-1][-1:].isdigit():
            words.append("/")
        words.append(_word(word))
    text = one_line(" ".join(words))
    return text[:1].upper() + text[1:]


def _word(word: str) -> str:
    if word in _SHORT or re.fullmatch(r"[rs]\d", word):
        return word.upper()
    return _WITH_UNIT.sub(r"\1 \2", word)


@lru_cache(maxsize=256)
def unit_words(unit: str) -> str:
    """Return a unit as it stands behind a value; a range is written with its limits: "of 0…100"."""
    shown = one_line(unit, 60)
    limits = _RANGE.match(shown)
    if not limits:
        return shown
    low, high = (limit.replace("-", number_format.MINUS) for limit in limits.groups())
    return f"of {low}…{high}{shown[limits.end() :]}"


def age_words(age_ms: int) -> str:
    """Return how long before the close something became known: "at the close", "12 min", "3 h", "2 d"."""
    return AT_THE_CLOSE if age_ms < 1000 else length_words(age_ms)


def length_words(length_ms: float) -> str:
    """Return a length of time in its largest unit, rounded down: "12 min", "3 h", "2 d"."""
    for scale, unit in _AGES:
        if length_ms >= scale:
            return f"{int(length_ms // scale):,} {unit}"
    return "0 s"


def missing_words(reading: PointReading, coin: str) -> str:
    """Return why a data point is not there, fit to stand in the place of its value."""
    match reading.availability:
        case Availability.WARMING_UP:
            return "needs more bars"
        case Availability.NOT_OBSERVED:
            return f"no provider tells this of {one_line(coin, 16)}"
        case Availability.STALE:
            return f"too old: {length_words(reading.age_ms or 0)}"
        case _:
            return "the market says nothing"


def value_words(reading: PointReading) -> str:
    """Return the value in three digits; empty where it is not known."""
    return "" if reading.value is None else number_format.volume(reading.value)


def direction_word(direction: Direction) -> str:
    """Return "bullish", "bearish" or "neutral"."""
    return _DIRECTIONS[direction]


def score_words(score: float) -> str:
    """Return a score or a lean with its sign: "+0.42", "−0.10", "0.00"."""
    digits = f"{score:+.2f}"
    return digits[1:] if digits.strip("+-0.") == "" else digits.replace("-", number_format.MINUS)


def lean_words(lean: float | None) -> str:
    """Return how a data point pushed its family's vote, as a phrase."""
    if lean is None:
        return "no rule reads it"
    if abs(lean) < 0.005:
        return "leans neither way"
    return f"leans {'bullish' if lean > 0 else 'bearish'} {score_words(lean)}"


def spoken_reading(reading: PointReading, coin: str) -> str:
    """Return everything about a reading on one line, for a screen reader."""
    name = plain_name(reading.name)
    if reading.value is None:
        return f"{name}: {missing_words(reading, coin)}. {one_line(reading.sentence, 200)}"
    age = "" if reading.age_ms is None else f", {age_words(reading.age_ms)}"
    value = f"{value_words(reading)} {unit_words(reading.unit)}"
    return f"{name}: {value}{age}, {lean_words(reading.lean)}. {one_line(reading.sentence, 200)}"


def spoken_vote(family: str, vote: FamilyVote | None, closed_ms: int, rules: FamilyVote | None = None) -> str:
    """Return a family's vote on one line; with what the written rules say where a model weighed it."""
    if vote is None:
        return f"{family}: {NO_VOTE}"
    word, age = direction_word(vote.direction), age_words(max(closed_ms - vote.as_of_ms, 0))
    if rules is None:
        return f"{family}: {word} {score_words(vote.score)}, {age}"
    by_rules = f"{direction_word(rules.direction)} {score_words(rules.score)}"
    return f"{family}: {word} by the model, {age}; the written rules say {by_rules}"
