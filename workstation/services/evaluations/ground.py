"""What is evaluated: the recorded candles of some coins, each perhaps recorded more than once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import BadCandleFile, TidemarkError

MONEY = frozenset(
    (
        "USD", "USDT", "USDC", "BUSD", "TUSD", "FDUSD", "DAI", "USDP", "PAX", "USDE", "USD1", "SUSD",
        "UST", "USTC", "GUSD", "LUSD", "AEUR", "EURI", "PYUSD", "XUSD", "BFUSD", "EUR",
        "GBP", "AUD", "TRY", "BRL", "JPY", "RUB", "UAH",
    )
)  # fmt: skip
"""Coins that are money: their price against another currency is no market to judge."""

BTC = "BTC"
"""The coin whose closes tell bull, bear and sideways apart."""


class Recording(Protocol):
    """One recording of many coins on one timeframe."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def symbols(self) -> Sequence[str]:
        """Return its symbols, sorted."""
        ...

    def read(self, symbol: str) -> CandleColumns:
        """Return a coin's closed candles, checked.

        Raises
        ------
        BadCandleFile
            They cannot be trusted.
        """
        ...


@dataclass(slots=True)
class Ground:
    """Coins on one timeframe, out of one recording or several that overlap.

    Where several recordings hold a coin, the longest of them counts at an hour that more than one tells of;
    each is measured by itself, so that nothing reads across a seam.

    Parameters
    ----------
    recordings : sequence of Recording
    timeframe : str
    wanted : tuple of str
        Symbols; empty means every one.
    from_ms, until_ms : int or None
        Bars that open in ``from_ms <= open_time < until_ms`` are judged; earlier ones warm up and teach,
        later ones do not exist. UTC milliseconds.
    notes : list of str
        What had to be left out, found while reading.
    daily : sequence of Recording
        Daily bars of recordings too coarse to be judged here; the grade learns from them, too.
    """

    recordings: Sequence[Recording]
    timeframe: str
    wanted: tuple[str, ...] = ()
    from_ms: int | None = None
    until_ms: int | None = None
    notes: list[str] = field(default_factory=list)
    daily: Sequence[Recording] = ()

    def symbols(self) -> list[str]:
        """Return the coins to be judged, sorted.

        Raises
        ------
        TidemarkError
            There is none, or one that is wanted is not there.
        """
        found = {s for recording in self.recordings for s in recording.symbols() if not _is_money(s)}
        missing = [symbol for symbol in self.wanted if symbol not in found]
        if missing:
            raise TidemarkError(
                f"There are no candles of {', '.join(missing)} that can be made into {self.timeframe} bars."
            )
        if not found:
            raise TidemarkError(
                f"There are no candles that can be made into {self.timeframe} bars; expected files such as "
                f"BTCUSDT-{self.timeframe}.parquet."
            )
        return sorted(self.wanted or found)

    def pieces(self, symbol: str) -> tuple[CandleColumns, ...]:
        """Return a coin's candles, one piece a recording, the longest first; what cannot be read is noted."""
        pieces = []
        for recording in self.recordings:
            if symbol in recording.symbols():
                try:
                    pieces.append(self._until(recording.read(symbol)))
                except BadCandleFile as error:
                    self._note(f"{symbol} of {recording.name} is left out: {error}")
        return tuple(sorted((piece for piece in pieces if len(piece)), key=len, reverse=True))

    def btc(self) -> CandleColumns:
        """Return the longest candles of BTC there are, whether or not it is to be judged; empty without."""
        symbols = {s for recording in self.recordings for s in recording.symbols() if s.startswith(f"{BTC}/")}
        pieces = [piece for symbol in sorted(symbols) for piece in self.pieces(symbol)]
        return max(pieces, key=len, default=CandleColumns.empty())

    def teaching(self) -> "Ground | None":
        """Return the ground of the daily bars that teach beside this; None where no wanted coin has any."""
        found = {symbol for recording in self.daily for symbol in recording.symbols()}
        wanted = tuple(symbol for symbol in self.wanted if symbol in found)
        if not any(not _is_money(symbol) for symbol in (wanted if self.wanted else found)):
            return None
        return Ground(self.daily, "1d", wanted, until_ms=self.until_ms, notes=self.notes)

    def _until(self, candles: CandleColumns) -> CandleColumns:
        if self.until_ms is None:
            return candles
        return candles[: int(np.searchsorted(candles.open_time, self.until_ms))]

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _is_money(symbol: str) -> bool:
    return symbol.partition("/")[0] in MONEY
