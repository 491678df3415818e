"""Where a card lies beside what it speaks of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from PySide6.QtCore import QPoint, QRect, QSize, Qt

MARGIN = 8
"""Pixels between the card and the window's edge."""

_NOSE = 30  # pixels at a corner where no arrow can stand


@dataclass(frozen=True, slots=True)
class Place:
    """A place for the card, in the window's own pixels.

    Parameters
    ----------
    rect : QRect
    side : Qt.Edge or None
        The card's side that an arrow stands on; None where the card lies over what it speaks of.
    along : int
        Where on that side, pixels from its left or upper end.
    """

    rect: QRect
    side: Qt.Edge | None = None
    along: int = 0


def place_beside(size: QSize, room: QRect, target: QRect | None, others: Sequence[QRect] = ()) -> Place:
    """Return where a card covers least: off what floats over the window, then off its target, then near it.

    Parameters
    ----------
    size : QSize
        Of the card.
    room : QRect
        Where it may lie.
    target : QRect or None
        What it speaks of; partly or wholly outside of `room` where that floats. None where it is nowhere.
    others : sequence of QRect
        What would hide the card. It lies under none of them where any free place exists.
    """
    near = target if target is not None else QRect(QPoint(room.x(), room.bottom() + 1), QSize(0, 0))
    wished = [_within(rect, room) for rect in _around(size, near)]
    places = [*wished, *(_within(rect, room) for rect in _elsewhere(size, room, [near, *others]))]
    best = min(
        places,
        key=lambda rect: (
            sum(_area(rect, one) for one in others),
            _area(rect, near),
            rect not in wished,
            _away(rect, near),
        ),
    )
    if target is None:
        return Place(best)
    side = _side(best, target)
    return Place(best, side, _along(best, target, side))


def _elsewhere(size: QSize, room: QRect, things: Sequence[QRect]) -> Iterator[QRect]:
    """Yield the room's corners, and places where the card touches the room's edge or a thing both ways.

    A free place can be moved left and up until something stops it: where one exists, one of these is free.
    """
    xs, ys = {room.left(), room.right() + 1 - size.width()}, {room.top(), room.bottom() + 1 - size.height()}
    for one in things:
        xs |= {one.left() - size.width(), one.right() + 1}
        ys |= {one.top() - size.height(), one.bottom() + 1}
    for x, y in product(sorted(xs), sorted(ys)):
        yield QRect(QPoint(x, y), size)


def _around(size: QSize, target: QRect) -> Iterator[QRect]:
    """Yield rectangles at its left, right, above, below, and in its lower corners."""
    width, height, middle = size.width(), size.height(), target.center()
    across, down = middle.x() - width // 2, middle.y() - height // 2
    yield QRect(QPoint(target.left() - width, down), size)
    yield QRect(QPoint(target.right() + 1, down), size)
    yield QRect(QPoint(across, target.top() - height), size)
    yield QRect(QPoint(across, target.bottom() + 1), size)
    yield QRect(QPoint(target.left(), target.bottom() + 1 - height), size)
    yield QRect(QPoint(target.right() + 1 - width, target.bottom() + 1 - height), size)


def _within(rect: QRect, room: QRect) -> QRect:
    """Return the rectangle moved into the room; at its upper left where it is larger."""
    x = max(min(rect.x(), room.right() + 1 - rect.width()), room.x())
    y = max(min(rect.y(), room.bottom() + 1 - rect.height()), room.y())
    return QRect(QPoint(x, y), rect.size())


def _away(rect: QRect, target: QRect) -> int:
    """Return how far the middles are from each other, pixels."""
    return (rect.center() - target.center()).manhattanLength()


def _area(one: QRect, other: QRect) -> int:
    common = one.intersected(other)
    return max(common.width(), 0) * max(common.height(), 0)


def _side(card: QRect, target: QRect) -> Qt.Edge | None:
    if card.right() < target.left():
        return Qt.Edge.RightEdge
    if card.left() > target.right():
        return Qt.Edge.LeftEdge
    if card.bottom() < target.top():
        return Qt.Edge.BottomEdge
    return Qt.Edge.TopEdge if card.top() > target.bottom() else None


def _along(card: QRect, target: QRect, side: Qt.Edge | None) -> int:
    """Return where the arrow points at the middle of the target, as near as the card reaches."""
    if side in (Qt.Edge.LeftEdge, Qt.Edge.RightEdge):
        wish, length = target.center().y() - card.top(), card.height()
    else:
        wish, length = target.center().x() - card.left(), card.width()
    return max(min(wish, length - _NOSE), min(_NOSE, length // 2))
