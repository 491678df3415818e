"""The points that hold a drawing, in figures: prices and times to be typed exactly."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.drawing_price import plan_of
from workstation.domain.errors import UsageError
from workstation.domain.market import slot_of
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_tool import with_anchor
from workstation.ui.chart.time_ticks import DAY
from workstation.ui.looks.jump_words import moment_of
from workstation.ui.words.number_format import price

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST, _MOST = Decimal("1e-12"), Decimal("1e15")
_LINE = ("First point", "Second point")
_POSITION = ("Entry", "Stop", "Target")
_NAMES = {
    DrawingKind.TREND: _LINE,
    DrawingKind.RAY: ("Begins at", "Goes through"),
    DrawingKind.HORIZONTAL: ("Line",),
    DrawingKind.VERTICAL: ("Line",),
    DrawingKind.CHANNEL: (*_LINE, "Parallel through"),
    DrawingKind.RETRACEMENT: ("From", "To"),
    DrawingKind.EXTENSION: ("Leg from", "Leg to", "Carried on from"),
    DrawingKind.RECTANGLE: ("One corner", "Other corner"),
    DrawingKind.TEXT: ("Text",),
    DrawingKind.LONG: _POSITION,
    DrawingKind.SHORT: _POSITION,
}


def point_names(kind: DrawingKind) -> tuple[str, ...]:
    """Return what the trader calls the points of a drawing, in their order."""
    return _NAMES[kind]


def has_price(kind: DrawingKind) -> bool:
    """Return whether its points stand at a price; a vertical line's do not."""
    return kind is not DrawingKind.VERTICAL


def has_time(kind: DrawingKind, number: int) -> bool:
    """Return whether a point stands at a time; a horizontal line's and a stop's do not."""
    return kind is not DrawingKind.HORIZONTAL and not (kind.is_position and number == 1)


def price_text(anchor: Anchor, place: Place) -> str:
    """Return a point's price as it is written in its field."""
    return price(anchor.price, place.frame.series.price_step)


def time_text(anchor: Anchor, place: Place) -> str:
    """Return when the bar of a point opens, as it is written in its field: by the chart's clock."""
    key = place.frame.series.key
    open_ms = place.frame.series.open_time(slot_of(anchor.time_ms, key.timeframe))
    moment = (_EPOCH + timedelta(milliseconds=open_ms)).astimezone(place.frame.zone)
    return f"{moment:%Y-%m-%d}" if key.bar_ms >= DAY else f"{moment:%Y-%m-%d %H:%M}"


def moved_to(drawing: Drawing, number: int, written: tuple[str, str], place: Place) -> Drawing:
    """Return a drawing with one point where price and time are written.

    What is written as it was stays exactly as it was: a field shows fewer digits than a point has.

    Parameters
    ----------
    written : (str, str)
        Price and time; left out where the point has none.

    Raises
    ------
    UsageError
        One of them is none; the sentence says what can be written.
    """
    anchor, name = drawing.anchors[number], _NAMES[drawing.kind][number]
    value, time_ms = anchor.price, anchor.time_ms
    if has_price(drawing.kind) and written[0].strip() != price_text(anchor, place):
        value = _price_of(written[0], name)
    if has_time(drawing.kind, number) and written[1].strip() != time_text(anchor, place):
        time_ms = _time_of(written[1], name, place)
    return with_anchor(drawing, number, Anchor(time_ms, value))


def checked(drawing: Drawing) -> Drawing:
    """Return a drawing that holds together.

    Raises
    ------
    UsageError
        Stop or target of a position lies on the wrong side of its entry.
    """
    if drawing.kind.is_position and plan_of(drawing) is None:
        below, above = ("stop", "target") if drawing.kind is DrawingKind.LONG else ("target", "stop")
        raise UsageError(
            f"A {drawing.kind.label.lower()} has its {below} below and its {above} above the entry."
        )
    return drawing


def _price_of(text: str, name: str) -> float:
    try:
        value = Decimal(text.strip().replace(",", "").replace(" ", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not _LEAST <= value <= _MOST:
        raise UsageError(f"{name}: write a price above zero, such as 0.0421 or 64,200.50.")
    return float(value)


def _time_of(text: str, name: str, place: Place) -> int:
    last = place.frame.series.last
    newest = last.open_time if last is not None else 0
    try:
        moment = moment_of(text, place.frame.zone, newest)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error
    return place.middle_of(slot_of(moment, place.frame.series.key.timeframe))
