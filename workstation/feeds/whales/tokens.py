"""The tokens whose transfers are read: the shipped table, checked row by row."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workstation.domain.errors import ProviderError, UsageError
from workstation.domain.transfer import NATIVE, address_of, chain_named

STABLECOINS = frozenset(
    {"USDT", "USDC", "DAI", "BUSD", "TUSD", "FDUSD", "USDP", "PYUSD", "USDE", "GUSD", "LUSD"}
)
"""Coins that count as one US dollar each."""

_MOST_DECIMALS = 36


@dataclass(frozen=True, slots=True)
class Token:
    """A token's contract on one chain, or the chain's own coin.

    Parameters
    ----------
    address : str
        Of its contract, in lower case; `workstation.domain.transfer.NATIVE` for the chain's own coin.
    symbol : str
        Its own symbol, e.g. ``"WETH"``.
    coin : str
        What it is worth and counted as, e.g. ``"ETH"``.
    decimals : int
        Digits after the point: a transfer of ``10 ** decimals`` units moves one coin.
    """

    address: str
    symbol: str
    coin: str
    decimals: int


def read_tokens(path: Path) -> Mapping[str, tuple[Token, ...]]:
    """Return the tokens of every chain in a table with the columns chain, address, symbol, coin, decimals.

    Raises
    ------
    ProviderError
        The file cannot be read, or a row of it cannot be a token; the message names the row.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return _by_chain(csv.DictReader(file), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ProviderError(
            f"The table of tokens {path.name} cannot be read; install Tidemark again."
        ) from error


def _by_chain(rows: Iterable[Mapping[str, str]], file: str) -> Mapping[str, tuple[Token, ...]]:
    found: dict[str, dict[str, Token]] = {}
    for number, row in enumerate(rows, 2):
        try:
            chain, token = chain_named(row["chain"]), _token(row)
        except (KeyError, ValueError, TypeError, AttributeError, UsageError) as error:
            raise ProviderError(f"{file}, row {number} is not a token: {error}") from error
        if token.address in found.setdefault(chain, {}):
            raise ProviderError(f"{file}, row {number}: {token.address} is on {chain} already.")
        found[chain][token.address] = token
    return {chain: tuple(tokens.values()) for chain, tokens in found.items()}


def _token(row: Mapping[str, str]) -> Token:
    address = row["address"] if row["address"] == NATIVE else address_of(row["address"])
    symbol, coin, decimals = row["symbol"], row["coin"], int(row["decimals"])
    if not symbol or not coin or not 0 <= decimals <= _MOST_DECIMALS:
        raise ValueError("a symbol, a coin and 0 to 36 decimals are needed")
    return Token(address, symbol, coin, decimals)
