"""Numbers as a crypto trader reads them: 0.00001234, 67,123.45, 1.2 B, −0.40 %.

Painted many times a second, so answers are remembered, as many as a few screens hold. A real minus sign is
used throughout; what is not a number is shown as an en dash.
"""

import math
from functools import lru_cache

MINUS = "\u2212"
NOTHING = "\u2013"
"""Shown where there is no number."""

MOST_REMEMBERED = 1024
"""Answers of each function, a few screens of them: prices change for hours, and old ones seldom come back."""

_SIGNIFICANT = 4  # digits of a price after its leading zeros, where the venue names no step
_COLUMN_DIGITS = 3
_NO_DECIMALS_FROM_PCT = 1000
_MOST_SIGNIFICANT = 8  # a venue's step of 1e-8 must not turn 67,123.45 into 67,123.45000000
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_DURATIONS_MS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))


@lru_cache(maxsize=1024)
def decimals_of(step: float) -> int:
    """Return how many decimals a step needs: 0.01 needs 2, 2.5e-7 needs 8, 50 needs none."""
    digits = f"{step:.10g}"
    mantissa, _, exponent = digits.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return max(decimals, 0)


@lru_cache(maxsize=MOST_REMEMBERED)
def price(value: float, step: float = 0.0) -> str:
    """Return a price in full: no unit, no exponent, thousands apart.

    Parameters
    ----------
    value : float
        Quote currency.
    step : float
        Smallest change of price; its decimals are shown. 0.0 where the venue does not say: four significant
        digits or, from 1 upwards, two to four decimals.
    """
    if not math.isfinite(value):
        return NOTHING
    return _signed(f"{value:,.{_price_decimals(abs(value), step)}f}")


@lru_cache(maxsize=MOST_REMEMBERED)
def axis_price(value: float, spacing: float) -> str:
    """Return a price on an axis whose labels lie `spacing` apart: no more decimals than tell them apart."""
    if not math.isfinite(value):
        return NOTHING
    return _signed(f"{value:,.{min(decimals_of(spacing), 12)}f}")


@lru_cache(maxsize=MOST_REMEMBERED)
def volume(value: float) -> str:
    """Return an amount in three digits and a unit: ``"12.3 K"``, ``"345 M"``, ``"1.2 B"``."""
    if not math.isfinite(value):
        return NOTHING
    size = abs(value)
    for scale, unit in _UNITS:
        if size >= scale * 0.9995:  # 999,950 reads 1 M, not 1,000 K
            return _signed(f"{_three_digits(value / scale)} {unit}")
    return _signed(_three_digits(value))


@lru_cache(maxsize=MOST_REMEMBERED)
def column_volume(value: float) -> str:
    """Return an amount always in three digits: ``"3.00"``, ``"15.0 K"``, ``"345 M"``.

    For a column, or for an amount that grows while it is looked at: what follows it stays where it is.
    """
    digits, space, unit = volume(value).partition(" ")
    if not math.isfinite(value) or not value:
        return digits
    n_shown = len(digits.replace(".", "").lstrip(f"{MINUS}0"))
    if n_shown >= _COLUMN_DIGITS:
        return f"{digits}{space}{unit}"
    point = "" if "." in digits else "."
    return f"{digits}{point}{'0' * (_COLUMN_DIGITS - n_shown)}{space}{unit}"


@lru_cache(maxsize=MOST_REMEMBERED)
def percent(value_pct: float, decimals: int = 2) -> str:
    """Return a change in percent with its sign: ``"+1.23 %"``, ``"−0.40 %"``; nothing changed has none.

    From a thousand on, such as on the day of a listing, it has no decimals: a column would cut them off.
    """
    if not math.isfinite(value_pct):
        return NOTHING
    decimals = 0 if abs(value_pct) >= _NO_DECIMALS_FROM_PCT else decimals
    digits = f"{value_pct:+,.{decimals}f}"
    if not digits.strip("+-0.,"):
        digits = digits[1:]
    return f"{_signed(digits)} %"


def duration(length_ms: float) -> str:
    """Return a length of time in its largest unit, rounded down: ``"420 ms"``, ``"3 s"``, ``"2 min"``."""
    for scale, unit in _DURATIONS_MS:
        if length_ms >= scale:
            return f"{int(length_ms // scale)} {unit}"
    return f"{max(int(length_ms), 0)} ms"


def countdown(length_ms: float) -> str:
    """Return the time left as a clock: ``"04:59"``, ``"3:04:59"``, ``"2 d 03:04"``; never below zero."""
    seconds = max(int(length_ms // 1000), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02}:{minutes:02}"
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _price_decimals(size: float, step: float) -> int:
    magnitude = math.floor(math.log10(size)) if size > 0 else 0
    if step > 0:
        return min(decimals_of(step), max(2, _MOST_SIGNIFICANT - 1 - magnitude))
    if size >= 1:
        return max(2, _SIGNIFICANT - magnitude)
    return _SIGNIFICANT - 1 - magnitude if size else 2


def _three_digits(value: float) -> str:
    size = abs(value)
    if size == 0:
        return "0"
    magnitude = math.floor(math.log10(size))
    digits = f"{value:.{min(max(2 - magnitude, 0), 12)}f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _signed(digits: str) -> str:
    return digits.replace("-", MINUS) if digits.strip("-0.,") else digits.replace("-", "")
