"""What drawings say about themselves: levels, a measured distance, a planned position."""

from decimal import Decimal
from functools import lru_cache

from workstation.domain.drawing import Anchor, Drawing
from workstation.domain.drawing_price import level_prices, plan_of
from workstation.ui.chart.drawing_place import Place
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import duration, percent, price, volume

_NARROW = 460.0  # logical pixels of a pane in which the words of a position would not end
_UNITS_MS = (86_400_000, 3_600_000, 60_000)

EMPTY_TEXT = "Text"
"""Stands where a text has no words yet."""


def text_words(drawing: Drawing) -> str:
    """Return a text as it is shown: one line, plain."""
    return one_line(drawing.text, 120) or EMPTY_TEXT


def level_words(drawing: Drawing, place: Place) -> tuple[tuple[float, float, str], ...]:
    """Return a Fibonacci drawing's levels: ratio, price, and what stands there."""
    return _level_words(drawing, place.frame.series.price_step)


@lru_cache(maxsize=256)
def _level_words(drawing: Drawing, step: float) -> tuple[tuple[float, float, str], ...]:
    levels = level_prices(drawing)
    return tuple((ratio, level, f"{ratio:g}  {price(level, step)}") for ratio, level in levels)


def measure_words(first: Anchor, second: Anchor, place: Place) -> tuple[str, str]:
    """Return a measured distance in two lines: change of price, then bars and time."""
    step = place.frame.series.price_step
    change, length = second.price - first.price, second.time_ms - first.time_ms
    n_bars = round(length / place.frame.series.key.bar_ms)
    sign = "+" if change > 0 else ""
    back = "\N{MINUS SIGN}" if length < 0 else ""
    bars = f"{back}{abs(n_bars):,} bar{'s' if abs(n_bars) != 1 else ''}"
    return (
        f"{percent((second.price / first.price - 1) * 100)}   {sign}{price(change, step)}",
        f"{bars}, {back}{_time_words(abs(length))}",
    )


def _time_words(length_ms: int) -> str:
    """Return a length of time in two units: ``"1 d 5 h"``."""
    rest = next((length_ms % unit for unit in _UNITS_MS if length_ms >= unit), 0)
    return f"{duration(length_ms)} {duration(rest)}" if rest else duration(length_ms)


def position_words(drawing: Drawing, place: Place) -> tuple[str, str, str]:
    """Return what stands at a planned position's target, entry and stop.

    Empty but for the entry where stop or target lies on the wrong side; prices and the relation of reward
    to risk only where the chart is narrow.
    """
    is_short = place.box.width() < _NARROW
    return _position_words(drawing, place.frame.series.price_step, is_short)


@lru_cache(maxsize=256)
def _position_words(drawing: Drawing, step: float, is_short: bool) -> tuple[str, str, str]:
    plan = plan_of(drawing)
    entry, stop, target = (price(anchor.price, step) for anchor in drawing.anchors)
    if plan is None:
        return "", "The stop must lie on the losing side, the target on the winning one", ""
    if is_short:
        way = drawing.kind.label.split()[0]
        return f"Target {target}", f"{way} {entry}, {plan.reward_to_risk:.2f} to 1", f"Stop {stop}"
    return (
        f"Target {target}, {percent(plan.target_pct).lstrip('+')}, gain {amount(plan.gain)}",
        f"{drawing.kind.label} {entry}, reward to risk {plan.reward_to_risk:.2f}, size {amount(plan.size)}",
        f"Stop {stop}, {percent(plan.stop_pct).lstrip('+')}, loss {amount(drawing.risk)}",
    )


def amount(value: Decimal) -> str:
    """Return an amount short enough for a chart; the exact one is in the drawing's menu."""
    return volume(float(value)) if abs(value) >= 100_000 else price(float(value))


def describe(drawing: Drawing, place: Place) -> str:
    """Return a drawing in one sentence, for a screen reader."""
    step = place.frame.series.price_step
    prices = " to ".join(price(anchor.price, step) for anchor in drawing.anchors)
    words = f", {text_words(drawing)}" if drawing.text else ""
    return f"{drawing.kind.label}{words} at {prices}{', locked' if drawing.is_locked else ''}"
