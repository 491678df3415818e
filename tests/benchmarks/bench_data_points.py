"""Times the data points: whole histories beside pandas and TA-Lib, and one more close of a thousand symbols.

    python tests/benchmarks/bench_data_points.py [--short]

(a) Every candle data point of 200 symbols with 20,000 hourly candles each, on two threads, beside the same
    points in pandas (`pandas_points`, one thread, on some of the symbols; scaled by rows), after checking
    that both say the same. What followed similar windows is looked up in a library, which pandas has no like
    of: it is left out of both.
(b) Those that TA-Lib has, one thread each, some of the symbols.
(c) One closed candle appended to each of 1,000 symbols: every data point and every vote, market and library
    of past windows included, p95 over the closes.
(d) Memory: of the live bank, of the library, and of 1,000 symbols with 20,000 candles.

Recorded candles where they are (../shared/data, TIDEMARK_RECORDINGS), else simulated ones. The fastest of
some passes counts in (a) and (b): a machine that does something else says nothing about either side.
Exit code 1 where a bar is missed.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pandas as pd
import psutil
import pyarrow.parquet as parquet
import talib
from numba import njit

from tests.benchmarks.pandas_points import CANDLESTICKS, LEFT_OUT, pandas_points
from workstation.domain.candle import Candle, CandleColumns, FloatArray
from workstation.domain.market import SeriesKey
from workstation.engine.features import candlesticks, columns, kernels, momentum
from workstation.engine.features.analogue_library import AHEAD, SIGMA_BARS, AnalogueLibrary
from workstation.engine.features.history import Room, compute
from workstation.engine.features.market_context import GrowingMarket, MarketContext, market_context
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.sight import Sight
from workstation.engine.warm_up import warm_up
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.banks import Banks

PROJECT = Path(__file__).resolve().parents[2]
HOUR = 3_600_000
TIMES_PANDAS, CLOSE_P95_MS, MOST_GIB = 10.0, 50.0, 4.0
FOLDERS = ("binance-spot-majors-2018-2025", "binance-spot-2021-2023", "binance-perp-2023-2025")
MARKET_NAMES = ("btc_return", "market_return", "breadth", "dispersion", "btc_share")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    symbols: int = 200
    bars: int = 20_000
    pandas_symbols: int = 6
    talib_symbols: int = 40
    live_symbols: int = 1_000
    closes: int = 240
    passes: int = 3


SHORT = Size(symbols=6, bars=3_000, pandas_symbols=2, talib_symbols=2, live_symbols=40, closes=12, passes=1)


def main() -> int:
    """Print what was measured; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="little of everything: does it run?")
    size = SHORT if parser.parse_args().short else Size()
    series, what = histories(size)
    print(f"{what}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    met = [
        beside_pandas(series, size),
        beside_talib(series, size),
        *live_closes(size),
    ]
    return 0 if all(met) else 1


def verdict(is_met: bool) -> str:
    """Return how a bar was taken."""
    return "met" if is_met else "MISSED"


# --- candles ----------------------------------------------------------------------------------------------


def histories(size: Size) -> tuple[list[CandleColumns], str]:
    """Return the series of (a) and (b), and a word on where they come from."""
    recordings = Path(os.environ.get("TIDEMARK_RECORDINGS", PROJECT.parent / "shared" / "data")) / "ohlcv"
    series = list(recorded(recordings, size)) if recordings.is_dir() else []
    n_recorded = len(series)
    market = SimulatedMarket(7)
    for listing in market.markets():
        for since in range(0, 3 * size.bars, size.bars):
            if len(series) < size.symbols:
                begin = market.first_ms + since * HOUR
                series.append(market.candles(listing.symbol, begin, begin + size.bars * HOUR))
    n = f"{len(series)} series of {size.bars:,} hourly candles"
    return series, f"{n}: {n_recorded} recorded, {len(series) - n_recorded} simulated"


