"""What a trader draws on a chart: lines, levels, boxes, words and planned positions."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from workstation.domain.errors import UsageError

COLOUR_ROLES = ("accent", "rise", "fall", "warning", "practice", "text")
"""Colours of the theme that a drawing can have; it changes with the theme then."""

WIDTHS = (1, 2, 3, 4)
"""Logical pixels a line can be wide."""

LONGEST_TEXT = 200
"""Characters of a text."""

_FREE_COLOUR = re.compile(r"#[0-9a-f]{6}")


class DrawingKind(StrEnum):
    """What a drawing is; the value is what its file says."""

    TREND = "trend"
    RAY = "ray"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    CHANNEL = "channel"
    RETRACEMENT = "retracement"
    EXTENSION = "extension"
    RECTANGLE = "rectangle"
    TEXT = "text"
    LONG = "long"
    SHORT = "short"

    @property
    def n_anchors(self) -> int:
        """Points that hold it."""
        return _N_ANCHORS[self]

    @property
    def label(self) -> str:
        """What the trader calls it."""
        return _LABELS[self]

    @property
    def is_position(self) -> bool:
        """True for a planned position: its anchors are entry, stop and target."""
        return self in {DrawingKind.LONG, DrawingKind.SHORT}


_N_ANCHORS = {
    DrawingKind.TREND: 2,
    DrawingKind.RAY: 2,
    DrawingKind.HORIZONTAL: 1,
    DrawingKind.VERTICAL: 1,
    DrawingKind.CHANNEL: 3,
    DrawingKind.RETRACEMENT: 2,
    DrawingKind.EXTENSION: 3,
    DrawingKind.RECTANGLE: 2,
    DrawingKind.TEXT: 1,
    DrawingKind.LONG: 3,
    DrawingKind.SHORT: 3,
}
_LABELS = {
    DrawingKind.TREND: "Trend line",
    DrawingKind.RAY: "Ray",
    DrawingKind.HORIZONTAL: "Horizontal line",
    DrawingKind.VERTICAL: "Vertical line",
    DrawingKind.CHANNEL: "Channel",
    DrawingKind.RETRACEMENT: "Fibonacci retracement",
    DrawingKind.EXTENSION: "Fibonacci extension",
    DrawingKind.RECTANGLE: "Rectangle",
    DrawingKind.TEXT: "Text",
    DrawingKind.LONG: "Long position",
    DrawingKind.SHORT: "Short position",
}


class Dash(StrEnum):
    """How a line is broken."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point that holds a drawing.

    Parameters
    ----------
    time_ms : int
        An instant, UTC milliseconds; may lie in the future. It belongs to whichever bar contains it, so it
        is at the right place in every timeframe.
    price : float
        Quote currency; above zero.
    """

    time_ms: int
    price: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.price) and self.price > 0):
            raise UsageError(f"A drawing stands at a price above zero; got {self.price!r}.")


@dataclass(frozen=True, slots=True)
class Style:
    """How a drawing looks.

    Parameters
    ----------
    colour : str
        One of `COLOUR_ROLES`, or ``"#rrggbb"``.
    width : int
        One of `WIDTHS`.
    """

    colour: str = "accent"
    width: int = 2
    dash: Dash = Dash.SOLID

    def __post_init__(self) -> None:
        if self.colour not in COLOUR_ROLES and not _FREE_COLOUR.fullmatch(self.colour):
            raise UsageError(f"A colour is one of {', '.join(COLOUR_ROLES)} or #rrggbb; got {self.colour!r}.")
        if self.width not in WIDTHS:
            raise UsageError(f"A line is {WIDTHS[0]} to {WIDTHS[-1]} pixels wide; got {self.width!r}.")


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing.

    Parameters
    ----------
    id : str
        Unique among the drawings of a market.
    anchors : tuple of Anchor
        As many as the kind has. Channel: its line, then a point of the parallel. Extension: the leg, then
        where it is carried on from. Position: entry, stop, target; it ends at the target's time.
    text : str
        The words of a text; plain.
    is_log : bool
        True where its lines are straight on a logarithmic scale, so that a line has one price at a time
        whatever scale it is looked at on.
    is_locked : bool
        True where no hand moves it.
    risk : Decimal
        Of a position: what is lost at the stop, quote currency.
    """

    id: str
    kind: DrawingKind
    anchors: tuple[Anchor, ...]
    style: Style = Style()
    text: str = ""
    is_log: bool = False
    is_locked: bool = False
    risk: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        if not self.id:
            raise UsageError("A drawing needs an id.")
        if len(self.anchors) != self.kind.n_anchors:
            raise UsageError(
                f"A {self.kind.value} is held by {self.kind.n_anchors} points; got {len(self.anchors)}."
            )
        if len(self.text) > LONGEST_TEXT:
            raise UsageError(f"A text has at most {LONGEST_TEXT} characters; got {len(self.text)}.")
        if not (self.risk.is_finite() and self.risk > 0):
            raise UsageError(f"The risk of a position is an amount above zero; got {self.risk}.")
