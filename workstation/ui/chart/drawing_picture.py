"""A chart's picture with its drawings: painted at once where it changed, kept where it is asked for again."""

from PySide6.QtGui import QPainter, QPixmap

from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.drawing_painter import Scene, paint_scene
from workstation.ui.chart.labels import Labels

Brushes = tuple[ChartColours, Labels]


class DrawnPicture:
    """What was painted last. A pointer that moves over it asks for the same picture a hundred times a second.

    Attributes
    ----------
    kept : QPixmap or None
        The picture with drawings over it, once it was asked for a second time.
    """

    def __init__(self) -> None:
        self.kept: QPixmap | None = None
        self._canvas = QPixmap()
        self._is_asked_again = False

    def forget(self) -> None:
        """Take that picture or drawings are others now."""
        self.kept, self._is_asked_again = None, False

    def paint(self, painter: QPainter, base: QPixmap, scene: Scene, brushes: Brushes) -> None:
        """Paint a picture and a scene over its price pane; the painter counts logical pixels."""
        if scene.is_empty:
            self.kept, self._canvas = None, QPixmap()  # megabytes that a chart without drawings needs no more
            painter.drawPixmap(0, 0, base)
            return
        if self.kept is None and self._is_asked_again:
            self.kept = self._canvas = _painted_over(base, scene, brushes, self._canvas)
        self._is_asked_again = True
        if self.kept is not None:
            painter.drawPixmap(0, 0, self.kept)
        else:
            painter.drawPixmap(0, 0, base)
            paint_scene(painter, scene, brushes)


def _painted_over(picture: QPixmap, scene: Scene, brushes: Brushes, before: QPixmap) -> QPixmap:
    """Return the picture with a scene over it; the picture itself stays as it is.

    `before` is the last result: painted again where it has the right size, because new memory costs a
    millisecond.
    """
    fits = (before.size(), before.devicePixelRatio()) == (picture.size(), picture.devicePixelRatio())
    result = before if fits else picture.copy()
    with QPainter(result) as painter:
        if fits:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.drawPixmap(0, 0, picture)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        paint_scene(painter, scene, brushes)
    return result