def recorded(recordings: Path, size: Size) -> Iterator[CandleColumns]:
    """Yield stretches of recorded series, none of which shares a bar with another of its file."""
    n = 0
    for folder in FOLDERS:
        for path in sorted((recordings / folder).glob("*-1h.parquet")):
            table = parquet.read_table(path, columns=["ts", "open", "high", "low", "close", "volume"])
            ts, o, h, lo, c, v = (table[name].to_numpy() for name in table.column_names)
            for start in range(0, len(ts) - size.bars + 1, size.bars):
                rows = slice(start, start + size.bars)
                candles = CandleColumns.of(ts[rows], o[rows], h[rows], lo[rows], c[rows], v[rows])
                if n < size.symbols and not candles.impossible().any():
                    n += 1
                    yield candles


def market_of(candles: CandleColumns) -> MarketContext:
    """Return made-up facts of a market at every bar: what they say does not matter to the clock."""
    rng = np.random.default_rng(1)
    n = len(candles)
    steps = rng.normal(0, 0.004, (2, n))
    facts = np.stack((steps[0], steps[1], rng.random(n), rng.uniform(0.01, 0.05, n), rng.random(n)))
    return MarketContext(candles.open_time - HOUR, facts, HOUR)


# --- (a) pandas -------------------------------------------------------------------------------------------


