"""The columns of the volume family: how much traded, and on which side; see `volume` for what they say."""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.engine.features.columns import (
    BTC_SHARE,
    CLOSE,
    DOLLAR,
    DOLLAR_24,
    DOLLAR_168,
    HIGH,
    LOG_CLOSE,
    LOG_DOLLAR,
    LOG_DOLLAR_SQUARE,
    LOW,
    OPEN,
    RETURN,
    RETURN_SQUARE,
    SIGMA_24,
    SIGMA_168,
    TYPICAL,
    VOLUME,
    in_atr,
)
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import (
    bounded,
    deviation,
    ema,
    ratio,
    window_max,
    window_min,
    window_sum,
)

(
    DOLLAR_Z_168,
    HOUR_SURPRISE,
    RATIO_24_168,
    SPIKE_6,
    OBV_SLOPE_48,
    CMF_24,
    MFI_14,
    VWAP_24_DISTANCE,
    VWAP_168_DISTANCE,
    BUYING_SHARE_24,
    BACKING_48,
    QUIET_24,
    DOLLAR_VOLUME,
    TREND_24,
    OBV_RANGE_168,
    OBV_LEAD_168,
    CMF_168,
    BURST_SHARE_24,
    FORCE_13,
    BTC_DOMINANCE,
) = range(20)
(
    SIGNED,  # volume, with the sign of the close's step
    ON_BALANCE,
    OBV_HIGH,
    OBV_LOW,
    CLOSE_HIGH,
    CLOSE_LOW,
    PRESSURE,  # volume by where the bar closed in its range, -1..1
    FLOW,  # typical price times volume
    FLOW_IN,
    FLOW_OUT,
    BOUGHT,  # dollar volume of rising bars, half of that of still ones
    PUSH,  # the close's step times volume
    BACKING,  # return times the change of log dollar volume
    CHANGE_SQUARE,
    BURST,  # how surprising a bar's dollar volume was, signed by the bar
    BIGGEST_24,
    LOG_DOLLAR_168,
    LOG_DOLLAR_SQUARE_168,
    VOLUME_24,
    VOLUME_48,
    VOLUME_168,
    FLOW_24,
    FLOW_168,
    FLOW_IN_14,
    FLOW_OUT_14,
    PRESSURE_24,
    PRESSURE_168,
    BOUGHT_24,
    BACKING_SUM,
    CHANGE_SQUARE_48,
    RETURN_SQUARE_48,
    MEAN_PUSH,
) = range(20, 52)
N_COLUMNS = 52

_HOUR_MS = 3_600_000
_WEEK_MS = 168 * _HOUR_MS
_PROFILE_WEEKS = 4
_LEAST_WEEKS = 2
REACH = 840  # rows back in which the hours of the weeks before are looked for
_ON_EITHER_SIDE = np.arange(48.0) * (48.0 - np.arange(48.0))  # values before a step, times those after it
MOST = 1_000.0  # ranges or deviations; whatever lies further away is as far
_SUMS = (
    (LOG_DOLLAR, LOG_DOLLAR_168, 168),
    (LOG_DOLLAR_SQUARE, LOG_DOLLAR_SQUARE_168, 168),
    (VOLUME, VOLUME_24, 24),
    (VOLUME, VOLUME_48, 48),
    (VOLUME, VOLUME_168, 168),
    (RETURN_SQUARE, RETURN_SQUARE_48, 48),
)
_OWN_SUMS = (
    (FLOW, FLOW_24, 24),
    (FLOW, FLOW_168, 168),
    (FLOW_IN, FLOW_IN_14, 14),
    (FLOW_OUT, FLOW_OUT_14, 14),
    (PRESSURE, PRESSURE_24, 24),
    (PRESSURE, PRESSURE_168, 168),
    (BOUGHT, BOUGHT_24, 24),
    (BACKING, BACKING_SUM, 48),
    (CHANGE_SQUARE, CHANGE_SQUARE_48, 48),
)
WINDOWS = (*(window for _, _, window in _SUMS + _OWN_SUMS), 168, 168, 168, 168, 24)
N_PARTS = sum(WINDOWS)


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
    for i in range(lo, hi):
        _bar(base, out, i)
    start = 0
    for given, total, window in _SUMS:
        window_sum(base[given], parts[start:], out[total], window, first_row, lo, hi)
        start += window
    for own, total, window in _OWN_SUMS:
        window_sum(out[own], parts[start:], out[total], window, first_row, lo, hi)
        start += window
    peaks = parts[start:]
    window_max(out[ON_BALANCE], peaks, out[OBV_HIGH], 168, first_row, lo, hi)
    window_min(out[ON_BALANCE], peaks[168:], out[OBV_LOW], 168, first_row, lo, hi)
    window_max(base[CLOSE], peaks[2 * 168 :], out[CLOSE_HIGH], 168, first_row, lo, hi)
    window_min(base[CLOSE], peaks[3 * 168 :], out[CLOSE_LOW], 168, first_row, lo, hi)
    window_max(base[DOLLAR], peaks[4 * 168 :], out[BIGGEST_24], 24, first_row, lo, hi)
    ema(out[PUSH], out[MEAN_PUSH], 13, lo, hi)
    paid, signed, burst = base[LOG_DOLLAR], out[SIGNED], out[BURST]  # cut once: each cut counts references
    for i in range(lo, hi):
        _money(base, out, i)
        _sides(base, out, i)
        out[HOUR_SURPRISE, i] = _hour_surprise(times, paid, i)
        out[SPIKE_6, i] = _greatest_burst(burst, i)
        out[OBV_SLOPE_48, i] = ratio(_net_rise(signed, i), out[VOLUME_48, i])


