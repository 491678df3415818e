"""Fifteen candlestick patterns by TA-Lib's own definitions, and what they add up to over three bars and a day.

TA-Lib's averages ("a long body is longer than the mean of the ten before") are summed afresh at every bar, oldest
first, not carried along: so one bar alone and a whole history come out the same.

References
----------
Nison (1991), Japanese Candlestick Charting Techniques; TA-Lib, functions CDL*.
"""

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.columns import CLOSE, HIGH, LOW, OPEN
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import ratio, window_sum

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
"""The patterns, in the order in which `find` writes them."""

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
(
    MEAN_BODY,
    MEAN_RANGE_10,
    MEAN_RANGE_5,
    BALANCE,
    ENGULFED,
    HELD,
    HAMMERED,
    TURNED,
    BLANK,
    UNDECIDED,
    BODY,
    SPAN,
    WICKS,
    SPAN_24,
) = range(10, 24)
N_POINTS = 10
N_COLUMNS = 24


def candlesticks(candles: CandleColumns) -> IntArray:
    """Return every pattern at every bar, shape (N_PATTERNS, n), in the order of `NAMES`.

    100 bullish, -100 bearish, 0 none; 80 where two bodies match at one end; a doji is 100 and a spinning top has
    the sign of its body, though neither leans anywhere. 0 in the first `FIRST_ROW` bars.
    """
    n = len(candles)
    base, own, found = np.empty((CLOSE + 1, n)), np.empty((N_COLUMNS, n)), np.zeros((N_PATTERNS, n), np.int64)
    for i, name in enumerate(("open", "high", "low", "close")):
        base[i] = getattr(candles, name)
    _all_patterns(base, own, found)
    return found


@compiled
def _all_patterns(base: FloatArray, own: FloatArray, found: IntArray) -> None:
    here = np.empty(N_PATTERNS, np.int64)
    _usual_sizes(base, own, 0, base.shape[1])
    for i in range(FIRST_ROW, base.shape[1]):
        find(base, own, i, here)
        found[:, i] = here


@compiled
def rows(base: FloatArray, own: FloatArray, first_row: int, lo: int, hi: int) -> None:
    """Fill rows ``lo..hi-1`` of the columns named above; see `factor_family.RowKernel`."""
    _usual_sizes(base, own, lo, hi)
    found = np.empty(N_PATTERNS, np.int64)
    for i in range(lo, hi):
        if i >= FIRST_ROW:
            find(base, own, i, found)
        else:
            found[:] = 0
        _count(own, found, i)
        _shape(base, own, i)
    for wanted, one in (
        (BALANCE_24, BALANCE),
        (ENGULFING_24, ENGULFED),
        (HARAMI_24, HELD),
        (HAMMERS_24, HAMMERED),
        (TURNS_24, TURNED),
        (MARUBOZU_24, BLANK),
        (INDECISION_24, UNDECIDED),
    ):
        count(own[one], own[wanted], 24, lo, hi)
    count(own[BALANCE], own[BALANCE_3], 3, lo, hi)
    window_sum(own[BODY], own[BODY_SHARE_24], 24, first_row, lo, hi)
    window_sum(own[WICKS], own[WICK_IMBALANCE_24], 24, first_row, lo, hi)
    window_sum(own[SPAN], own[SPAN_24], 24, first_row, lo, hi)
    for i in range(lo, hi):
        own[BODY_SHARE_24, i] = min(ratio(own[BODY_SHARE_24, i], own[SPAN_24, i]), 1.0)
        own[WICK_IMBALANCE_24, i] = ratio(own[WICK_IMBALANCE_24, i], own[SPAN_24, i])


@compiled
def count(x: FloatArray, out: FloatArray, window: int, lo: int, hi: int) -> None:
    """Fill `out` with the sum of the last `window` whole numbers, fewer at the start: exact in any order."""
    for i in range(lo, hi):
        before = out[i - 1] if i > 0 else 0.0
        gone = x[i - window] if i >= window else 0.0
        out[i] = before + (x[i] - gone)


