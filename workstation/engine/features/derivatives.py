"""The perpetual beside the spot market: how much is open, and who was forced out."""

from collections.abc import Mapping

import numpy as np

from workstation.engine.features.as_of import DAY_MS, Formula, Known, balance, log_ratio, observed_point

_OPEN = "liquidity.open_interest_usd"
_LONGS, _SHORTS = "liquidity.long_liquidations_usd", "liquidity.short_liquidations_usd"


def change_over(days: int) -> Formula:
    """Return the formula of open interest's log change over some days."""

    def formula(known: Mapping[str, Known]) -> float:
        return log_ratio(known[_OPEN].newest, known[_OPEN].before_newest(days * DAY_MS))

    return formula


def liquidation_balance(known: Mapping[str, Known]) -> float:
    """Return shorts closed by force less longs in a day, of both."""
    longs, shorts = (float(known[name].within(DAY_MS).sum()) for name in (_LONGS, _SHORTS))
    return balance(shorts, longs)


def liquidation_size(known: Mapping[str, Known]) -> float:
    """Return a day's forced closes against open interest."""
    forced = sum(float(known[name].within(DAY_MS).sum()) for name in (_LONGS, _SHORTS))
    return forced / known[_OPEN].newest if known[_OPEN].newest > 0 else np.nan


POINTS = (
    observed_point(
        "liquidity.open_interest_1d",
        "log ratio",
        "Growth of open interest over a day.",
        (_OPEN,),
        (-30, 30),
        change_over(1),
        10 * DAY_MS,
        vote="money behind the move",
    ),
    observed_point(
        "liquidity.open_interest_7d",
        "log ratio",
        "Growth of open interest over a week.",
        (_OPEN,),
        (-30, 30),
        change_over(7),
        16 * DAY_MS,
        vote="money behind the move",
    ),
    observed_point(
        "liquidity.liquidations_24h",
        "-1..1",
        "Shorts closed by force less longs in a day, of both.",
        (_LONGS, _SHORTS),
        (-1, 1),
        liquidation_balance,
        2 * DAY_MS,
    ),
    observed_point(
        "liquidity.liquidations_share_24h",
        "fraction",
        "A day's forced closes against open interest.",
        (_OPEN, _LONGS, _SHORTS),
        (0, 1e6),
        liquidation_size,
        2 * DAY_MS,
        vote="how violent the day was",
    ),
)
