"""A still picture of a chart that says what it shows, for the clipboard or a file."""

import re
from datetime import datetime

from PySide6.QtCore import QIODevice, QPoint, QRect, QSaveFile, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

from workstation.domain.errors import StoreError
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.time_ticks import moment_label, zone_label
from workstation.ui.looks.compare_legend import CompareLegend
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

_PADDING = 10  # logical pixels
_PRACTICE = "PRACTICE, not the world's prices"


def picture_words(chart: ChartView) -> tuple[str, str]:
    """Return what stands below a picture: the market and where it trades; its newest bar and whose time."""
    key, extent, zone = chart.key, chart.extent, chart.time_zone
    if key is None:
        return "", ""
    origin = _PRACTICE if chart.is_practice else one_line(key.venue)
    market = "   ·   ".join((one_line(key.symbol), key.timeframe, origin))
    if extent is None:
        return market, ""
    newest = extent[1]
    return market, f"newest bar {moment_label(newest, zone, 1)} {zone_label(newest, zone)}   ·   Tidemark"


def chart_picture(chart: ChartView, theme: Theme) -> QImage:
    """Return the chart as it is on screen, at the screen's scale, and a line below that says what it is.

    Tools, passing words and the pointers of other charts are not of it; what it is compared with is.
    """
    grabbed = _without_tools(chart)
    dpr = grabbed.devicePixelRatio()
    metrics = QFontMetrics(chart.font())
    line = metrics.height() + _PADDING
    image = QImage(grabbed.width(), grabbed.height() + round(line * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(QColor(theme.panel))
    left, right = picture_words(chart)
    with QPainter(image) as painter:
        painter.drawImage(0, 0, grabbed)
        painter.setFont(chart.font())
        box = QRect(_PADDING, chart.height(), chart.width() - 2 * _PADDING, line)
        painter.setPen(QColor(theme.practice if chart.is_practice else theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, left)
        room = box.width() - metrics.horizontalAdvance(left) - 2 * _PADDING
        painter.setPen(QColor(theme.muted))
        shown = metrics.elidedText(right, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
    return image


def _without_tools(chart: ChartView) -> QImage:
    pixmap = QPixmap(chart.size() * chart.devicePixelRatioF())
    pixmap.setDevicePixelRatio(chart.devicePixelRatioF())
    flag, nowhere = QWidget.RenderFlag, QRegion()
    chart.render(pixmap, QPoint(), nowhere, flag.DrawWindowBackground)
    for widget in chart.findChildren(CompareLegend):
        if widget.isVisible():
            widget.render(pixmap, widget.pos(), nowhere, flag.DrawChildren)
    return pixmap.toImage()


def file_name(chart: ChartView) -> str:
    """Return a name for a picture's file that every disk takes: ``"BTC-USDT_1h_2024-03-19.png"``."""
    key, extent = chart.key, chart.extent
    if key is None or extent is None:
        return "chart.png"
    symbol = re.sub(r"[^A-Za-z0-9]+", "-", key.symbol).strip("-") or "chart"
    newest = datetime.fromtimestamp(extent[1] / 1000, chart.time_zone)
    return f"{symbol[:40]}_{key.timeframe}_{newest:%Y-%m-%d}.png"


def save_picture(image: QImage, path: str) -> None:
    """Write a picture as PNG, all of it or nothing.

    Raises
    ------
    StoreError
        The place did not take it.
    """
    file = QSaveFile(path)
    if (
        not file.open(QIODevice.OpenModeFlag.WriteOnly)
        or not image.save(file, "PNG")  # type: ignore[call-overload]
        or not file.commit()
    ):
        raise StoreError(
            f"The picture was not saved in {one_line(path, 300)}: {file.errorString()}. "
            "The chart is unaffected; choose another folder."
        )
