"""A study: a line, band or histogram that is computed from candles, and how a trader can change it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from workstation.domain.errors import SettingsError


class Place(Enum):
    """Where a study is drawn."""

    PRICE = "price"
    """Over the candles, on their scale."""
    VOLUME = "volume"
    """Over the volume bars, on their scale."""
    PANE = "pane"
    """Below, in a pane with a scale of its own."""


class Shape(Enum):
    """How one output of a study is drawn."""

    LINE = "line"
    HISTOGRAM = "histogram"
    DOTS = "dots"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a study that the trader may change.

    Parameters
    ----------
    name, title : str
        What programs and what traders call it.
    default, least, most : float
        Where it starts, and its bounds, both allowed.
    is_whole : bool
        True for a number of bars.
    """

    name: str
    title: str
    default: float
    least: float = 1
    most: float = 500
    is_whole: bool = True

    def checked(self, value: object) -> float:
        """Return a value that is allowed.

        Raises
        ------
        SettingsError
            It is no number, not a whole one where that is needed, or out of bounds.
        """
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        number = float(value) if is_number and isinstance(value, int | float) else math.nan
        if not self.least <= number <= self.most or (self.is_whole and number != int(number)):
            kind = "a whole number" if self.is_whole else "a number"
            raise SettingsError(
                f"{self.title} must be {kind} from {self.least:g} to {self.most:g}, not {value!r}."
            )
        return number


@dataclass(frozen=True, slots=True)
class Output:
    """One series of numbers that a study gives.

    Parameters
    ----------
    name, title : str
        What programs and what traders call it.
    role : str
        Colour of the window's theme that it has until the trader chooses another, e.g. ``"accent"``.
    shape : Shape
        How it is drawn.
    drawn_later : str
        Parameter that says by how many bars it is drawn to the right of the bar that it was known at; empty
        for none. A minus before the name means to the left: drawn where nobody knew it yet, and said so.
    """

    name: str
    title: str
    role: str
    shape: Shape = Shape.LINE
    drawn_later: str = ""

    def shift(self, values: Mapping[str, float]) -> int:
        """Return how many bars to the right it is drawn; negative where it is drawn before it was known."""
        name = self.drawn_later.removeprefix("-")
        bars = int(values[name]) if name else 0
        return -bars if self.drawn_later.startswith("-") else bars


@dataclass(frozen=True, slots=True)
class Study:
    """What a trader can add to a chart.

    Parameters
    ----------
    id, title, short : str
        What programs call it, what a list says, and what a legend says.
    group : str
        Heading in a list.
    place : Place
        Where it is drawn.
    parameters, outputs : tuple
        What may be changed, and what is drawn, in order.
    band : tuple of str
        Names of the two outputs between which the ground is tinted; empty for none.
    guides : tuple of float
        Levels that are drawn through its pane.
    limits : tuple of float
        Lowest and highest value that its pane always shows; empty where the values in sight say it.
    """

    id: str
    title: str
    short: str
    group: str
    place: Place
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    band: tuple[str, ...] = ()
    guides: tuple[float, ...] = ()
    limits: tuple[float, ...] = ()

    @property
    def defaults(self) -> dict[str, float]:
        """The parameters as they start."""
        return {one.name: one.default for one in self.parameters}

    def checked(self, values: Mapping[str, object]) -> dict[str, float]:
        """Return every parameter: from `values` where it is there, else as it starts.

        Raises
        ------
        SettingsError
            A value is not allowed, or the study has no such parameter.
        """
        unknown = set(values) - {one.name for one in self.parameters}
        if unknown:
            raise SettingsError(f"{self.title} has no parameter {sorted(unknown)[0]!r}.")
        return {one.name: one.checked(values.get(one.name, one.default)) for one in self.parameters}

    def label(self, values: Mapping[str, float]) -> str:
        """Return what a legend says, e.g. ``"MACD 12 26 9"``."""
        return " ".join([self.short, *(f"{values[one.name]:g}" for one in self.parameters)])
