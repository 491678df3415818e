"""A chart's picture with its drawings: painted at once where it changed, kept where it is asked for again."""

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap, QRegion

from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.drawing_painter import Near, Parts, Scene, paint_scene
from workstation.ui.chart.drawing_shape import Shape
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
        self._aged: QRect | None = None
        self._near: tuple[Sequence[Shape], int, Near] | None = None

    def forget(self) -> None:
        """Take that picture or drawings are others now."""
        self.kept, self._is_asked_again, self._near = None, False, None

    def age(self, strip: QRect) -> None:
        """Take that the picture is another within a strip, device pixels; nothing that is drawn moved."""
        self._aged = strip if self._aged is None else self._aged.united(strip)

    def give_back(self) -> None:
        """Give the memory of the picture back."""
        self.forget()
        self._canvas = QPixmap()

    def paint(self, painter: QPainter, base: QPixmap, scene: Scene, brushes: Brushes) -> None:
        """Paint a picture and a scene over its price pane; the painter counts logical pixels."""
        if scene.is_empty:
            self.give_back()  # megabytes that a chart without drawings needs no more
            painter.drawPixmap(0, 0, base)
            return
        if self.kept is None and self._is_asked_again:
            self.kept = self._canvas = _painted_over(base, scene, brushes, self._canvas)
        elif self.kept is not None and self._aged is not None:
            self._renew(self.kept, base, self._aged, scene, brushes)
        self._is_asked_again, self._aged = True, None
        if self.kept is not None:
            painter.drawPixmap(0, 0, self.kept)
        else:
            painter.drawPixmap(0, 0, base)
            paint_scene(painter, scene, brushes)

    def _renew(self, kept: QPixmap, base: QPixmap, strip: QRect, scene: Scene, brushes: Brushes) -> None:
        """Paint a strip of a picture and the scene over it again.

        The first pixel of the pane is painted with it, and put back: Qt cuts lines at the edges of all that
        is painted on, so these have to be those of the whole pane. A line cut elsewhere is not the same.
        """
        dpr, corner = kept.devicePixelRatio(), kept.copy(QRect(0, 0, 1, 1))
        corner.setDevicePixelRatio(1.0)
        near = self._near_of(scene, strip, brushes)
        with QPainter(kept) as painter:
            painter.scale(1 / dpr, 1 / dpr)
            painter.setClipRect(strip)
            painter.scale(dpr, dpr)
            painter.drawPixmap(0, 0, base)
            painter.setClipping(False)
            if near.clip.rectCount() > 1:
                paint_scene(painter, scene, brushes, near)
                painter.scale(1 / dpr, 1 / dpr)
                painter.drawPixmap(0, 0, corner)

    def _near_of(self, scene: Scene, strip: QRect, brushes: Brushes) -> Near:
        """Return what reaches into a strip; that of before, where shapes and its left edge are the same."""
        left = strip.left()
        if self._near is None or self._near[0] is not scene.shapes or self._near[1] != left:
            frame, box = scene.place.frame, scene.place.box
            pane = QRect(0, 0, frame.device(frame.layout.plot_width), frame.device(frame.layout.price_height))
            clip = QRegion(strip & pane) + QRegion(0, 0, 1, 1)
            parts = Parts(scene.shapes, brushes, box, left / frame.dpr)
            self._near = scene.shapes, left, Near(clip, parts)
        return self._near[2]


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
