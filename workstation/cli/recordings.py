"""Candles as evaluations and trainings read them: of folders, or of the trader's own store."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.domain.errors import BadCandleFile, TidemarkError
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.narrative_index import is_index

if TYPE_CHECKING:
    from workstation.domain.candle import CandleColumns
    from workstation.domain.ports import CandleReader
    from workstation.storage.candle_files import CandleFolder

_DAY = "1d"


class SeriesRecording:
    """One recording of many coins, made into bars of one timeframe.

    Parameters
    ----------
    name : str
        What it is called.
    series : sequence of (str, str)
        Symbols and timeframes that it has.
    timeframe : str
        Wanted; made of the coarsest finer bars where it is not there itself.
    read : callable
        Of a symbol and one of its timeframes.
    """

    def __init__(
        self,
        name: str,
        series: Sequence[tuple[str, str]],
        timeframe: str,
        read: "Callable[[str, str], CandleColumns]",
    ) -> None:
        self.name = name
        self._timeframe, self._read = timeframe, read
        self._sources = _coarsest(series, timeframe)

    def symbols(self) -> list[str]:
        """Return its symbols, sorted."""
        return sorted(self._sources)

    def read(self, symbol: str) -> "CandleColumns":
        """Return a coin's closed candles.

        Raises
        ------
        BadCandleFile
            They cannot be trusted.
        """
        from workstation.engine.resample import resample

        source = self._sources[symbol]
        return resample(self._read(symbol, source), source, self._timeframe)


def _coarsest(series: Sequence[tuple[str, str]], timeframe: str) -> dict[str, str]:
    """Return from which of its timeframes each symbol's bars are made."""
    wanted, found = timeframe_ms(timeframe), dict[str, str]()
    for symbol, own in series:
        length = timeframe_ms(own)
        fits = length == wanted or (length < wanted and wanted % length == 0)
        if fits and (symbol not in found or length > timeframe_ms(found[symbol])):
            found[symbol] = own
    return found


def recordings_of(
    folders: Sequence[Path], timeframe: str, say: Callable[[str], None]
) -> list[SeriesRecording]:
    """Return the recordings in some folders; one without candle files gives those of the folders in it.

    Raises
    ------
    TidemarkError
        There is no such folder, or nothing in it.
    """
    found = []
    for name, folder in _candle_folders(folders):
        for stranger in folder.strangers:
            say(stranger.refused)
        if folder.series():
            found.append(SeriesRecording(name, folder.series(), timeframe, _Reader(folder, say)))
    if not found:
        names = ", ".join(map(str, folders))
        raise TidemarkError(
            f"There are no candle files in {names}; expected files such as BTCUSDT-1h.parquet."
        )
    return found


def daily_recordings_of(
    folders: Sequence[Path], timeframe: str, say: Callable[[str], None]
) -> list[SeriesRecording]:
    """Return daily bars of files that are too coarse for a timeframe; folders as of `recordings_of`."""
    found = []
    for name, folder in _candle_folders(folders):
        if series := _coarser(folder.series(), timeframe):
            found.append(SeriesRecording(name, series, _DAY, _Reader(folder, say)))
    return found


def _candle_folders(folders: Sequence[Path]) -> "Iterator[tuple[str, CandleFolder]]":
    from workstation.storage.candle_files import CandleFolder

    for path in folders:
        own = CandleFolder(path, skip_bad_rows=True)
        yield path.name, own
        for inner in [] if own.series() else sorted(each for each in path.iterdir() if each.is_dir()):
            yield inner.name, CandleFolder(inner, skip_bad_rows=True)


def _coarser(series: Sequence[tuple[str, str]], timeframe: str) -> list[tuple[str, str]]:
    """Return the series that are coarser than a timeframe and can be made into days."""
    length, day = timeframe_ms(timeframe), timeframe_ms(_DAY)
    return [(symbol, own) for symbol, own in series if length < timeframe_ms(own) <= day]


class _Reader:
    """Reads the files of a folder, and says once what was done to each on the way in."""

    def __init__(self, folder: "CandleFolder", say: Callable[[str], None]) -> None:
        self._folder, self._say, self._said = folder, say, set[str]()

    def __call__(self, symbol: str, timeframe: str) -> "CandleColumns":
        file = self._folder.load(symbol, timeframe)
        name = self._folder.file_name(symbol, timeframe)
        for note in (each if name in each else f"{name}: {each}" for each in file.notes):
            if note not in self._said:
                self._said.add(note)
                self._say(note)
        return file.candles


def stored_recordings(store: "CandleReader", timeframe: str) -> list[SeriesRecording]:
    """Return what the trader's own store has, one recording a venue.

    Raises
    ------
    TidemarkError
        There is nothing in it.
    """
    venues = _venues(store)
    if not venues:
        raise TidemarkError(
            "The store holds no candles yet. Put some in with tidemark import, let tidemark serve run for a "
            "while, or name a folder with --data."
        )
    return [
        SeriesRecording(venue, series, timeframe, _stored(store, venue)) for venue, series in venues.items()
    ]


def daily_stored_recordings(store: "CandleReader", timeframe: str) -> list[SeriesRecording]:
    """Return daily bars of what the store has that is too coarse for a timeframe, one recording a venue."""
    coarse = {venue: _coarser(series, timeframe) for venue, series in _venues(store).items()}
    return [
        SeriesRecording(venue, series, _DAY, _stored(store, venue))
        for venue, series in coarse.items()
        if series
    ]


def _venues(store: "CandleReader") -> dict[str, list[tuple[str, str]]]:
    venues: dict[str, list[tuple[str, str]]] = {}
    for key in store.series():
        if is_index(key.symbol):  # nothing that traded
            continue
        venues.setdefault(key.venue, []).append((key.symbol, key.timeframe))
    return venues


def _stored(store: "CandleReader", venue: str) -> "Callable[[str, str], CandleColumns]":
    def read(symbol: str, timeframe: str) -> "CandleColumns":
        candles = store.read(SeriesKey(venue, symbol, timeframe))
        if not len(candles):
            raise BadCandleFile(f"{symbol} {timeframe} of {venue} has no candle that is whole.")
        return candles

    return read
