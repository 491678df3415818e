"""The cells and conditions of the screener in words."""

import math
import re
from functools import lru_cache

from workstation.domain.screen import Condition
from workstation.domain.screen_column import COLUMNS, ColumnKind, FloatArray
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line

SIDE_WORDS = {1.0: "▲ Bullish", -1.0: "▼ Bearish", 0.0: "• Neutral"}
NUMBER_HINTS = {
    ColumnKind.PRICE: "a price",
    ColumnKind.CHANGE: "percent, e.g. 5 or -2.5",
    ColumnKind.RATE: "percent per 8 h, e.g. 0.01",
    ColumnKind.SHARE: "percent, 0 to 100",
    ColumnKind.APART: "percent, e.g. 1.5",
    ColumnKind.RANGES: "average true ranges, e.g. 2",
    ColumnKind.AMOUNT: "e.g. 500K, 20M or 1.5B",
    ColumnKind.POINTS: "0 to 100",
    ColumnKind.STEP: "points, e.g. 10 or -10",
    ColumnKind.COUNT: "a number",
    ColumnKind.AGE: "e.g. 90m, 24h or 7d",
    ColumnKind.NAME: "a name",
    ColumnKind.SIDE: "bullish, bearish or neutral",
}


@lru_cache(maxsize=2 * number_format.MOST_REMEMBERED)  # columns of every kind share it
def number_words(kind: ColumnKind, value: float, step: float = 0.0) -> str:
    """Return a number as its kind is written; a dash where it is not known.

    Parameters
    ----------
    step : float
        Smallest change of a price.
    """
    if not math.isfinite(value):
        return number_format.NOTHING
    if kind is ColumnKind.PRICE:
        return number_format.price(value, step)
    if kind is ColumnKind.CHANGE:
        return number_format.percent(value)
    if kind is ColumnKind.RATE:
        return number_format.percent(value, 4)
    if kind is ColumnKind.SHARE:
        return f"{value:.0f} %"
    if kind is ColumnKind.APART:
        return f"{value:,.2f} %"
    if kind is ColumnKind.RANGES:
        return f"{value:,.1f}"
    if kind is ColumnKind.AMOUNT:
        return number_format.column_volume(value)
    if kind is ColumnKind.AGE:
        return number_format.duration(value * 3_600_000)
    if kind is ColumnKind.SIDE:
        return SIDE_WORDS.get(value, number_format.NOTHING)
    whole = round(value)
    signed = kind is ColumnKind.STEP and whole
    return f"{whole:+d}".replace("-", number_format.MINUS) if signed else f"{whole:,d}"


def column_words(column: str) -> str:
    """Return a column as it is offered to be chosen: "Change 24 h", "Vote: Liquidity and depth"."""
    if column.startswith("vote_"):
        return f"Vote: {COLUMNS[column].title}"
    words = column.replace("_pct", " in percent").replace("_atr", " in ATR").replace("_", " ")
    words = re.sub(r"(\d)([hd])$", r"\1 \2", words)
    return words[0].upper() + words[1:]


def condition_words(condition: Condition) -> str:
    """Return a condition as a chip says it: "Grade > 80"."""
    column = COLUMNS[condition.column]
    value = condition.value
    if isinstance(value, str):
        return f"{column.title} {condition.comparison.value} {one_line(value, 24)}"
    if column.kind is ColumnKind.AGE:
        return f"{_age_title(column.title)} {condition.comparison.value} {value:g} h"
    written = {
        ColumnKind.CHANGE: f"{value:g} %",
        ColumnKind.RATE: f"{value:g} %",
        ColumnKind.SHARE: f"{value:g} %",
        ColumnKind.APART: f"{value:g} %",
        ColumnKind.RANGES: f"{value:g} ATR",
        ColumnKind.AMOUNT: number_format.volume(value),
    }.get(column.kind, f"{value:g}")
    return f"{column.title} {condition.comparison.value} {written.replace('-', number_format.MINUS)}"


def _age_title(title: str) -> str:
    return f"Signal {title.lower()}"


def line_words(closes: FloatArray | None) -> str:
    """Return a line of prices for who cannot see it."""
    if closes is None:
        return number_format.NOTHING
    return number_format.percent(float((closes[-1] / closes[0] - 1) * 100))
