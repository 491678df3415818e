"""Narratives and their rotation graph: told by the engine, and read from the store for the days before."""

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workstation.domain.narrative_index import index_symbol
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import NarrativeFiles
from workstation.ui.section import GoTo, Section
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight
from workstation.ui.widgets.menu_below import open_below

if TYPE_CHECKING:
    from workstation.ui.narratives.narrative_editing import NarrativeEditing
    from workstation.ui.narratives.narrative_reading import NarrativePast
    from workstation.ui.narratives.narratives_panel import NarrativePanel
    from workstation.ui.narratives.rotation_graph_panel import RotationGraphPanel

NARRATIVES, GRAPH = "Narratives", "Rotation graph"
"""Titles of the docks."""


class NarrativeDesk(Section):
    """Keeps both panels as the engine says, and reads the past where somebody looks.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    files : NarrativeFiles
        Where the past lies.
    theme : Theme
        Colours.
    """

    def __init__(
        self, bridge: Bridge, files: NarrativeFiles, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._files, self._theme = bridge, files, theme
        self._zone: tzinfo = UTC
        self._past: NarrativePast | None = None
        self.panel: NarrativePanel | None = None
        self.graph: RotationGraphPanel | None = None
        self.editing: NarrativeEditing | None = None
        self.late, self.late_graph = LatePanel(self._make_panel), LatePanel(self._make_graph)
        self.panels = {NARRATIVES: self.late, GRAPH: self.late_graph}
        self.reading = BackgroundReading(self._work, self._is_seen, self)
        self.reading.read.connect(self._on_read)
        self.reading.failed.connect(self._on_failure)
        for late in (self.late, self.late_graph):
            late.seen.connect(self.reading.look_again)
        bridge.narratives_changed.connect(self._on_standings)
        bridge.venue_changed.connect(self._on_venue)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of narratives do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "narratives.focus": lambda: go_to(NARRATIVES, self.focus),
            "narratives.edit": lambda: go_to(NARRATIVES, self.open_menu),
            "narratives.graph": lambda: go_to(GRAPH, self.focus_graph),
        }

    def open_menu(self) -> None:
        """Open what can be done with narratives."""
        self.focus()
        if self.panel is not None and self.menu is not None:
            open_below(self.panel.edit_button, self.menu)

    def refresh(self) -> None:
        """Let the standings grow older on screen; called every second."""
        self.reading.look_again()
        if self.panel is not None and is_in_sight(self.panel):
            self.panel.show_age(self._bridge.venue_time_ms)

    def focus(self) -> None:
        """Give the keyboard to the table."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.focus_table()

    def focus_graph(self) -> None:
        """Give the keyboard to the graph."""
        self.late_graph.ensure()
        if self.graph is not None:
            self.graph.focus_graph()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for panel in (self.panel, self.graph):
            if panel is not None:
                panel.set_theme(theme)

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        if self.panel is not None:
            self.panel.set_zone(zone)

    def stop(self) -> None:
        """Read nothing more, and let no time go on."""
        self.late.stop()
        self.late_graph.stop()
        self.reading.stop()
        if self.editing is not None:
            self.editing.stop()
        if self.graph is not None:
            self.graph.stop()

    def _make_panel(self) -> "NarrativePanel":
        from workstation.ui.narratives.narratives_panel import NarrativePanel

        self.panel = NarrativePanel(self._theme)
        self.panel.set_zone(self._zone)
        self.panel.coin_requested.connect(self._open_coin)
        self.panel.index_requested.connect(self._open_index)
        self.panel.narrative_chosen.connect(self._on_chosen)
        self._make_menu(self.panel)
        self.panel.show_standings(self._bridge.world.narratives, self._bridge.venue_time_ms)
        if self._past is not None:
            self.panel.show_past(self._past)
        self.reading.want()
        return self.panel

    def _make_menu(self, panel: "NarrativePanel") -> None:
        from workstation.ui.narratives.narrative_edit_menu import NarrativeEditMenu
        from workstation.ui.narratives.narrative_editing import NarrativeEditing

        self.editing = NarrativeEditing(self._files.book, self)
        self.menu = NarrativeEditMenu(
            self.editing,
            lambda: (panel.current_name(), panel.current_coin()),
            panel.current_title,
            lambda: self._bridge.venue_time_ms,
            panel,
        )
        panel.edit_button.setMenu(self.menu)
        self.editing.done.connect(panel.tell)
        self.editing.done.connect(lambda _sentence: self.reading.want())
        self.editing.failed.connect(panel.refuse)

    def _make_graph(self) -> "RotationGraphPanel":
        from workstation.ui.narratives.rotation_graph_panel import RotationGraphPanel

        self.graph = RotationGraphPanel(self._theme)
        self.graph.index_requested.connect(self._open_index)
        self.graph.chosen.connect(self._on_chosen_in_graph)
        if self._past is not None:
            self.graph.show_past(self._past)
        self.reading.want()
        return self.graph

    def _is_seen(self) -> bool:
        return self._bridge.world.venue is not None and any(map(is_in_sight, (self.late, self.late_graph)))

    def _work(self) -> Work:
        from workstation.ui.narratives.narrative_reading import NarrativePast, PastWanted, read_past

        world = self._bridge.world
        universe, venue = world.universe, world.venue
        wanted = PastWanted(
            venue.name if venue is not None else "",
            self._timeframe(),
            world.narratives[0].at_ms if world.narratives else self._bridge.venue_time_ms,
            is_whole=universe is not None and 0 < universe.total <= universe.done,
        )
        return partial(read_past, self._files, wanted, self._past or NarrativePast())

    def _timeframe(self) -> str:
        """Return the bars that the universe is kept in; an hour until the engine said."""
        universe = self._bridge.world.universe
        return universe.timeframe if universe is not None and universe.timeframe else "1h"

    def _on_standings(self) -> None:
        if self.panel is not None:
            self.panel.show_standings(self._bridge.world.narratives, self._bridge.venue_time_ms)
        self.reading.want()

    def _on_venue(self) -> None:
        """Forget the past: it was another venue's."""
        self._past = None
        made = [panel for panel in (self.panel, self.graph) if panel is not None]
        if made:
            from workstation.ui.narratives.narrative_reading import NarrativePast

            for panel in made:
                panel.show_past(NarrativePast())
        self.reading.want()

    def _on_read(self, past: "NarrativePast") -> None:
        venue = self._bridge.world.venue
        if venue is None or past.wanted is None or past.wanted.venue != venue.name:
            return  # the venue changed while it was read
        self._past = past
        if past.trouble:  # told once: by now the file is in order, and the engine finds nothing to tell
            self._bridge.notice_posted.emit("book of narratives", past.trouble)
        for panel in (self.panel, self.graph):
            if panel is not None:
                panel.show_past(past)

    def _on_failure(self, sentence: str) -> None:
        for panel in (self.panel, self.graph):
            if panel is not None:
                panel.complain(sentence)

    def _on_chosen(self, name: str) -> None:
        if self.graph is not None:
            self.graph.choose(name)

    def _on_chosen_in_graph(self, name: str) -> None:
        if self.panel is not None:
            self.panel.choose(name)

    def _open_coin(self, coin: str) -> None:
        """Open the chart of a coin where it is known under which symbol it trades."""
        symbols = self._past.symbols if self._past is not None else {}
        symbol = symbols.get(coin)
        if symbol is not None:
            self.symbol_opened.emit(symbol)
        elif self.panel is not None:
            self.panel.refuse(f"The market of {coin} is not known yet; it is read from the stored history.")

    def _open_index(self, name: str) -> None:
        self.series_opened.emit(index_symbol(name), self._timeframe())
