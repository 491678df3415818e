"""Every number that is observed outside the candles, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

BUCKET_MS = 15 * _MINUTE
"""Single events (a transfer, a print, a headline, a liquidation) are summed over quarters of an hour."""


class SubjectKind(StrEnum):
    """What a metric is about."""

    COIN = "coin"  # "BTC"
    SYMBOL = "symbol"  # "BTC/USDT" on the venue that is heard
    MARKET = "market"  # everything


@dataclass(frozen=True, slots=True)
class Metric:
    """One observed number.

    Parameters
    ----------
    name : str
        Family and own name, e.g. ``"onchain.active_addresses"``.
    unit : str
        Of its values.
    subject : SubjectKind
        What it is about.
    every_ms : int
        How often a new event is due.
    stale_after_ms : int
        Age, counted from when it became available, at which it no longer says anything.
    sentence : str
        What it is, for a reader who trades.
    """

    name: str
    unit: str
    subject: SubjectKind
    every_ms: int
    stale_after_ms: int
    sentence: str


def _daily(name: str, unit: str, sentence: str, subject: SubjectKind = SubjectKind.COIN) -> Metric:
    return Metric(name, unit, subject, _DAY, 3 * _DAY, sentence)


def _bucketed(name: str, unit: str, sentence: str, subject: SubjectKind = SubjectKind.SYMBOL) -> Metric:
    return Metric(name, unit, subject, BUCKET_MS, 2 * _HOUR, sentence)


def _book(name: str, unit: str, sentence: str) -> Metric:
    return Metric(name, unit, SubjectKind.SYMBOL, 5 * _MINUTE, 20 * _MINUTE, sentence)


_ALL = (
    _daily("onchain.active_addresses", "addresses", "Addresses that sent or received in a day."),
    _daily("onchain.transactions", "transactions", "Transactions in a day."),
    _daily("onchain.exchange_inflow_usd", "USD", "Sent to exchanges in a day."),
    _daily("onchain.exchange_outflow_usd", "USD", "Withdrawn from exchanges in a day."),
    _daily("onchain.exchange_supply", "coins", "Held by exchanges."),
    _daily("onchain.supply", "coins", "In circulation."),
    _daily("onchain.mvrv", "ratio", "Market value over the value at which coins last moved."),
    _daily("onchain.tvl_usd", "USD", "Locked in the protocol or chain of the coin."),
    _daily("onchain.stablecoin_supply_usd", "USD", "Stablecoins in circulation.", SubjectKind.MARKET),
    _daily("market.cap_usd", "USD", "What all coins in circulation are worth."),
    Metric(
        "onchain.mempool_fee",
        "sat/vB",
        SubjectKind.COIN,
        10 * _MINUTE,
        2 * _HOUR,
        "Fee that has a transaction confirmed within half an hour.",
    ),
    Metric(
        "onchain.mempool_size",
        "vB",
        SubjectKind.COIN,
        10 * _MINUTE,
        2 * _HOUR,
        "Size of the transactions that wait.",
    ),
    _bucketed(
        "whales.to_exchange_usd", "USD", "Large transfers to labelled exchange wallets.", SubjectKind.COIN
    ),
    _bucketed(
        "whales.from_exchange_usd",
        "USD",
        "Large transfers out of labelled exchange wallets.",
        SubjectKind.COIN,
    ),
    _bucketed("whales.to_exchange_count", "transfers", "Large transfers to exchanges.", SubjectKind.COIN),
    _bucketed("whales.from_exchange_count", "transfers", "Large transfers from exchanges.", SubjectKind.COIN),
    _bucketed("whales.large_buy_usd", "USD", "Unusually large public buys."),
    _bucketed("whales.large_sell_usd", "USD", "Unusually large public sells."),
    _bucketed("whales.trade_usd", "USD", "All public trades, large or not."),
    _bucketed("whales.buy_usd", "USD", "All public trades whose taker bought."),
    _bucketed("whales.trade_count", "trades", "All public trades."),
    _bucketed("sentiment.news_score", "-1..1 summed", "Headlines' tone, summed.", SubjectKind.COIN),
    _bucketed("sentiment.news_count", "headlines", "Headlines about the coin.", SubjectKind.COIN),
    _bucketed(
        "sentiment.market_news_score", "-1..1 summed", "All headlines' tone, summed.", SubjectKind.MARKET
    ),
    _bucketed("sentiment.market_news_count", "headlines", "Headlines about anything.", SubjectKind.MARKET),
    Metric(
        "sentiment.fear_greed",
        "0..100",
        SubjectKind.MARKET,
        _DAY,
        2 * _DAY,
        "Fear & Greed index: 0 is extreme fear, 100 extreme greed.",
    ),
    Metric(
        "liquidity.funding_rate",
        "fraction per 8 h",
        SubjectKind.COIN,
        8 * _HOUR,
        12 * _HOUR,
        "What longs of the perpetual pay shorts.",
    ),
    Metric(
        "liquidity.open_interest_usd",
        "USD",
        SubjectKind.COIN,
        _HOUR,
        36 * _HOUR,
        "Open contracts of the perpetual.",
    ),
    _bucketed("liquidity.long_liquidations_usd", "USD", "Longs closed by force.", SubjectKind.COIN),
    _bucketed("liquidity.short_liquidations_usd", "USD", "Shorts closed by force.", SubjectKind.COIN),
    _book("liquidity.spread_bp", "basis points", "Best ask above best bid, of the mid price."),
    _book("liquidity.bid_depth_10bp_usd", "USD", "Bids within 0.1 % of the mid price."),
    _book("liquidity.ask_depth_10bp_usd", "USD", "Asks within 0.1 % of the mid price."),
    _book("liquidity.bid_depth_50bp_usd", "USD", "Bids within 0.5 % of the mid price."),
    _book("liquidity.ask_depth_50bp_usd", "USD", "Asks within 0.5 % of the mid price."),
    _book("liquidity.bid_depth_200bp_usd", "USD", "Bids within 2 % of the mid price."),
    _book("liquidity.ask_depth_200bp_usd", "USD", "Asks within 2 % of the mid price."),
    _book("liquidity.bid_slope", "USD per bp", "How fast the bid side fills with distance."),
    _book("liquidity.ask_slope", "USD per bp", "How fast the ask side fills with distance."),
    _book(
        "liquidity.buy_cost_bp", "basis points", "Cost of buying 100,000 USD at once, above the mid price."
    ),
    _book("liquidity.sell_cost_bp", "basis points", "Cost of selling 100,000 USD at once, below it."),
    _book("liquidity.resilience_s", "seconds", "Until depth at the touch was back after large trades."),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every metric by its name."""
