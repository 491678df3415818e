"""The lines of a drawing that an alert can stand on, and where each of them is at a bar."""

from dataclasses import dataclass
from functools import lru_cache

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.drawing_price import level_prices, price_at, price_between
from workstation.domain.errors import UsageError

MOMENT = "moment"
"""The part of an upright line: its time."""


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line of a drawing.

    Parameters
    ----------
    part : str
        Its name in files.
    label : str
        What the trader calls it, e.g. ``"upper border of the channel"``.
    begins_ms, ends_ms : int or None
        From when to when it stands, UTC milliseconds; None where it has no such end.
    """

    part: str
    label: str
    begins_ms: int | None = None
    ends_ms: int | None = None


@lru_cache(maxsize=4096)
def lines_of(drawing: Drawing) -> tuple[DrawnLine, ...]:
    """Return the lines of a drawing; none of a text.

    Levels of Fibonacci drawings go on beyond their last point: they are watched for what comes after it.
    """
    times = [anchor.time_ms for anchor in drawing.anchors]
    name = drawing.kind.label.lower().replace("fibonacci", "Fibonacci")
    match drawing.kind:
        case DrawingKind.HORIZONTAL:
            return (DrawnLine("line", name),)
        case DrawingKind.TREND:
            return (DrawnLine("line", name, min(times), max(times)),)
        case DrawingKind.RAY:
            is_forward = times[1] > times[0]
            return (DrawnLine("line", name, *((times[0], None) if is_forward else (None, times[0]))),)
        case DrawingKind.VERTICAL:
            return (DrawnLine(MOMENT, name, times[0], times[0]),)
        case DrawingKind.CHANNEL:
            reach = (min(times[:2]), max(times[:2]))
            return tuple(DrawnLine(side, f"{side} border of the channel", *reach) for side in _BORDERS)
        case DrawingKind.RECTANGLE:
            return tuple(
                DrawnLine(edge, f"{edge} of the rectangle", min(times), max(times)) for edge in _EDGES
            )
        case DrawingKind.RETRACEMENT | DrawingKind.EXTENSION:
            begins = min(times) if drawing.kind is DrawingKind.RETRACEMENT else times[2]
            return tuple(
                DrawnLine(f"{ratio:g}", f"{ratio:g} level of the {name}", begins)
                for ratio, _ in level_prices(drawing)
            )
        case DrawingKind.LONG | DrawingKind.SHORT:
            reach = (min(times[0], times[2]), max(times[0], times[2]))
            return tuple(DrawnLine(level, f"{level} of the {name}", *reach) for level in _LEVELS)
        case _:
            return ()


def line_of(drawing: Drawing, part: str) -> DrawnLine:
    """Return one line of a drawing.

    Raises
    ------
    UsageError
        It has no such line.
    """
    found = next((line for line in lines_of(drawing) if line.part == part), None)
    if found is None:
        raise UsageError(f"A {drawing.kind.label.lower()} has no line “{part}” to put an alert on.")
    return found


def price_on_bar(drawing: Drawing, part: str, open_time: int, bar_ms: int) -> float | None:
    """Return where a line is at a bar, as the chart paints it: in the middle of the bar.

    A line that begins or ends within the bar counts as far as it reaches into it.

    Returns
    -------
    float or None
        Quote currency, above zero; None where the line does not reach the bar, or has no price.
    """
    line, time_ms = line_of(drawing, part), open_time + bar_ms // 2
    if line.begins_ms is not None and time_ms < line.begins_ms:
        time_ms = line.begins_ms
    if line.ends_ms is not None and time_ms > line.ends_ms:
        time_ms = line.ends_ms
    if not open_time <= time_ms < open_time + bar_ms:
        return None
    return _price(drawing, part, time_ms)


def _price(drawing: Drawing, part: str, time_ms: int) -> float | None:
    anchors = drawing.anchors
    if part == "line":
        return price_at(drawing, time_ms)
    if part in _BORDERS:
        return _border(drawing, part, time_ms)
    if part in _EDGES:
        return (max if part == "top" else min)(anchor.price for anchor in anchors)
    if part in _LEVELS:
        return anchors[_LEVELS.index(part)].price
    return {f"{ratio:g}": price for ratio, price in level_prices(drawing)}.get(part)


def _border(drawing: Drawing, part: str, time_ms: int) -> float | None:
    """Return the price of the upper or lower border of a channel; its first line may be either."""
    first, second, aside = drawing.anchors
    through = price_between(first, second, aside.time_ms, is_log=drawing.is_log)
    here = price_at(drawing, time_ms)
    if through is None or here is None:
        return None
    beside = _beside(Anchor(time_ms, here), through, aside.price, is_log=drawing.is_log)
    if beside is None:
        return None
    return max(here, beside) if part == "upper" else min(here, beside)


def _beside(at: Anchor, start: float, end: float, *, is_log: bool) -> float | None:
    price = at.price * (end / start) if is_log else at.price + end - start
    return price if price > 0 else None


_BORDERS = ("upper", "lower")
_EDGES = ("top", "bottom")
_LEVELS = ("entry", "stop", "target")
