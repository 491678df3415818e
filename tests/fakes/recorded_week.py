"""A recorded market replayed into a real engine, and its store held against the recording."""

import time
from pathlib import Path

from tests.fakes.processes import practice_exchange, tidemark
from workstation.domain.candle import CandleColumns
from workstation.storage.candle_files import CandleFolder
from workstation.storage.candle_store import CandleStore
from workstation.storage.paths import Paths

FROM, FROM_MS = "2024-02-01", 1_706_745_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY
_PATIENCE_S = 60.0  # for the start of the engine and every history, on a machine with other work


def replay(data: Path, home: Path, symbols: list[str], speed: float, market_ms: int = WEEK) -> None:
    """Let a real engine hear `market_ms` of a recorded market through ccxt, then end it."""
    watched = ",".join(symbols)
    with (
        practice_exchange("--data", str(data), "--from", FROM, "--speed", f"{speed:g}") as url,
        tidemark("serve", "--practice", url, "--symbols", watched, home=home) as engine,
    ):
        heard_by = time.monotonic() + market_ms / 1000 / speed
        given_up_by = heard_by + _PATIENCE_S + 0.5 * len(symbols)
        while time.monotonic() < heard_by or (
            time.monotonic() < given_up_by and any(differences(data, home, symbols, market_ms).values())
        ):
            if engine.poll() is not None:
                assert engine.stderr is not None
                raise RuntimeError(f"the engine ended: {engine.stderr.read()}")
            time.sleep(1.0)


def differences(data: Path, home: Path, symbols: list[str], market_ms: int = WEEK) -> dict[str, int]:
    """Return how many candles of each symbol differ from the recording, or are missing."""
    folder = CandleFolder(data)
    recorded = {one: _between(folder.read(one, "1h"), FROM_MS, FROM_MS + market_ms) for one in symbols}
    path = Paths.below(home).candles_db
    if not path.is_file():
        return {symbol: len(columns) for symbol, columns in recorded.items()}
    with CandleStore(path, read_only=True) as store:
        key_of = {key.symbol: key for key in store.series() if key.timeframe == "1h"}
        return {
            symbol: n_different(columns, store.read(key_of[symbol], FROM_MS, FROM_MS + market_ms))
            if symbol in key_of
            else len(columns)
            for symbol, columns in recorded.items()
        }


def n_different(recorded: CandleColumns, stored: CandleColumns) -> int:
    """Return how many bars are missing, surplus, or not the same bit for bit."""
    rows = [{t: (o, h, lo, c, v) for t, o, h, lo, c, v in _rows(columns)} for columns in (recorded, stored)]
    return sum(rows[0].get(t) != rows[1].get(t) for t in rows[0].keys() | rows[1].keys())


def _rows(columns: CandleColumns):
    names = ("open_time", "open", "high", "low", "close", "volume")
    return zip(*(getattr(columns, name).tolist() for name in names), strict=True)


def _between(columns: CandleColumns, since: int, until: int) -> CandleColumns:
    return columns.pick((columns.open_time >= since) & (columns.open_time < until))
