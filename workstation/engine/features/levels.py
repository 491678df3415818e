"""Support and resistance: where price stands among the levels that stopped it before."""

from workstation.domain.signal import Family
from workstation.engine.features.columns import ATR_WARMUP
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean
from workstation.engine.features.levels_columns import MOST, N_COLUMNS, N_PARTS, WINDOWS, rows
from workstation.engine.features.swings import REMEMBERED, WARMUP

__all__ = ["CANDLE_POINTS", "FAMILY", "N_COLUMNS", "N_PARTS", "rows"]

_ATR = "average true ranges"
_BAR = ("high", "low", "close")
_PROFILE = ("high", "low", "close", "volume")
_AHEAD = (0.0, MOST)
_BOTH_SIDES = (-MOST, MOST)
_COUNT = (1.0, 2.0 * REMEMBERED)
_SHARE = (0.0, 1.0)
_IN_RANGES = ATR_WARMUP + 40  # a value of many ranges shows for longer where they began
_JUMPS = 400  # of what jumps with the true range: where that began shows in no digit that could tip it
_SWINGS = "Highs and lows that stand out from 6 bars on either side, known 6 bars later, forgotten after 336."
_PIVOTS = "P = (high + low + close) / 3 of the UTC day before; R1 = 2 P - low, S1 = 2 P - high."
_VALUE = "168 bars' volume at their typical prices, in bins of half a true range, 32 at most; 70 % of it."


def _point(
    name: str,
    unit: str,
    sentence: str,
    limits: tuple[float, float],
    warmup: int,
    vote: str = "bullish",
    source: str = "",
    inputs: tuple[str, ...] = _BAR,
) -> DataPoint:
    return DataPoint(f"levels.{name}", unit, sentence, inputs, *limits, warmup, vote, source)


CANDLE_POINTS = (
    _point("range_24", "0..1", "Close in the range of 24 bars: 0 its low, 1 its high.", _SHARE, 23),
    _point("range_168", "0..1", "Close in the range of 168 bars: 0 its low, 1 its high.", _SHARE, 167),
    _point("high_168_distance", _ATR, "How far the 168-bar high is above.", _AHEAD, _IN_RANGES, "bearish"),
    _point("low_168_distance", _ATR, "How far the 168-bar low is below.", _AHEAD, _IN_RANGES),
    _point(
        "resistance_distance",
        _ATR,
        "How far the nearest confirmed swing level is above.",
        _AHEAD,
        WARMUP,
        "room above",
        _SWINGS,
    ),
    _point(
        "support_distance",
        _ATR,
        "How far the nearest confirmed swing level is below.",
        _AHEAD,
        WARMUP,
        "far from support",
        _SWINGS,
    ),
    _point(
        "resistance_touches",
        "swings",
        "How often the nearest resistance turned price.",
        _COUNT,
        _JUMPS,
        "a strong level above",
        _SWINGS,
    ),
    _point(
        "support_touches",
        "swings",
        "How often the nearest support turned price.",
        _COUNT,
        _JUMPS,
        "a strong level below",
        _SWINGS,
    ),
    _point(
        "breakout",
        _ATR,
        "Close beyond the last swing high, or below the last swing low.",
        _BOTH_SIDES,
        WARMUP,
        source=_SWINGS,
    ),
    _point(
        "retest",
        "-1, 0, 1",
        "A broken level was touched again and held.",
        (-1.0, 1.0),
        _JUMPS,
        source=_SWINGS,
    ),
    _point(
        "structure",
        "-2..2",
        "Higher highs and higher lows, or lower ones.",
        (-2.0, 2.0),
        WARMUP,
        source=_SWINGS,
    ),
    _point(
        "volume_near_72",
        "0..1",
        "Share of the volume that traded near this price.",
        _SHARE,
        _JUMPS,
        "price is where much traded",
        inputs=_PROFILE,
    ),
    _point(
        "volume_overhead_72",
        "0..1",
        "Share of the volume that traded above: who may want out.",
        _SHARE,
        71,
        "bearish",
        inputs=_PROFILE,
    ),
    _point(
        "round_number",
        _ATR,
        "How far the nearest round number is above.",
        _BOTH_SIDES,
        _IN_RANGES,
        "a round number above",
        "Multiples of half the price's power of ten.",
    ),
    _point(
        "room",
        "-1..1",
        "Is the nearest resistance further away than the nearest support? Open sides count as far.",
        (-1.0, 1.0),
        WARMUP,
        "more room above than below",
        _SWINGS,
    ),
    _point("pivot_distance", _ATR, "Close above the daily pivot.", _BOTH_SIDES, _IN_RANGES, source=_PIVOTS),
    _point(
        "pivot_r1_distance",
        _ATR,
        "How far the day's first resistance is above.",
        _BOTH_SIDES,
        _IN_RANGES,
        "room above",
        _PIVOTS,
    ),
    _point(
        "pivot_s1_distance",
        _ATR,
        "How far the day's first support is below.",
        _BOTH_SIDES,
        _IN_RANGES,
        "far from support",
        _PIVOTS,
    ),
    _point(
        "poc_168_distance",
        _ATR,
        "Close above the price at which most traded in 168 bars.",
        _BOTH_SIDES,
        _JUMPS,
        source=_VALUE,
        inputs=_PROFILE,
    ),
    _point(
        "value_position_168",
        "-1..1 inside",
        "Close in the value area of 168 bars; beyond 1 it is above.",
        _BOTH_SIDES,
        _JUMPS,
        source=_VALUE,
        inputs=_PROFILE,
    ),
    _point(
        "value_height_168",
        _ATR,
        "Height of the value area of 168 bars.",
        _AHEAD,
        _JUMPS,
        "prices are disputed",
        _VALUE,
        _PROFILE,
    ),
)
"""Those that come from candles."""

FAMILY = FactorFamily(
    family=Family.LEVELS,
    points=CANDLE_POINTS,
    leans=(
        Lean("levels.range_168", neutral=0.5, full=1.0),
        Lean("levels.breakout", full=1.0),
        Lean("levels.structure", full=2.0),
        Lean("levels.retest", full=1.0),
        Lean("levels.volume_overhead_72", neutral=0.5, full=0.0),
    ),
    n_columns=N_COLUMNS,
    windows=WINDOWS,
)
