"""Measures of a coin's prices over its last thirty days: returns, place in the range, spread of outcomes."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import ratio
from workstation.engine.grade.rolling_days import CLOSE, HIGH, LOW, N_DAYS, OPEN

NAMES = (
    "return_1d",  # log returns
    "return_3d",
    "return_7d",
    "return_14d",
    "return_30d",
    "return_7d_before",  # of the seven days before the last seven
    "return_1d_in_sigmas",  # of a day, over thirty days
    "return_7d_in_sigmas",
    "ema7_distance",  # close over exponential average, log
    "ema30_distance",
    "macd_in_atr",  # EMA 12 less EMA 26, in average true ranges of 14 days
    "rsi_14",  # Cutler's: plain sums
    "rsi_3",
    "z_score_7",
    "z_score_20",
    "directional_14",  # share of upward less that of downward directional movement, -1..1
    "up_share_14",
    "days_since_high",  # in thirty days
    "days_since_low",
    "below_high_30",  # log
    "above_low_30",
    "place_in_range_14",  # 0 at the low, 1 at the high
    "place_in_range_30",
    "garman_klass_5",  # volatility of a day
    "garman_klass_14",
    "garman_klass_30",
    "garman_klass_rise",  # five days over thirty, log
    "atr_14",  # share of the close
    "sigma_7",
    "sigma_30",
    "vol_of_vol_30",  # deviation of the logs of the days' ranges
    "range_to_close_30",  # Parkinson's volatility over that of closes, log
    "range_today",  # over the mean of 14 days, log
    "downside_share_14",  # of the squared returns
    "skew_30",
    "best_day_7",
    "best_day_30",
    "worst_day_30",
    "drawdown_30",  # deepest, log
    "autocorrelation_14",  # of a day's return with the day before's
    "downside_sigma_30",  # root of the mean square of the losses
    "wick_balance_5",  # upper less lower wick, share of the range
    "wick_balance_14",
    "body_balance_5",  # close less open, share of the range
)
N_NAMES = len(NAMES)

_LAST = N_DAYS - 1
_PARKINSON = 4.0 * np.log(2.0)
_GARMAN = 2.0 * np.log(2.0) - 1.0


@compiled
def fill(days: FloatArray, out: FloatArray) -> None:
    """Fill a measure of `NAMES` each, from days as of `rolling_days.fill_days`; NaN where there is none."""
    logs, returns = np.log(days[CLOSE]), np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        returns[i] = logs[i] - logs[i - 1]
    ranges = _true_ranges(days)
    _returns(logs, returns, out[:8])
    _oscillators(days, logs, returns, ranges, out[8:17])
    _places(days, logs, out[17:23])
    _spreads(days, returns, ranges, out[23:33])
    _tails(logs, returns, out[33:41])
    _bodies(days, out[41:44])


@compiled
def mean_of(x: FloatArray, n: int) -> float:
    """Return the mean of the last `n` values."""
    total = 0.0
    for i in range(len(x) - n, len(x)):
        total += x[i]
    return total / n


@compiled
def deviation_of(x: FloatArray, n: int) -> float:
    """Return the standard deviation of the last `n` values, dividing by `n`."""
    mean, total = mean_of(x, n), 0.0
    for i in range(len(x) - n, len(x)):
        total += (x[i] - mean) * (x[i] - mean)
    deviation: float = np.sqrt(total / n)
    return deviation


@compiled
def _true_ranges(days: FloatArray) -> FloatArray:
    """Return each day's true range as a share of its close; 0 of the first, whose day before is not known."""
    ranges = np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        before = days[CLOSE, i - 1]
        top, bottom = max(days[HIGH, i], before), min(days[LOW, i], before)
        ranges[i] = (top - bottom) / days[CLOSE, i]
    return ranges


@compiled
def _returns(logs: FloatArray, returns: FloatArray, out: FloatArray) -> None:
    last = logs[_LAST]
    out[0], out[1], out[2] = last - logs[_LAST - 1], last - logs[_LAST - 3], last - logs[_LAST - 7]
    out[3], out[4], out[5] = last - logs[_LAST - 14], last - logs[0], logs[_LAST - 7] - logs[_LAST - 14]
    sigma = deviation_of(returns, 30)
    out[6], out[7] = ratio(out[0], sigma), ratio(out[2], sigma)


@compiled
def _average(x: FloatArray, window: int) -> float:
    """Return the exponential average of what is there, begun at the first value."""
    new, value = 2.0 / (window + 1.0), x[0]
    for i in range(1, len(x)):
        value += new * (x[i] - value)
    average: float = value
    return average


