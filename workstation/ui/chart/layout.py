"""Where the parts of a chart lie."""

from dataclasses import dataclass, field, replace
from itertools import accumulate

_VOLUME_SHARE = 0.17
_LEAST_FOR_VOLUME = 150  # a lower chart is all candles
_LEAST_FOR_AXES = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """The panes of a chart, in logical pixels; the price pane's corner is (0, 0).

    Parameters
    ----------
    width, height : int
        Of the widget.
    axis_width : int
        Of the price axis at the right; 0 in a very small chart.
    time_height : int
        Of the time axis at the bottom; 0 in a very small chart.
    volume_height : int
        Of the volume pane above the time axis; 0 in a low chart.
    header : int
        Of the upper part of the price pane that holds caption and read-out, free of candles.
    pane_heights : tuple of int
        Of the panes of studies and judgements below price and volume, from top to bottom.
    line : int
        Of a line of the legend.

    Attributes
    ----------
    plot_width : int
        Width of every pane.
    body_height : int
        Height of all panes together: everything above the time axis.
    price_height : int
        Height of the price pane.
    """

    width: int
    height: int
    axis_width: int
    time_height: int
    volume_height: int
    header: int
    pane_heights: tuple[int, ...] = ()
    line: int = 18
    plot_width: int = field(init=False)
    body_height: int = field(init=False)
    price_height: int = field(init=False)

    def __post_init__(self) -> None:
        body = max(self.height - self.time_height, 1)
        price_height = max(body - sum(self.pane_heights) - self.volume_height, 1)
        object.__setattr__(self, "plot_width", max(self.width - self.axis_width, 1))
        object.__setattr__(self, "body_height", body)
        object.__setattr__(self, "price_height", price_height)

    @classmethod
    def of(cls, width: int, height: int, axis_width: int, time_height: int, header: int) -> "Layout":
        """Return how a widget of this size is divided."""
        axis_width = axis_width if width >= _LEAST_FOR_AXES + axis_width else 0
        time_height = time_height if height >= _LEAST_FOR_AXES + time_height else 0
        body = height - time_height
        volume_height = round(body * _VOLUME_SHARE) if body >= _LEAST_FOR_VOLUME else 0
        return cls(width, height, axis_width, time_height, volume_height, header)

    def with_panes(self, heights: tuple[int, ...], line: int) -> "Layout":
        """Return the same chart with panes below; the volume pane gives its part of what they take."""
        left = self.body_height - sum(heights)
        volume_height = round(left * _VOLUME_SHARE) if left >= _LEAST_FOR_VOLUME else 0
        return replace(self, volume_height=volume_height, pane_heights=heights, line=line)

    @property
    def volume_bottom(self) -> int:
        """Lower edge of the volume pane, upper edge of the first pane of a study."""
        return self.price_height + self.volume_height

    @property
    def panes(self) -> tuple[tuple[int, int], ...]:
        """Top and height of each pane of a study."""
        tops = accumulate(self.pane_heights, initial=self.volume_bottom)
        return tuple(zip(tops, self.pane_heights, strict=False))

    def is_on_price_axis(self, x: float, y: float) -> bool:
        """Return whether a point lies on the price axis."""
        return x >= self.plot_width and y < self.price_height

    def is_in_panes(self, x: float, y: float) -> bool:
        """Return whether a point lies in any pane."""
        return 0 <= x < self.plot_width and 0 <= y < self.body_height