@compiled
def _usual_sizes(base: FloatArray, own: FloatArray, lo: int, hi: int) -> None:
    """Fill the mean body and range of the bars before each; NaN while there are fewer than ten."""
    for i in range(lo, hi):
        own[BODY, i] = abs(base[CLOSE, i] - base[OPEN, i])
        own[SPAN, i] = base[HIGH, i] - base[LOW, i]
        if i < 10:
            own[MEAN_BODY, i] = own[MEAN_RANGE_10, i] = own[MEAN_RANGE_5, i] = np.nan
            continue
        bodies = spans = newest = 0.0
        for k in range(i - 10, i):
            bodies += own[BODY, k]
            spans += own[SPAN, k]
        for k in range(i - 5, i):
            newest += own[SPAN, k]
        own[MEAN_BODY, i], own[MEAN_RANGE_10, i] = bodies / 10.0, spans / 10.0
        own[MEAN_RANGE_5, i] = newest / 5.0


@compiled
def _count(own: FloatArray, found: IntArray, i: int) -> None:
    own[ENGULFED, i] = np.sign(found[ENGULFING])
    own[HELD, i] = np.sign(found[HARAMI])
    own[HAMMERED, i] = (
        found[HAMMER] + found[INVERTED_HAMMER] + found[HANGING_MAN] + found[SHOOTING_STAR]
    ) // 100
    turns = found[PIERCING] + found[MORNING_STAR] + found[THREE_WHITE_SOLDIERS]
    own[TURNED, i] = (turns + found[DARK_CLOUD_COVER] + found[EVENING_STAR] + found[THREE_BLACK_CROWS]) // 100
    own[BLANK, i] = found[MARUBOZU] // 100
    own[BALANCE, i] = own[ENGULFED, i] + own[HELD, i] + own[HAMMERED, i] + own[TURNED, i] + own[BLANK, i]
    own[UNDECIDED, i] = 1.0 if found[DOJI] != 0 or found[SPINNING_TOP] != 0 else 0.0


@compiled
def _shape(base: FloatArray, own: FloatArray, i: int) -> None:
    lower = min(base[OPEN, i], base[CLOSE, i]) - base[LOW, i]
    upper = base[HIGH, i] - max(base[OPEN, i], base[CLOSE, i])
    own[WICKS, i] = lower - upper


@compiled
def _is_white(base: FloatArray, i: int) -> bool:
    return bool(base[CLOSE, i] >= base[OPEN, i])


@compiled
def _top(base: FloatArray, i: int) -> float:
    return max(base[OPEN, i], base[CLOSE, i])


@compiled
def _bottom(base: FloatArray, i: int) -> float:
    return min(base[OPEN, i], base[CLOSE, i])


@compiled
def _has_no_upper_wick(base: FloatArray, own: FloatArray, i: int) -> bool:
    return bool(base[HIGH, i] - _top(base, i) < 0.1 * own[MEAN_RANGE_10, i])


@compiled
def _has_no_lower_wick(base: FloatArray, own: FloatArray, i: int) -> bool:
    return bool(_bottom(base, i) - base[LOW, i] < 0.1 * own[MEAN_RANGE_10, i])


@compiled
def _is_long(own: FloatArray, i: int) -> bool:
    return bool(own[BODY, i] > own[MEAN_BODY, i])


@compiled
def find(base: FloatArray, own: FloatArray, i: int, found: IntArray) -> None:
    """Write the patterns that end at row `i` into `found`; at least `FIRST_ROW` rows stand before it."""
    _one_bar(base, own, i, found)
    _hammers(base, own, i, found)
    _two_bars(base, own, i, found)
    _stars(base, own, i, found)
    found[THREE_WHITE_SOLDIERS] = 100 if _are_soldiers(base, own, i) else 0
    found[THREE_BLACK_CROWS] = -100 if _are_crows(base, own, i) else 0


@compiled
def _one_bar(base: FloatArray, own: FloatArray, i: int, found: IntArray) -> None:
    body = own[BODY, i]
    side = 100 if _is_white(base, i) else -100
    upper, lower = base[HIGH, i] - _top(base, i), _bottom(base, i) - base[LOW, i]
    found[DOJI] = 100 if body <= 0.1 * own[MEAN_RANGE_10, i] else 0
    found[SPINNING_TOP] = side if upper > body and lower > body and body < own[MEAN_BODY, i] else 0
    has_no_wicks = _has_no_upper_wick(base, own, i) and _has_no_lower_wick(base, own, i)
    found[MARUBOZU] = side if _is_long(own, i) and has_no_wicks else 0


