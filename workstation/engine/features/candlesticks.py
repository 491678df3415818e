"""Fifteen candlestick patterns by TA-Lib's own definitions, and what they add up to over 3 and 24 bars.

TA-Lib's averages ("a long body is longer than the mean of the ten before") are summed afresh at every bar,
oldest first, not carried along: so one bar alone and a whole history come out the same.

References
----------
Nison (1991), Japanese Candlestick Charting Techniques; TA-Lib, functions CDL*.
"""

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.columns import CLOSE, HIGH, LOW, OPEN
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import ratio

NAMES = (
    "doji",
    "spinning_top",
    "marubozu",
    "hammer",
    "inverted_hammer",
    "hanging_man",
    "shooting_star",
    "engulfing",
    "harami",
    "piercing",
    "dark_cloud_cover",
    "morning_star",
    "evening_star",
    "three_white_soldiers",
    "three_black_crows",
)
"""The patterns, in the order in which `candlesticks` writes them."""

N_PATTERNS = 15
(
    DOJI,
    SPINNING_TOP,
    MARUBOZU,
    HAMMER,
    INVERTED_HAMMER,
    HANGING_MAN,
    SHOOTING_STAR,
    ENGULFING,
    HARAMI,
    PIERCING,
    DARK_CLOUD_COVER,
    MORNING_STAR,
    EVENING_STAR,
    THREE_WHITE_SOLDIERS,
    THREE_BLACK_CROWS,
) = range(N_PATTERNS)

FIRST_ROW = 13
"""Bars that must stand before a pattern of three or four bars can be told from its ten-bar averages."""

(
    BALANCE_3,
    BALANCE_24,
    ENGULFING_24,
    HARAMI_24,
    HAMMERS_24,
    TURNS_24,
    MARUBOZU_24,
    INDECISION_24,
    BODY_SHARE_24,
    WICK_IMBALANCE_24,
) = range(10)
N_POINTS = 10
MEAN_BODY, MEAN_RANGE_10, MEAN_RANGE_5 = range(3)
N_SIZES = 3


def candlesticks(candles: CandleColumns) -> IntArray:
    """Return every pattern at every bar, shape (N_PATTERNS, n), in the order of `NAMES`.

    100 bullish, -100 bearish, 0 none; 80 where two bodies match at one end; a doji is 100 and a spinning top
    has the sign of its body, though neither leans anywhere. 0 in the first `FIRST_ROW` bars.
    """
    base = np.stack([getattr(candles, name) for name in ("open", "high", "low", "close")])
    sizes, found = np.empty((N_SIZES, len(candles))), np.zeros((len(candles), N_PATTERNS), np.int64)
    _every_pattern(base, sizes, found)
    return found.T


@compiled
def _every_pattern(base: FloatArray, sizes: FloatArray, found: IntArray) -> None:
    n = base.shape[1]
    _usual_sizes(base, sizes, 0, n)
    for i in range(FIRST_ROW, n):
        _find(base, sizes, i, found[i])


@compiled
def rows(base: FloatArray, out: FloatArray, sizes: FloatArray, lo: int, hi: int) -> None:
    """Fill rows ``lo..hi-1`` of the data points named above in `out`; see `factor_family.RowKernel`.

    Parameters
    ----------
    sizes : ndarray, shape (N_SIZES, n)
        Kept for itself: mean body and range of the bars before each.
    """
    _usual_sizes(base, sizes, lo, hi)
    found = np.zeros(N_PATTERNS, np.int64)
    for i in range(lo, hi):
        for k in range(BALANCE_3, INDECISION_24 + 1):
            out[k, i] = out[k, i - 1] if i > 0 else 0.0
        for bars in (0, 3, 24):
            if i - bars >= FIRST_ROW:
                _find(base, sizes, i - bars, found)
                _count(out, found, i, bars)
        _shape(base, out, i)


@compiled
def _usual_sizes(base: FloatArray, sizes: FloatArray, lo: int, hi: int) -> None:
    """Fill the mean body and range of the bars before each; NaN while there are fewer than ten."""
    for i in range(lo, hi):
        if i < 10:
            sizes[MEAN_BODY, i] = sizes[MEAN_RANGE_10, i] = sizes[MEAN_RANGE_5, i] = np.nan
            continue
        bodies = spans = newest = 0.0
        for k in range(i - 10, i):
            bodies += _body(base, k)
            spans += base[HIGH, k] - base[LOW, k]
        for k in range(i - 5, i):
            newest += base[HIGH, k] - base[LOW, k]
        sizes[MEAN_BODY, i], sizes[MEAN_RANGE_10, i] = bodies / 10.0, spans / 10.0
        sizes[MEAN_RANGE_5, i] = newest / 5.0


