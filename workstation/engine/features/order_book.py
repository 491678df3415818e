"""The live order book: how deep it is, on which side, and what a trade in it costs."""

from collections.abc import Mapping

import numpy as np

from workstation.engine.features.as_of import (
    DAY_MS,
    HOUR_MS,
    Formula,
    Known,
    balance,
    log_ratio,
    observed_point,
)

_SPREAD = "liquidity.spread_bp"
_SLOPES = "liquidity.bid_slope", "liquidity.ask_slope"
_COSTS = "liquidity.buy_cost_bp", "liquidity.sell_cost_bp"
_RESILIENCE = "liquidity.resilience_s"
_LATELY_MS = HOUR_MS
_DAY_AND_MORE_MS = DAY_MS + HOUR_MS
_LEAST_SAMPLES = 24  # of the 288 that a day has


def _sides(basis_points: int) -> tuple[str, str]:
    return f"liquidity.bid_depth_{basis_points}bp_usd", f"liquidity.ask_depth_{basis_points}bp_usd"


def newest(metric: str) -> Formula:
    """Return the formula of a metric as it stands."""
    return lambda known: known[metric].newest


def imbalance(one: str, other: str) -> Formula:
    """Return the formula of one side less the other, of both."""
    return lambda known: balance(known[one].newest, known[other].newest)


def depth(known: Mapping[str, Known]) -> float:
    """Return the log of both sides' depth within half a percent, base ten."""
    both = sum(known[side].newest for side in _sides(50))
    return float(np.log10(both)) if both > 0 else np.nan


def depth_change(known: Mapping[str, Known]) -> float:
    """Return both sides' depth within half a percent against the median of 24 hours."""
    bids, asks = (known[side] for side in _sides(50))
    day = bids.within(DAY_MS)
    if len(day) < _LEAST_SAMPLES or len(asks.within(DAY_MS)) != len(day):
        return np.nan
    return log_ratio(bids.newest + asks.newest, float(np.median(day + asks.within(DAY_MS))))


def spread_change(known: Mapping[str, Known]) -> float:
    """Return the spread against its median of 24 hours."""
    day = known[_SPREAD].within(DAY_MS)
    return log_ratio(known[_SPREAD].newest, float(np.median(day))) if len(day) >= _LEAST_SAMPLES else np.nan


def slope_ratio(known: Mapping[str, Known]) -> float:
    """Return how much faster the bid side fills with distance than the ask side."""
    return log_ratio(known[_SLOPES[0]].newest, known[_SLOPES[1]].newest)


def round_trip_cost(known: Mapping[str, Known]) -> float:
    """Return what buying and selling 100,000 USD at once costs."""
    return known[_COSTS[0]].newest + known[_COSTS[1]].newest


def cost_asymmetry(known: Mapping[str, Known]) -> float:
    """Return by how much selling 100,000 USD costs less than buying them, of both: thick bids."""
    return balance(known[_COSTS[0]].newest, known[_COSTS[1]].newest)


POINTS = (
    observed_point(
        "liquidity.spread",
        "basis points",
        "Best ask above best bid.",
        (_SPREAD,),
        (0, 1e6),
        newest(_SPREAD),
        _LATELY_MS,
        vote="bearish",
    ),
    observed_point(
        "liquidity.spread_24h",
        "log ratio",
        "Spread against the usual of 24 hours.",
        (_SPREAD,),
        (-20, 20),
        spread_change,
        _DAY_AND_MORE_MS,
        vote="bearish",
    ),
    observed_point(
        "liquidity.depth_50bp",
        "log10 of USD",
        "Both sides' depth within 0.5 %.",
        _sides(50),
        (-10, 20),
        depth,
        _LATELY_MS,
        vote="how much can be traded",
    ),
    observed_point(
        "liquidity.depth_50bp_24h",
        "log ratio",
        "Both sides' depth within 0.5 % against the usual of 24 hours.",
        _sides(50),
        (-30, 30),
        depth_change,
        _DAY_AND_MORE_MS,
    ),
    *(
        observed_point(
            f"liquidity.imbalance_{basis_points}bp",
            "-1..1",
            f"Bids less asks within {basis_points / 100:g} %, of both.",
            _sides(basis_points),
            (-1, 1),
            imbalance(*_sides(basis_points)),
            _LATELY_MS,
        )
        for basis_points in (10, 50, 200)
    ),
    observed_point(
        "liquidity.slope_ratio",
        "log ratio",
        "How much faster bids fill with distance than asks.",
        _SLOPES,
        (-30, 30),
        slope_ratio,
        _LATELY_MS,
    ),
    observed_point(
        "liquidity.round_trip_100k",
        "basis points",
        "Cost of buying and selling 100,000 USD at once.",
        _COSTS,
        (0, 2e4),
        round_trip_cost,
        _LATELY_MS,
        vote="bearish",
    ),
    observed_point(
        "liquidity.cost_asymmetry",
        "-1..1",
        "By how much selling 100,000 USD is cheaper than buying them.",
        _COSTS,
        (-1, 1),
        cost_asymmetry,
        _LATELY_MS,
    ),
    observed_point(
        "liquidity.resilience",
        "seconds",
        "Until the best prices were refilled after large trades.",
        (_RESILIENCE,),
        (0, 3_600),
        newest(_RESILIENCE),
        _LATELY_MS,
        vote="bearish",
    ),
)
