"""Volume: whether money is behind the move, and on which side."""

from workstation.domain.signal import Family
from workstation.engine.features import taker_flow
from workstation.engine.features.columns import ATR_WARMUP
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.factor_family import FactorFamily, Lean, Least
from workstation.engine.features.volume_columns import MOST, N_COLUMNS, N_PARTS, REACH, WINDOWS, rows

__all__ = ["CANDLE_POINTS", "FAMILY", "N_COLUMNS", "N_PARTS", "rows"]

_LOG = "log ratio"
_ATR = "average true ranges"
_SIGMA = "standard deviations"
_TRADED = ("close", "volume")
_BAR = ("high", "low", "close", "volume")
_IN_RANGES = ATR_WARMUP + 40  # a value of many ranges shows for longer where they began
_RATIO = (-1_500.0, 1_500.0)  # of logs of all that a float can hold
_SHARE = (0.0, 1.0)
_SIGNED_SHARE = (-1.0, 1.0)
_FAR = (-MOST, MOST)


def _point(
    name: str,
    unit: str,
    sentence: str,
    limits: tuple[float, float],
    warmup: int,
    inputs: tuple[str, ...] = _TRADED,
    vote: str = "bullish",
    source: str = "",
) -> DataPoint:
    return DataPoint(f"volume.{name}", unit, sentence, inputs, *limits, warmup, vote, source)


CANDLE_POINTS = (
    _point("dollar_z_168", _SIGMA, "Money traded against the week before.", _FAR, 168, vote="more is traded"),
    _point(
        "hour_surprise",
        _LOG,
        "Money traded against the same hour of the last four weeks.",
        _RATIO,
        REACH,
        vote="more is traded than this hour usually sees",
        source="Mean over those weeks, two at least, within 840 bars; bars of minutes never know.",
    ),
    _point(
        "ratio_24_168",
        _LOG,
        "Money traded in 24 bars against 168.",
        (-1_500.0, 1.95),
        167,
        vote="more is traded",
        source="Natural logarithm of the ratio of the means; at most log 7.",
    ),
    _point("spike_6", _SIGMA, "Greatest burst of the last 6 bars, signed by its direction.", _FAR, 173),
    _point(
        "obv_slope_48",
        "share of volume",
        "Where on-balance volume is heading.",
        (-1.51, 1.51),
        47,
        source="Rise of the straight line through 48 values, over their volume. Granville (1963).",
    ),
    _point(
        "cmf_24",
        "-1..1",
        "Chaikin money flow: do bars close near highs or lows when money trades?",
        _SIGNED_SHARE,
        23,
        _BAR,
    ),
    _point("mfi_14", "0..100", "RSI weighted by money.", (0.0, 100.0), 14, _BAR),
    _point("vwap_24_distance", _ATR, "Close above the mean price paid in 24 bars.", _FAR, _IN_RANGES, _BAR),
    _point("vwap_168_distance", _ATR, "Close above the mean price paid in 168 bars.", _FAR, _IN_RANGES, _BAR),
    _point("buying_share_24", "0..1", "Share of the money that traded in rising bars.", _SHARE, 24),
    _point(
        "backing_48",
        "-1..1",
        "Do volume and price rise together?",
        _SIGNED_SHARE,
        48,
        source="Correlation of log returns with the change of log dollar volume.",
    ),
    _point(
        "quiet_24",
        _LOG,
        "Volume growing without price moving.",
        (-3_000.0, 3_000.0),
        168,
        vote="money comes in quietly",
    ),
    _point(
        "dollar_volume",
        "log10 of quote currency",
        "Money traded in 24 bars.",
        (-324.0, 309.0),
        23,
        vote="much is traded",
    ),
    _point(
        "trend_24",
        _LOG,
        "Money traded in 24 bars against the 24 before.",
        _RATIO,
        47,
        vote="more is traded",
    ),
    _point(
        "obv_range_168", "0..1", "On-balance volume in its range of 168 bars: 1 is a new high.", _SHARE, 167
    ),
    _point(
        "obv_lead_168",
        "-1..1",
        "How much higher on-balance volume stands in its week's range than price in its own.",
        _SIGNED_SHARE,
        167,
    ),
    _point("cmf_168", "-1..1", "Chaikin money flow of 168 bars.", _SIGNED_SHARE, 167, _BAR),
    _point(
        "burst_share_24",
        "0..1",
        "Share of 24 bars' money that traded in a single one.",
        _SHARE,
        23,
        vote="one burst, not steady trade",
    ),
    _point(
        "force_13",
        _ATR,
        "Moves weighted by volume, averaged over 13 bars.",
        _FAR,
        _IN_RANGES,
        _BAR,
        source="Elder (1993), Trading for a Living: force index, over the mean volume of 168 bars.",
    ),
    _point(
        "btc_dominance",
        "0..1",
        "Bitcoin's share of all coins' dollar volume over 24 bars, one bar ago.",
        _SHARE,
        24,
        ("market",),
        vote="money keeps to Bitcoin",
    ),
)
"""Those that come from candles."""

FAMILY = FactorFamily(
    family=Family.VOLUME,
    points=(*CANDLE_POINTS, *taker_flow.POINTS),
    leans=(
        Lean("volume.obv_slope_48", full=0.3),
        Lean("volume.cmf_24", full=0.15),
        Lean("volume.mfi_14", neutral=50.0, full=75.0),
        Lean("volume.buying_share_24", neutral=0.5, full=0.65),
        Lean("volume.spike_6", full=2.0),
        Lean("volume.taker_24h", full=0.1),
    ),
    needs=(Least("volume.ratio_24_168", 0.0),),
    n_columns=N_COLUMNS,
    windows=WINDOWS,
)