@compiled
def _count(out: FloatArray, found: IntArray, i: int, bars: int) -> None:
    """Add what was found to the counts, or take it out `bars` later: whole numbers, exact in any order."""
    engulfing, harami = np.sign(found[ENGULFING]), np.sign(found[HARAMI])
    hammers = (found[HAMMER] + found[INVERTED_HAMMER] + found[HANGING_MAN] + found[SHOOTING_STAR]) // 100
    rises = found[PIERCING] + found[MORNING_STAR] + found[THREE_WHITE_SOLDIERS]
    turns = (rises + found[DARK_CLOUD_COVER] + found[EVENING_STAR] + found[THREE_BLACK_CROWS]) // 100
    marubozu = found[MARUBOZU] // 100
    balance = engulfing + harami + hammers + turns + marubozu
    if bars < 24:
        out[BALANCE_3, i] += balance if bars == 0 else -balance
    if bars == 3:
        return
    sign = 1.0 if bars == 0 else -1.0
    out[BALANCE_24, i] += sign * balance
    out[ENGULFING_24, i] += sign * engulfing
    out[HARAMI_24, i] += sign * harami
    out[HAMMERS_24, i] += sign * hammers
    out[TURNS_24, i] += sign * turns
    out[MARUBOZU_24, i] += sign * marubozu
    out[INDECISION_24, i] += sign if found[DOJI] != 0 or found[SPINNING_TOP] != 0 else 0.0


@compiled
def _shape(base: FloatArray, out: FloatArray, i: int) -> None:
    if i < 23:
        out[BODY_SHARE_24, i] = out[WICK_IMBALANCE_24, i] = np.nan
        return
    bodies = wicks = spans = old_bodies = old_wicks = old_spans = 0.0  # two halves, side by side
    for k in range(i - 11, i + 1):
        bodies += _body(base, k)
        wicks += _lower_wick(base, k) - _upper_wick(base, k)
        spans += base[HIGH, k] - base[LOW, k]
        old_bodies += _body(base, k - 12)
        old_wicks += _lower_wick(base, k - 12) - _upper_wick(base, k - 12)
        old_spans += base[HIGH, k - 12] - base[LOW, k - 12]
    out[BODY_SHARE_24, i] = min(ratio(old_bodies + bodies, old_spans + spans), 1.0)
    out[WICK_IMBALANCE_24, i] = max(-1.0, min(ratio(old_wicks + wicks, old_spans + spans), 1.0))


@compiled
def _body(base: FloatArray, i: int) -> float:
    return float(abs(base[CLOSE, i] - base[OPEN, i]))


@compiled
def _upper_wick(base: FloatArray, i: int) -> float:
    return float(base[HIGH, i] - _top(base, i))


@compiled
def _lower_wick(base: FloatArray, i: int) -> float:
    return float(_bottom(base, i) - base[LOW, i])


@compiled
def _is_white(base: FloatArray, i: int) -> bool:
    return bool(base[CLOSE, i] >= base[OPEN, i])


@compiled
def _top(base: FloatArray, i: int) -> float:
    return float(max(base[OPEN, i], base[CLOSE, i]))


@compiled
def _bottom(base: FloatArray, i: int) -> float:
    return float(min(base[OPEN, i], base[CLOSE, i]))


