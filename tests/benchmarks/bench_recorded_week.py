"""Replay a recorded week of every symbol into a real engine and count the candles that differ.

    python tests/benchmarks/bench_recorded_week.py [--data DIR] [--speed 3600]

Prints the count; leaves with 0 only where it is 0.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes.recorded_week import differences, replay
from workstation.storage.candle_files import CandleFolder


def main() -> int:
    """Run the replay and print what differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ohlcv/binance-spot-2024"))
    parser.add_argument("--speed", type=float, default=3600.0)
    asked = parser.parse_args()
    symbols = sorted({symbol for symbol, timeframe in CandleFolder(asked.data).series() if timeframe == "1h"})
    with tempfile.TemporaryDirectory() as home:
        replay(asked.data, Path(home), symbols, asked.speed)
        found = differences(asked.data, Path(home), symbols)
    for symbol, n in found.items():
        if n:
            print(f"{symbol}: {n} candles differ")
    print(f"{len(symbols)} symbols, one week at {asked.speed:g}x: {sum(found.values())} candles differ")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
