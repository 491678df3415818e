"""Historical patterns: candlesticks, the shape of the chart, and what similar windows were followed by."""

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Family
from workstation.engine.features import candlesticks, chart_shape
from workstation.engine.features.analogue_library import MOST_SIGMAS
from workstation.engine.features.analogues import EVERY, LEAD, N_FACTS, NEAREST
from workstation.engine.features.chart_shape import (
    CANDLES,
    CONFIRM_BARS,
    FIRST_FACT,
    N_COLUMNS,
    RANKED,
    SWING_REACH,
    WINDOWS,
)
from workstation.engine.features.columns import ANALOGUE_OUTCOME
from workstation.engine.features.compiled import compiled
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean


@compiled
def rows(
    times: IntArray,
    base: FloatArray,
    out: FloatArray,
    parts: FloatArray,
    first_row: int,
    lo: int,
    hi: int,
) -> None:
    """Fill rows ``lo..hi-1``; see `factor_family.RowKernel`."""
    candlesticks.rows(base, out, out[CANDLES:], lo, hi)
    chart_shape.rows(base, out, parts, first_row, lo, hi)
    for i in range(lo, hi):
        for k in range(N_FACTS):
            out[FIRST_FACT + k, i] = base[ANALOGUE_OUTCOME + k, i]


_BAR = ("open", "high", "low", "close")
_PAST = ("close", "market")
_WARM = 24 + candlesticks.FIRST_ROW
_RANK_WARMUP = RANKED + 24
_SWING_WARMUP = SWING_REACH + 2 * CONFIRM_BARS
_DAILY = "once in 24 bars"
_WIDE = 40.0  # logarithms of ratios: nothing measurable is further apart


def _count(name: str, sentence: str, most: int = 24) -> DataPoint:
    return DataPoint(
        f"patterns.{name}", "patterns", sentence, _BAR, -most, most, _WARM, source="TA-Lib, Nison (1991)"
    )


def _shape(
    name: str, unit: str, sentence: str, bounds: tuple[float, float], warmup: int, vote: str
) -> DataPoint:
    return DataPoint(f"patterns.{name}", unit, sentence, ("high", "low", "close"), *bounds, warmup, vote)


def _fact(name: str, unit: str, sentence: str, bounds: tuple[float, float], vote: str) -> DataPoint:
    return DataPoint(
        f"patterns.{name}",
        unit,
        sentence,
        _PAST,
        *bounds,
        LEAD,
        vote,
        source="32 nearest z-normalised windows of 48 closes, all coins, 2,160 bars",
        refreshed=_DAILY,
    )


POINTS = (
    _count("candle_balance_3", "Bullish less bearish candlesticks in the last 3 bars.", 9),
    _count("candle_balance_24", "Bullish less bearish candlesticks in the last 24 bars.", 72),
    _count("engulfing_24", "Bars that swallow the one before, upward less downward, in 24 bars."),
    _count("harami_24", "Small bodies inside a long one, after a fall less after a rise, in 24 bars."),
    _count("hammers_24", "Hammers less hanging men and shooting stars in 24 bars."),
    _count("turns_24", "Stars, piercings and three in a row, upward less downward, in 24 bars."),
    _count("marubozu_24", "Long bodies without wicks, rising less falling, in 24 bars."),
    DataPoint(
        "patterns.indecision_24",
        "bars",
        "Dojis and spinning tops in the last 24 bars: nobody wins.",
        _BAR,
        0,
        24,
        _WARM,
        vote="indecision",
    ),
    DataPoint(
        "patterns.body_share_24",
        "0..1",
        "Bodies against whole bars in the last 24.",
        _BAR,
        0,
        1,
        24,
        vote="conviction, whichever way",
    ),
    DataPoint(
        "patterns.wick_imbalance_24",
        "-1..1",
        "Lower less upper wicks against whole bars in the last 24: falls that were bought.",
        _BAR,
        -1,
        1,
        24,
    ),
    _shape(
        "compression",
        "0..1",
        "Range of 24 bars against that of 168: low before a break.",
        (0, 1),
        168,
        "expansion",
    ),
    _shape(
        "band_width_rank",
        "0..1",
        "Rank of Bollinger's width among 336 bars: low is a squeeze.",
        (0, 1),
        _RANK_WARMUP,
        "expansion",
    ),
    _shape(
        "range_rank",
        "0..1",
        "Rank of the mean true range of 24 bars among 336.",
        (0, 1),
        _RANK_WARMUP,
        "turbulence",
    ),
    _shape(
        "inside_bars_24",
        "bars",
        "Bars of the last 24 that stay inside the one before.",
        (0, 24),
        25,
        "compression",
    ),
    _shape(
        "higher_lows",
        "steps",
        "Of the last two steps between swing lows, those up less those down.",
        (-2, 2),
        _SWING_WARMUP,
        "bullish",
    ),
    _shape(
        "lower_highs",
        "steps",
        "Of the last two steps between swing highs, those down less those up.",
        (-2, 2),
        _SWING_WARMUP,
        "bearish",
    ),
    _shape(
        "volatility_shift",
        "log ratio",
        "Volatility of 24 bars against 168.",
        (-_WIDE, _WIDE),
        168,
        "turbulence",
    ),
    _shape(
        "volatility_regime",
        "log ratio",
        "Volatility of 168 bars against 720: calm or turbulent times.",
        (-_WIDE, _WIDE),
        720,
        "turbulence",
    ),
    DataPoint(
        "patterns.btc_correlation",
        "-1..1",
        "Correlation of 168 returns with Bitcoin's, one bar ago.",
        _PAST,
        -1,
        1,
        169,
        vote="goes with Bitcoin",
    ),
    _shape(
        "downside_share",
        "0..1",
        "Share of the falls in a week's squared returns.",
        (0, 1),
        169,
        "bearish",
    ),
    _shape("skew", "skewness", "Skewness of a week's returns.", (-13, 13), 169, "jumps upward"),
    _fact(
        "analogue_outcome",
        "usual moves of 24 bars",
        "What the most similar past windows were followed by, on average.",
        (-MOST_SIGMAS, MOST_SIGMAS),
        "bullish",
    ),
    _fact("analogue_up_share", "0..1", "Share of those that were followed by a rise.", (0, 1), "bullish"),
    _fact(
        "analogue_dispersion",
        "usual moves of 24 bars",
        "How far apart their outcomes lie.",
        (0, MOST_SIGMAS),
        "disagreement",
    ),
    _fact(
        "analogue_distance",
        "z-normalised distance",
        "How far from the present they are; 13.9 is the mirror image.",
        (0, 14),
        "nothing similar is known",
    ),
    _fact(
        "analogue_moments",
        "periods",
        "Different periods of 48 bars among them: many coins at once are one moment.",
        (1, NEAREST),
        "more evidence",
    ),
    _fact("analogue_age", "bars", "Bars since they were searched.", (0, EVERY), "older"),
)

FAMILY = FactorFamily(
    family=Family.PATTERNS,
    points=POINTS,
    leans=(
        Lean("patterns.candle_balance_24", full=4.0),
        Lean("patterns.higher_lows", full=2.0),
        Lean("patterns.lower_highs", full=-2.0),
    ),
    n_columns=N_COLUMNS,
    windows=WINDOWS,
)
"""What followed similar windows is shown and does not vote: over 136 coins of 2024 the mean outcome went with
the next 24 bars at a correlation of 0.015."""