@compiled
def _oscillators(
    days: FloatArray, logs: FloatArray, returns: FloatArray, ranges: FloatArray, out: FloatArray
) -> None:
    last = logs[_LAST]
    out[0], out[1] = last - _average(logs, 7), last - _average(logs, 30)
    out[2] = ratio(_average(logs, 12) - _average(logs, 26), mean_of(ranges, 14))
    out[3], out[4] = strength_index(returns, 14), strength_index(returns, 3)
    out[5] = ratio(last - mean_of(logs, 7), deviation_of(logs, 7))
    out[6] = ratio(last - mean_of(logs, 20), deviation_of(logs, 20))
    rising, falling, ups = 0.0, 0.0, 0.0
    for i in range(N_DAYS - 14, N_DAYS):
        up = days[HIGH, i] / days[HIGH, i - 1] - 1.0
        down = 1.0 - days[LOW, i] / days[LOW, i - 1]
        rising += up if up > max(down, 0.0) else 0.0
        falling += down if down > max(up, 0.0) else 0.0
        ups += returns[i] > 0.0
    out[7], out[8] = ratio(rising - falling, rising + falling), ups / 14.0


@compiled
def strength_index(returns: FloatArray, window: int) -> float:
    """Return Cutler's relative strength index of the last `window` returns, 0..100; NaN if none moved."""
    gained, moved = 0.0, 0.0
    for i in range(len(returns) - window, len(returns)):
        gained += max(returns[i], 0.0)
        moved += abs(returns[i])
    index: float = 100.0 * ratio(gained, moved)
    return index


@compiled
def _places(days: FloatArray, logs: FloatArray, out: FloatArray) -> None:
    top, bottom, half_top, half_bottom = -np.inf, np.inf, -np.inf, np.inf
    top_day, bottom_day = 0, 0
    for i in range(1, N_DAYS):
        high, low = np.log(days[HIGH, i]), np.log(days[LOW, i])
        if high >= top:
            top, top_day = high, i
        if low <= bottom:
            bottom, bottom_day = low, i
        if i >= N_DAYS - 14:
            half_top, half_bottom = max(half_top, high), min(half_bottom, low)
    last = logs[_LAST]
    out[0], out[1] = float(_LAST - top_day), float(_LAST - bottom_day)
    out[2], out[3] = last - top, last - bottom
    out[4] = ratio(last - half_bottom, half_top - half_bottom)
    out[5] = ratio(last - bottom, top - bottom)


@compiled
def _spreads(days: FloatArray, returns: FloatArray, ranges: FloatArray, out: FloatArray) -> None:
    squares, spans = np.zeros(N_DAYS), np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        span = np.log(days[HIGH, i] / days[LOW, i])
        body = np.log(days[CLOSE, i] / days[OPEN, i])
        spans[i] = span * span
        squares[i] = max(0.5 * span * span - _GARMAN * body * body, 0.0)
    out[0], out[1] = np.sqrt(mean_of(squares, 5)), np.sqrt(mean_of(squares, 14))
    out[2] = np.sqrt(mean_of(squares, 30))
    out[3] = np.log(ratio(out[0], out[2]))
    out[4] = mean_of(ranges, 14)
    out[5], out[6] = deviation_of(returns, 7), deviation_of(returns, 30)
    out[7] = deviation_of(np.log(ranges[1:] + 1e-6), 30)
    out[8] = np.log(ratio(np.sqrt(mean_of(spans, 30) / _PARKINSON), out[6]))
    out[9] = np.log(ratio(ranges[_LAST], out[4]))


@compiled
def _tails(logs: FloatArray, returns: FloatArray, out: FloatArray) -> None:
    fallen, moved = 0.0, 0.0
    for i in range(N_DAYS - 14, N_DAYS):
        moved += returns[i] * returns[i]
        fallen += returns[i] * returns[i] if returns[i] < 0.0 else 0.0
    out[0] = ratio(fallen, moved)
    mean, sigma, cubes = mean_of(returns, 30), deviation_of(returns, 30), 0.0
    best_week, best, worst, peak, deepest, lost = -np.inf, -np.inf, np.inf, logs[0], 0.0, 0.0
    for i in range(1, N_DAYS):
        cubes += (returns[i] - mean) ** 3
        best, worst = max(best, returns[i]), min(worst, returns[i])
        lost += min(returns[i], 0.0) ** 2
        best_week = max(best_week, returns[i]) if i >= N_DAYS - 7 else best_week
        peak = max(peak, logs[i])
        deepest = max(deepest, peak - logs[i])
    out[1] = ratio(cubes / 30.0, sigma * sigma * sigma)
    out[2], out[3], out[4], out[5] = best_week, best, worst, deepest
    shared = 0.0
    for i in range(N_DAYS - 14, N_DAYS):
        shared += returns[i] * returns[i - 1]
    out[6], out[7] = ratio(shared, moved), np.sqrt(lost / 30.0)


@compiled
def _bodies(days: FloatArray, out: FloatArray) -> None:
    wicks, bodies = np.zeros(N_DAYS), np.zeros(N_DAYS)
    for i in range(N_DAYS - 14, N_DAYS):
        opened, closed = days[OPEN, i], days[CLOSE, i]
        span = days[HIGH, i] - days[LOW, i]
        upper, lower = days[HIGH, i] - max(opened, closed), min(opened, closed) - days[LOW, i]
        wicks[i] = (upper - lower) / span if span > 0.0 else 0.0
        bodies[i] = (closed - opened) / span if span > 0.0 else 0.0
    out[0], out[1], out[2] = mean_of(wicks, 5), mean_of(wicks, 14), mean_of(bodies, 5)
