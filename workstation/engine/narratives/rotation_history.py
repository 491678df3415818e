"""The facts of a market at all of its daily closes, from its bars.

Everything at a close is made of bars that had closed by then. A coin's last price counts for up to seven days
without a bar; after a longer hole its history begins anew, so that nothing is measured across it.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.narrative import NarrativeBook
from workstation.domain.rotation import RotationRules, StandingSignal
from workstation.engine.evaluation.bootstrap import ratio
from workstation.engine.narratives.gate import GateFacts
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.rotation_facts import (
    LEAST_DAILY_USD,
    LEAST_DAYS,
    SILENT_DAYS,
    BoolArray,
    MarketFacts,
    NarrativeFacts,
)

BTC = "BTC"
_BREADTH_DAYS = 20


@dataclass(frozen=True, slots=True, eq=False)
class MarketHistory:
    """The facts of a market at all of its daily closes; see `of`.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_days,)
    coins : tuple of str
    open, last : ndarray of float64, shape (n_days, n_coins)
        The day's open, NaN where there is none; the newest close, at most seven days old, else NaN.
    can_buy : ndarray of bool, shape (n_days, n_coins)
    silent_days : ndarray of int64, shape (n_days, n_coins)
    returns : ndarray of float64, shape (n_days, n_coins)
        Daily; NaN where not known.
    grade : ndarray of float64, shape (n_days, n_coins)
    btc_above_pct, market_above_pct : ndarray of float64, shape (n_days,)
    book : NarrativeBook
    shares : tuple of (int, ndarray of float64 of shape (n_narratives, n_coins))
        What belongs where, from each time on, rising.
    return_pct, breadth_pct, narrative_grade : ndarray of float64, shape (n_days, n_narratives)
    place : mapping of str to int
        Where each coin stands in `coins`.
    """

    close_ms: IntArray
    coins: tuple[str, ...]
    open: FloatArray
    last: FloatArray
    can_buy: BoolArray
    silent_days: IntArray
    returns: FloatArray
    grade: FloatArray
    btc_above_pct: FloatArray
    market_above_pct: FloatArray
    book: NarrativeBook
    shares: tuple[tuple[int, FloatArray], ...]
    return_pct: FloatArray
    breadth_pct: FloatArray
    narrative_grade: FloatArray
    place: Mapping[str, int]

    @classmethod
    def of(
        cls, panel: MarketPanel, book: NarrativeBook, rules: RotationRules, grade: FloatArray | None = None
    ) -> "MarketHistory":
        """Return the facts of a market.

        Parameters
        ----------
        panel : MarketPanel
            Of daily bars. A price that is not above zero counts as absent.
        grade : ndarray of float64, shape (n_days, n_coins), or None
            0..100, each known at its close; NaN where a coin has none.

        Raises
        ------
        UsageError
            The bars are not daily, or the grades are of another shape.
        """
        if panel.bar_ms != DAY_MS:
            raise UsageError(f"Rotation is decided on daily bars; got bars of {panel.bar_ms} ms.")
        close = np.where(panel.close > 0, panel.close, np.nan)
        graded = np.full(close.shape, np.nan) if grade is None else grade
        if graded.shape != close.shape:
            raise UsageError(f"Grades must have the shape {close.shape}; got {graded.shape}.")
        silent = _silent_days(close)
        last = _last_known(close, silent)
        age = _age(silent)
        returns = np.full(close.shape, np.nan)
        returns[1:] = last[1:] / last[:-1] - 1.0
        traded = _trailing_mean(np.nan_to_num(panel.dollar_volume), LEAST_DAYS)
        can_buy = (silent == 0) & (age >= LEAST_DAYS) & (traded >= LEAST_DAILY_USD)
        shares = _shares(book, panel.coins, panel.close_ms)
        past = _momentum(last, age, rules.momentum_days)
        above = last > _trailing_mean(last, _BREADTH_DAYS)
        means = _Members(panel.close_ms, shares, can_buy)
        is_btc = np.array([coin == BTC for coin in panel.coins], np.bool_)
        btc = last[:, is_btc][:, 0] if is_btc.any() else np.full(len(close), np.nan)
        return cls(
            panel.close_ms,
            panel.coins,
            np.where(panel.open > 0, panel.open, np.nan),
            last,
            can_buy,
            silent,
            returns,
            graded,
            above_mean_pct(btc, rules.gate_btc_days),
            above_mean_pct(market_index(returns, can_buy & ~is_btc), rules.gate_alt_days),
            book,
            shares,
            100.0 * means.of(past),
            100.0 * means.of(np.where(np.isnan(last), np.nan, above)),
            means.of(graded),
            {coin: i for i, coin in enumerate(panel.coins)},
        )

    def __len__(self) -> int:
        return len(self.close_ms)

    def shares_at(self, day: int) -> FloatArray:
        """Return what belongs where at a day's close, shape (n_narratives, n_coins); 0 where not."""
        return self.shares[_segment(self.shares, int(self.close_ms[day]))][1]

    def gate_facts(self, day: int) -> GateFacts:
        """Return what the gate looks at, at a day's close."""
        btc, market = self.btc_above_pct[day], self.market_above_pct[day]
        return GateFacts(int(self.close_ms[day]), _known(btc), _known(market))

    def universe(self, day: int) -> BoolArray:
        """Return which coins of any narrative can be bought at a day's close, shape (n_coins,)."""
        belongs: BoolArray = self.shares_at(day).any(axis=0) & self.can_buy[day]
        return belongs

    def narrative_returns_pct(self, days: int) -> FloatArray:
        """Return the mean return of each narrative's coins over some days, shape (n_days, n_narratives)."""
        past = _momentum(self.last, _age(self.silent_days), days)
        return 100.0 * _Members(self.close_ms, self.shares, self.can_buy).of(past)

    def at(self, day: int, signals: Mapping[str, StandingSignal] | None = None) -> MarketFacts:
        """Return the facts at one day's close; a negative day counts from the end."""
        day = range(len(self))[day]
        shares = self.shares_at(day)
        recent = np.zeros((LEAST_DAYS, len(self.coins)))
        window = self.returns[max(0, day + 1 - LEAST_DAYS) : day + 1]
        recent[LEAST_DAYS - len(window) :] = np.nan_to_num(window)
        told = zip(
            self.book.narratives,
            shares,
            self.return_pct[day].tolist(),
            self.breadth_pct[day].tolist(),
            self.narrative_grade[day].tolist(),
            strict=True,
        )
        return MarketFacts(
            self.gate_facts(day),
            self.coins,
            self.can_buy[day],
            self.silent_days[day],
            self.grade[day],
            recent,
            tuple(
                NarrativeFacts(n.name, n.title, np.flatnonzero(share), past, breadth, grade)
                for n, share, past, breadth, grade in told
            ),
            self.place,
            signals or {},
        )


