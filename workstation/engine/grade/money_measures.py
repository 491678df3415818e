"""Measures of the money behind a coin's last thirty days: how much traded, on which side, at what cost."""

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import ratio
from workstation.engine.features.liquidity_columns import high_low_spread
from workstation.engine.grade.price_measures import deviation_of, mean_of
from workstation.engine.grade.rolling_days import CLOSE, DOLLARS, HIGH, LOW, N_DAYS, VOLUME

NAMES = (
    "dollars_30",  # quote currency a day
    "dollars_5",
    "dollars_today",  # over the mean of thirty days, log
    "dollars_rise_7d",  # seven days over thirty, log
    "dollars_steadiness",  # deviation of the logs of the days
    "amihud_5",  # return for what was paid, log
    "amihud_30",
    "amihud_rise",
    "spread_5",  # Corwin and Schultz's, fraction
    "spread_30",
    "volume_spike_signed",  # today's volume in deviations of thirty days, with the return's sign
    "return_volume_correlation_14",  # of a day's return with its change of volume
    "return_volume_correlation_30",
    "money_flow_5",  # Chaikin's, -1..1
    "money_flow_14",
    "money_flow_index_14",  # 0..100
    "balance_of_volume_14",  # of rising less falling days, share
    "quiet_accumulation",  # rise of volume less rise of range, seven days over thirty, log
    "vwap_distance_7",  # close over what was paid on average, log
    "vwap_distance_30",
)
N_NAMES = len(NAMES)

_LAST = N_DAYS - 1


@compiled
def fill(days: FloatArray, out: FloatArray) -> None:
    """Fill a measure of `NAMES` each, from days as of `rolling_days.fill_days`; NaN where there is none."""
    returns, paid = np.zeros(N_DAYS), np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        returns[i] = np.log(days[CLOSE, i] / days[CLOSE, i - 1])
    for i in range(N_DAYS):
        paid[i] = np.log1p(days[DOLLARS, i])
    _amounts(days, returns, paid, out[:10])
    _sides(returns, paid, out[10:13])
    _flows(days, returns, out[13:20])


@compiled
def _amounts(days: FloatArray, returns: FloatArray, paid: FloatArray, out: FloatArray) -> None:
    dollars = days[DOLLARS]
    prices, spreads = np.zeros(N_DAYS), np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        prices[i] = abs(returns[i]) / max(dollars[i], 1.0)
        spreads[i] = _spread(days, i)
    out[0], out[1] = mean_of(dollars, 30), mean_of(dollars, 5)
    out[2] = np.log(ratio(dollars[_LAST] + 1.0, out[0] + 1.0))
    out[3] = np.log(ratio(mean_of(dollars, 7) + 1.0, out[0] + 1.0))
    out[4] = deviation_of(paid, 30)
    out[5], out[6] = np.log(mean_of(prices, 5) + 1e-18), np.log(mean_of(prices, 30) + 1e-18)
    out[7] = out[5] - out[6]
    out[8], out[9] = mean_of(spreads, 5), mean_of(spreads, 30)


@compiled
def _spread(days: FloatArray, i: int) -> float:
    before, high, low = np.log(days[CLOSE, i - 1]), np.log(days[HIGH, i]), np.log(days[LOW, i])
    gap = max(low - before, 0.0) - max(before - high, 0.0)  # what the price jumped by is no spread
    high_before, low_before = np.log(days[HIGH, i - 1]), np.log(days[LOW, i - 1])
    return high_low_spread(high_before, low_before, high - gap, low - gap)


@compiled
def _sides(returns: FloatArray, paid: FloatArray, out: FloatArray) -> None:
    spike = ratio(paid[_LAST] - mean_of(paid, 30), deviation_of(paid, 30))
    out[0] = spike * np.sign(returns[_LAST])
    changes = np.zeros(N_DAYS)
    for i in range(1, N_DAYS):
        changes[i] = paid[i] - paid[i - 1]
    out[1], out[2] = _correlation(returns, changes, 14), _correlation(returns, changes, 30)


@compiled
def _correlation(x: FloatArray, y: FloatArray, n: int) -> float:
    x_mean, y_mean, shared = mean_of(x, n), mean_of(y, n), 0.0
    for i in range(len(x) - n, len(x)):
        shared += (x[i] - x_mean) * (y[i] - y_mean)
    return ratio(shared / n, deviation_of(x, n) * deviation_of(y, n))


@compiled
def _flows(days: FloatArray, returns: FloatArray, out: FloatArray) -> None:
    out[0], out[1] = _money_flow(days, 5), _money_flow(days, 14)
    rising, all_flow, balance, traded = 0.0, 0.0, 0.0, 0.0
    for i in range(N_DAYS - 14, N_DAYS):
        typical = days[HIGH, i] + days[LOW, i] + days[CLOSE, i]
        before = days[HIGH, i - 1] + days[LOW, i - 1] + days[CLOSE, i - 1]
        all_flow += typical * days[VOLUME, i]
        rising += typical * days[VOLUME, i] if typical > before else 0.0
        balance += days[DOLLARS, i] * np.sign(returns[i])
        traded += days[DOLLARS, i]
    out[2], out[3] = 100.0 * ratio(rising, all_flow), ratio(balance, traded)
    spans = np.log(days[HIGH] / days[LOW])
    money = ratio(mean_of(days[DOLLARS], 7) + 1.0, mean_of(days[DOLLARS], 30) + 1.0)
    out[4] = np.log(money) - np.log(ratio(mean_of(spans, 7), mean_of(spans, 30)))
    out[5], out[6] = _paid_distance(days, 7), _paid_distance(days, 30)


@compiled
def _money_flow(days: FloatArray, n: int) -> float:
    signed, traded = 0.0, 0.0
    for i in range(N_DAYS - n, N_DAYS):
        span = days[HIGH, i] - days[LOW, i]
        place = (2.0 * days[CLOSE, i] - days[HIGH, i] - days[LOW, i]) / span if span > 0.0 else 0.0
        signed += place * days[DOLLARS, i]
        traded += days[DOLLARS, i]
    return ratio(signed, traded)


@compiled
def _paid_distance(days: FloatArray, n: int) -> float:
    price = ratio(mean_of(days[DOLLARS], n), mean_of(days[VOLUME], n))
    distance: float = np.log(ratio(days[CLOSE, _LAST], price))
    return distance
