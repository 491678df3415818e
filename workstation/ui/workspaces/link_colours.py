"""Charts of one colour share market and crosshair, and if wished timeframe and what is in sight."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QEvent, QObject

from workstation.domain.market import SeriesKey, slot_of
from workstation.ui.theme import Theme
from workstation.ui.workspaces.chart_pane import ChartPane
from workstation.ui.workspaces.chart_pane_crosshair import LinkedCrosshair
from workstation.ui.workspaces.chart_pane_link import LINK_NAMES, LinkButton
from workstation.ui.workspaces.workspace import Workspace

_LEAVING = frozenset({QEvent.Type.Leave, QEvent.Type.Hide})


class ChartLink:
    """How one chart is linked.

    Parameters
    ----------
    pane : ChartPane
        The chart.
    button : LinkButton
        Where that is shown and chosen.
    crosshair : LinkedCrosshair
        Where the pointer of the others is drawn.
    """

    def __init__(self, pane: ChartPane, button: LinkButton, crosshair: LinkedCrosshair) -> None:
        self.pane, self.button, self.crosshair = pane, button, crosshair
        self.name = ""
        self.shares_timeframe, self.shares_range = False, False
        self.is_new = True
        self.seen: tuple[int, int] | None = None
        self.told: tuple[int, float | None] | None = None

    def save(self) -> object:
        """Return how it is linked, as JSON values."""
        return {"colour": self.name, "timeframe": self.shares_timeframe, "range": self.shares_range}

    def restore(self, saved: object) -> None:
        """Take what `save` gave; ignored where it has another form."""
        if isinstance(saved, dict):
            name = saved.get("colour")
            self.name = name if name in LINK_NAMES else ""
            self.shares_timeframe = saved.get("timeframe") is True
            self.shares_range = saved.get("range") is True
            self.show()

    def show(self) -> None:
        """Show it on the button."""
        self.button.show_link(
            self.name, shares_timeframe=self.shares_timeframe, shares_range=self.shares_range
        )

    def range_ms(self) -> tuple[int, int] | None:
        """Return the opens of the first and the last bar in sight, UTC milliseconds."""
        frame = self.pane.chart.frame
        if frame is None:
            return None
        first, end = frame.slots.visible(frame.layout.plot_width)
        return frame.series.open_time(first), frame.series.open_time(end - 1)

    def pointed(self) -> tuple[int, float | None] | None:
        """Return the open of the bar under the pointer, UTC milliseconds, and the price there.

        The price is None beside the candles' pane; all is None where the pointer is elsewhere.
        """
        frame, pointer = self.pane.chart.frame, self.pane.chart.pointed
        if frame is None or pointer is None:
            return None
        is_price = pointer.y < frame.layout.price_height
        price = frame.prices.price_at(pointer.y * frame.dpr) if is_price else None
        return frame.series.open_time(pointer.slot), price


class LinkColours(QObject):
    """Passes on between charts of one group what they share.

    Parameters
    ----------
    workspace : Workspace
        Whose charts.
    theme : Theme
        Colours.
    """

    def __init__(self, workspace: Workspace, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._theme = workspace, theme
        self._links: dict[ChartPane, ChartLink] = {}
        self._is_telling = False
        workspace.on_each(self._join)

    def of(self, pane: ChartPane) -> ChartLink:
        """Return how a chart is linked."""
        return self._links[pane]

    def choose(self, pane: ChartPane, name: str) -> None:
        """Put a chart into a group (empty for none); it takes over the group's market."""
        link = self.of(pane)
        link.name = name
        link.show()
        self._adopt(link)
        pane.changed.emit()

    def share(self, pane: ChartPane, *, timeframe: bool | None = None, span: bool | None = None) -> None:
        """Share the timeframe, or what is in sight, with the group; None leaves it as it is."""
        link = self.of(pane)
        link.shares_timeframe = link.shares_timeframe if timeframe is None else timeframe
        link.shares_range = link.shares_range if span is None else span
        link.show()
        self._adopt(link)
        pane.changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        for link in self._links.values():
            link.button.set_theme(theme)
            link.crosshair.set_theme(theme)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear when the pointer leaves a chart."""
        link = next((one for one in self._links.values() if one.pane.chart is watched), None)
        if link is not None and link.name and event.type() in _LEAVING:
            self._leave(link)
        return super().eventFilter(watched, event)

    def _join(self, pane: ChartPane) -> None:
        button = LinkButton(self._theme)
        link = ChartLink(pane, button, LinkedCrosshair(pane.chart, self._theme))
        self._links[pane] = link
        self._workspace.header_of(pane).add_left(button)
        pane.keep("link", link.save, link.restore)
        pane.opened.connect(partial(self._on_opened, link))
        pane.destroyed.connect(partial(self._links.pop, pane, None))
        pane.chart.frame_painted.connect(partial(self._on_painted, link))
        pane.chart.installEventFilter(self)
        button.chosen.connect(partial(self.choose, pane))
        button.timeframe_toggled.connect(lambda is_on: self.share(pane, timeframe=is_on))
        button.range_toggled.connect(lambda is_on: self.share(pane, span=is_on))

    def _others(self, link: ChartLink) -> Iterator[ChartLink]:
        """Yield the other charts of a chart's group."""
        if link.name:
            here = [self._links[pane] for pane in self._workspace.panes if pane in self._links]
            yield from (other for other in here if other is not link and other.name == link.name)

    def _adopt(self, link: ChartLink) -> None:
        """Let a chart that joined show what its group shows."""
        other = next((one for one in self._others(link) if one.pane.key is not None), None)
        if other is not None and other.pane.key is not None:
            self._show(link, other, other.pane.key)

    def _show(self, link: ChartLink, told_by: ChartLink, key: SeriesKey) -> None:
        shares = link.shares_timeframe and told_by.shares_timeframe
        was_telling, self._is_telling = self._is_telling, True
        try:
            link.pane.open(key.symbol, key.timeframe if shares else "")
        finally:
            self._is_telling = was_telling

    def _on_opened(self, link: ChartLink, key: SeriesKey) -> None:
        was_new, link.is_new = link.is_new, False
        if self._is_telling:
            return
        if was_new:
            self._adopt(link)
            return
        for other in self._others(link):
            self._show(other, link, key)

    def _on_painted(self, link: ChartLink) -> None:
        """Tell the group where the pointer is, and what is in sight where both share that.

        A new bar moves what lies under a pointer that rests, so it is told after every picture.
        """
        if link.name:
            self._point(link)
            if link.shares_range:
                self._show_range(link)

    def _show_range(self, link: ChartLink) -> None:
        """Show in the group what is in sight on the active chart, where it moved."""
        before, link.seen = link.seen, link.range_ms()
        if link.seen is None or link.seen == before or link.pane is not self._workspace.active:
            return
        for other in self._others(link):
            key = other.pane.key
            if other.shares_range and key is not None and other.range_ms() != link.seen:
                first, last = (slot_of(time_ms, key.timeframe) for time_ms in link.seen)
                other.pane.chart.show_slots(first, last)

    def _point(self, link: ChartLink) -> None:
        place, key = link.pointed(), link.pane.key
        if place == link.told:
            return
        if place is None or key is None:
            self._leave(link)
            return
        link.told = place
        link.crosshair.leave()
        time_ms, price = place
        for other in self._others(link):
            is_same = other.pane.key is not None and other.pane.key.symbol == key.symbol
            other.crosshair.point(time_ms, price if is_same else None)

    def _leave(self, link: ChartLink) -> None:
        link.told = None
        for other in self._others(link):
            other.crosshair.leave()
