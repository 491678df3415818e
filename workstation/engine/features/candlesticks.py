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
MEAN_BODY, MEAN_RANGE_10, MEAN_RANGE_5, TALLY = range(4)
N_KEPT = 4
ENGULFED, HELD, HAMMERED, TURNED, BLANK, UNDECIDED = range(6)  # as the counts over 24 bars come
_NOTHING = 0x444444


def candlesticks(candles: CandleColumns) -> IntArray:
    """Return every pattern at every bar, shape (N_PATTERNS, n), in the order of `NAMES`.

    100 bullish, -100 bearish, 0 none; 80 where two bodies match at one end; a doji is 100 and a spinning top
    has the sign of its body, though neither leans anywhere. 0 in the first `FIRST_ROW` bars.
    """
    base = np.stack([getattr(candles, name) for name in ("open", "high", "low", "close")])
    sizes, found = np.empty((N_KEPT, len(candles))), np.zeros((len(candles), N_PATTERNS), np.int64)
    _every_pattern(base, sizes, found)
    return found.T


@compiled
def _every_pattern(base: FloatArray, sizes: FloatArray, found: IntArray) -> None:
    n = base.shape[1]
    _usual_sizes(base, sizes, 0, n)
    for i in range(FIRST_ROW, n):
        _find(base, sizes, i, found[i])


