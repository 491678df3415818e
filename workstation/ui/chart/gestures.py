"""What mouse and keys do to a chart's scales."""

from enum import Enum

from PySide6.QtCore import QPointF, Qt

from workstation.ui.chart.frame import Frame
from workstation.ui.chart.price_scale import PriceScale, shifted, stretched
from workstation.ui.chart.study_frame import PlacedStudy, pane_at
from workstation.ui.chart.time_scale import TimeScale

_WHEEL_STEP = 1.0016  # per eighth of a degree: a notch of a common wheel widens bars by a fifth
_KEY_ZOOM = 1.25
_KEY_PAN = 0.08  # of the pane
_KEY_STRETCH = 1.1
_DRAG_STRETCH = 1.006  # per logical pixel on an axis
_PRICE_SLACK = 4.0  # logical pixels a hand may slip upwards before the price scale lets go of its fit


class Grip(Enum):
    """What the hand took hold of."""

    NOTHING = "nothing"
    PANES = "panes"
    PRICE_AXIS = "price-axis"
    PANE_AXIS = "pane-axis"
    TIME_AXIS = "time-axis"


class Gestures:
    """Moves the scales as the trader asks.

    Parameters
    ----------
    time, price : TimeScale, PriceScale
        What is moved.
    """

    def __init__(self, time: TimeScale, price: PriceScale) -> None:
        self._time = time
        self._price = price
        self._from = QPointF()
        self._slipped = 0.0
        self._held_y = 0.0  # where the hand took hold
        self.grip = Grip.NOTHING

    @staticmethod
    def grip_at(point: QPointF, frame: Frame) -> Grip:
        """Return what a press at a point would take hold of."""
        if frame.layout.is_in_panes(point.x(), point.y()):
            return Grip.PANES
        if frame.layout.is_on_price_axis(point.x(), point.y()):
            return Grip.PRICE_AXIS
        is_beside = point.x() >= frame.layout.plot_width and pane_at(frame, point.y()) is not None
        return Grip.PANE_AXIS if is_beside else Grip.TIME_AXIS

    def press(self, point: QPointF, frame: Frame) -> None:
        """Take hold."""
        self.grip = self.grip_at(point, frame)
        self._from = point
        self._slipped, self._held_y = 0.0, point.y()

    def drag(self, point: QPointF, frame: Frame) -> None:
        """Move what is held."""
        dx, dy = point.x() - self._from.x(), point.y() - self._from.y()
        self._from = point
        if self.grip is Grip.PANES:
            self._time.pan(dx)
            self._lift(dy * frame.dpr, frame)
        elif self.grip is Grip.PRICE_AXIS:
            self._slipped += dy
            if not self._price.is_fitted or abs(self._slipped) > _PRICE_SLACK:
                self._price.stretch(_DRAG_STRETCH**dy, frame.prices)
        elif self.grip is Grip.PANE_AXIS:
            self._slipped += dy
            pane = pane_at(frame, self._held_y)
            if pane is not None and (pane.board.held or abs(self._slipped) > _PRICE_SLACK):
                _stretch(pane, _DRAG_STRETCH**dy)
        elif self.grip is Grip.TIME_AXIS:
            self._time.zoom(_DRAG_STRETCH**-dx, self._time.width)

    def release(self) -> None:
        """Let go."""
        self.grip = Grip.NOTHING

    def double_click(self, point: QPointF, frame: Frame) -> None:
        """Reset what lies there: an axis fits again, anywhere else the whole chart starts over."""
        grip, pane = self.grip_at(point, frame), pane_at(frame, point.y())
        if grip is Grip.PANE_AXIS and pane is not None:
            pane.board.held = None
            return
        self._price.fit()
        if grip is not Grip.PRICE_AXIS:
            self._time.reset()
            for one in frame.studies:
                one.board.held = None

    def wheel(self, dx: float, dy: float, point: QPointF, frame: Frame) -> None:
        """Zoom around the pointer; sideways pans. `dx` and `dy` are eighths of a degree."""
        grip, pane = self.grip_at(point, frame), pane_at(frame, point.y())
        if grip is Grip.PRICE_AXIS:
            self._price.stretch(_WHEEL_STEP**-dy, frame.prices)
        elif grip is Grip.PANE_AXIS and pane is not None:
            _stretch(pane, _WHEEL_STEP**-dy)
        elif abs(dx) > abs(dy):
            self._time.pan(dx)
        else:
            self._time.zoom(_WHEEL_STEP**dy, point.x())

    def key(self, key: int, frame: Frame) -> bool:
        """Do what a key asks; return whether it asks for anything here."""
        keys, time = Qt.Key, self._time
        match key:
            case keys.Key_Left:
                time.pan(_KEY_PAN * time.width)
            case keys.Key_Right:
                time.pan(-_KEY_PAN * time.width)
            case keys.Key_Up:
                self._price.stretch(1 / _KEY_STRETCH, frame.prices)
            case keys.Key_Down:
                self._price.stretch(_KEY_STRETCH, frame.prices)
            case keys.Key_Plus | keys.Key_Equal:
                time.zoom(_KEY_ZOOM, self._key_anchor())
            case keys.Key_Minus:
                time.zoom(1 / _KEY_ZOOM, self._key_anchor())
            case keys.Key_Home:
                time.go_to_oldest()
            case keys.Key_End:
                time.go_to_newest()
            case _:
                return False
        return True

    def _lift(self, rows: float, frame: Frame) -> None:
        """Move the values of the pane under the hand, where the trader holds its scale."""
        pane = pane_at(frame, self._held_y)
        if pane is not None and pane.scale is not None and pane.board.held:
            pane.board.held = shifted(pane.scale, rows)
        elif pane is None and not self._price.is_fitted:
            self._price.shift(rows, frame.prices)

    def _key_anchor(self) -> float:
        return self._time.width if self._time.shows_newest else self._time.width / 2


def _stretch(pane: PlacedStudy, factor: float) -> None:
    if pane.scale is not None:
        pane.board.held = stretched(pane.scale, factor)
