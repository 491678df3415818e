"""What is painted in batches and strips is what single calls paint."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from workstation.ui.chart.rect_batch import fill_soft, stamp


@pytest.mark.parametrize("side", [11, 14])
@pytest.mark.parametrize("dpr", [1.0, 1.25, 2.0])
def test_many_stamps_are_where_single_ones_would_be(qapp, side, dpr) -> None:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor("red"))
        painter.drawEllipse(1, 2, side - 4, side - 3)
    rng = np.random.default_rng(2)
    x, y = rng.integers(-5, 205, (2, 40))
    x[-1], y[-1] = 100, 100
    images = []
    for is_batch in (True, False):
        image = QImage(200, 200, QImage.Format.Format_RGB32)
        image.fill(QColor("black"))
        image.setDevicePixelRatio(dpr)
        with QPainter(image) as painter:
            painter.scale(1 / dpr, 1 / dpr)
            if is_batch:
                stamp(painter, pixmap, x, y)
            else:
                for at in zip(x.tolist(), y.tolist(), strict=True):
                    painter.drawPixmap(at[0] - side // 2, at[1] - side // 2, pixmap)
        images.append(image)
    assert images[0] == images[1]
    assert images[0].pixelColor(100, 100).red() > 200


@pytest.mark.parametrize("dpr", [1.0, 1.25, 2.0])
def test_a_soft_fill_in_strips_has_neither_seam_nor_gap(dpr) -> None:
    rng, colour = np.random.default_rng(4), QColor(90, 155, 255, 46)
    boxes = [QRectF(*rng.uniform(-30, 60, 2), *rng.uniform(0.2, 350, 2)) for _ in range(20)]
    for box in [*boxes, QRectF(3, 0, 50, 90 * 3 / dpr)]:
        images = []
        for is_strips in (True, False):
            image = QImage(300, 400, QImage.Format.Format_RGB32)
            image.fill(QColor("white"))
            image.setDevicePixelRatio(dpr)
            with QPainter(image) as painter:
                if is_strips:
                    fill_soft(painter, box, colour, dpr)
                else:
                    painter.fillRect(box, colour)
            images.append(image)
        assert images[0] == images[1]
