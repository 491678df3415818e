"""The markets on which ``tidemark verify`` examines: recorded, simulated, and with observations."""

from pathlib import Path

import numpy as np

from workstation.cli.recorded import market_of, symbols_of
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import timeframe_ms
from workstation.engine.features.market_context import LEAST_COINS, base_of
from workstation.engine.resample import resample
from workstation.engine.segments import BLOCK, slots_of
from workstation.engine.verification.hardship import hardened
from workstation.engine.verification.made_up import made_up_observations
from workstation.engine.verification.record import Record
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.storage.candle_files import CandleFolder

RECORDED_BARS, SIMULATED_BARS, OBSERVED_BARS = 2_000, 2_600, 500
LEAST_BARS = 500
"""Fewer bars of a recorded symbol prove nothing."""

_COINS = LEAST_COINS + 2
_HOUR_MS = 3_600_000


def records_of(data: Path, timeframe: str, n_symbols: int, seed: int) -> list[Record]:
    """Return the markets to examine the engine on.

    Parameters
    ----------
    data : Path
        Folder of recorded candles.
    timeframe : str
        Of the bars.
    n_symbols : int
        Symbols that are examined in each market.
    seed : int
        Decides which, and what is made up.

    Raises
    ------
    UsageError
        The folder has too little of the timeframe.
    """
    recorded = recorded_market(data, timeframe, n_symbols, seed)
    simulated = simulated_market(timeframe, n_symbols, seed)
    return [recorded, simulated, observed_market(simulated, seed)]


def recorded_market(data: Path, timeframe: str, n_symbols: int, seed: int) -> Record:
    """Return some symbols of a folder, at a time in which a block of bars ends if one does.

    What has a hole or was listed in it is taken first: it is harder.
    """
    rng = np.random.default_rng(seed)
    folder = CandleFolder(data)
    names = symbols_of(folder, timeframe)
    bitcoin = [name for name in names if base_of(name) == "BTC"][:1]
    others = [name for name in names if name not in bitcoin]
    n_wanted = max(2 * n_symbols, 2 * _COINS)
    some = sorted(rng.choice(others, min(n_wanted, len(others)), replace=False).tolist()) if others else []
    whole = market_of(folder, timeframe, bitcoin + some, _ignore, lambda *_: None)
    series = {s: c for s, c in whole.items() if len(c) >= LEAST_BARS}
    if not series:
        raise UsageError(f"{data} has no series of at least {LEAST_BARS} bars of {timeframe}.")
    first = next(iter(series))
    begin, end = _excerpt(series[first], timeframe, rng)
    parts = {s: c.pick((c.open_time >= begin) & (c.open_time < end)) for s, c in series.items()}
    watchable = [s for s, c in parts.items() if len(c) >= LEAST_BARS]
    watched = [first, *sorted(watchable[1:], key=lambda s: len(parts[s]))][:n_symbols]
    kept = [*watched, *(s for s in parts if s not in watched and len(parts[s]))][: max(_COINS, n_symbols)]
    return Record("recorded", timeframe, {s: parts[s] for s in sorted(kept)}, tuple(watched))


def _ignore(_sentence: str) -> None:
    """Say nothing of files that cannot be trusted: ``tidemark import`` says why."""


def _excerpt(candles: CandleColumns, timeframe: str, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first and the last-but-one open time of the bars to examine, UTC milliseconds."""
    slots = slots_of(candles, timeframe)
    n = len(candles)
    edges = np.flatnonzero(np.diff(slots // BLOCK)) + 1
    middle = int(rng.choice(edges)) if len(edges) else int(rng.integers(0, n))
    start = min(max(middle - RECORDED_BARS * 2 // 3, 0), max(n - RECORDED_BARS, 0))
    begin = int(candles.open_time[start])
    return begin, begin + RECORDED_BARS * timeframe_ms(timeframe)


def simulated_market(timeframe: str, n_symbols: int, seed: int) -> Record:
    """Return some coins of the simulated market, with holes, dead stretches, spikes and late listings.

    Its bars are of an hour or longer: where shorter ones are asked for, they are of an hour.
    """
    bar_ms = max(timeframe_ms(timeframe), _HOUR_MS)
    market = SimulatedMarket(seed)
    until = market.first_ms + SIMULATED_BARS * bar_ms
    names = sorted((listing.symbol for listing in market.markets()), key=lambda s: (base_of(s) != "BTC", s))
    chosen = names[: max(_COINS, n_symbols)]
    series = {name: market.candles(name, market.first_ms, until) for name in chosen}
    made_of = timeframe if timeframe_ms(timeframe) > _HOUR_MS else "1h"
    if made_of != "1h":
        series = {name: resample(candles, "1h", made_of) for name, candles in series.items()}
    return hardened(Record("simulated", made_of, series, tuple(chosen[:n_symbols])), seed)


def observed_market(simulated: Record, seed: int) -> Record:
    """Return the newest bars of two simulated coins, with made-up observations of every metric."""
    series = {symbol: candles[-OBSERVED_BARS:] for symbol, candles in simulated.series.items()}
    watched = simulated.watched[:2]
    times = series[watched[0]].open_time
    begin, end = int(times[0]), int(times[-1]) + simulated.bar_ms
    observed = made_up_observations(watched, begin, end, seed)
    return Record("simulated, observed", simulated.timeframe, series, watched, observed)
