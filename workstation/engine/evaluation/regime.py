"""The state of the whole market, as far as it could be known at a close: bull, bear or sideways.

Bull is a BTC close above its mean of 200 days while its mean of 50 days is above where it was 20 days
before; bear is a close below the one while the other has fallen; sideways is everything between. A new state
counts once it has lasted five days without a break, so that it does not flicker around a mean.
"""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.signal import Regime
from workstation.engine.evaluation.outcome import SideArray
from workstation.engine.features.compiled import compiled
from workstation.engine.features.kernels import window_mean

REGIMES = (Regime.BULL, Regime.BEAR, Regime.SIDEWAYS)
"""Regimes by their number in a column; -1 is not known."""

LONG_DAYS, SHORT_DAYS, SLOPE_DAYS, PATIENCE_DAYS = 200, 50, 20, 5

NOT_KNOWN = -1
_BULL, _BEAR, _SIDEWAYS = range(3)


def market_regimes(close: FloatArray, bars_per_day: int = 1) -> SideArray:
    """Return the regime at every close.

    Parameters
    ----------
    close : ndarray, shape (n,)
        Closes of BTC, quote currency; oldest first; no NaN.
    bars_per_day : int
        1 for daily closes, 24 for hourly ones. Missing bars are not made up for.

    Returns
    -------
    ndarray of int8, shape (n,)
        Place in `REGIMES`; ``out[i]`` uses bars ``0..i`` only. -1 for the first 200 days and the five after
        them, longer where none lasted so long.
    """
    long, short = _mean(close, LONG_DAYS * bars_per_day), _mean(close, SHORT_DAYS * bars_per_day)
    lag = SLOPE_DAYS * bars_per_day
    slope = np.full(len(close), np.nan)
    slope[lag:] = short[lag:] - short[:-lag]
    seen = np.full(len(close), _SIDEWAYS, np.int8)
    seen[(close > long) & (slope > 0.0)] = _BULL
    seen[(close < long) & (slope < 0.0)] = _BEAR
    seen[np.isnan(long)] = NOT_KNOWN
    return _settled(seen, PATIENCE_DAYS * bars_per_day)


def regimes_at(close_ms: IntArray, known_ms: IntArray, regimes: SideArray) -> SideArray:
    """Return the newest regime known at each time.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (m,)
        When a judgement is made: the close of its bar, UTC milliseconds.
    known_ms : ndarray of int64, shape (n,)
        Closes of the bars that `regimes` are of, rising.
    regimes : ndarray of int8, shape (n,)

    Returns
    -------
    ndarray of int8, shape (m,)
        -1 before the first.
    """
    behind = np.concatenate((np.full(1, NOT_KNOWN, np.int8), regimes))
    return behind[np.searchsorted(known_ms, close_ms, side="right")]


def _mean(close: FloatArray, window: int) -> FloatArray:
    out = np.empty(len(close))
    if len(close):
        window_mean(close, np.zeros(window), out, window, 0, 0, len(close))
    return out


@compiled
def _settled(seen: SideArray, patience: int) -> SideArray:
    """Return each state from its `patience`-th bar in a row on, and until another has lasted as long."""
    out = np.empty_like(seen)
    state, run = NOT_KNOWN, 0
    for i in range(len(seen)):
        run = run + 1 if i > 0 and seen[i] == seen[i - 1] else 1
        if run >= patience:
            state = seen[i]
        out[i] = state
    return out