def market_index(returns: FloatArray, can_buy: BoolArray) -> FloatArray:
    """Return the index that holds equal parts of all coins, set anew at every close, from 1.

    Parameters
    ----------
    returns : ndarray of float64, shape (n_days, n_coins)
        Daily; NaN where not known, which counts as no change.
    can_buy : ndarray of bool, shape (n_days, n_coins)
        Whom it holds from each close to the next.

    Returns
    -------
    ndarray of float64, shape (n_days,)
        NaN before the first day on which it holds a coin.
    """
    held = np.zeros_like(can_buy)
    held[1:] = can_buy[:-1]
    number = held.sum(axis=1)
    moved = np.where(held, np.nan_to_num(returns), 0.0).sum(axis=1) / np.maximum(number, 1)
    began = np.logical_or.accumulate(can_buy.any(axis=1))
    return np.where(began, np.cumprod(1.0 + moved), np.nan)


class _Members:
    """Means over the coins of each narrative that can be bought, weighted by their shares."""

    def __init__(
        self, close_ms: IntArray, shares: Sequence[tuple[int, FloatArray]], can_buy: BoolArray
    ) -> None:
        self._segment = np.array([_segment(shares, int(at)) for at in close_ms], np.int64)
        self._shares, self._can_buy = shares, can_buy

    def of(self, values: FloatArray) -> FloatArray:
        """Return the mean of some values of coins, shape (n_days, n_narratives); NaN where there is none."""
        counts = self._can_buy & np.isfinite(values)
        filled = np.where(counts, values, 0.0)
        out = np.full((len(values), len(self._shares[0][1])), np.nan)
        for segment in np.unique(self._segment).tolist():
            rows = self._segment == segment
            share = self._shares[segment][1]
            weight = _sums(counts[rows].astype(np.float64), share)
            out[rows] = ratio(_sums(filled[rows], share), weight)
        return out