def beside_pandas(series: list[CandleColumns], size: Size) -> bool:
    """Time whole histories, ours on two threads and pandas on one; return whether the bar was met."""
    markets = [market_of(candles) for candles in series]
    compute(series[0], "1h", markets[0])  # loads the machine code
    some = series[:: max(1, len(series) // size.pandas_symbols)][: size.pandas_symbols]
    frames = [frame_of(candles) for candles in some]
    n_points = check_same(some[0], frames[0])
    theirs_s = best(lambda: [pandas_points(frame) for frame in frames], 1 if size is SHORT else 2)

    def half(first: int) -> None:
        room = Room()
        for k in range(first, len(series), 2):
            compute(series[k], "1h", markets[k], room=room)

    def ours() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(half, (0, 1)))

    ours_s = best(ours, size.passes)
    room = Room()
    one_s = best(lambda: [compute(c, "1h", market_of(c), room=room) for c in some], size.passes)
    rows, their_rows = sum(map(len, series)), sum(map(len, some))
    theirs_us, ours_us = 1e6 * theirs_s / their_rows, 1e6 * ours_s / rows
    is_met = theirs_us >= TIMES_PANDAS * ours_us
    print(f"(a) {n_points} data points that pandas has, of {len(CANDLE_POINTS)} from candles")
    for who, took_s, n_rows in (
        ("tidemark, 2 threads, all points", ours_s, rows),
        ("tidemark, 1 thread, all points", one_s, their_rows),
        ("pandas, 1 thread", theirs_s, their_rows),
    ):
        print(f"    {who:<34}{took_s:>8.2f} s {n_rows:>11,} rows {1e6 * took_s / n_rows:>7.2f} us/row")
    scaled = theirs_us * rows / 1e6
    print(f"    pandas, scaled by rows to all series: {scaled:.0f} s")
    print(f"    {theirs_us / ours_us:.1f} times faster than pandas; bar {TIMES_PANDAS:g} {verdict(is_met)}\n")
    return is_met


def frame_of(candles: CandleColumns) -> pd.DataFrame:
    """Return candles and market as pandas wants them."""
    index = pd.to_datetime(candles.open_time, unit="ms", utc=True)
    names = ("open", "high", "low", "close", "volume")
    frame = pd.DataFrame({name: getattr(candles, name) for name in names}, index)
    facts = market_of(candles).at(candles.open_time)
    return frame.assign(**dict(zip(MARKET_NAMES, facts, strict=True)))


def check_same(candles: CandleColumns, frame: pd.DataFrame) -> int:
    """Check that pandas says the same in 999 of 1,000 bars once all has settled; return how many points."""
    theirs = pandas_points(frame)
    since = min(len(candles) // 2, 1_000)
    n = 0
    for point, row in zip(CANDLE_POINTS, compute(candles, "1h", market_of(candles)).values, strict=True):
        if point.name.startswith(LEFT_OUT):
            continue
        ours, other = row[since:], theirs[point.name].to_numpy(np.float64)[since:]
        apart = np.abs(ours - other) > 1e-5 * np.nanstd(ours) + 1e-9
        differs = (apart | (np.isnan(ours) != np.isnan(other))).mean()
        if differs > 0.02:
            raise SystemExit(f"{point.name}: pandas says something else at {differs:.1%} of the bars.")
        n += 1
    return n


def best(work: Callable[[], object], passes: int) -> float:
    """Return the seconds of the fastest of some passes."""
    took = []
    for _ in range(passes):
        began = perf_counter()
        work()
        took.append(perf_counter() - began)
    return min(took)


# --- (b) TA-Lib -------------------------------------------------------------------------------------------


@njit(cache=True)
def _momentum_indicators(base: FloatArray, out: FloatArray, parts: FloatArray, made: FloatArray) -> None:
    """Fill RSI, MACD's histogram, EMA 24, SMA 168, ADX, the spread of DI, Aroon and ATR."""
    n = base.shape[1]
    momentum._averages(base, out, parts, 0, 0, n)
    for i in range(n):
        span = base[columns.HIGH, i] - base[columns.LOW, i]
        if i > 0:
            before = base[columns.CLOSE, i - 1]
            span = max(span, abs(base[columns.HIGH, i] - before), abs(base[columns.LOW, i] - before))
        base[columns.TRUE_RANGE, i] = span
    kernels.wilder(base[columns.TRUE_RANGE], base[columns.ATR], 14, 0, n)
    momentum._directional_movement(base, out, 0, n)
    momentum._aroon(base, out, 0, n)
    for i in range(n):
        rise, fall = out[momentum.MEAN_RISE, i], out[momentum.MEAN_FALL, i]
        made[0, i] = 100.0 * kernels.ratio(rise, rise + fall)
        made[1, i] = out[momentum.MACD, i] - out[momentum.MACD_SIGNAL, i]
        moves = out[momentum.MEAN_UP, i] - out[momentum.MEAN_DOWN, i]
        made[2, i] = 100.0 * kernels.ratio(moves, base[columns.ATR, i])


@njit(cache=True)
def _channels(high: FloatArray, low: FloatArray, close: FloatArray, made: FloatArray) -> None:
    """Fill the channels of 24, 55 and 168 bars, and the stochastic of the first."""
    n = len(high)
    for k, window in enumerate((24, 55, 168)):
        kernels.window_max(high, made[7], made[2 * k], window, 0, 0, n)
        kernels.window_min(low, made[7], made[2 * k + 1], window, 0, 0, n)
    for i in range(n):
        made[6, i] = 100.0 * kernels.ratio(close[i] - made[1, i], made[0, i] - made[1, i])


@njit(cache=True)
def _money(prices: FloatArray, volume: FloatArray, made: FloatArray) -> None:
    """Fill the money flow index."""
    n = prices.shape[1]
    made[0, 0] = made[1, 0] = np.nan
    before = (prices[0, 0] + prices[1, 0] + prices[2, 0]) / 3.0
    for i in range(1, n):
        typical = (prices[0, i] + prices[1, i] + prices[2, i]) / 3.0
        made[0, i] = typical * volume[i] if typical > before else 0.0
        made[1, i] = typical * volume[i] if typical < before else 0.0
        before = typical
    kernels.window_sum(made[0], made[5], made[2], 14, 0, 0, n)
    kernels.window_sum(made[1], made[5], made[3], 14, 0, 0, n)
    for i in range(n):
        made[4, i] = 100.0 * kernels.ratio(made[2, i], made[2, i] + made[3, i])


@njit(cache=True)
def _lines(log: FloatArray, returns: FloatArray, parts: FloatArray, made: FloatArray) -> None:
    """Fill the slope of 48 bars and deviations of 24, 168 and 720."""
    n = len(log)
    kernels.slope(log, made[0], 48, 0, n)
    for i in range(n):
        made[1, i] = returns[i] * returns[i]
    for k, window in enumerate((24, 168, 720)):
        kernels.window_deviation(returns, made[1], parts, made[2 + 2 * k :], window, 0, 0, n)


def _ours(candles: CandleColumns) -> dict[str, Callable[[], object]]:
    n = len(candles)
    base = np.empty((columns.N_COLUMNS, n))
    base[:5] = candles.open, candles.high, candles.low, candles.close, candles.volume
    out, made, parts = np.empty((momentum.N_COLUMNS, n)), np.empty((8, n)), np.empty(momentum.N_PARTS + 1_440)
    prices = np.stack((candles.high, candles.low, candles.close))
    log = np.log(candles.close)
    returns = np.diff(log, prepend=log[0])
    return {
        "RSI MACD EMA SMA ATR ADX DI AROON": lambda: _momentum_indicators(base, out, parts, made),
        "STOCH MAX MIN": lambda: _channels(candles.high, candles.low, candles.close, made),
        "MFI": lambda: _money(prices, candles.volume, made),
        "LINEARREG_SLOPE STDDEV": lambda: _lines(log, returns, parts, made),
        "CDL, 15 of them": lambda: candlesticks.candlesticks(candles),
    }


def _theirs(candles: CandleColumns) -> dict[str, Callable[[], object]]:
    high, low, close, volume = candles.high, candles.low, candles.close, candles.volume
    log = np.log(close)
    returns = np.diff(log, prepend=log[0])

    def indicators() -> None:
        talib.RSI(close, 14)
        talib.MACD(close, 12, 26, 9)
        talib.EMA(close, 24)
        talib.SMA(close, 168)
        talib.ATR(high, low, close, 14)
        talib.ADX(high, low, close, 14)
        talib.PLUS_DI(high, low, close, 14)
        talib.MINUS_DI(high, low, close, 14)
        talib.AROONOSC(high, low, 24)

    def channels() -> None:
        for window in (24, 55, 168):
            talib.MAX(high, window)
            talib.MIN(low, window)
        talib.STOCHF(high, low, close, 24, 1)

    def lines() -> None:
        talib.LINEARREG_SLOPE(log, 48)
        for window in (24, 168, 720):
            talib.STDDEV(returns, window)

    def candles_15() -> None:
        for pattern in CANDLESTICKS:
            pattern(candles.open, high, low, close)

    return {
        "RSI MACD EMA SMA ATR ADX DI AROON": indicators,
        "STOCH MAX MIN": channels,
        "MFI": lambda: talib.MFI(high, low, close, volume, 14),
        "LINEARREG_SLOPE STDDEV": lines,
        "CDL, 15 of them": candles_15,
    }


def beside_talib(series: list[CandleColumns], size: Size) -> bool:
    """Time what both have, by turns; return whether ours are no slower in total."""
    some = series[: size.talib_symbols]
    pairs = [(_ours(candles), _theirs(candles)) for candles in some]
    total = np.zeros(2)
    print("(b) those that TA-Lib has, 1 thread, ns/row                tidemark   TA-Lib   ratio")
    for name in pairs[0][0]:
        pairs[0][0][name]()  # loads the machine code
        took = np.array([[best(side[name], 2 + size.passes) for side in pair] for pair in pairs]).sum(axis=0)
        total += took
        ours, theirs = 1e9 * took / sum(map(len, some))
        print(f"    {name:<52}{ours:>9.1f}{theirs:>9.1f}{theirs / ours:>8.2f}")
    ours, theirs = 1e9 * total / sum(map(len, some))
    is_met = bool(total[0] <= total[1])
    print(
        f"    {'together':<52}{ours:>9.1f}{theirs:>9.1f}{theirs / ours:>8.2f}  no slower: {verdict(is_met)}\n"
    )
    return is_met


# --- (c), (d) live ----------------------------------------------------------------------------------------


def made_universe(n_symbols: int, n_bars: int) -> dict[str, CandleColumns]:
    """Return as many random walks as asked for, one of them Bitcoin's."""
    rng = np.random.default_rng(7)
    times = (470_000 + np.arange(n_bars, dtype=np.int64)) * HOUR
    series = {}
    for k in range(n_symbols):
        close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, n_bars) * 0.006))
        opened = np.concatenate((close[:1], close[:-1]))
        high, low = np.maximum(opened, close) * 1.003, np.minimum(opened, close) * 0.997
        volume = rng.lognormal(8, 1, n_bars)
        series["BTC/USDT" if k == 0 else f"C{k}/USDT"] = CandleColumns.of(
            times, opened, high, low, close, volume
        )
    return series


