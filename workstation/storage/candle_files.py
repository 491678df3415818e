"""Folders of recorded candles: what is in them, and whether it can be trusted."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workstation.domain.candle import CandleColumns, Quality
from workstation.domain.errors import BadCandleFile
from workstation.domain.market import TIMEFRAMES, SeriesKey
from workstation.storage.candle_check import CheckedFile, checked
from workstation.storage.candle_store import CandleStore
from workstation.storage.candle_table import read_table

QUOTES = (
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDE", "USD1", "DAI", "USD", "EUR", "GBP", "TRY", "BRL",
    "JPY", "KRW", "AUD", "RUB", "UAH", "ZAR", "IDR", "MXN", "ARS", "PLN", "CHF", "CAD", "BTC", "ETH", "BNB",
)  # fmt: skip
"""Currencies that prices are quoted in; the longest that fits ends a symbol such as BTCUSDT."""

_ENDINGS = (".parquet", ".csv")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Parameters
    ----------
    file : str
        Its name.
    key : SeriesKey or None
        The series it went to; None where it was refused before that was known.
    n_rows : int
        Rows read.
    n_new : int
        Candles that were not stored before.
    notes : tuple of str
        What was done to it on the way in: rows dropped, a unit recognised.
    refused : str
        Why nothing of it was taken; empty where it was taken.
    """

    file: str
    key: SeriesKey | None = None
    n_rows: int = 0
    n_new: int = 0
    notes: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a folder, file by file."""

    files: tuple[FileReport, ...]

    @property
    def n_new(self) -> int:
        """Candles that were not stored before."""
        return sum(report.n_new for report in self.files)

    @property
    def taken(self) -> tuple[FileReport, ...]:
        """Files whose candles are now stored."""
        return tuple(report for report in self.files if not report.refused)

    @property
    def refused(self) -> tuple[FileReport, ...]:
        """Files of which nothing was taken, each with the reason."""
        return tuple(report for report in self.files if report.refused)


class CandleFolder:
    """A folder of files ``SYMBOL-TIMEFRAME.parquet`` or ``.csv``: `workstation.domain.ports.CandleArchive`.

    Columns ts (open time, UTC milliseconds), open, high, low, close and volume; others are ignored. A file is
    taken as a whole or not at all.

    Parameters
    ----------
    path : Path
        The folder.
    skip_bad_rows : bool
        Leave out rows that cannot be candles and put rows in order, saying so, instead of refusing the file.

    Raises
    ------
    BadCandleFile
        There is no such folder.
    """

    def __init__(self, path: Path, *, skip_bad_rows: bool = False) -> None:
        if not path.is_dir():
            raise BadCandleFile(f"There is no folder {path}; name one with files such as BTCUSDT-1h.parquet.")
        self._skip_bad_rows = skip_bad_rows
        self.strangers: list[FileReport] = []
        self._files = self._find(path)

    def _find(self, folder: Path) -> dict[tuple[str, str], Path]:
        found: dict[tuple[str, str], Path] = {}
        for path in sorted(folder.iterdir(), key=lambda p: (p.suffix != ".parquet", p.name)):
            if path.suffix not in _ENDINGS:
                continue
            try:
                series = series_of(path.name)
            except BadCandleFile as error:
                self.strangers.append(FileReport(path.name, refused=str(error)))
                continue
            if series in found:
                reason = f"{path.name} holds the same series as {found[series].name}, which was taken."
                self.strangers.append(FileReport(path.name, refused=reason))
            else:
                found[series] = path
        return found

    def series(self) -> Sequence[tuple[str, str]]:
        """Return every (symbol, timeframe) in it, sorted."""
        return sorted(self._files)

    def file_name(self, symbol: str, timeframe: str) -> str:
        """Return the name of a series' file."""
        return self._path(symbol, timeframe).name

    def read(self, symbol: str, timeframe: str) -> CandleColumns:
        """Return a series' candles, checked.

        Raises
        ------
        BadCandleFile
            There is no such file, or it cannot be trusted; the message names its first bad rows.
        """
        return self.load(symbol, timeframe).candles

    def load(self, symbol: str, timeframe: str) -> CheckedFile:
        """Return a series' candles, checked, with what was noted on the way.

        Raises
        ------
        BadCandleFile
            As `read`.
        """
        path = self._path(symbol, timeframe)
        return checked(read_table(path), path.name, timeframe, skip_bad_rows=self._skip_bad_rows)

    def _path(self, symbol: str, timeframe: str) -> Path:
        try:
            return self._files[symbol, timeframe]
        except KeyError:
            raise BadCandleFile(f"There is no file with {symbol} {timeframe} in the folder.") from None


