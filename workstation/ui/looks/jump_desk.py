"""Takes the active chart to a moment that the trader names."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workstation.domain.errors import UsageError
from workstation.ui.bridge import Bridge
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.time_ticks import moment_label, zone_label
from workstation.ui.looks.jump_dialog import JumpDialog
from workstation.ui.looks.jump_words import moment_of
from workstation.ui.section import GoTo, Section
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line


class JumpDesk(Section):
    """Asks for a date and goes there.

    Parameters
    ----------
    chart : callable
        Returns the active chart.
    bridge : Bridge
        Knows the venue's time.
    """

    def __init__(
        self, chart: Callable[[], ChartView], bridge: Bridge, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._chart, self._bridge, self._theme = chart, bridge, theme

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its command does, by id."""
        return {"chart.jump": self.ask}

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme

    def ask(self) -> None:
        """Open the dialog over the active chart."""
        chart = self._chart()
        zone = chart.time_zone.key
        dialog = JumpDialog(lambda text: self._read(chart, text), zone, self._theme, _window_of(chart))
        dialog.chosen.connect(chart.show_moment)
        dialog.open()

    def _read(self, chart: ChartView, text: str) -> tuple[int, str]:
        """Return the moment and the bar it lies in, in words.

        Raises
        ------
        UsageError
            It is no moment, or the chart has no bar there.
        """
        extent, key, zone = chart.extent, chart.key, chart.time_zone
        if extent is None or key is None:
            raise UsageError("The chart holds no bars yet. Choose a market first.")
        first, last = extent
        moment = moment_of(text, zone, self._bridge.venue_time_ms or last + key.bar_ms)
        words = f"{moment_label(moment, zone, 1)} {zone_label(moment, zone)}"
        if not first <= moment < last + key.bar_ms:
            begins, ends = (f"{moment_label(at, zone, 1)} {zone_label(at, zone)}" for at in extent)
            name = f"{one_line(key.symbol, 40)} {key.timeframe}"
            side = f"begins on {begins}" if moment < first else f"ends on {ends}"
            raise UsageError(f"{words} is outside: {name} {side} here.")
        return moment, words


def _window_of(chart: ChartView) -> QWidget:
    return chart.window()
