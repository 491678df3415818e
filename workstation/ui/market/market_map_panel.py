"""The panel of the market map: every coin of the venue's main quote currency, with what to draw them by."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.market.market_map_legend import MarketMapLegend
from workstation.ui.market.market_map_view import MarketMapView
from workstation.ui.market.market_map_words import AREA_WORDS, COLOUR_WORDS
from workstation.ui.market.market_tiles import MapPlan, Tile, TileArea, TileColour
from workstation.ui.theme import Theme

_HINT = "Point at a coin, or use the arrows. Click or Enter opens its chart."


class MarketMapPanel(QWidget):
    """The map with its choices above, and its words below."""

    area_chosen = Signal(object)  # TileArea
    colour_chosen = Signal(object)  # TileColour

    def __init__(self, theme: Theme, area: TileArea, colour: TileColour) -> None:
        super().__init__()
        self.setObjectName("market-map")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.area, self.colour = QComboBox(), QComboBox()
        self.view, self.legend = MarketMapView(theme), MarketMapLegend(theme)
        self.facts, self.status = QLabel(_HINT), QLabel()
        self._set_up(area, colour)
        self._lay_out()
        self.area.currentIndexChanged.connect(lambda _at: self.area_chosen.emit(self.chosen_area))
        self.colour.currentIndexChanged.connect(self._on_colour)
        self.view.said.connect(lambda words: self.facts.setText(words or _HINT))

    @property
    def chosen_area(self) -> TileArea:
        """What the area of a tile says."""
        return TileArea(self.area.currentData())

    @property
    def chosen_colour(self) -> TileColour:
        """What the colour of a tile says."""
        return TileColour(self.colour.currentData())

    def _set_up(self, area: TileArea, colour: TileColour) -> None:
        for box, words, chosen in ((self.area, AREA_WORDS, area), (self.colour, COLOUR_WORDS, colour)):
            for value, word in words.items():
                box.addItem(word, value)
            box.setCurrentIndex(box.findData(chosen.value))
        self.area.setAccessibleName("Area of a tile")
        self.area.setToolTip("As large as what was traded in 24 hours, or all alike")
        self.colour.setAccessibleName("Colour of a tile")
        self.colour.setToolTip("Colour and number by the change of 24 hours, or by the grade")
        for label in (self.facts, self.status):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setContentsMargins(10, 2, 10, 2)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.facts.setMinimumHeight(2 * self.facts.fontMetrics().lineSpacing() + 4)
        self.status.setAccessibleName("State of the market map")
        self.legend.show_scale(colour)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(8)
        top.addWidget(self.area)
        top.addWidget(self.colour)
        top.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.view, 1)
        for one in (self.legend, self.facts, self.status):
            whole.addWidget(one)

    def show_plan(self, plan: MapPlan) -> None:
        """Lay out what is drawn."""
        self.view.show_groups(plan.groups)

    def show_tiles(self, tiles: Mapping[str, Tile], *, is_old: bool) -> None:
        """Show what is known of the coins that are drawn, by symbol; what is old is greyed."""
        self.view.show_tiles(tiles, self.chosen_colour, is_old=is_old)

    def show_state(self, words: str) -> None:
        """Say how the map is doing."""
        if words != self.status.text():
            self.status.setText(words)
            self.view.show_message(words)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.view.set_theme(theme)
        self.legend.set_theme(theme)

    def _on_colour(self) -> None:
        self.legend.show_scale(self.chosen_colour)
        self.colour_chosen.emit(self.chosen_colour)