def series_of(file_name: str) -> tuple[str, str]:
    """Return symbol and timeframe from a file's name: ``BTCUSDT-1h.parquet`` is ``("BTC/USDT", "1h")``.

    Raises
    ------
    BadCandleFile
        The name does not say; the message tells how it should.
    """
    symbol, dash, timeframe = file_name.rpartition(".")[0].rpartition("-")
    if not dash or timeframe not in TIMEFRAMES:
        raise BadCandleFile(
            f"{file_name} does not end in a timeframe ({', '.join(TIMEFRAMES)}); name it like BTCUSDT-1h.csv."
        )
    return symbol_of(symbol, file_name), timeframe


def symbol_of(name: str, file_name: str = "") -> str:
    """Return a symbol in ccxt's spelling from ``BTCUSDT``, ``BTC_USDT``, ``BTC-USDT`` or ``BTC/USDT``.

    Raises
    ------
    BadCandleFile
        It ends in no known quote currency.
    """
    base, separator, quote = name.strip().upper().replace("-", "/").replace("_", "/").rpartition("/")
    if not separator:
        base, quote = "", quote.strip()
        for known in sorted(QUOTES, key=len, reverse=True):
            if quote.endswith(known) and quote != known:
                base, quote = quote.removesuffix(known), known
                break
    if not re.fullmatch(r"[^\s/]+", base) or quote not in QUOTES:
        raise BadCandleFile(
            f"{file_name or name}: {name!r} ends in no known quote currency; name it like BTC_USDT-1h.csv."
        )
    return f"{base}/{quote}"


def import_folder(
    folder: CandleFolder | Path,
    venue: str,
    store: CandleStore,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Store every candle of a folder under a venue's name, marked as imported.

    Each file is one transaction: it is stored as a whole, or refused with the reason; the others go on. What
    the store already knows from the venue itself stays as it is.

    Parameters
    ----------
    on_progress : callable, optional
        Told how many files are done, out of how many, after each.

    Raises
    ------
    BadCandleFile
        There is no such folder.
    StoreError
        The disk takes no more; the files before are stored.
    """
    folder = folder if isinstance(folder, CandleFolder) else CandleFolder(folder)
    reports = list(folder.strangers)
    series = folder.series()
    for done, (symbol, timeframe) in enumerate(series, 1):
        reports.append(_import_file(folder, SeriesKey(venue, symbol, timeframe), store))
        if on_progress is not None:
            on_progress(done, len(series))
    return ImportReport(tuple(sorted(reports, key=lambda report: report.file)))


def _import_file(folder: CandleFolder, key: SeriesKey, store: CandleStore) -> FileReport:
    name = folder.file_name(key.symbol, key.timeframe)
    try:
        file = folder.load(key.symbol, key.timeframe)
    except BadCandleFile as error:
        return FileReport(name, key, refused=str(error))
    quiet = np.where(file.candles.volume == 0, np.uint8(Quality.NO_TRADES), np.uint8(0))
    file.candles.quality[:] = np.uint8(Quality.IMPORTED) | quiet
    n_new = store.add(key, file.candles)
    return FileReport(name, key, file.n_rows, n_new, tuple(file.notes))
