"""A recorded market replayed into a real engine, and its store held against the recording."""

import time
from pathlib import Path

from tests.fakes.processes import practice_exchange, tidemark
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.storage.candle_files import CandleFolder
from workstation.storage.candle_store import CandleStore
from workstation.storage.paths import Paths

FROM, FROM_MS = "2024-02-01", 1_706_745_600_000
HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY


def replay(data: Path, home: Path, symbols: list[str], speed: float, market_ms: int = WEEK) -> None:
    """Let a real engine hear `market_ms` of a recorded market through ccxt, then end it."""
    watched = ",".join(symbols)
    with (
        practice_exchange("--data", str(data), "--from", FROM, "--speed", f"{speed:g}") as url,
        tidemark("serve", "--practice", url, "--symbols", watched, home=home) as engine,
    ):
        filling_s = 4.0 + 0.15 * len(symbols)  # until every history is loaded and the last closes have come
        until = time.monotonic() + market_ms / 1000 / speed + filling_s
        while time.monotonic() < until:
            if engine.poll() is not None:
                assert engine.stderr is not None
                raise RuntimeError(f"the engine ended: {engine.stderr.read()}")
            time.sleep(0.2)


def differences(data: Path, home: Path, symbols: list[str], market_ms: int = WEEK) -> dict[str, int]:
    """Return how many candles of each symbol differ from the recording, or are missing."""
    folder = CandleFolder(data)
    found = {}
    with CandleStore(Paths.below(home).candles_db, read_only=True) as store:
        (venue,) = {key.venue for key in store.series()}
        for symbol in symbols:
            recorded = _between(folder.read(symbol, "1h"), FROM_MS, FROM_MS + market_ms)
            stored = store.read(SeriesKey(venue, symbol, "1h"), FROM_MS, FROM_MS + market_ms)
            found[symbol] = n_different(recorded, stored)
    return found


def n_different(recorded: CandleColumns, stored: CandleColumns) -> int:
    """Return how many bars are missing, surplus, or not the same bit for bit."""
    rows = [{t: (o, h, lo, c, v) for t, o, h, lo, c, v in _rows(columns)} for columns in (recorded, stored)]
    return sum(rows[0].get(t) != rows[1].get(t) for t in rows[0].keys() | rows[1].keys())


def _rows(columns: CandleColumns):
    names = ("open_time", "open", "high", "low", "close", "volume")
    return zip(*(getattr(columns, name).tolist() for name in names), strict=True)


def _between(columns: CandleColumns, since: int, until: int) -> CandleColumns:
    return columns.pick((columns.open_time >= since) & (columns.open_time < until))