@compiled
def _has_no_upper_wick(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    return bool(_upper_wick(base, i) < 0.1 * sizes[MEAN_RANGE_10, i])


@compiled
def _has_no_lower_wick(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    return bool(_lower_wick(base, i) < 0.1 * sizes[MEAN_RANGE_10, i])


@compiled
def _is_long(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    return bool(_body(base, i) > sizes[MEAN_BODY, i])


@compiled
def _find(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    """Write the patterns that end at row `i` into `found`; at least `FIRST_ROW` rows stand before it."""
    _one_bar(base, sizes, i, found)
    _hammers(base, sizes, i, found)
    _two_bars(base, sizes, i, found)
    _stars(base, sizes, i, found)
    found[THREE_WHITE_SOLDIERS] = 100 if _are_soldiers(base, sizes, i) else 0
    found[THREE_BLACK_CROWS] = -100 if _are_crows(base, sizes, i) else 0


@compiled
def _one_bar(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    body = _body(base, i)
    side = 100 if _is_white(base, i) else -100
    upper, lower = _upper_wick(base, i), _lower_wick(base, i)
    found[DOJI] = 100 if body <= 0.1 * sizes[MEAN_RANGE_10, i] else 0
    found[SPINNING_TOP] = side if upper > body and lower > body and body < sizes[MEAN_BODY, i] else 0
    has_no_wicks = _has_no_upper_wick(base, sizes, i) and _has_no_lower_wick(base, sizes, i)
    found[MARUBOZU] = side if _is_long(base, sizes, i) and has_no_wicks else 0


@compiled
def _hammers(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    """Write the small bodies at one end of a long wick; where the bar before lies decides what they are."""
    found[HAMMER] = found[INVERTED_HAMMER] = found[HANGING_MAN] = found[SHOOTING_STAR] = 0
    body = _body(base, i)
    if not body < sizes[MEAN_BODY, i]:
        return
    near = 0.2 * sizes[MEAN_RANGE_5, i - 1]
    if _lower_wick(base, i) > body and _has_no_upper_wick(base, sizes, i):
        found[HAMMER] = 100 if _bottom(base, i) <= base[LOW, i - 1] + near else 0
        found[HANGING_MAN] = -100 if _bottom(base, i) >= base[HIGH, i - 1] - near else 0
    if _upper_wick(base, i) > body and _has_no_lower_wick(base, sizes, i):
        found[INVERTED_HAMMER] = 100 if _top(base, i) < _bottom(base, i - 1) else 0
        found[SHOOTING_STAR] = -100 if _bottom(base, i) > _top(base, i - 1) else 0


@compiled
def _two_bars(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    found[ENGULFING] = found[HARAMI] = found[PIERCING] = found[DARK_CLOUD_COVER] = 0
    is_white, was_white = _is_white(base, i), _is_white(base, i - 1)
    top, bottom = _top(base, i), _bottom(base, i)
    old_top, old_bottom = _top(base, i - 1), _bottom(base, i - 1)
    if (
        is_white != was_white
        and top >= old_top
        and bottom <= old_bottom
        and (top > old_top or bottom < old_bottom)
    ):
        size = 100 if top > old_top and bottom < old_bottom else 80
        found[ENGULFING] = size if is_white else -size
    if not _is_long(base, sizes, i - 1):
        return
    if _body(base, i) <= sizes[MEAN_BODY, i] and top <= old_top and bottom >= old_bottom:
        size = 100 if top < old_top and bottom > old_bottom else 80
        found[HARAMI] = -size if was_white else size
    half = _body(base, i - 1) * 0.5
    if was_white and not is_white and base[OPEN, i] > base[HIGH, i - 1]:
        covers = old_bottom < base[CLOSE, i] and base[CLOSE, i] < base[CLOSE, i - 1] - half
        found[DARK_CLOUD_COVER] = -100 if covers else 0
    if is_white and not was_white and _is_long(base, sizes, i) and base[OPEN, i] < base[LOW, i - 1]:
        pierces = base[CLOSE, i] < old_top and base[CLOSE, i] > base[CLOSE, i - 1] + half
        found[PIERCING] = 100 if pierces else 0


@compiled
def _stars(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    """Write the stars: a long bar, a small body beyond a gap, and a bar well back into the first body."""
    found[MORNING_STAR] = found[EVENING_STAR] = 0
    if not (
        _is_long(base, sizes, i - 2)
        and _body(base, i - 1) <= sizes[MEAN_BODY, i - 1]
        and _is_long(base, sizes, i)
    ):
        return
    back = _body(base, i - 2) * 0.3
    if not _is_white(base, i - 2) and _is_white(base, i) and _top(base, i - 1) < _bottom(base, i - 2):
        found[MORNING_STAR] = 100 if base[CLOSE, i] > base[CLOSE, i - 2] + back else 0
    if _is_white(base, i - 2) and not _is_white(base, i) and _bottom(base, i - 1) > _top(base, i - 2):
        found[EVENING_STAR] = -100 if base[CLOSE, i] < base[CLOSE, i - 2] - back else 0


@compiled
def _are_soldiers(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    for k in range(i - 2, i + 1):
        if not (_is_white(base, k) and _has_no_upper_wick(base, sizes, k)):
            return False
    for k in range(i - 1, i + 1):
        near, far = 0.2 * sizes[MEAN_RANGE_5, k - 1], 0.6 * sizes[MEAN_RANGE_5, k - 1]
        opens_well = base[OPEN, k] > base[OPEN, k - 1] and base[OPEN, k] <= base[CLOSE, k - 1] + near
        if not (
            base[CLOSE, k] > base[CLOSE, k - 1] and opens_well and _body(base, k) > _body(base, k - 1) - far
        ):
            return False
    return _is_long(base, sizes, i)


@compiled
def _are_crows(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    if not _is_white(base, i - 3) or not base[HIGH, i - 3] > base[CLOSE, i - 2]:
        return False
    for k in range(i - 2, i + 1):
        if _is_white(base, k) or not _has_no_lower_wick(base, sizes, k):
            return False
    for k in range(i - 1, i + 1):
        opens_inside = base[CLOSE, k - 1] < base[OPEN, k] and base[OPEN, k] < base[OPEN, k - 1]
        if not (opens_inside and base[CLOSE, k] < base[CLOSE, k - 1]):
            return False
    return True
