"""Where the tiles of a treemap lie: areas as large as weights, as square as they can be.

References
----------
Bruls, Huizing and van Wijk (2000), Squarified Treemaps.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF


def squarified(weights: Sequence[float], room: QRectF) -> list[QRectF]:
    """Return a tile for each weight, filling the room.

    Parameters
    ----------
    weights : sequence of float
        Largest first, above zero.
    room : QRectF
        Pixels.
    """
    tiles: list[QRectF] = []
    whole = sum(weights)
    if whole <= 0 or room.isEmpty():
        return [QRectF() for _ in weights]
    areas = [weight / whole * room.width() * room.height() for weight in weights]
    left, at = QRectF(room), 0
    while at < len(areas):
        side, until, row = min(left.width(), left.height()), at + 1, areas[at]
        while until < len(areas) and _worst(areas[at], areas[until], row + areas[until], side) <= _worst(
            areas[at], areas[until - 1], row, side
        ):
            row += areas[until]
            until += 1
        left = _lay(areas[at:until], left, tiles)
        at = until
    return tiles


def _worst(largest: float, smallest: float, row: float, side: float) -> float:
    """Return the longest-to-shortest ratio of the least square tile of a row along a side.

    One of its largest and its smallest tile is that: the ratio falls and then rises with the area.
    """
    depth = row / side if side > 0 else 0.0
    if depth <= 0:
        return 1.0
    square = depth * depth
    return max(largest / square, square / largest, smallest / square, square / smallest)


def _lay(areas: Sequence[float], room: QRectF, tiles: list[QRectF]) -> QRectF:
    """Lay a row of tiles along the shorter side, and return what is left of the room."""
    is_wide = room.width() >= room.height()
    side = room.height() if is_wide else room.width()
    depth, at = sum(areas) / side if side > 0 else 0.0, 0.0
    for area in areas:
        length = area / depth if depth > 0 else 0.0
        tiles.append(
            QRectF(room.left(), room.top() + at, depth, length)
            if is_wide
            else QRectF(room.left() + at, room.top(), length, depth)
        )
        at += length
    return room.adjusted(depth, 0, 0, 0) if is_wide else room.adjusted(0, depth, 0, 0)
