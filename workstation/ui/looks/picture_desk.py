"""Hands the active chart's picture to the clipboard or to a file."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPoint, QStandardPaths
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QToolTip

from workstation.domain.errors import StoreError
from workstation.ui.bridge import Bridge
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.looks.chart_picture import chart_picture, file_name, save_picture
from workstation.ui.section import GoTo, Section
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import tooltip

_SUBJECT = "picture"
_NOTHING = "The chart shows no market yet, so there is no picture of it. Choose a market first."


class PictureDesk(Section):
    """Copies and saves pictures of the active chart.

    Parameters
    ----------
    chart : callable
        Returns the active chart.
    bridge : Bridge
        Where it is said that a picture was not saved.
    """

    def __init__(
        self, chart: Callable[[], ChartView], bridge: Bridge, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.panels = {}
        self._chart, self._bridge, self._theme = chart, bridge, theme
        self._folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id."""
        return {"chart.copy": self.copy, "chart.save": self.ask}

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme

    def copy(self) -> None:
        """Put the picture onto the clipboard."""
        image = self._picture()
        if image is not None:
            QGuiApplication.clipboard().setImage(image)
            self._bridge.notice_posted.emit(_SUBJECT, "")
            self._say("The picture is on the clipboard.")

    def ask(self) -> None:
        """Ask where to save the picture as it is now."""
        image, chart = self._picture(), self._chart()
        if image is None:
            return
        dialog = QFileDialog(chart.window(), "Save the chart's picture", self._folder, "Pictures (*.png)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(file_name(chart))
        dialog.fileSelected.connect(lambda path: self.save(image, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, image: QImage, path: str) -> None:
        """Write the picture, and say where it is or why it is not."""
        try:
            save_picture(image, path)
        except StoreError as error:
            self._bridge.notice_posted.emit(_SUBJECT, str(error))
            return
        self._folder = path.rpartition("/")[0]
        self._bridge.notice_posted.emit(_SUBJECT, "")
        self._say(f"Saved as {path}")

    def _picture(self) -> QImage | None:
        chart = self._chart()
        if chart.extent is None:
            self._bridge.notice_posted.emit(_SUBJECT, _NOTHING)
            return None
        return chart_picture(chart, self._theme)

    def _say(self, text: str) -> None:
        """Say for a moment, beside the chart's corner, what was done."""
        chart = self._chart()
        QToolTip.showText(chart.mapToGlobal(QPoint(12, chart.height() - 60)), tooltip(text), chart)