@compiled
def _bar(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill what one bar and the one before it say."""
    volume, close = base[VOLUME, i], base[CLOSE, i]
    flow = base[TYPICAL, i] * volume
    span = base[HIGH, i] - base[LOW, i]
    place = (2.0 * close - base[HIGH, i] - base[LOW, i]) / span if span > 0.0 else 0.0
    out[PRESSURE, i] = bounded(place, 1.0) * volume
    out[FLOW, i] = flow
    if i == 0:
        out[ON_BALANCE, i] = 0.0
        for column in (SIGNED, FLOW_IN, FLOW_OUT, BOUGHT, PUSH, BACKING, CHANGE_SQUARE):
            out[column, i] = np.nan
        return
    step = close - base[CLOSE, i - 1]
    side = np.sign(step)
    out[SIGNED, i] = side * volume
    line = out[ON_BALANCE, i - 1] + side * volume
    out[ON_BALANCE, i] = line if abs(line) < np.inf else 0.0
    rise = base[TYPICAL, i] - base[TYPICAL, i - 1]
    still = 1e-12 * base[TYPICAL, i]  # the digits in which sums of the same ticks may differ
    out[FLOW_IN, i] = flow if rise > still else 0.0
    out[FLOW_OUT, i] = flow if rise < -still else 0.0
    out[BOUGHT, i] = base[DOLLAR, i] * (side + 1.0) / 2.0
    out[PUSH, i] = step * volume
    change = base[LOG_DOLLAR, i] - base[LOG_DOLLAR, i - 1]
    out[BACKING, i] = base[RETURN, i] * change
    out[CHANGE_SQUARE, i] = change * change


@compiled
def _money(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill the points that ask how much traded."""
    out[DOLLAR_Z_168, i] = _surprise(base, out, i)
    surprise = out[DOLLAR_Z_168, i]
    side = np.sign(base[CLOSE, i] - base[OPEN, i])
    out[BURST, i] = 0.0 if surprise < 0.0 else surprise * side
    day = base[DOLLAR_24, i]
    usual = np.log(ratio(day / 24.0, base[DOLLAR_168, i] / 168.0))
    out[RATIO_24_168, i] = usual
    out[QUIET_24, i] = usual - np.log(ratio(base[SIGMA_24, i], base[SIGMA_168, i]))
    out[DOLLAR_VOLUME, i] = np.log10(day)
    out[TREND_24, i] = np.log(ratio(day, base[DOLLAR_24, i - 24])) if i >= 24 else np.nan
    out[BURST_SHARE_24, i] = ratio(out[BIGGEST_24, i], day)
    out[BTC_DOMINANCE, i] = base[BTC_SHARE, i]


@compiled
def _surprise(base: FloatArray, out: FloatArray, i: int) -> float:
    """Return log dollar volume against the 168 bars before, in standard deviations."""
    if i == 0:
        return np.nan
    total = out[LOG_DOLLAR_168, i - 1]
    spread = deviation(total, out[LOG_DOLLAR_SQUARE_168, i - 1], 168)
    return bounded(ratio(base[LOG_DOLLAR, i] - total / 168.0, spread), MOST)


@compiled
def _greatest_burst(burst: FloatArray, i: int) -> float:
    """Return the signed burst that was greatest in 6 bars, upward of equals; NaN where none is known."""
    up = down = np.nan
    for k in range(max(i - 5, 0), i + 1):
        value = burst[k]
        if value == value:
            up = value if not up >= value else up
            down = value if not down <= value else down
    return up if up >= -down else down


@compiled
def _sides(base: FloatArray, out: FloatArray, i: int) -> None:
    """Fill the points that ask on which side it traded."""
    close = base[CLOSE, i]
    out[CMF_24, i] = ratio(out[PRESSURE_24, i], out[VOLUME_24, i])
    out[CMF_168, i] = ratio(out[PRESSURE_168, i], out[VOLUME_168, i])
    out[MFI_14, i] = 100.0 * ratio(out[FLOW_IN_14, i], out[FLOW_IN_14, i] + out[FLOW_OUT_14, i])
    for distance, flow, volume in (
        (VWAP_24_DISTANCE, FLOW_24, VOLUME_24),
        (VWAP_168_DISTANCE, FLOW_168, VOLUME_168),
    ):
        paid = ratio(out[flow, i], out[volume, i])
        out[distance, i] = bounded(in_atr(base, close - paid, i), MOST)
    out[BUYING_SHARE_24, i] = ratio(out[BOUGHT_24, i], base[DOLLAR_24, i])
    out[BACKING_48, i] = _backing(base, out, i)
    swing = out[OBV_HIGH, i] - out[OBV_LOW, i]
    out[OBV_RANGE_168, i] = ratio(out[ON_BALANCE, i] - out[OBV_LOW, i], swing)
    place = ratio(close - out[CLOSE_LOW, i], out[CLOSE_HIGH, i] - out[CLOSE_LOW, i])
    out[OBV_LEAD_168, i] = out[OBV_RANGE_168, i] - place
    pushed = ratio(out[MEAN_PUSH, i], out[VOLUME_168, i] / 168.0)
    out[FORCE_13, i] = bounded(in_atr(base, pushed, i), MOST)


@compiled
def _net_rise(signed: FloatArray, i: int) -> float:
    """Return the rise of the straight line through 48 values of on-balance volume.

    Said by the 47 steps between them, each weighted by how many values lie on either side of it: the line
    itself, whose digits a burst of long ago may have used up, is not read.
    """
    if i < 47:
        return np.nan
    first = i - 47
    a = b = 0.0
    for k in range(1, 47, 2):
        a += signed[first + k] * _ON_EITHER_SIDE[k]
        b += signed[first + k + 1] * _ON_EITHER_SIDE[k + 1]
    a += signed[i] * _ON_EITHER_SIDE[47]
    rise: float = (a + b) * (48.0 / 2.0) / (48.0 * (48.0 * 48.0 - 1.0) / 12.0)
    return rise


@compiled
def _backing(base: FloatArray, out: FloatArray, i: int) -> float:
    """Return the correlation of returns with the change of log dollar volume over 48 bars."""
    if i < 48:
        return np.nan
    rise = base[LOG_CLOSE, i] - base[LOG_CLOSE, i - 48]
    growth = base[LOG_DOLLAR, i] - base[LOG_DOLLAR, i - 48]
    both = deviation(rise, out[RETURN_SQUARE_48, i], 48) * deviation(growth, out[CHANGE_SQUARE_48, i], 48)
    shared = out[BACKING_SUM, i] / 48.0 - (rise / 48.0) * (growth / 48.0)
    return bounded(ratio(shared, both), 1.0)


@compiled
def _hour_surprise(times: IntArray, paid: FloatArray, i: int) -> float:
    """Return log dollar volume against the mean of the same hour of the four weeks before, two at least."""
    hour = times[i] // _HOUR_MS * _HOUR_MS
    oldest = max(i - REACH, 0)
    bar_ms = times[i] - times[i - 1] if i > 0 else _HOUR_MS
    total, n_weeks = 0.0, 0
    for back in range(1, _PROFILE_WEEKS + 1):
        then = hour - back * _WEEK_MS
        if then < times[oldest]:
            break
        row = _first_since(times, then, oldest, i, i - (times[i] - then) // bar_ms)
        paid_then, n_bars = 0.0, 0
        while times[row] < then + _HOUR_MS:
            paid_then += paid[row]
            n_bars += 1
            row += 1
        if n_bars:
            total += paid_then / n_bars
            n_weeks += 1
    return paid[i] - total / n_weeks if n_weeks >= _LEAST_WEEKS else np.nan


@compiled
def _first_since(times: IntArray, then: int, lo: int, hi: int, guess: int) -> int:
    """Return the first row of ``lo..hi-1`` that opens at or after `then`, `hi` where none does."""
    if lo <= guess < hi and times[guess] == then:
        return guess
    while lo < hi:
        middle = (lo + hi) // 2
        if times[middle] < then:
            lo = middle + 1
        else:
            hi = middle
    return lo
