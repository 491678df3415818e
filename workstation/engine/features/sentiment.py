"""Sentiment: what is written, what is feared, and what the crowd pays to be long."""

from collections.abc import Mapping

import numpy as np

from workstation.domain.signal import Family
from workstation.engine.features.as_of import (
    DAY_MS,
    HOUR_MS,
    Formula,
    Known,
    log_ratio,
    observed_point,
    share,
    standing,
)
from workstation.engine.features.factor_family import FactorFamily, Lean

_SCORE, _COUNT = "sentiment.news_score", "sentiment.news_count"
_ALL_SCORE, _ALL_COUNT = "sentiment.market_news_score", "sentiment.market_news_count"
_FEAR = "sentiment.fear_greed"
_FUNDING = "liquidity.funding_rate"
_NEWS_MS = 3 * DAY_MS
_HALF_LIFE_MS = 12 * HOUR_MS
_LEAST_WEIGHT = 0.5  # headlines, decayed: with less nothing was said


def tone(score: str, count: str) -> Formula:
    """Return the formula of the mean tone of headlines, each losing half its weight in 12 hours."""

    def formula(known: Mapping[str, Known]) -> float:
        said, n = _decayed(known[score]), _decayed(known[count])
        return share(said, n) if n >= _LEAST_WEIGHT else np.nan

    return formula


def _decayed(known: Known) -> float:
    ages = np.maximum(known.at_ms - known.event_ms, 0)  # a quarter of an hour that has not ended is news
    return float((known.value * 0.5 ** (ages / _HALF_LIFE_MS)).sum())


def tone_change(known: Mapping[str, Known]) -> float:
    """Return the mean tone of the last day less that of the two days before."""
    now, before = _mean_tone(known, DAY_MS, 0), _mean_tone(known, 2 * DAY_MS, DAY_MS)
    return now - before


def _mean_tone(known: Mapping[str, Known], span_ms: int, until_ms: int) -> float:
    said = float(known[_SCORE].within(span_ms, until_ms).sum())
    return share(said, float(known[_COUNT].within(span_ms, until_ms).sum()))


def attention(known: Mapping[str, Known]) -> float:
    """Return a day's headlines against the mean day of the week, one headline added to both."""
    one = known[_COUNT]
    if not len(one.event_ms) or one.at_ms - int(one.event_ms[0]) < 2 * DAY_MS:
        return np.nan
    days = min((one.at_ms - int(one.event_ms[0])) / DAY_MS, 7.0)
    return log_ratio(float(one.within(DAY_MS).sum()) + 1.0, float(one.within(7 * DAY_MS).sum()) / days + 1.0)


def fear_greed(known: Mapping[str, Known]) -> float:
    """Return the index itself."""
    return known[_FEAR].newest


def fear_greed_change(known: Mapping[str, Known]) -> float:
    """Return the change of the index over 7 days."""
    return known[_FEAR].newest - known[_FEAR].before_newest(7 * DAY_MS)


def funding(known: Mapping[str, Known]) -> float:
    """Return the newest funding rate, basis points per 8 hours."""
    return 1e4 * known[_FUNDING].newest


def funding_standing(known: Mapping[str, Known]) -> float:
    """Return the funding rate against its last 30 days."""
    return standing(known[_FUNDING].last(90))


POINTS = (
    observed_point(
        "sentiment.news_tone",
        "-1..1",
        "Tone of the headlines about the coin, newer ones counting more.",
        (_SCORE, _COUNT),
        (-1, 1),
        tone(_SCORE, _COUNT),
        _NEWS_MS,
    ),
    observed_point(
        "sentiment.news_tone_change",
        "-2..2",
        "Tone of a day's headlines less that of the two days before.",
        (_SCORE, _COUNT),
        (-2, 2),
        tone_change,
        4 * DAY_MS,
    ),
    observed_point(
        "sentiment.attention",
        "log ratio",
        "A day's headlines about the coin against the week's mean.",
        (_COUNT,),
        (-20, 20),
        attention,
        8 * DAY_MS,
        vote="attention, good or bad",
    ),
    observed_point(
        "sentiment.market_tone",
        "-1..1",
        "Tone of all headlines, newer ones counting more.",
        (_ALL_SCORE, _ALL_COUNT),
        (-1, 1),
        tone(_ALL_SCORE, _ALL_COUNT),
        _NEWS_MS,
    ),
    observed_point(
        "sentiment.fear_greed",
        "0..100",
        "Fear & Greed index.",
        (_FEAR,),
        (0, 100),
        fear_greed,
        10 * DAY_MS,
        vote="high: greed",
    ),
    observed_point(
        "sentiment.fear_greed_change_7",
        "-100..100",
        "Change of the Fear & Greed index over 7 days.",
        (_FEAR,),
        (-100, 100),
        fear_greed_change,
        20 * DAY_MS,
    ),
    observed_point(
        "sentiment.funding",
        "basis points per 8 h",
        "What longs of the perpetual pay shorts: how crowded the long side is.",
        (_FUNDING,),
        (-1e4, 1e4),
        funding,
        2 * DAY_MS,
        vote="high: longs are crowded",
    ),
    observed_point(
        "sentiment.funding_30",
        "standard deviations",
        "Funding rate against its last 30 days.",
        (_FUNDING,),
        (-20, 20),
        funding_standing,
        35 * DAY_MS,
        vote="high: longs are crowded",
    ),
)

FAMILY = FactorFamily(
    family=Family.SENTIMENT,
    points=POINTS,
    leans=(
        Lean("sentiment.news_tone", full=0.4),
        Lean("sentiment.market_tone", full=0.3),
        Lean("sentiment.fear_greed_change_7", full=15.0),
        Lean("sentiment.funding_30", full=-2.0),
    ),
)
