"""Where the tiles of the market map lie: a treemap of headings, and in each one of its coins."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from workstation.ui.market.market_tiles import TileGroup
from workstation.ui.narratives.treemap_layout import squarified

_SMALLEST_HEADED = (48.0, 34.0)  # a group that is smaller is drawn without its heading
_GAP = 1.0


class MapLayout:
    """Places of headings and tiles.

    Parameters
    ----------
    groups : sequence of TileGroup
        Largest first.
    room : QRectF
        Pixels.
    heading : float
        Height of a heading, pixels.

    Attributes
    ----------
    headings : list of (str, QRectF)
        Of the groups that have room for one.
    symbols : list of str
        In the order of the tiles.
    tiles : list of QRectF
        Where each lies.
    """

    def __init__(self, groups: Sequence[TileGroup], room: QRectF, heading: float) -> None:
        self.headings: list[tuple[str, QRectF]] = []
        self.symbols: list[str] = []
        self.tiles: list[QRectF] = []
        for group, place in zip(groups, squarified([one.weight for one in groups], room), strict=True):
            inner = place.adjusted(_GAP, _GAP, -_GAP, -_GAP)
            if inner.width() >= _SMALLEST_HEADED[0] and inner.height() >= _SMALLEST_HEADED[1]:
                self.headings.append((group.title, QRectF(inner.left(), inner.top(), inner.width(), heading)))
                inner.setTop(inner.top() + heading)
            self.symbols += group.symbols
            tiles = squarified(group.weights, inner)
            self.tiles += [tile.adjusted(0.5, 0.5, -0.5, -0.5) for tile in tiles]

    def at(self, point: QPointF) -> int | None:
        """Return the number of the tile at a point; None where there is none."""
        return next((n for n, tile in enumerate(self.tiles) if tile.contains(point)), None)

    def beside(self, number: int, right: int, down: int) -> int:
        """Return the nearest tile in a direction; the same one where there is none.

        Parameters
        ----------
        number : int
            Of the tile to start from.
        right, down : int
            -1, 0 or 1.
        """
        start = self.tiles[number]
        centre = start.center()
        best, nearest = number, float("inf")
        for n, tile in enumerate(self.tiles):
            along = right * (tile.center().x() - centre.x()) + down * (tile.center().y() - centre.y())
            if n == number or tile.isEmpty() or along <= 0:
                continue
            aside = _outside(centre.y(), tile.top(), tile.bottom()) if right else 0.0
            aside += _outside(centre.x(), tile.left(), tile.right()) if down else 0.0
            edge = _distance(start, tile, right, down)
            if edge >= -1.0 and edge + 3.0 * aside < nearest:
                best, nearest = n, edge + 3.0 * aside
        return best


def _outside(value: float, low: float, high: float) -> float:
    return max(low - value, value - high, 0.0)


def _distance(start: QRectF, tile: QRectF, right: int, down: int) -> float:
    """Return how far a tile's near edge lies from the edge that is left."""
    if right:
        return tile.left() - start.right() if right > 0 else start.left() - tile.right()
    return tile.top() - start.bottom() if down > 0 else start.top() - tile.bottom()
