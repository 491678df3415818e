"""Which coin a file of history is about: a cell, the file's own name, or the trader says so."""

import re

from workstation.domain.errors import BadObservationFile
from workstation.storage.observation_table import Row

COIN_COLUMNS = ("asset", "coin", "coin_symbol", "symbol")
"""Columns that name a coin; the first that is there is read."""

_QUOTE = r"(?:USDT|USDC|FDUSD|BUSD|USD)"


class CoinNames:
    """Says of each row whom it is about.

    Parameters
    ----------
    file : str
        The file's name.
    columns : dict
        Its columns, by their names in lower case.
    coin : str or None
        What the trader says.
    """

    def __init__(self, file: str, columns: dict[str, str], coin: str | None) -> None:
        self._file = file
        self._column = next((name for name in COIN_COLUMNS if name in columns), None)
        self._said = coin_of(coin) if coin is not None else None
        self._default = self._said or coin_of_file_name(file)

    def of(self, row: Row, where: str) -> str:
        """Return the coin of a row.

        Raises
        ------
        BadObservationFile
            Nothing says which, or the row says otherwise than the trader; the message begins with `where`.
        """
        if self._column is None:
            if not self._default:
                raise BadObservationFile(f"{self._file} does not say which coin it is about; give --coin.")
            return self._default
        cell = row[self._column]
        coin = coin_of(cell) if isinstance(cell, str) else ""
        if not coin:
            raise BadObservationFile(f"{where} names no coin: {cell!r}.")
        if self._said not in (None, coin):
            raise BadObservationFile(f"{where} is about {coin}, not about {self._said}; leave --coin out.")
        return coin


def coin_of(text: str) -> str:
    """Return the coin that a name means, ``""`` where it means none.

    ``btc``, ``BTCUSDT`` and ``BTC/USD`` are BTC; ``1000PEPEUSDT_PERP.A`` is PEPE.
    """
    name = re.sub(r"[_.-]?PERP(?:\..*)?$", "", text.strip().upper())
    name = re.sub(rf"(?<=[A-Z0-9])[/_:-]?{_QUOTE}$", "", name)
    name = re.sub(r"^1000+(?=[A-Z])", "", name)
    return name if re.fullmatch(r"[A-Z0-9]{1,20}", name) else ""


def coin_of_file_name(file: str) -> str:
    """Return the coin in a file's name, ``""`` where there is none.

    It is the word before the ending in ``btc.csv``, the word after ``coinmetrics``, or the pair in
    ``binance_btcusdt_funding.parquet``.
    """
    words = re.split(r"[_\s.-]+", file.rpartition(".")[0] or file)
    for word in words:
        if re.fullmatch(rf"[a-z0-9]+{_QUOTE}", word, re.IGNORECASE):
            return coin_of(word)
    if words[0].lower() == "coinmetrics" and len(words) > 1:
        return coin_of(words[1])
    return coin_of(words[0]) if len(words) == 1 else ""
