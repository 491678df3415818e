"""Judges bars against a drawn line: whether the price crossed it, and which way."""

from dataclasses import dataclass, replace

from workstation.domain.alert_line import MOMENT, line_of, price_on_bar
from workstation.domain.alert_rule import LineRule
from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import open_of


@dataclass(frozen=True, slots=True)
class LineState:
    """What is known of a line's rule.

    Parameters
    ----------
    judged_ms : int
        Open of the newest bar that was judged, UTC milliseconds; older ones never are again.
    armed_ms : int
        Open of the bar in which the rule was set. What its high and low were before that, nobody knows:
        only prices since then count there.
    side : int
        Where the newest judged close stood: +1 above the line, -1 below, 0 not known yet.
    """

    judged_ms: int
    armed_ms: int
    side: int = 0


@dataclass(frozen=True, slots=True)
class Crossed:
    """A bar on which a line was crossed.

    Parameters
    ----------
    open_time : int
        Of the bar, UTC milliseconds.
    direction : int
        +1 up, -1 down.
    line, price : float
        Where the line stood, and the close or the price beyond it; quote currency.
    """

    open_time: int
    direction: int
    line: float
    price: float


def armed(rule: LineRule, now_ms: int, price: float | None) -> LineState:
    """Return the state of a rule that is set now: it takes the side on which the price is, and tells nothing.

    Parameters
    ----------
    price : float or None
        Newest price, quote currency; None where it is not known: then the newest close is judged for its
        side, which tells nothing.
    """
    if rule.part == MOMENT:
        return LineState(now_ms - rule.key.bar_ms, now_ms)
    forming = open_of(now_ms, rule.key.timeframe)
    line = price_on_bar(rule.drawing, rule.part, forming, rule.key.bar_ms)
    if price is None or line is None:
        return LineState(forming - 2 * rule.key.bar_ms, forming)
    return LineState(forming - rule.key.bar_ms, forming, _side(price, line, 0))


def judge(rule: LineRule, state: LineState, bars: CandleColumns) -> tuple[LineState, tuple[Crossed, ...]]:
    """Judge closed bars, oldest first; those that were judged already are left out.

    Where the rule is told once, nothing behind the first crossing is judged. Any cut of the bars into parts
    gives the same.

    Returns
    -------
    tuple
        The state afterwards, and the crossings.
    """
    found = []
    fresh = bars[int((bars.open_time <= state.judged_ms).sum()) :]
    for candle in fresh:
        crossed = crossed_on(rule, state, candle)
        line = price_on_bar(rule.drawing, rule.part, candle.open_time, rule.key.bar_ms)
        side = 0 if line is None else _side(candle.close, line, state.side)
        state = replace(state, judged_ms=candle.open_time, side=side)
        if crossed is not None:
            found.append(crossed)
            if rule.is_once:
                break
    return state, tuple(found)


def crossed_on(rule: LineRule, state: LineState, candle: Candle) -> Crossed | None:
    """Return whether the line is crossed on a bar newer than the judged ones; None where not, or not wanted.

    A rule that waits for closes is not judged on a bar that is still forming.
    """
    line = price_on_bar(rule.drawing, rule.part, candle.open_time, rule.key.bar_ms)
    if line is None or not state.side or candle.open_time <= state.judged_ms:
        return None
    if rule.on_close and not candle.closed:
        return None
    direction, price = -state.side, candle.close
    if not rule.on_close and candle.open_time > state.armed_ms:
        price = candle.high if direction > 0 else candle.low
    is_beyond = (price - line) * direction > 0 or (not rule.on_close and price == line)
    if not is_beyond or not rule.crossing.takes(direction):
        return None
    return Crossed(candle.open_time, direction, line, price)


def is_over(rule: LineRule, state: LineState) -> bool:
    """Return whether the line ends in bars that were all judged, so that nothing can cross it any more."""
    ends_ms = line_of(rule.drawing, rule.part).ends_ms
    return ends_ms is not None and state.judged_ms + rule.key.bar_ms > ends_ms


def _side(price: float, line: float, before: int) -> int:
    """Return the side of a price; on the line itself it stays where it was."""
    return before if price == line else 1 if price > line else -1
