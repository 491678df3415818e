"""What is done to the drawing that is chosen on a chart: another look, once more, locked, deleted."""

from dataclasses import replace
from typing import Protocol

from workstation.domain.drawing import Anchor, Drawing, Style
from workstation.ui.chart.drawing_book import DrawingBook, Drawn, new_id
from workstation.ui.chart.drawing_place import Place
from workstation.ui.chart.drawing_tool import moved

_ASIDE = 3, 14.0  # bars and logical pixels that a second one stands beside the first


class Holder(Protocol):
    """Whoever has a drawing chosen, on one chart."""

    book: DrawingBook | None
    market: Drawn | None

    @property
    def chosen(self) -> Drawing | None:
        """The drawing that is chosen."""
        ...

    @property
    def place(self) -> Place | None:
        """Where it stands; None while nothing is painted."""
        ...

    def put(self, drawing: Drawing, name: str) -> None:
        """Keep a drawing as it is now."""
        ...

    def select(self, drawing_id: str) -> None:
        """Choose a drawing, or none."""
        ...


def set_style(hand: Holder, style: Style) -> None:
    """Give the chosen drawing another look; the next of its kind has it, too."""
    drawing = hand.chosen
    if drawing is not None and hand.book is not None:
        hand.book.set_style(drawing.kind, style)
        hand.put(replace(drawing, style=style), "given another look")


def set_anchors(hand: Holder, drawing: Drawing, anchors: tuple[Anchor, ...]) -> None:
    """Hold a drawing by other points."""
    if anchors != drawing.anchors:
        hand.put(replace(drawing, anchors=anchors), "moved")


def duplicate(hand: Holder) -> None:
    """Draw the chosen drawing once more beside itself."""
    drawing, place = hand.chosen, hand.place
    if drawing is not None and place is not None:
        hand.put(replace(moved(drawing, place, *_ASIDE), id=new_id(), is_locked=False), "")


def delete(hand: Holder) -> None:
    """Delete the chosen drawing; a locked one stays and says so."""
    drawing = hand.chosen
    if drawing is None or hand.book is None or hand.market is None:
        return
    if drawing.is_locked:
        hand.book.said.emit(f"{drawing.kind.label} is locked. Unlock it, then delete it.")
        return
    hand.book.remove(hand.market, drawing)
    hand.select("")


def toggle_lock(hand: Holder) -> None:
    """Lock the chosen drawing, or unlock it."""
    drawing = hand.chosen
    if drawing is not None:
        name = "unlocked" if drawing.is_locked else "locked"
        hand.put(replace(drawing, is_locked=not drawing.is_locked), name)
