"""The prices that drawings stand for: of a line at a time, of Fibonacci levels, of a planned position."""

import math
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from workstation.domain.drawing import Anchor, Drawing, DrawingKind

RETRACEMENT_RATIOS = (0.0, 0.236, 0.382, 0.5, 0.618, 0.786, 1.0)
"""Of the leg, counted from its end."""

EXTENSION_RATIOS = (0.0, 0.618, 1.0, 1.272, 1.618, 2.0, 2.618)
"""Of the leg, counted from where it is carried on from."""

_SIZE_STEP = Decimal("1e-8")
_LINES = {DrawingKind.TREND, DrawingKind.RAY, DrawingKind.CHANNEL}


def price_at(drawing: Drawing, time_ms: int) -> float | None:
    """Return the price at which a line stands at an instant.

    A trend line and a channel (its first line) end at their points, a ray goes on beyond its second one, a
    horizontal line stands at all times.

    Returns
    -------
    float or None
        Quote currency, above zero. None where the line does not reach, is upright, or falls below zero, and
        for what is no line.
    """
    if drawing.kind is DrawingKind.HORIZONTAL:
        return drawing.anchors[0].price
    if drawing.kind not in _LINES or not reaches(drawing, time_ms):
        return None
    return price_between(drawing.anchors[0], drawing.anchors[1], time_ms, is_log=drawing.is_log)


def reaches(drawing: Drawing, time_ms: int) -> bool:
    """Return whether a line held by its first two anchors extends to an instant."""
    first, second = drawing.anchors[0].time_ms, drawing.anchors[1].time_ms
    if drawing.kind is DrawingKind.RAY:
        return time_ms >= first if second > first else time_ms <= first
    return min(first, second) <= time_ms <= max(first, second)


def price_between(first: Anchor, second: Anchor, time_ms: float, *, is_log: bool) -> float | None:
    """Return the price of the endless line through two points; None where it is upright or not above zero."""
    if first.time_ms == second.time_ms:
        return None
    share = (time_ms - first.time_ms) / (second.time_ms - first.time_ms)
    if not is_log:
        found = first.price + share * (second.price - first.price)
        return found if found > 0 else None
    level = math.log(first.price) + share * (math.log(second.price) - math.log(first.price))
    return math.exp(level) if abs(level) < 700 else None


def level_prices(drawing: Drawing) -> tuple[tuple[float, float], ...]:
    """Return a Fibonacci drawing's levels as (ratio, price); empty for other kinds.

    Levels are equal distances, or equal ratios where the drawing is logarithmic; those below zero are left
    out.
    """
    if drawing.kind is DrawingKind.RETRACEMENT:
        begin, end = drawing.anchors
        return _levels(end.price, (end.price, begin.price), RETRACEMENT_RATIOS, is_log=drawing.is_log)
    if drawing.kind is DrawingKind.EXTENSION:
        begin, end, onward = drawing.anchors
        return _levels(onward.price, (begin.price, end.price), EXTENSION_RATIOS, is_log=drawing.is_log)
    return ()


def _levels(
    start: float, leg: tuple[float, float], ratios: tuple[float, ...], *, is_log: bool
) -> tuple[tuple[float, float], ...]:
    if is_log:
        rise = math.log(leg[1]) - math.log(leg[0])
        found = [(ratio, math.exp(min(math.log(start) + ratio * rise, 700.0))) for ratio in ratios]
    else:
        found = [(ratio, start + ratio * (leg[1] - leg[0])) for ratio in ratios]
    return tuple((ratio, price) for ratio, price in found if price > 0)


@dataclass(frozen=True, slots=True)
class PositionPlan:
    """What a planned position would risk and bring, before fees and slippage.

    Parameters
    ----------
    stop_pct, target_pct : float
        Distance from the entry, percent of it, above zero.
    reward_to_risk : float
        Distance to the target over distance to the stop.
    size : Decimal
        Base currency: so much loses the stated risk at the stop; rounded down to 1e-8.
    cost : Decimal
        Of that size at the entry, quote currency.
    gain : Decimal
        Of that size at the target, quote currency.
    """

    stop_pct: float
    target_pct: float
    reward_to_risk: float
    size: Decimal
    cost: Decimal
    gain: Decimal


def plan_of(drawing: Drawing) -> PositionPlan | None:
    """Return what a position drawing would risk; None where stop or target lies on the wrong side."""
    if not drawing.kind.is_position:
        return None
    entry, stop, target = (decimal_of(anchor.price) for anchor in drawing.anchors)
    side = 1 if drawing.kind is DrawingKind.LONG else -1
    at_risk, reward = (entry - stop) * side, (target - entry) * side
    if at_risk <= 0 or reward <= 0:
        return None
    size = drawing.risk / at_risk
    if size.adjusted() < 16:  # beyond, a step of 1e-8 has no place in 28 digits
        size = size.quantize(_SIZE_STEP, rounding=ROUND_DOWN)
    return PositionPlan(
        stop_pct=float(at_risk / entry * 100),
        target_pct=float(reward / entry * 100),
        reward_to_risk=float(reward / at_risk),
        size=size,
        cost=size * entry,
        gain=size * reward,
    )


def decimal_of(price: float) -> Decimal:
    """Return a drawn price as the shortest decimal that reads the same; loses nothing but binary digits."""
    return Decimal(repr(price))