def _sums(values: FloatArray, share: FloatArray) -> FloatArray:
    """Return weighted sums by narrative, each day by itself: a day is the same in any history."""
    return np.asarray(np.einsum("tc,kc->tk", values, share), np.float64)


def _shares(
    book: NarrativeBook, coins: Sequence[str], close_ms: IntArray
) -> tuple[tuple[int, FloatArray], ...]:
    """Return every state of the book at some closes, each with the time that it holds from."""
    members = [member for narrative in book.narratives for member in narrative.members]
    turns = {at for member in members for at in (member.since_ms, member.until_ms) if at is not None}
    first, last = int(close_ms[0]), int(close_ms[-1])
    place = {coin: i for i, coin in enumerate(coins)}
    out = []
    for at_ms in sorted({first} | {at for at in turns if first < at <= last}):
        table = np.zeros((len(book.narratives), len(coins)))
        for row, holding in enumerate(book.shares_at(at_ms).values()):
            for coin, share in holding.items():
                if coin in place:
                    table[row, place[coin]] = share
        out.append((at_ms, table))
    return tuple(out)


def _segment(shares: Sequence[tuple[int, FloatArray]], at_ms: int) -> int:
    return bisect_right(shares, at_ms, key=lambda entry: entry[0]) - 1


def _silent_days(close: FloatArray) -> IntArray:
    """Return days since the newest bar of each coin; a large number before the first."""
    day = np.arange(len(close))[:, None]
    newest = np.maximum.accumulate(np.where(np.isnan(close), -(10**6), day), axis=0)
    return np.asarray(day - newest, np.int64)


def _last_known(close: FloatArray, silent: IntArray) -> FloatArray:
    fresh = silent <= SILENT_DAYS
    rows = np.arange(len(close))[:, None] - np.where(fresh, silent, 0)
    return np.where(fresh, np.take_along_axis(close, rows, axis=0), np.nan)


def _age(silent: IntArray) -> IntArray:
    """Return days since a coin's history began, the first is 1; 0 while it has none or is silent too long."""
    day = np.arange(1, len(silent) + 1)[:, None]
    gone = silent > SILENT_DAYS
    began = np.maximum.accumulate(np.where(gone, day, 0), axis=0)
    return np.where(gone, 0, day - began)


def _momentum(last: FloatArray, age: IntArray, days: int) -> FloatArray:
    out = np.full(last.shape, np.nan)
    out[days:] = last[days:] / last[:-days] - 1.0
    return np.where(age > days, out, np.nan)


def _trailing_mean(values: FloatArray, days: int) -> FloatArray:
    """Return the mean of the last days, column by column; NaN before so many are known."""
    out = np.full(values.shape, np.nan)
    if len(values) >= days:
        out[days - 1 :] = sliding_window_view(values, days, axis=0).mean(axis=-1)
    return out


def above_mean_pct(values: FloatArray, days: int) -> FloatArray:
    """Return how far values of days stand above their mean of the last ones, percent; NaN while not known."""
    if not days:
        return np.full(len(values), np.nan)
    return 100.0 * (values / _trailing_mean(values, days) - 1.0)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
