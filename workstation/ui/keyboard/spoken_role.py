"""What a screen reader calls the widgets that we paint ourselves; Qt would call them nothing."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLES = {
    "ChartView": QAccessible.Role.Chart,
    "ComponentBars": QAccessible.Role.Chart,
    "DepthOverTimeView": QAccessible.Role.Chart,
    "DepthView": QAccessible.Role.Chart,
    "LadderView": QAccessible.Role.List,
    "MarketMapLegend": QAccessible.Role.Graphic,
    "MarketMapView": QAccessible.Role.Chart,
    "ReturnLines": QAccessible.Role.Chart,
    "RotationGraphView": QAccessible.Role.Chart,
    "Treemap": QAccessible.Role.Chart,
}
_installed: list[object] = []


def install() -> None:
    """Answer screen readers from now on; once is enough for a process."""
    if not _installed:
        QAccessible.installFactory(_spoken)
        _installed.append(_spoken)


def _spoken(class_name: str, widget: QObject | None) -> QAccessibleInterface | None:
    """Return what is said of a widget; None where Qt knows better."""
    role = _ROLES.get(class_name)
    return QAccessibleWidget(widget, role) if role is not None and isinstance(widget, QWidget) else None