@compiled
def rows(base: FloatArray, out: FloatArray, kept: FloatArray, lo: int, hi: int) -> None:
    """Fill rows ``lo..hi-1`` of the data points named above in `out`; see `factor_family.RowKernel`.

    Parameters
    ----------
    kept : ndarray, shape (N_KEPT, n)
        What is kept beside them: mean body and range of the bars before each, and what was found at it.
    """
    _usual_sizes(base, kept, lo, hi)
    found = np.zeros(N_PATTERNS, np.int64)
    tally = kept[TALLY]
    for i in range(lo, hi):
        if i >= FIRST_ROW:
            _find(base, kept, i, found)
        tally[i] = _tally(found)
        first = _NOTHING if i < 24 else tally[i - 24]
        fourth = _NOTHING if i < 3 else tally[i - 3]
        _count(out, i, (int(tally[i]), int(fourth), int(first)))
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
def _tally(found: IntArray) -> float:
    """Return what was found as one whole number: a digit of sixteen for each kind, 4 for none."""
    hammers = found[HAMMER] + found[INVERTED_HAMMER] + found[HANGING_MAN] + found[SHOOTING_STAR]
    turns = found[PIERCING] + found[MORNING_STAR] + found[THREE_WHITE_SOLDIERS]
    turns += found[DARK_CLOUD_COVER] + found[EVENING_STAR] + found[THREE_BLACK_CROWS]
    is_undecided = (found[DOJI] != 0) | (found[SPINNING_TOP] != 0)
    total = (_sign(found[ENGULFING]) << 4 * ENGULFED) + (_sign(found[HARAMI]) << 4 * HELD)
    total += (hammers // 100 << 4 * HAMMERED) + (turns // 100 << 4 * TURNED)
    total += (found[MARUBOZU] // 100 << 4 * BLANK) + (int(is_undecided) << 4 * UNDECIDED)
    return float(_NOTHING + total)


@compiled
def _sign(x: int) -> int:
    return int(x > 0) - int(x < 0)


@compiled
def _digit(tally: int, kind: int) -> int:
    return (tally >> 4 * kind & 15) - 4


@compiled
def _balance(tally: int) -> int:
    """Return bullish less bearish patterns of one bar."""
    pairs = _digit(tally, ENGULFED) + _digit(tally, HELD) + _digit(tally, HAMMERED)
    return pairs + _digit(tally, TURNED) + _digit(tally, BLANK)


@compiled
def _count(out: FloatArray, i: int, tallies: tuple[int, int, int]) -> None:
    """Count what came in and what went out: whole numbers, exact in any order."""
    new, fourth, first = tallies
    before = i - 1 if i > 0 else 0
    if i == 0:
        for k in range(BALANCE_3, INDECISION_24 + 1):
            out[k, 0] = 0.0
    out[BALANCE_3, i] = out[BALANCE_3, before] + (_balance(new) - _balance(fourth))
    out[BALANCE_24, i] = out[BALANCE_24, before] + (_balance(new) - _balance(first))
    for k in range(6):
        change = _digit(new, k) - _digit(first, k)
        out[ENGULFING_24 + k, i] = out[ENGULFING_24 + k, before] + change


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
    """Write the patterns that end at row `i` into `found`; at least `FIRST_ROW` rows stand before it.

    Every condition is worked out, none is skipped: which would come true is a coin toss for the processor.
    """
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
    found[DOJI] = 100 * (body <= 0.1 * sizes[MEAN_RANGE_10, i])
    has_wicks = (_upper_wick(base, i) > body) & (_lower_wick(base, i) > body)
    found[SPINNING_TOP] = side * (has_wicks & (body < sizes[MEAN_BODY, i]))
    has_none = _has_no_upper_wick(base, sizes, i) & _has_no_lower_wick(base, sizes, i)
    found[MARUBOZU] = side * (has_none & _is_long(base, sizes, i))


@compiled
def _hammers(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    """Write the small bodies at one end of a long wick; where the bar before lies decides what they are."""
    body, top, bottom = _body(base, i), _top(base, i), _bottom(base, i)
    is_small = body < sizes[MEAN_BODY, i]
    near = 0.2 * sizes[MEAN_RANGE_5, i - 1]
    hangs = is_small & (_lower_wick(base, i) > body) & _has_no_upper_wick(base, sizes, i)
    stands = is_small & (_upper_wick(base, i) > body) & _has_no_lower_wick(base, sizes, i)
    found[HAMMER] = 100 * (hangs & (bottom <= base[LOW, i - 1] + near))
    found[HANGING_MAN] = -100 * (hangs & (bottom >= base[HIGH, i - 1] - near))
    found[INVERTED_HAMMER] = 100 * (stands & (top < _bottom(base, i - 1)))
    found[SHOOTING_STAR] = -100 * (stands & (bottom > _top(base, i - 1)))


@compiled
def _two_bars(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    is_white, was_white = _is_white(base, i), _is_white(base, i - 1)
    was_long = _is_long(base, sizes, i - 1)
    top, bottom = _top(base, i), _bottom(base, i)
    old_top, old_bottom = _top(base, i - 1), _bottom(base, i - 1)
    is_wider, is_narrower = (top > old_top) & (bottom < old_bottom), (top < old_top) & (bottom > old_bottom)
    swallows = (top >= old_top) & (bottom <= old_bottom) & ((top > old_top) | (bottom < old_bottom))
    found[ENGULFING] = ((is_white != was_white) & swallows) * (80 + 20 * is_wider) * (2 * is_white - 1)
    is_held = was_long & (_body(base, i) <= sizes[MEAN_BODY, i]) & (top <= old_top) & (bottom >= old_bottom)
    found[HARAMI] = is_held * (80 + 20 * is_narrower) * (1 - 2 * was_white)
    half, close, old_close = _body(base, i - 1) * 0.5, base[CLOSE, i], base[CLOSE, i - 1]
    falls_in = (base[OPEN, i] > base[HIGH, i - 1]) & (close > old_bottom) & (close < old_close - half)
    found[DARK_CLOUD_COVER] = -100 * (was_white & was_long & (not is_white) & falls_in)
    rises_in = (base[OPEN, i] < base[LOW, i - 1]) & (close < old_top) & (close > old_close + half)
    found[PIERCING] = 100 * (is_white & was_long & (not was_white) & _is_long(base, sizes, i) & rises_in)


@compiled
def _stars(base: FloatArray, sizes: FloatArray, i: int, found: IntArray) -> None:
    """Write the stars: a long bar, a small body beyond a gap, and a bar well back into the first body."""
    is_small = _body(base, i - 1) <= sizes[MEAN_BODY, i - 1]
    fits = _is_long(base, sizes, i - 2) & is_small & _is_long(base, sizes, i)
    is_white, was_white = _is_white(base, i), _is_white(base, i - 2)
    back, close, old_close = _body(base, i - 2) * 0.3, base[CLOSE, i], base[CLOSE, i - 2]
    is_below = (_top(base, i - 1) < _bottom(base, i - 2)) & (close > old_close + back)
    is_above = (_bottom(base, i - 1) > _top(base, i - 2)) & (close < old_close - back)
    found[MORNING_STAR] = 100 * (fits & is_white & (not was_white) & is_below)
    found[EVENING_STAR] = -100 * (fits & was_white & (not is_white) & is_above)


@compiled
def _are_soldiers(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    is_so = _is_long(base, sizes, i)
    for k in range(i - 2, i + 1):
        is_so &= _is_white(base, k) & _has_no_upper_wick(base, sizes, k)
    for k in range(i - 1, i + 1):
        near, far = 0.2 * sizes[MEAN_RANGE_5, k - 1], 0.6 * sizes[MEAN_RANGE_5, k - 1]
        is_so &= (base[OPEN, k] > base[OPEN, k - 1]) & (base[OPEN, k] <= base[CLOSE, k - 1] + near)
        is_so &= (base[CLOSE, k] > base[CLOSE, k - 1]) & (_body(base, k) > _body(base, k - 1) - far)
    return is_so


@compiled
def _are_crows(base: FloatArray, sizes: FloatArray, i: int) -> bool:
    is_so = _is_white(base, i - 3) & (base[HIGH, i - 3] > base[CLOSE, i - 2])
    for k in range(i - 2, i + 1):
        is_so &= (not _is_white(base, k)) & _has_no_lower_wick(base, sizes, k)
    for k in range(i - 1, i + 1):
        is_so &= (base[CLOSE, k - 1] < base[OPEN, k]) & (base[OPEN, k] < base[OPEN, k - 1])
        is_so &= base[CLOSE, k] < base[CLOSE, k - 1]
    return bool(is_so)
