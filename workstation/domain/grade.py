"""The trader grade: how a coin stands among all coins at a close, 0 to 100."""

from dataclasses import dataclass
from enum import StrEnum


class Zone(StrEnum):
    """The momentum zone that a grade lies in."""

    SURGING = "surging"
    GAINING = "gaining"
    HOLDING = "holding"
    LOSING = "losing"
    CRASHING = "crashing"


class GradeLabel(StrEnum):
    """The five-step label of a grade."""

    STRONG_BUY = "strong_buy"
    BUY = "buy"
    NEUTRAL = "neutral"
    SELL = "sell"
    STRONG_SELL = "strong_sell"


_ZONES = (Zone.CRASHING, Zone.LOSING, Zone.HOLDING, Zone.GAINING, Zone.SURGING)
_LABELS = (
    GradeLabel.STRONG_SELL,
    GradeLabel.SELL,
    GradeLabel.NEUTRAL,
    GradeLabel.BUY,
    GradeLabel.STRONG_BUY,
)
_STEP = 20  # 0-20, 21-40, 41-60, 61-80, 81-100


@dataclass(frozen=True, slots=True)
class GradeComponent:
    """One part of a grade.

    Parameters
    ----------
    name : str
        E.g. ``"volatility"``.
    score : float
        0..100, how the coin stands among all coins in this; high is good.
    weight : float
        Its share in the grade, 0..1; the weights of a grade add up to 1.
    """

    name: str
    score: float
    weight: float


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of one coin at one close.

    Parameters
    ----------
    venue, symbol, timeframe : str
        Of the series whose close it was.
    at_ms : int
        That close, UTC milliseconds: when the grade became known.
    value : int
        0..100.
    components : tuple of GradeComponent
        What it is made of.
    n_coins : int
        How many coins it was ranked among, itself included.
    change_24h : float or None
        Points since the grade 24 hours before; None where there was none.
    ta_value, quant_value : float or None
        The sub-grades of the compatible grade, 0..100; None while too little is known.
    model_hash : str
        SHA-256 of the model's manifest, hexadecimal; empty where the components alone speak.

    Raises
    ------
    ValueError
        A value is outside 0..100.
    """

    venue: str
    symbol: str
    timeframe: str
    at_ms: int
    value: int
    components: tuple[GradeComponent, ...]
    n_coins: int
    change_24h: float | None = None
    ta_value: float | None = None
    quant_value: float | None = None
    model_hash: str = ""

    def __post_init__(self) -> None:
        for value in (self.value, self.ta_value, self.quant_value):
            if value is not None and not 0 <= value <= 100:
                raise ValueError(f"A grade lies between 0 and 100, got {value}.")

    @property
    def zone(self) -> Zone:
        """The momentum zone."""
        return _ZONES[_step(self.value)]

    @property
    def label(self) -> GradeLabel:
        """The five-step label."""
        return _LABELS[_step(self.value)]

    @property
    def compatible_value(self) -> float | None:
        """0.8 TA + 0.2 quant; None where either is not known."""
        if self.ta_value is None or self.quant_value is None:
            return None
        return 0.8 * self.ta_value + 0.2 * self.quant_value


def _step(value: int) -> int:
    return max(0, (value - 1) // _STEP)
