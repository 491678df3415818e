"""The colours of rising and falling: green and red, blue and orange, or what the trader chose."""

from dataclasses import replace

from PySide6.QtGui import QColor

from workstation.ui.theme import Theme

GREEN_RED = "green-red"
"""The theme's own."""

BLUE_ORANGE = "blue-orange"
"""Told apart by nearly every eye; of those that confuse green and red, too."""

_PAIRS = {BLUE_ORANGE: ("#2f86e0", "#e8851c")}
_DARK_QUADRANTS, _LIGHT_QUADRANTS = ("#f3ee8a", "#7ff0e0"), ("#3c2a00", "#8739ee")
"""Weakening and improving beside blue and orange: what hue cannot tell apart for an eye, lightness does."""

_WRITING, _BODY = (
    4.5,
    3.0,
)  # least contrast, as the Web Content Accessibility Guidelines 2.2 ask of text and shapes
_STEP = 0.02
_LEAST_APART = 90.0  # of about 765 between black and white; closer ones are one colour at a glance


def coloured(theme: Theme, choice: str) -> Theme:
    """Return a theme with other colours for rising and falling.

    Parameters
    ----------
    theme : Theme
        With its own ones.
    choice : str
        `GREEN_RED`, `BLUE_ORANGE`, or two colours, rising first: ``"#3b82f6 #f59e0b"``.

    Returns
    -------
    Theme
        Each colour is lightened or darkened as far as it must be to be read on every surface of the theme.
    """
    if choice == GREEN_RED:
        return theme
    rise, fall = _PAIRS.get(choice) or choice.split()
    writing = [_readable(one, theme, _WRITING) for one in (rise, fall)]
    body = [_readable(one, theme, _BODY) for one in (rise, fall)]
    quadrants = (theme.weakening, theme.improving)
    if choice == BLUE_ORANGE:
        quadrants = _DARK_QUADRANTS if theme.is_dark else _LIGHT_QUADRANTS
    return replace(
        theme,
        weakening=quadrants[0],
        improving=quadrants[1],
        live=writing[0] if choice == BLUE_ORANGE else theme.live,  # no green beside orange
        rise=writing[0],
        fall=writing[1],
        bullish=writing[0],
        bearish=writing[1],
        rise_body=body[0],
        fall_body=body[1],
    )


def warning(theme: Theme, choice: str) -> str:
    """Return what is wrong with two colours of the trader's own, a sentence; empty where nothing is."""
    if " " not in choice:
        return ""
    shown = coloured(theme, choice)
    rise, fall = choice.lower().split()
    if min(apart(shown.rise_body, shown.fall_body), apart(rise, fall)) < _LEAST_APART:
        return "Rising and falling can hardly be told apart in these colours. Choose two that differ more."
    faint = [
        f"{side} is drawn as {drawn}: {wanted} would hardly be seen on the {theme.name} theme."
        for side, wanted, drawn in (("Rising", rise, shown.rise_body), ("Falling", fall, shown.fall_body))
        if drawn != wanted
    ]
    return " ".join(faint)


def apart(a: str, b: str) -> float:
    """Return how far two colours are from one another to the eye, 0 to about 765 (Riemersma's "redmean")."""
    one, other = QColor(a), QColor(b)
    red, green, blue = (one.red() - other.red(), one.green() - other.green(), one.blue() - other.blue())
    mean = (one.red() + other.red()) / 2
    weighed = (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2
    return float(weighed**0.5)


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (Web Content Accessibility Guidelines 2.2)."""
    light, dark = sorted((_luminance(QColor(a)), _luminance(QColor(b))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, theme: Theme, least: float) -> str:
    """Return a colour, moved towards the theme's text until it stands out on every surface."""
    grounds = (theme.window, theme.panel, theme.base, theme.raised, theme.selection, theme.hover)
    share, found = 0.0, QColor(colour).name()
    while share < 1.0 and min(contrast(found, ground) for ground in grounds) < least:
        share += _STEP
        found = _between(QColor(colour), QColor(theme.text), min(share, 1.0))
    return found


def _between(a: QColor, b: QColor, share: float) -> str:
    parts = ((a.redF(), b.redF()), (a.greenF(), b.greenF()), (a.blueF(), b.blueF()))
    return QColor.fromRgbF(*(x + (y - x) * share for x, y in parts)).name()


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