def live_closes(size: Size) -> tuple[bool, bool]:
    """Append closes to a thousand symbols; return whether time and memory keep to their bars."""
    n_past = 1_400
    warm_up()  # loads the machine code
    universe = made_universe(size.live_symbols, n_past + size.closes)
    past = {symbol: candles[:n_past] for symbol, candles in universe.items()}
    context = market_context(past, HOUR)
    library, market = AnalogueLibrary.of(past, "1h"), GrowingMarket(HOUR)
    market.begin(context, past)
    before = psutil.Process().memory_info().rss
    began = perf_counter()
    bank = Banks("1h", size.live_symbols)
    keys = {symbol: SeriesKey("bench", symbol, "1h") for symbol in universe}
    for symbol, key in keys.items():
        bank.load(key, past[symbol], Sight(context, None, library))
    loaded_s, grown = perf_counter() - began, psutil.Process().memory_info().rss - before
    took, library_s, n_signals = [], [], 0
    for row in range(n_past, n_past + size.closes):
        bars = {key: bar_of(universe[symbol], row) for symbol, key in keys.items()}
        open_time = next(iter(bars.values())).open_time
        if any(bank.needs_history(key, open_time) for key in keys.values()):
            raise SystemExit("A block of bars ended in the middle of the benchmark.")
        began = perf_counter()
        sight = Sight(market.context(open_time - HOUR), None, library)
        n_signals += len(bank.push(bars, sight))
        for key, bar in bars.items():
            market.take(key.symbol, open_time, bar.close, bar.volume)
        took.append(perf_counter() - began)
        library_s.append(remember(library, universe, row, open_time))
    return report_live(size, bank, library, np.array(took), (loaded_s, grown, n_signals, max(library_s)))


