"""What happened after the most similar past windows, of this coin and of others.

The last 48 closes are compared with every window of an `AnalogueLibrary`, each freed of its level and size:
the Euclidean distance of z-normalised windows, as the matrix profile has it. A first look in single precision
leaves a few hundred windows that can be among the nearest; their distances are then worked out one by one,
always in the same order, so that a bar alone and a whole history agree to the last bit.

A symbol is searched once in 24 bars, another symbol at another bar: a thousand do not search at one close.
What was found stands until the next search.

References
----------
Yeh et al. (2016), Matrix Profile I. Lorenz (1969), Atmospheric predictability as revealed by naturally
occurring analogues.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.analogue_library import (
    WINDOW,
    AnalogueLibrary,
    Entries,
    Float32Array,
    market_starts,
    shape_of,
)
from workstation.engine.features.compiled import compiled
from workstation.engine.segments import slots_of

NEAREST = 32
"""Windows that are looked at, none of which overlaps another of the same coin, nor the present one."""

LEAST = 16
"""Fewer are no answer."""

EVERY = 24
"""Bars from one search of a symbol to the next."""

LEAD = WINDOW + EVERY
"""Rows that must stand before a bar for its values to be what a longer history gives."""

N_FACTS = 6
OUTCOME, UP_SHARE, DISPERSION, DISTANCE, MOMENTS, AGE = range(N_FACTS)

_BLOCK = 1024  # windows looked at together: their sums stay in the processor's nearest memory
_BINS = 1024
_MARGIN = 1e-5  # single precision errs by less than 51 * 2 ** -24 in a correlation


def phase_of(symbol: str) -> int:
    """Return when a symbol is searched: at bars whose number plus this is a multiple of `EVERY`."""
    return crc32(symbol.encode()) % EVERY


def is_searched(phase: IntArray, slot: int, slot_before: IntArray) -> NDArray[np.bool_]:
    """Return at which of some symbols a bar is one of a search, given each one's bar before it.

    Parameters
    ----------
    phase : ndarray of int64, shape (n,)
        Of each symbol, see `phase_of`.
    slot, slot_before : int, and ndarray of int64, shape (n,)
        Numbers of the bars counted from 1970; the first after missing bars makes up for them.
    """
    is_other: NDArray[np.bool_] = (slot + phase) // EVERY != (slot_before + phase) // EVERY
    return is_other


def carried(facts: FloatArray) -> FloatArray:
    """Return what stands at the next bar, shape (N_FACTS,), where that is not one of a search."""
    later = facts.copy()
    later[AGE] += 1.0
    return later


def analogues(
    candles: CandleColumns, timeframe: str, library: AnalogueLibrary, symbol: str, since: int = 0
) -> FloatArray:
    """Return what followed the windows most similar to the one that ended at each bar's newest search.

    Parameters
    ----------
    candles : CandleColumns
        Closed, oldest first. At least `LEAD` rows must stand before `since`, where there are so many.
    timeframe : str
        Of the candles and of the library.
    library : AnalogueLibrary
        It must hold the `LibraryRules.reach` bars before the bars asked for.
    symbol : str
        Whose candles they are: its own windows must not overlap the present one.
    since : int
        First row asked for.

    Returns
    -------
    ndarray, shape (N_FACTS, n)
        Mean outcome, share of outcomes above zero, their standard deviation, mean distance, different periods
        of 48 bars among them, bars since the search. NaN where too little was known or nothing moves.
    """
    slots = slots_of(candles, timeframe)
    out = np.full((N_FACTS, len(candles) - since), np.nan)
    if len(out[0]):
        entries, n = library.entries, len(library)
        who = (phase_of(symbol), library.coin(symbol))
        _rows(slots, market_starts(slots), candles.close, who, (entries, n, library.rules.reach), out)
    return out


@compiled
def _rows(
    slots: IntArray,
    begun: IntArray,
    close: FloatArray,
    who: tuple[int, int],
    library: tuple[Entries, int, int],
    out: FloatArray,
) -> None:
    """Fill the newest ``out.shape[1]`` rows: those of one search at a time."""
    phase, coin = who
    entries, n, reach = library
    since = len(slots) - out.shape[1]
    coins, facts = np.full(1, coin), np.empty((1, N_FACTS))
    searched = -1
    for i in range(since, len(slots)):
        row = i
        while row > begun[i] and (slots[row] + phase) // EVERY == (slots[row - 1] + phase) // EVERY:
            row -= 1
        if row - begun[i] < WINDOW - 1:
            continue
        if row != searched:
            first = np.searchsorted(entries.known[:n], slots[row] - reach)
            stop = np.searchsorted(entries.known[:n], slots[row])
            closes = close[row - WINDOW + 1 : row + 1].copy().reshape(1, WINDOW)
            _search(closes, (slots[row], coins), entries, (first, stop), facts)
            searched = row
        for k in range(N_FACTS):
            out[k, i - since] = facts[0, k]
        if facts[0, OUTCOME] == facts[0, OUTCOME]:
            out[AGE, i - since] = 1.0 * (i - row)


def analogues_together(
    closes: FloatArray, slot: int, symbols: Sequence[str], library: AnalogueLibrary
) -> FloatArray:
    """Return what `analogues` says of many symbols at a bar at which all of them are searched.

    Parameters
    ----------
    closes : ndarray, shape (n, WINDOW)
        Newest closes of each up to that bar, oldest first; unknown where its market is younger.
    slot : int
        Number of the bar counted from 1970.
    symbols : sequence of str
        Whose closes they are.

    Returns
    -------
    ndarray, shape (n, N_FACTS)
    """
    usable = library.usable(slot)
    coins = np.array([library.coin(symbol) for symbol in symbols], np.int64)
    facts = np.empty((len(symbols), N_FACTS))
    _search(closes, (slot, coins), library.entries, (usable.start, usable.stop), facts)
    return facts


@compiled
def _search(
    closes: FloatArray,
    query: tuple[int, IntArray],
    entries: Entries,
    usable: tuple[int, int],
    facts: FloatArray,
) -> None:
    """Write what followed the windows nearest to each of some; NaN where they are too few or nothing moves.

    All that end at the same bar take their first look together: the library is read once for all of them.
    """
    slot, coins = query
    m, n = len(coins), usable[1] - usable[0]
    facts[:] = np.nan
    if n < LEAST:
        return
    shapes, has_shape = np.empty((m, WINDOW)), np.empty(m, np.bool_)
    for j in range(m):
        has_shape[j] = shape_of(closes[j], WINDOW - 1, shapes[j])
    scores = np.empty((m, n), np.float32)
    first_look(shapes, entries.quick, usable[0], scores)
    picks, distances = np.empty(NEAREST, np.int64), np.empty(NEAREST)
    for j in range(m):
        if has_shape[j]:
            found = nearest(shapes[j], (slot, coins[j]), entries, usable, scores[j], (picks, distances))
            if found >= LEAST:
                _sum_up(entries, picks[:found], distances[:found], facts[j])


@compiled
def _sum_up(entries: Entries, picks: IntArray, distances: FloatArray, facts: FloatArray) -> None:
    n = len(picks)
    total = away = ups = moments = square = 0.0
    for k in range(n):
        outcome = entries.outcome[picks[k]]
        total += outcome
        away += distances[k]
        ups += 1.0 if outcome > 0.0 else 0.0
        is_new = 1.0
        for j in range(k):
            if entries.end[picks[j]] // WINDOW == entries.end[picks[k]] // WINDOW:
                is_new = 0.0
        moments += is_new
    mean = total / n
    for k in range(n):
        square += (entries.outcome[picks[k]] - mean) ** 2
    facts[OUTCOME], facts[UP_SHARE], facts[DISPERSION] = mean, ups / n, np.sqrt(square / n)
    facts[DISTANCE], facts[MOMENTS], facts[AGE] = away / n, moments, 0.0


@compiled
def nearest(
    shape: FloatArray,
    query: tuple[int, int],
    entries: Entries,
    usable: tuple[int, int],
    scores: Float32Array,
    answer: tuple[IntArray, FloatArray],
) -> int:
    """Write the nearest windows, nearest first, and their distances; return how many there are.

    Parameters
    ----------
    shape : ndarray, shape (WINDOW,)
        Of the present window, see `shape_of`.
    query : tuple of int
        Number of its last bar, and its coin: none that overlaps it is taken.
    usable : tuple of int
        First and last-but-one of the entries that are seen.
    scores : ndarray of float32, shape (as many,)
        Of the first look.
    answer : tuple of ndarray, each of shape (k,)
        Where `k` entries and their z-normalised Euclidean distances go; of equals the older comes first.
    """
    first, n = usable[0], len(scores)
    counts = np.zeros(_BINS, np.int64)
    for m in range(n):
        if scores[m] > 0.0:
            counts[min(int(scores[m] * _BINS), _BINS - 1)] += 1
    wanted = 4 * len(answer[0])
    while True:
        floor, n_above = _BINS, 0
        while floor > 0 and n_above < wanted:
            floor -= 1
            n_above += counts[floor]
        is_all = n_above < wanted
        chosen = _at_least(scores, -2.0 if is_all else floor / _BINS, n if is_all else n_above)
        surely = np.inf if is_all else 2.0 * (1.0 - floor / _BINS - _MARGIN)
        n_found = _pick(shape, query, entries, chosen + first, surely, answer)
        if n_found == len(answer[0]) or is_all:
            return n_found
        wanted *= 4


@compiled
def first_look(shapes: FloatArray, quick: Float32Array, first: int, scores: Float32Array) -> None:
    """Write the correlation of each shape with each window in single precision, many windows side by side.

    Parameters
    ----------
    shapes : ndarray, shape (m, WINDOW)
        See `shape_of`.
    quick : ndarray of float32, shape (WINDOW, at least first + n)
        See `Entries`.
    scores : ndarray of float32, shape (m, n)
        Filled for the windows from `first` on.
    """
    for start in range(0, scores.shape[1], _BLOCK):
        for j in range(len(shapes)):
            _look(shapes[j], quick, first + start, scores[j, start : start + _BLOCK])


@compiled
def _look(shape: FloatArray, quick: Float32Array, from_: int, here: Float32Array) -> None:
    here[:] = np.float32(0.0)
    to = from_ + len(here)
    for k in range(0, WINDOW, 4):
        a, b = np.float32(shape[k]), np.float32(shape[k + 1])
        c, d = np.float32(shape[k + 2]), np.float32(shape[k + 3])
        p, q = quick[k, from_:to], quick[k + 1, from_:to]
        r, s = quick[k + 2, from_:to], quick[k + 3, from_:to]
        for m in range(len(here)):
            here[m] += (a * p[m] + b * q[m]) + (c * r[m] + d * s[m])


@compiled
def _at_least(scores: Float32Array, floor: float, most: int) -> IntArray:
    chosen = np.empty(most, np.int64)
    n = 0
    for m in range(len(scores)):
        if scores[m] >= floor:
            chosen[n] = m
            n += 1
    return chosen[:n]


@compiled
def _pick(
    shape: FloatArray,
    query: tuple[int, int],
    entries: Entries,
    chosen: IntArray,
    surely: float,
    answer: tuple[IntArray, FloatArray],
) -> int:
    """Write the nearest of some windows one after the other, each time leaving out what overlaps it.

    Stops where a window that is not among them might be nearer: beyond the squared distance `surely`.
    """
    picks, distances = answer
    square = np.empty(len(chosen))
    for k in range(len(chosen)):
        square[k] = _square_distance(shape, entries.shape[chosen[k]])
    end, coin = query
    n = 0
    while True:
        best = -1
        for k in range(len(chosen)):
            if entries.coin[chosen[k]] == coin and abs(entries.end[chosen[k]] - end) < WINDOW:
                square[k] = np.inf
            elif square[k] < np.inf and (best < 0 or square[k] < square[best]):
                best = k
        if best < 0 or square[best] > surely:
            return n
        picks[n], distances[n] = chosen[best], np.sqrt(WINDOW * square[best])
        n += 1
        if n == len(picks):
            return n
        end, coin = entries.end[chosen[best]], entries.coin[chosen[best]]


@compiled
def _square_distance(a: FloatArray, b: FloatArray) -> float:
    p = q = r = s = 0.0  # four sums side by side: one addition need not wait for another
    for k in range(0, WINDOW, 4):
        p += (a[k] - b[k]) * (a[k] - b[k])
        q += (a[k + 1] - b[k + 1]) * (a[k + 1] - b[k + 1])
        r += (a[k + 2] - b[k + 2]) * (a[k + 2] - b[k + 2])
        s += (a[k + 3] - b[k + 3]) * (a[k + 3] - b[k + 3])
    return (p + q) + (r + s)
