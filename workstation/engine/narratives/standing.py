"""How narratives stand at a close: return, rank, breadth, share of volume, grade, correlation, holdings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.narrative_index import BASE_VALUE, Holding, IndexStanding
from workstation.engine.narratives.index import IndexState
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.panel import MarketPanel
from workstation.engine.narratives.weights import above_zero

ROI_DAYS = (1, 7, 30)
BREADTH_DAYS = 20
CORRELATION_DAYS = 30
WINDOW_DAYS = 31
"""Days up to a close that a standing can read; older bars change nothing."""

_LEAST_RETURNS = 20  # of thirty, for a correlation
_BITCOIN = "BTC"


@dataclass(frozen=True, slots=True)
class Mood:
    """What was said about coins that still stands.

    Parameters
    ----------
    leans : mapping of str to int
        By coin, +1 after a bullish signal and -1 after a bearish one; a coin that is not there leans nowhere.
    grades : mapping of str to int
        By coin, 0..100.
    """

    leans: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    grades: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class _Coins:
    """What is known of every coin of a panel at its last close; NaN where it is not."""

    roi_pct: FloatArray  # (3, n_coins)
    is_above_mean: FloatArray
    day_usd: FloatArray
    lean: FloatArray
    grade: FloatArray


def standings(
    panel: MarketPanel, values: FloatArray, state: IndexState, mood: Mood | None = None
) -> tuple[IndexStanding, ...]:
    """Return how every narrative stands at the panel's last close.

    Parameters
    ----------
    panel : MarketPanel
        The bars up to that close, at least `WINDOW_DAYS` of them where there are so many.
    values : ndarray, shape (n_bars, n_narratives)
        Of the indices at each of these closes.
    state : IndexState
        After that close.
    mood : Mood, optional
        Signals and grades.

    Returns
    -------
    tuple of IndexStanding
        In the order of the book. A coin's return is from the newest close it had within a day before the
        time. `breadth_pct` counts coins that traded in the last day, against the mean of the closes that they
        had in twenty days. `volume_share_pct` counts every member by its share.
    """
    lineup, coins, weights = state.lineup, _coins(panel, mood or Mood()), state.weights
    held = np.where(weights > 0, 1.0, 0.0)
    n_bullish, n_bearish = (
        lineup.sums(held * (coins.lean[lineup.coin] == direction)).astype(np.int64) for direction in (1, -1)
    )
    figures = _figures(panel, values, state, coins)
    grade = _mean(lineup, weights, coins.grade[lineup.coin])
    ranks, holdings = _ranks(figures["roi_7d_pct"]), _holdings(state, weights, coins)
    return tuple(
        IndexStanding(
            name=lineup.names[n],
            title=lineup.titles[n],
            at_ms=int(panel.close_ms[-1]),
            value=_known(values[-1, n]),
            rank=ranks[n],
            n_bullish=int(n_bullish[n]),
            n_bearish=int(n_bearish[n]),
            grade=None if np.isnan(grade[n]) else round(float(grade[n])),
            holdings=holdings[n],
            note=note,
            **{name: _known(figure[n]) for name, figure in figures.items()},
        )
        for n, note in enumerate(state.notes)
    )


def _figures(
    panel: MarketPanel, values: FloatArray, state: IndexState, coins: _Coins
) -> dict[str, FloatArray]:
    """Return those figures of an `IndexStanding` that are plain numbers, by name; NaN where not known."""
    lineup, of_all = state.lineup, coins.day_usd.sum()
    held = np.where(state.weights > 0, 1.0, 0.0)
    day, week, month = (_change_pct(values, days * panel.bars_a_day) for days in ROI_DAYS)
    share = lineup.sums(lineup.shares_at(int(panel.close_ms[-1])) * coins.day_usd[lineup.coin])
    return {
        "roi_24h_pct": day,
        "roi_7d_pct": week,
        "roi_30d_pct": month,
        "roi_all_pct": (values[-1] / BASE_VALUE - 1) * 100,
        "breadth_pct": _mean(lineup, held, coins.is_above_mean[lineup.coin]) * 100,
        "volume_share_pct": share / of_all * 100 if of_all > 0 else np.full(len(share), np.nan),
        "btc_correlation": _correlations(panel, values),
    }


def _known(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None


def _change_pct(values: FloatArray, n_bars: int) -> FloatArray:
    """Return the change of the last row against `n_bars` before, percent; NaN where there is no such row."""
    if len(values) <= n_bars:
        return np.full(values.shape[1], np.nan)
    changed: FloatArray = (values[-1] / values[-1 - n_bars] - 1) * 100
    return changed


def _ranks(roi_pct: FloatArray) -> list[int | None]:
    """Return places, 1 is best; equals share a place, and what is not known has none."""
    return [
        None if np.isnan(one) else 1 + int((roi_pct > one).sum())  # NaN is above nothing
        for one in roi_pct
    ]


def _mean(lineup: Lineup, weights: FloatArray, figures: FloatArray) -> FloatArray:
    """Return each narrative's weighted mean of the figures that are known; NaN where none is."""
    counted = np.where(np.isnan(figures), 0.0, weights)
    whole = lineup.sums(counted)
    mean: FloatArray = lineup.sums(np.nan_to_num(figures) * counted) / above_zero(whole)
    return np.where(whole > 0, mean, np.nan)


