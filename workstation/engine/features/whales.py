"""Whale flows: what large holders send to exchanges and take from them, and who trades in size."""

from collections.abc import Mapping

import numpy as np

from workstation.domain.signal import Family
from workstation.engine.features.as_of import (
    DAY_MS,
    HOUR_MS,
    Formula,
    Known,
    balance,
    log_ratio,
    observed_point,
    share,
)
from workstation.engine.features.factor_family import FactorFamily, Lean

_IN, _OUT = "whales.to_exchange_usd", "whales.from_exchange_usd"
_N_IN, _N_OUT = "whales.to_exchange_count", "whales.from_exchange_count"
_BUYS, _SELLS = "whales.large_buy_usd", "whales.large_sell_usd"
_TRADED = "whales.trade_usd"
_WEEK_MS = 7 * DAY_MS
_LOOKBACK_MS = _WEEK_MS + 6 * HOUR_MS
_DUST_USD = 1_000.0  # added on both sides, so that a first transfer after a quiet week is no infinite surge


def balance_within(one: str, other: str, span_ms: int) -> Formula:
    """Return the formula of one flow less another over a time, of both."""

    def formula(known: Mapping[str, Known]) -> float:
        return balance(float(known[one].within(span_ms).sum()), float(known[other].within(span_ms).sum()))

    return formula


def day_against_week(metric: str, dust: float) -> Formula:
    """Return the formula of a day's sum against the mean day of the week; unknown on the first two days."""

    def formula(known: Mapping[str, Known]) -> float:
        one = known[metric]
        if not len(one.event_ms) or one.at_ms - int(one.event_ms[0]) < 2 * DAY_MS:
            return np.nan
        days = min((one.at_ms - int(one.event_ms[0])) / DAY_MS, 7.0)
        return log_ratio(
            float(one.within(DAY_MS).sum()) + dust, float(one.within(_WEEK_MS).sum()) / days + dust
        )

    return formula


def largest_part(known: Mapping[str, Known]) -> float:
    """Return the share of a day's inflow that came in its largest quarter of an hour."""
    day = known[_IN].within(DAY_MS)
    return share(float(day.max()), float(day.sum())) if len(day) else np.nan


def large_share(known: Mapping[str, Known]) -> float:
    """Return the share of a day's trading that was unusually large prints."""
    large = float(known[_BUYS].within(DAY_MS).sum()) + float(known[_SELLS].within(DAY_MS).sum())
    return share(large, float(known[_TRADED].within(DAY_MS).sum()))


POINTS = (
    observed_point(
        "whales.netflow_24h",
        "-1..1",
        "Large transfers to exchanges less those from them in a day, of both.",
        (_IN, _OUT),
        (-1, 1),
        balance_within(_IN, _OUT, DAY_MS),
        _LOOKBACK_MS,
        vote="bearish",
    ),
    observed_point(
        "whales.netflow_7d",
        "-1..1",
        "Large transfers to exchanges less those from them in a week, of both.",
        (_IN, _OUT),
        (-1, 1),
        balance_within(_IN, _OUT, _WEEK_MS),
        _LOOKBACK_MS,
        vote="bearish",
    ),
    observed_point(
        "whales.inflow_surge",
        "log ratio",
        "A day's large transfers to exchanges against the week's mean.",
        (_IN,),
        (-20, 20),
        day_against_week(_IN, _DUST_USD),
        _LOOKBACK_MS,
        vote="bearish",
    ),
    observed_point(
        "whales.outflow_surge",
        "log ratio",
        "A day's large withdrawals from exchanges against the week's mean.",
        (_OUT,),
        (-20, 20),
        day_against_week(_OUT, _DUST_USD),
        _LOOKBACK_MS,
    ),
    observed_point(
        "whales.count_balance_24h",
        "-1..1",
        "Number of large transfers to exchanges less from them in a day, of both.",
        (_N_IN, _N_OUT),
        (-1, 1),
        balance_within(_N_IN, _N_OUT, DAY_MS),
        _LOOKBACK_MS,
        vote="bearish",
    ),
    observed_point(
        "whales.largest_inflow_24h",
        "0..1",
        "Share of a day's inflow that came within one quarter of an hour.",
        (_IN,),
        (0, 1),
        largest_part,
        _LOOKBACK_MS,
        vote="one holder, or many",
    ),
    observed_point(
        "whales.large_trades_1h",
        "-1..1",
        "Unusually large buys less sells of an hour, of both.",
        (_BUYS, _SELLS),
        (-1, 1),
        balance_within(_BUYS, _SELLS, HOUR_MS),
        _LOOKBACK_MS,
    ),
    observed_point(
        "whales.large_trades_24h",
        "-1..1",
        "Unusually large buys less sells of a day, of both.",
        (_BUYS, _SELLS),
        (-1, 1),
        balance_within(_BUYS, _SELLS, DAY_MS),
        _LOOKBACK_MS,
    ),
    observed_point(
        "whales.large_share_24h",
        "0..1",
        "Share of a day's trading in unusually large prints.",
        (_TRADED, _BUYS, _SELLS),
        (0, 1),
        large_share,
        _LOOKBACK_MS,
        vote="how much of the market large traders are",
    ),
)

FAMILY = FactorFamily(
    family=Family.WHALES,
    points=POINTS,
    leans=(
        Lean("whales.netflow_24h", full=-0.4),
        Lean("whales.netflow_7d", full=-0.3),
        Lean("whales.large_trades_1h", full=0.6),
        Lean("whales.large_trades_24h", full=0.3),
    ),
)
