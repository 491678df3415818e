"""Grades in words, as a trader reads them."""

from workstation.domain.grade import Grade, GradeLabel, Zone
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line

ZONE_WORDS = {
    Zone.SURGING: "Surging",
    Zone.GAINING: "Gaining",
    Zone.HOLDING: "Holding",
    Zone.LOSING: "Losing",
    Zone.CRASHING: "Crashing",
}
LABEL_WORDS = {
    GradeLabel.STRONG_BUY: "Strong buy",
    GradeLabel.BUY: "Buy",
    GradeLabel.NEUTRAL: "Neutral",
    GradeLabel.SELL: "Sell",
    GradeLabel.STRONG_SELL: "Strong sell",
}
_COMPONENTS = {
    "momentum": ("Momentum", "high: rose over the last week and month"),
    "reversal": ("Reversal", "high: fell in the last days, and falls are often made up for"),
    "volatility": ("Volatility", "high: calm; wild coins do worse"),
    "liquidity": ("Liquidity", "high: much is traded, and a trade moves the price little"),
    "pressure": ("Pressure", "high: the last moves were not chased by volume"),
    "model": ("Model", "high: the rank model expects it to do better than other coins"),
}


def component_word(name: str) -> str:
    """Return what a part of the grade is called."""
    known = _COMPONENTS.get(name)
    return known[0] if known else one_line(name.replace("_", " ").capitalize(), 24)


def component_meaning(name: str) -> str:
    """Return what a high score of a part means, as a phrase; empty where it is not known."""
    return _COMPONENTS.get(name, ("", ""))[1]


def weight_words(weight: float) -> str:
    """Return a weight's share: "30 %"."""
    return f"{weight * 100:.0f} %"


def points(value: float | None) -> str:
    """Return a score of 0..100 without decimals; a dash where it is not known."""
    return number_format.NOTHING if value is None else f"{value:.0f}"


def change_words(change: float | None) -> str:
    """Return a change in points with its sign: "+12", "−3", "0"; a dash where it is not known."""
    if change is None:
        return number_format.NOTHING
    whole = round(change)
    return "0" if whole == 0 else f"{whole:+d}".replace("-", number_format.MINUS)


def subgrade_words(grade: Grade) -> str:
    """Return the compatible grade and what it is made of."""
    if grade.compatible_value is None:
        return "Compatible grade not known yet: it needs a longer history."
    ta, quant = points(grade.ta_value), points(grade.quant_value)
    return f"Compatible grade {points(grade.compatible_value)}: 0.8 × TA {ta} + 0.2 × Quant {quant}"
