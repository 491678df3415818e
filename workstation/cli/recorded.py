"""Recorded series as commands ask for them: of a folder, on any timeframe that its files can be made into."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.domain.errors import BadCandleFile, TidemarkError
from workstation.domain.market import SeriesKey, timeframe_ms

if TYPE_CHECKING:
    from workstation.domain.candle import CandleColumns
    from workstation.domain.ports import CandleArchive
    from workstation.engine.verification.record import Observed

VENUE = "file"


def candles_of(folder: "CandleArchive", key: SeriesKey) -> "CandleColumns":
    """Return a recorded series, made of finer bars where the folder has no file of its own for it."""
    from workstation.engine.resample import resample

    recorded = [t for symbol, t in folder.series() if symbol == key.symbol]
    finer = [t for t in recorded if key.bar_ms % timeframe_ms(t) == 0 and t != key.timeframe]
    if key.timeframe in recorded or not finer:
        return folder.read(key.symbol, key.timeframe)
    coarsest = max(finer, key=timeframe_ms)
    return resample(folder.read(key.symbol, coarsest), coarsest, key.timeframe)


def symbols_of(folder: "CandleArchive", timeframe: str) -> list[str]:
    """Return the symbols whose files can be made into bars of a timeframe, sorted."""
    length = timeframe_ms(timeframe)
    return sorted({symbol for symbol, t in folder.series() if length % timeframe_ms(t) == 0})


def market_of(
    folder: "CandleArchive",
    timeframe: str,
    symbols: list[str],
    say: Callable[[str], None],
    on_progress: Callable[[int, int], None],
) -> "dict[str, CandleColumns]":
    """Return the series of some symbols, each as long as it is; a file that cannot be trusted is left out."""
    series = {}
    for done, symbol in enumerate(symbols, 1):
        try:
            series[symbol] = candles_of(folder, SeriesKey(VENUE, symbol, timeframe))
        except BadCandleFile as error:
            say(f"{symbol} is left out of the market: {error}")
        on_progress(done, len(symbols))
    return series


def observed_in(folder: Path, now_ms: int, say: Callable[[str], None]) -> "Observed":
    """Return every observation of a folder's files, by metric and subject.

    Raises
    ------
    TidemarkError
        There is no such folder, or nothing in it is understood.
    """
    from workstation.domain.errors import BadObservationFile
    from workstation.domain.observation import ObservationColumns
    from workstation.storage.observation_files import read_observations

    if not folder.is_dir():
        raise TidemarkError(f"There is no folder {folder}; name one with files such as btc.csv.")
    rows: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".csv", ".parquet"):
            try:
                file = read_observations(path, now_ms)
            except BadObservationFile as error:
                say(str(error))
                continue
            for one in file.rows:
                told = rows.setdefault((one.metric, one.subject), [])
                told.append((one.event_ms, one.available_ms, one.value))
    if not rows:
        raise TidemarkError(f"Nothing in {folder} was understood as observations.")
    return {key: ObservationColumns.of(told) for key, told in rows.items()}
