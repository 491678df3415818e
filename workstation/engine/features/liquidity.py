"""Liquidity and depth: how much money the price takes without moving, and on which side it gives way."""

from workstation.domain.signal import Family
from workstation.engine.features import derivatives, order_book
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean
from workstation.engine.features.liquidity_columns import (
    MOST_SPREAD,
    MOST_Z,
    N_COLUMNS,
    N_PARTS,
    WINDOWS,
    rows,
)

__all__ = ["CANDLE_POINTS", "FAMILY", "N_COLUMNS", "N_PARTS", "rows"]

_TRADED = ("close", "volume")
_BAR = ("high", "low", "close")
_LOG_IMPACT = "log10 of basis points per million"
_LOG = "log10 ratio"
_BP = "basis points"
_LOGS = (-330.0, 330.0)  # of all that a float can hold
_RATIO = (-660.0, 660.0)
_AMIHUD = (
    "Amihud (2002), Illiquidity and stock returns: mean of |log return| over dollar volume, bars that traded."
)
_CORWIN = (
    "Corwin and Schultz (2012), A simple way to estimate bid-ask spreads from daily high and low prices."
)


def _point(
    name: str,
    unit: str,
    sentence: str,
    limits: tuple[float, float],
    warmup: int,
    vote: str,
    source: str = "",
    inputs: tuple[str, ...] = _TRADED,
) -> DataPoint:
    return DataPoint(f"liquidity.{name}", unit, sentence, inputs, *limits, warmup, vote, source)


CANDLE_POINTS = (
    _point(
        "amihud_24",
        _LOG_IMPACT,
        "How far a million of the quote currency moved the price, over 24 bars.",
        _LOGS,
        24,
        "trading is costly",
        _AMIHUD,
    ),
    _point(
        "amihud_168",
        _LOG_IMPACT,
        "How far a million of the quote currency moved the price, over 168 bars.",
        _LOGS,
        168,
        "trading is costly",
        _AMIHUD,
    ),
    _point(
        "amihud_change",
        _LOG,
        "Is liquidity drying up? Price moved per money, 24 bars against 168.",
        _RATIO,
        168,
        "bearish",
        _AMIHUD,
    ),
    _point(
        "half_amihud_168",
        _LOG,
        "Does money move the price up more easily than down?",
        _RATIO,
        168,
        "bullish",
        "Brennan, Huh and Subrahmanyam (2013): Amihud's measure of rising bars over that of falling ones.",
    ),
    _point(
        "spread_24",
        _BP,
        "Spread that highs and lows of 24 bars imply.",
        (0.0, 20_000.0),
        24,
        "trading is costly",
        _CORWIN,
        _BAR,
    ),
    _point(
        "spread_change",
        _LOG,
        "Are buyers and sellers moving apart? Implied spread, 24 bars against 168.",
        (-660.0, 0.85),
        168,
        "bearish",
        _CORWIN,
        _BAR,
    ),
    _point(
        "close_spread_24",
        _BP,
        "Spread that closes against the middles of bars imply, over 24 bars.",
        (0.0, MOST_SPREAD),
        24,
        "trading is costly",
        "Abdi and Ranaldo (2017), A simple estimation of bid-ask spreads from daily close, high, and low.",
        _BAR,
    ),
    _point(
        "roll_spread_48",
        _BP,
        "Spread that the bounce of closes implies; negative where moves run on instead.",
        (-MOST_SPREAD, MOST_SPREAD),
        49,
        "prices bounce",
        "Roll (1984), A simple implicit measure of the effective bid-ask spread: 2 sqrt(-autocovariance).",
        ("close",),
    ),
    _point(
        "lambda_168",
        "log10 of basis points per root million",
        "How far one-sided money moves the price; unknown where it does not.",
        _LOGS,
        168,
        "trading is costly",
        "Kyle (1985); Hasbrouck (2009): slope of log return on signed root dollar volume.",
    ),
    _point(
        "dollar_z_720",
        "standard deviations",
        "Money traded in 24 bars against 720.",
        (-MOST_Z, MOST_Z),
        719,
        "bullish",
        "Mean log dollar volume, in deviations of one bar.",
    ),
    _point(
        "zero_share_168",
        "0..1",
        "Share of bars in which nothing traded.",
        (0.0, 1.0),
        168,
        "nobody trades",
        "After Lesmond, Ogden and Trzcinka (1999).",
        ("volume",),
    ),
    _point(
        "range_per_dollar_24",
        _LOG_IMPACT,
        "True range of 24 bars for a million of the quote currency.",
        _LOGS,
        24,
        "trading is costly",
        "Sum of true range over close, over sum of dollar volume.",
        (*_BAR, "volume"),
    ),
    _point(
        "dollar_variation_168",
        "ratio",
        "Does money come steadily or in bursts? Deviation of dollar volume over its mean.",
        (0.0, 13.0),
        167,
        "money comes in bursts",
        "Chordia, Subrahmanyam and Anshuman (2001).",
    ),
)
"""Those that come from candles."""

FAMILY = FactorFamily(
    family=Family.LIQUIDITY,
    points=(*CANDLE_POINTS, *order_book.POINTS, *derivatives.POINTS),
    leans=(
        Lean("liquidity.half_amihud_168", full=0.08),
        Lean("liquidity.amihud_change", full=-0.15),
        Lean("liquidity.spread_change", full=-0.2),
        Lean("liquidity.imbalance_50bp", full=0.3),
        Lean("liquidity.imbalance_200bp", full=0.3),
    ),
    n_columns=N_COLUMNS,
    windows=WINDOWS,
)
"""Bullish: liquidity that improves, and a price that money lifts more easily than it sinks it."""
