"""Pages of a panel, one of them in sight."""

from PySide6.QtWidgets import QStackedLayout, QWidget


class PageStack(QStackedLayout):
    """A stacked layout whose pages belong to their panel from the start.

    The first page of a plain one is shown before the layout has a panel: as a window of its own, which
    flashes on the desktop and takes the keyboard away from ours.

    Parameters
    ----------
    panel : QWidget
        Whose pages they are.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self._panel = panel

    def addWidget(self, w: QWidget) -> int:  # type: ignore[override]  # as QStackedLayout's, unlike QLayout's
        """Add a page; return its place."""
        w.setParent(self._panel)
        place = super().addWidget(w)
        w.setParent(None)  # it joins the others where the layout does: Tab goes through them in that order
        return place
