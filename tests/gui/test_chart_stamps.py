"""Stamps painted in one call are the stamps painted one by one."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from workstation.ui.chart.rect_batch import stamp


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
