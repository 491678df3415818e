"""Replay a recorded week of every symbol into a real engine and count the candles that differ.

    python tests/benchmarks/bench_recorded_week.py [--data DIR] [--speed 3600] [--days 7] [--symbols N]

Prints the count; leaves with 0 only where it is 0.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes.recorded_week import DAY, differences, replay
from workstation.storage.candle_files import CandleFolder


def main() -> int:
    """Run the replay and print what differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ohlcv/binance-spot-2024"))
    parser.add_argument("--speed", type=float, default=3600.0)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--symbols", type=int, help="only the first so many")
    asked = parser.parse_args()
    symbols = sorted({symbol for symbol, timeframe in CandleFolder(asked.data).series() if timeframe == "1h"})
    symbols = symbols[: asked.symbols]
    with tempfile.TemporaryDirectory() as home:
        market_ms = int(asked.days * DAY)
        replay(asked.data, Path(home), symbols, asked.speed, market_ms)
        found = differences(asked.data, Path(home), symbols, market_ms)
    for symbol, n in found.items():
        if n:
            print(f"{symbol}: {n} candles differ")
    n_different = sum(found.values())
    print(f"{len(symbols)} symbols, {asked.days:g} days at {asked.speed:g}x: {n_different} candles differ")
    return 1 if n_different else 0


if __name__ == "__main__":
    sys.exit(main())
