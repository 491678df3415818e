"""A theme, mixed for the chart."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QBrush, QColor

from workstation.ui.theme import Theme

_VEIL = 0.78


@dataclass(frozen=True, slots=True)
class ChartColours:
    """Every colour the chart paints with.

    Parameters
    ----------
    veil : QColor
        Dims what lies under words.
    rise, fall : QBrush
        Bodies and wicks.
    rise_soft, fall_soft : QBrush
        Wicks where bars are too narrow for a body.
    rise_volume, fall_volume : QBrush
        Volume bars.
    """

    theme: Theme
    base: QColor
    text: QColor
    muted: QColor
    warning: QColor
    grid: QColor
    border: QColor
    veil: QColor
    rise: QBrush
    fall: QBrush
    rise_soft: QBrush
    fall_soft: QBrush
    rise_volume: QBrush
    fall_volume: QBrush

    @classmethod
    def of(cls, theme: Theme) -> "ChartColours":
        """Return the theme's colours, the softer ones mixed with the background."""
        return cls(
            theme=theme,
            base=QColor(theme.base),
            text=QColor(theme.text),
            muted=QColor(theme.muted),
            warning=QColor(theme.warning),
            grid=QColor(theme.grid),
            border=QColor(theme.border),
            veil=_see_through(theme.base, _VEIL),
            rise=QBrush(QColor(theme.rise_body)),
            fall=QBrush(QColor(theme.fall_body)),
            rise_soft=QBrush(mixed(theme.rise_body, theme.base, 0.62)),
            fall_soft=QBrush(mixed(theme.fall_body, theme.base, 0.62)),
            rise_volume=QBrush(mixed(theme.rise_body, theme.base, 0.42)),
            fall_volume=QBrush(mixed(theme.fall_body, theme.base, 0.42)),
        )


def _see_through(colour: str, strength: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(strength)
    return made


@lru_cache(maxsize=1024)
def mixed(colour: str, ground: str, share: float) -> QColor:
    """Return `share` of a colour on a ground, opaque; shared by all who ask, never to be changed."""
    a, b = QColor(colour), QColor(ground)
    parts = ((a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF()))
    return QColor.fromRgbF(*(x * share + y * (1 - share) for x, y in parts))
