"""On-chain activity: who uses the chain, and whether coins move towards exchanges or away from them."""

from collections.abc import Mapping

import numpy as np

from workstation.domain.signal import Family
from workstation.engine.features.as_of import (
    DAY_MS,
    Formula,
    Known,
    balance,
    log_ratio,
    observed_point,
    share,
    standing,
)
from workstation.engine.features.factor_family import FactorFamily, Lean

_ADDRESSES = "onchain.active_addresses"
_TRANSACTIONS = "onchain.transactions"
_INFLOW, _OUTFLOW = "onchain.exchange_inflow_usd", "onchain.exchange_outflow_usd"
_HELD, _SUPPLY = "onchain.exchange_supply", "onchain.supply"
_MVRV = "onchain.mvrv"
_TVL = "onchain.tvl_usd"
_STABLECOINS = "onchain.stablecoin_supply_usd"
_FEE, _WAITING = "onchain.mempool_fee", "onchain.mempool_size"
_LOG = "log ratio"


def week_against_month(metric: str) -> Formula:
    """Return the formula of a daily metric's mean over 7 days against 30."""

    def formula(known: Mapping[str, Known]) -> float:
        month = known[metric].last(30)
        return log_ratio(float(month[-7:].mean()), float(month.mean())) if len(month) else np.nan

    return formula


def change_over(metric: str, days: int) -> Formula:
    """Return the formula of a metric's log change over some days."""

    def formula(known: Mapping[str, Known]) -> float:
        return log_ratio(known[metric].newest, known[metric].before_newest(days * DAY_MS))

    return formula


def day_against_usual(metric: str) -> Formula:
    """Return the formula of a metric now against its median of 24 hours."""

    def formula(known: Mapping[str, Known]) -> float:
        day = known[metric].within(DAY_MS)
        return log_ratio(known[metric].newest, float(np.median(day))) if len(day) >= 6 else np.nan

    return formula


def exchange_netflow(known: Mapping[str, Known]) -> float:
    """Return what went to exchanges less what left them in 7 days, as a share of both."""
    inflow, outflow = known[_INFLOW].last(7), known[_OUTFLOW].last(7)
    return balance(float(inflow.sum()), float(outflow.sum())) if len(inflow) and len(outflow) else np.nan


def exchange_share(known: Mapping[str, Known]) -> float:
    """Return the share of all coins that lies on exchanges."""
    return share(known[_HELD].newest, known[_SUPPLY].newest)


def mvrv_standing(known: Mapping[str, Known]) -> float:
    """Return market value over realised value against its last 365 days."""
    return standing(known[_MVRV].last(365))


POINTS = (
    observed_point(
        "onchain.addresses_7_30",
        _LOG,
        "Active addresses of the last week against the month.",
        (_ADDRESSES,),
        (-20, 20),
        week_against_month(_ADDRESSES),
        40 * DAY_MS,
    ),
    observed_point(
        "onchain.transactions_7_30",
        _LOG,
        "Transactions of the last week against the month.",
        (_TRANSACTIONS,),
        (-20, 20),
        week_against_month(_TRANSACTIONS),
        40 * DAY_MS,
    ),
    observed_point(
        "onchain.exchange_netflow_7",
        "-1..1",
        "Sent to exchanges less withdrawn in a week, of both: coins that may be sold.",
        (_INFLOW, _OUTFLOW),
        (-1, 1),
        exchange_netflow,
        12 * DAY_MS,
        vote="bearish",
    ),
    observed_point(
        "onchain.exchange_supply_30",
        _LOG,
        "Growth of what exchanges hold over 30 days.",
        (_HELD,),
        (-20, 20),
        change_over(_HELD, 30),
        40 * DAY_MS,
        vote="bearish",
    ),
    observed_point(
        "onchain.exchange_share",
        "0..1",
        "Share of all coins that lies on exchanges.",
        (_HELD, _SUPPLY),
        (0, 1),
        exchange_share,
        8 * DAY_MS,
        vote="says how much could be sold at once",
    ),
    observed_point(
        "onchain.mvrv_365",
        "standard deviations",
        "Market value over what holders paid, against its last year.",
        (_MVRV,),
        (-20, 20),
        mvrv_standing,
        400 * DAY_MS,
        vote="high: holders sit on gains",
    ),
    observed_point(
        "onchain.tvl_7",
        _LOG,
        "Growth of what is locked in the coin's protocol over 7 days.",
        (_TVL,),
        (-20, 20),
        change_over(_TVL, 7),
        15 * DAY_MS,
    ),
    observed_point(
        "onchain.tvl_30",
        _LOG,
        "Growth of what is locked in the coin's protocol over 30 days.",
        (_TVL,),
        (-20, 20),
        change_over(_TVL, 30),
        40 * DAY_MS,
    ),
    observed_point(
        "onchain.stablecoins_30",
        _LOG,
        "Growth of all stablecoins over 30 days: money waiting outside.",
        (_STABLECOINS,),
        (-20, 20),
        change_over(_STABLECOINS, 30),
        40 * DAY_MS,
    ),
    observed_point(
        "onchain.mempool_fee_24h",
        _LOG,
        "Fee asked now against the usual of 24 hours.",
        (_FEE,),
        (-20, 20),
        day_against_usual(_FEE),
        2 * DAY_MS,
        vote="demand for block space",
    ),
    observed_point(
        "onchain.mempool_size_24h",
        _LOG,
        "Transactions that wait now against the usual of 24 hours.",
        (_WAITING,),
        (-20, 20),
        day_against_usual(_WAITING),
        2 * DAY_MS,
        vote="demand for block space",
    ),
)

FAMILY = FactorFamily(
    family=Family.ONCHAIN,
    points=POINTS,
    leans=(
        Lean("onchain.addresses_7_30", full=0.1),
        Lean("onchain.exchange_netflow_7", full=-0.1),
        Lean("onchain.exchange_supply_30", full=-0.03),
        Lean("onchain.stablecoins_30", full=0.03),
    ),
)
