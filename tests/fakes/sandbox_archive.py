"""A folder of recorded Parquet candles, read without the store."""

from pathlib import Path

import pyarrow.parquet

from workstation.domain.candle import CandleColumns


class ParquetFolder:
    def __init__(self, folder: Path, only: tuple[str, ...] = ()) -> None:
        self._files = {
            tuple(file.stem.rsplit("-", 1)): file
            for file in sorted(folder.glob("*.parquet"))
            if not only or file.stem.rsplit("-", 1)[0] in only
        }

    def series(self) -> list[tuple[str, str]]:
        return sorted(self._files)

    def read(self, symbol: str, timeframe: str) -> CandleColumns:
        table = pyarrow.parquet.read_table(self._files[symbol, timeframe])
        names = ("ts", "open", "high", "low", "close", "volume")
        return CandleColumns.of(*(table[name].to_numpy() for name in names))