def _coins(panel: MarketPanel, mood: Mood) -> _Coins:
    a_day = panel.bars_a_day
    now = _newest(panel, len(panel.close_ms) - 1)
    before = np.stack([_newest(panel, len(panel.close_ms) - 1 - days * a_day) for days in ROI_DAYS])
    mean = _mean_close(panel.close[-BREADTH_DAYS * a_day :])
    has_days = len(panel.close_ms) >= BREADTH_DAYS * a_day
    is_known = ~np.isnan(now) & ~np.isnan(mean) & has_days
    grades = np.array([mood.grades.get(coin, np.nan) for coin in panel.coins])
    return _Coins(
        (now / before - 1) * 100,
        np.where(is_known, now > mean, np.nan),
        np.nansum(panel.dollar_volume[-a_day:], axis=0),
        np.array([float(mood.leans.get(coin, 0)) for coin in panel.coins]),
        grades,
    )


def _newest(panel: MarketPanel, row: int) -> FloatArray:
    """Return the newest close that each coin had within a day up to a bar; NaN where it had none."""
    found = np.full(len(panel.coins), np.nan)
    for each in range(max(0, row + 1 - panel.bars_a_day), row + 1):
        found = np.where(panel.close[each] > 0, panel.close[each], found)
    return found


def _mean_close(close: FloatArray) -> FloatArray:
    there = close > 0
    n = there.sum(axis=0)
    mean: FloatArray = np.where(there, close, 0.0).sum(axis=0) / np.maximum(n, 1)
    return np.where(n > 0, mean, np.nan)


def _correlations(panel: MarketPanel, values: FloatArray) -> FloatArray:
    """Return the correlation of each index's daily returns with Bitcoin's over thirty days."""
    a_day = panel.bars_a_day
    rows: IntArray = len(values) - 1 - a_day * np.arange(CORRELATION_DAYS, -1, -1)
    rows = rows[rows >= 0]
    unknown = np.full(values.shape[1], np.nan)
    if _BITCOIN not in panel.coins or len(rows) <= _LEAST_RETURNS:
        return unknown
    bitcoin = panel.close[:, panel.coins.index(_BITCOIN)][rows]
    own, its = values[rows][1:] / values[rows][:-1] - 1, (bitcoin[1:] / bitcoin[:-1] - 1)[:, None]
    both = np.isfinite(own) & np.isfinite(its)
    n = both.sum(axis=0)
    own, its = (np.where(both, each, 0.0) for each in (own, its))
    own, its = (np.where(both, each - each.sum(axis=0) / np.maximum(n, 1), 0.0) for each in (own, its))
    spread = np.sqrt((own**2).sum(axis=0) * (its**2).sum(axis=0))
    is_known = (n >= _LEAST_RETURNS) & (spread > 0)
    found: FloatArray = np.where(
        is_known, (own * its).sum(axis=0) / np.where(spread > 0, spread, 1.0), np.nan
    )
    return np.clip(found, -1.0, 1.0)


def _holdings(state: IndexState, weights: FloatArray, coins: _Coins) -> list[tuple[Holding, ...]]:
    """Return the holdings of each narrative, largest first."""
    lineup = state.lineup
    found: list[list[Holding]] = [[] for _ in lineup.names]
    held = np.flatnonzero(weights > 0)
    columns = lineup.coin[held]
    roi, grade, lean = coins.roi_pct[:, columns], coins.grade[columns], coins.lean[columns]
    for place in np.argsort(-weights[held], kind="stable").tolist():
        pair = held[place]
        day, week, month = (_known(one) for one in roi[:, place])
        holding = Holding(
            lineup.coins[columns[place]],
            float(weights[pair]),
            day,
            week,
            month,
            None if np.isnan(grade[place]) else int(grade[place]),
            int(lean[place]),
        )
        found[lineup.narrative[pair]].append(holding)
    return [tuple(each) for each in found]