@compiled
def _hammers(base: FloatArray, own: FloatArray, i: int, found: IntArray) -> None:
    """A small body at one end of a long wick: where it lies against the bar before decides what it is called."""
    found[HAMMER] = found[INVERTED_HAMMER] = found[HANGING_MAN] = found[SHOOTING_STAR] = 0
    body = own[BODY, i]
    if not body < own[MEAN_BODY, i]:
        return
    near = 0.2 * own[MEAN_RANGE_5, i - 1]
    if _bottom(base, i) - base[LOW, i] > body and _has_no_upper_wick(base, own, i):
        found[HAMMER] = 100 if _bottom(base, i) <= base[LOW, i - 1] + near else 0
        found[HANGING_MAN] = -100 if _bottom(base, i) >= base[HIGH, i - 1] - near else 0
    if base[HIGH, i] - _top(base, i) > body and _has_no_lower_wick(base, own, i):
        found[INVERTED_HAMMER] = 100 if _top(base, i) < _bottom(base, i - 1) else 0
        found[SHOOTING_STAR] = -100 if _bottom(base, i) > _top(base, i - 1) else 0


@compiled
def _two_bars(base: FloatArray, own: FloatArray, i: int, found: IntArray) -> None:
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
    if not _is_long(own, i - 1):
        return
    if own[BODY, i] <= own[MEAN_BODY, i] and top <= old_top and bottom >= old_bottom:
        size = 100 if top < old_top and bottom > old_bottom else 80
        found[HARAMI] = -size if was_white else size
    half = own[BODY, i - 1] * 0.5
    if was_white and not is_white and base[OPEN, i] > base[HIGH, i - 1]:
        covers = old_bottom < base[CLOSE, i] and base[CLOSE, i] < base[CLOSE, i - 1] - half
        found[DARK_CLOUD_COVER] = -100 if covers else 0
    if is_white and not was_white and _is_long(own, i) and base[OPEN, i] < base[LOW, i - 1]:
        pierces = base[CLOSE, i] < old_top and base[CLOSE, i] > base[CLOSE, i - 1] + half
        found[PIERCING] = 100 if pierces else 0


@compiled
def _stars(base: FloatArray, own: FloatArray, i: int, found: IntArray) -> None:
    """A long bar, a small body beyond a gap, and a bar that goes back well into the first body."""
    found[MORNING_STAR] = found[EVENING_STAR] = 0
    if not (_is_long(own, i - 2) and own[BODY, i - 1] <= own[MEAN_BODY, i - 1] and _is_long(own, i)):
        return
    back = own[BODY, i - 2] * 0.3
    if not _is_white(base, i - 2) and _is_white(base, i) and _top(base, i - 1) < _bottom(base, i - 2):
        found[MORNING_STAR] = 100 if base[CLOSE, i] > base[CLOSE, i - 2] + back else 0
    if _is_white(base, i - 2) and not _is_white(base, i) and _bottom(base, i - 1) > _top(base, i - 2):
        found[EVENING_STAR] = -100 if base[CLOSE, i] < base[CLOSE, i - 2] - back else 0


@compiled
def _are_soldiers(base: FloatArray, own: FloatArray, i: int) -> bool:
    for k in range(i - 2, i + 1):
        if not (_is_white(base, k) and _has_no_upper_wick(base, own, k)):
            return False
    for k in range(i - 1, i + 1):
        near, far = 0.2 * own[MEAN_RANGE_5, k - 1], 0.6 * own[MEAN_RANGE_5, k - 1]
        opens_well = base[OPEN, k] > base[OPEN, k - 1] and base[OPEN, k] <= base[CLOSE, k - 1] + near
        if not (base[CLOSE, k] > base[CLOSE, k - 1] and opens_well and own[BODY, k] > own[BODY, k - 1] - far):
            return False
    return _is_long(own, i)


@compiled
def _are_crows(base: FloatArray, own: FloatArray, i: int) -> bool:
    if not _is_white(base, i - 3) or not base[HIGH, i - 3] > base[CLOSE, i - 2]:
        return False
    for k in range(i - 2, i + 1):
        if _is_white(base, k) or not _has_no_lower_wick(base, own, k):
            return False
    for k in range(i - 1, i + 1):
        opens_inside = base[CLOSE, k - 1] < base[OPEN, k] and base[OPEN, k] < base[OPEN, k - 1]
        if not (opens_inside and base[CLOSE, k] < base[CLOSE, k - 1]):
            return False
    return True