def bar_of(candles: CandleColumns, row: int) -> Candle:
    """Return one row as a candle."""
    return next(iter(candles[row : row + 1]))


def remember(library: AnalogueLibrary, universe: dict[str, CandleColumns], row: int, open_time: int) -> float:
    """Take the windows whose outcomes ended with a bar; return the seconds that took, after the close."""
    if open_time // HOUR % library.rules.every:
        return 0.0
    began = perf_counter()
    for symbol, candles in universe.items():
        tail = candles[row + 1 - SIGMA_BARS - 2 * AHEAD - 48 : row + 1]
        library.add(symbol, tail, len(tail) - 1)
    len(library)
    return perf_counter() - began


def report_live(
    size: Size,
    bank: Banks,
    library: AnalogueLibrary,
    took: FloatArray,
    other: tuple[float, int, int, float],
) -> tuple[bool, bool]:
    """Print times and memory; return whether each keeps to its bar."""
    loaded_s, grown, n_signals, library_s = other
    p95 = float(1e3 * np.quantile(took, 0.95))
    is_quick = p95 <= CLOSE_P95_MS
    print(f"(c) one close of {size.live_symbols:,} symbols, {len(CANDLE_POINTS)} data points and the votes")
    print(
        f"    median {1e3 * np.median(took):.1f} ms, p95 {p95:.1f} ms, worst {1e3 * took.max():.1f} ms over "
        f"{len(took)} closes, {n_signals} signals; bar p95 {CLOSE_P95_MS:g} ms {verdict(is_quick)}"
    )
    print(f"    begun from 1,400 bars each in {loaded_s:.1f} s")
    print(f"    library of past windows grown after a close, every sixth: at most {library_s:.2f} s\n")
    candles = made_universe(1, 20_000)["BTC/USDT"]
    one = sum(getattr(candles, name).nbytes for name in candles.__slots__)
    parts = {
        "live bank": bank.n_bytes,
        "library of past windows": library.n_bytes,
        "20,000 candles of each symbol": one * size.live_symbols,
    }
    total = sum(parts.values())
    is_small = total <= MOST_GIB * 2**30
    print(f"(d) memory of {size.live_symbols:,} symbols")
    for name, n_bytes in parts.items():
        print(f"    {name:<34}{n_bytes / 2**20:>9.0f} MiB")
    print(f"    {'together':<34}{total / 2**20:>9.0f} MiB; bar {MOST_GIB:g} GiB {verdict(is_small)}")
    print(f"    the process grew by {grown / 2**20:.0f} MiB while the bank was filled")
    return is_quick, is_small


if __name__ == "__main__":
    sys.exit(main())
