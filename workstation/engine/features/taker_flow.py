"""Volume whose taker is known: who crosses the spread, how often, and in what size."""

from collections.abc import Mapping

import numpy as np

from workstation.engine.features.as_of import (
    DAY_MS,
    HOUR_MS,
    Formula,
    Known,
    log_ratio,
    observed_point,
    share,
)

_BOUGHT, _TRADED, _COUNT = "whales.buy_usd", "whales.trade_usd", "whales.trade_count"
_LOOKBACK_MS = 7 * DAY_MS + 6 * HOUR_MS


def imbalance(span_ms: int) -> Formula:
    """Return the formula of takers' buying less their selling over a time, of both."""

    def formula(known: Mapping[str, Known]) -> float:
        bought = float(known[_BOUGHT].within(span_ms).sum())
        return 2.0 * share(bought, float(known[_TRADED].within(span_ms).sum())) - 1.0

    return formula


def trades_against_week(known: Mapping[str, Known]) -> float:
    """Return a day's number of trades against the mean day of the week."""
    one = known[_COUNT]
    if not _stands_for_two_days(one):
        return np.nan
    days = min((one.at_ms - int(one.event_ms[0])) / DAY_MS, 7.0)
    return log_ratio(float(one.within(DAY_MS).sum()), float(one.within(7 * DAY_MS).sum()) / days)


def size_against_week(known: Mapping[str, Known]) -> float:
    """Return the mean size of a day's trades against that of the week."""
    if not _stands_for_two_days(known[_COUNT]):
        return np.nan
    day, week = (_mean_size(known, span_ms) for span_ms in (DAY_MS, 7 * DAY_MS))
    return log_ratio(day, week)


def _mean_size(known: Mapping[str, Known], span_ms: int) -> float:
    return share(float(known[_TRADED].within(span_ms).sum()), float(known[_COUNT].within(span_ms).sum()))


def _stands_for_two_days(one: Known) -> bool:
    return len(one.event_ms) > 0 and one.at_ms - int(one.event_ms[0]) >= 2 * DAY_MS


POINTS = (
    observed_point(
        "volume.taker_1h",
        "-1..1",
        "Takers' buys less their sells of an hour, of both.",
        (_TRADED, _BOUGHT),
        (-1, 1),
        imbalance(HOUR_MS),
        _LOOKBACK_MS,
    ),
    observed_point(
        "volume.taker_24h",
        "-1..1",
        "Takers' buys less their sells of a day, of both.",
        (_TRADED, _BOUGHT),
        (-1, 1),
        imbalance(DAY_MS),
        _LOOKBACK_MS,
    ),
    observed_point(
        "volume.trades_24h",
        "log ratio",
        "A day's number of trades against the week's mean.",
        (_COUNT,),
        (-20, 20),
        trades_against_week,
        _LOOKBACK_MS,
        vote="activity, up or down",
    ),
    observed_point(
        "volume.trade_size_24h",
        "log ratio",
        "Mean size of a day's trades against the week's.",
        (_COUNT, _TRADED),
        (-20, 20),
        size_against_week,
        _LOOKBACK_MS,
        vote="larger traders are about",
    ),
)
