"""The market map, kept as the venue's prices say while somebody looks at it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer

from workstation.domain.grade import Grade
from workstation.domain.market import Market
from workstation.ui.judgement.grade_desk import GradeDesk
from workstation.ui.keyboard.keyboard_desk import KeyboardDesk
from workstation.ui.market.market_tiles import (
    MapPlan,
    Tile,
    TileArea,
    TileColour,
    main_markets,
    plan_of,
)
from workstation.ui.market.quote_board import OLD_MS, QuoteBoard
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import LatePanel, is_in_sight

if TYPE_CHECKING:
    from workstation.ui.market.market_map_panel import MarketMapPanel

Choice = TypeVar("Choice", TileArea, TileColour)

MARKET_MAP = "Market map"
"""Title of the dock."""

PLANNED_FOR_S = 60.0
"""Tiles keep their places so long: a map on which everything moves cannot be read."""

_FILL_S = 0.9  # the first prices come in parts, too: the places are good enough until the next look
_GATHER_MS = 300  # prices of all markets come in parts


class MarketMapDesk(Section):
    """Has prices of all markets sent while the map is in sight, and draws them.

    Parameters
    ----------
    around : Surroundings
        Bridge, requests and memory.
    grades : GradeDesk
        Reads the grades of the newest close.
    theme : Theme
        Colours.

    Attributes
    ----------
    board : QuoteBoard
        The prices of every market; others may have them sent, too.
    """

    def __init__(
        self, around: Surroundings, grades: GradeDesk, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._memory, self._theme = around.bridge, around.memory, theme
        self.board = QuoteBoard(around.bridge, around.requests, self)
        self._grades: dict[str, int] = {}
        self._listed: tuple[Market, ...] = ()
        self._plan = MapPlan()
        self._title_of: dict[str, str] = {}
        self._planned_s, self._n_planned_of = -PLANNED_FOR_S, 0
        self.panel: MarketMapPanel | None = None
        self.late = LatePanel(self._make_panel)
        self.panels = {MARKET_MAP: self.late}
        self._gathering = QTimer(self, interval=_GATHER_MS, singleShot=True)
        self._gathering.timeout.connect(self.show_now)
        self.board.tell_while(lambda: is_in_sight(self.late))
        self.board.changed.connect(lambda _tickers: self._show_soon())
        self.late.seen.connect(self._on_seen)
        grades.tell_too(self.late)
        grades.read.connect(self._on_grades)
        bridge = around.bridge
        for news in (bridge.markets_changed, bridge.venue_changed):
            news.connect(self._on_markets)
        bridge.narratives_changed.connect(self._plan_anew)

    def join(self, keyboard: KeyboardDesk) -> None:
        """Have the prices of all markets sent while the palette is open, too, and show them there."""
        palette, board = keyboard.palette, self.board
        keyboard.sources.quotes = board.quotes
        board.tell_while(palette.isVisible)
        board.changed.connect(lambda _tickers: palette.show_prices())
        palette.opened.connect(board.look)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its command does; `go_to` reveals a dock and gives it the keyboard."""
        return {"market.map": lambda: go_to(MARKET_MAP, self.focus)}

    def focus(self) -> None:
        """Give the keyboard to the map."""
        self.late.ensure()
        if self.panel is not None:
            self.panel.view.setFocus()

    def refresh(self) -> None:
        """Ask for what is in sight now, and let prices grow older on screen; called every second."""
        self.board.look()
        if self.panel is not None and is_in_sight(self.panel) and not self._gathering.isActive():
            self._say()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """Draw nothing more."""
        self._gathering.stop()
        self.late.stop()

    def _make_panel(self) -> "MarketMapPanel":
        from workstation.ui.market.market_map_panel import MarketMapPanel

        area, colour = _known(TileArea, self._memory.map_area), _known(TileColour, self._memory.map_colour)
        self.panel = MarketMapPanel(self._theme, area, colour)
        self.panel.view.open_requested.connect(self.symbol_opened)
        self.panel.area_chosen.connect(self._on_area)
        self.panel.colour_chosen.connect(self._on_colour)
        return self.panel

    def _on_seen(self) -> None:
        self.board.look()
        self.show_now()

    def _on_area(self, area: TileArea) -> None:
        self._memory.map_area = area.value
        self._plan_anew()
        self.show_now()

    def _on_colour(self, colour: TileColour) -> None:
        self._memory.map_colour = colour.value
        self.show_now()

    def _on_grades(self, grades: Sequence[Grade]) -> None:
        self._grades = {grade.symbol: grade.value for grade in grades}
        self._show_soon()

    def _on_markets(self) -> None:
        self._listed = main_markets(self._bridge.world.markets.values())
        self._plan_anew()

    def _plan_anew(self) -> None:
        self._planned_s = -PLANNED_FOR_S
        self._show_soon()

    def _show_soon(self) -> None:
        if self.panel is not None and is_in_sight(self.panel) and not self._gathering.isActive():
            self._gathering.start()

    def show_now(self) -> None:
        """Draw what is known now."""
        self._gathering.stop()
        if self.panel is None:
            return
        now_s, n_known = self.board.monotonic(), len(self.board.quotes)
        wait_s = PLANNED_FOR_S if n_known == self._n_planned_of else _FILL_S if self._plan.groups else 0.0
        if now_s - self._planned_s >= wait_s:
            self._planned_s, self._n_planned_of = now_s, n_known
            self._make_plan(self.panel)
        self._say()
        self.panel.show_tiles(self._tiles(), is_old=self._is_old)

    def _make_plan(self, panel: "MarketMapPanel") -> None:
        plan = plan_of(self._listed, self.board.quotes, self._bridge.world.narratives, panel.chosen_area)
        if plan.groups != self._plan.groups:
            panel.show_plan(plan)
        self._plan = plan
        self._title_of = {symbol: group.title for group in plan.groups for symbol in group.symbols}

    def _tiles(self) -> dict[str, Tile]:
        markets, quotes, grades = self._bridge.world.markets, self.board.quotes, self._grades
        return {
            symbol: Tile(markets[symbol], quotes[symbol], grades.get(symbol), title)
            for symbol, title in self._title_of.items()
            if symbol in markets and symbol in quotes
        }

    @property
    def _is_old(self) -> bool:
        age_ms = self.board.age_ms
        return not self._bridge.world.connected or age_ms is None or age_ms > OLD_MS

    def _say(self) -> None:
        from workstation.ui.market.market_map_words import state_words

        world = self._bridge.world
        if self.panel is not None:
            said = state_words(world.venue, self._plan, self.board.age_ms, is_connected=world.connected)
            self.panel.show_state(said)


def _known(kind: type[Choice], value: str) -> Choice:
    """Return a remembered choice; the first one where the file says something else."""
    return kind(value) if value in set(kind) else next(iter(kind))
