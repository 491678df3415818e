"""The ways to draw a bar, and what each is called."""

from enum import StrEnum


class ChartKind(StrEnum):
    """How the bars of a chart are drawn; the value is what a saved layout says."""

    CANDLES = "candles"
    HOLLOW = "hollow"
    HEIKIN_ASHI = "heikin-ashi"
    BARS = "bars"
    LINE = "line"
    AREA = "area"

    @property
    def label(self) -> str:
        """What a menu says."""
        return _LABELS[self]

    @property
    def note(self) -> str:
        """What must be said beside the true prices; empty where the bars are as they traded."""
        return "averaged bars, true prices" if self is ChartKind.HEIKIN_ASHI else ""

    @property
    def is_of_closes(self) -> bool:
        """Whether only closes are drawn."""
        return self in {ChartKind.LINE, ChartKind.AREA}


_LABELS = {
    ChartKind.CANDLES: "Candles",
    ChartKind.HOLLOW: "Hollow candles",
    ChartKind.HEIKIN_ASHI: "Heikin-Ashi (averaged)",
    ChartKind.BARS: "Bars",
    ChartKind.LINE: "Line of closes",
    ChartKind.AREA: "Area under closes",
}
