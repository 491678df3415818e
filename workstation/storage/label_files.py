"""Reads files of wallet labels, ours or those of a block explorer's label cloud."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workstation.domain.errors import UsageError
from workstation.domain.transfer import WalletLabel, address_of, chain_named

_MOST_BYTES = 64_000_000
_SHOWN = 3
_LONGEST = 200
_EXCHANGES = frozenset(
    {
        "binance",
        "bitfinex",
        "bitget",
        "bithumb",
        "bitmart",
        "bitstamp",
        "bittrex",
        "bybit",
        "coinbase",
        "crypto-com",
        "ftx",
        "gate-io",
        "gemini",
        "hotbit",
        "huobi",
        "kraken",
        "kucoin",
        "mexc",
        "okx",
        "poloniex",
        "upbit",
    }
)
_SAME = {"okex": "okx", "htx": "huobi", "mexc-com": "mexc"}
_NO_WALLETS = frozenset(  # accounts that belong to an exchange's name but hold no customer's coins
    {
        "token-contract",
        "stablecoin",
        "contract-deployer",
        "heist",
        "blocked",
        "phish-hack",
        "exploit",
        "mining",
        "donate",
        "charity",
        "bridge",
        "bridged-token",
        "binance-pegged",
        "factory-contract",
        "router",
        "dex",
        "staking",
        "nft",
        "marketplace",
    }
)
_NUMBERED = re.compile(r"([:(].*|(hot|cold)[ -]?wallet.*|\s+\d+)$", re.I)
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def read_labels(path: Path) -> tuple[list[WalletLabel], int]:
    """Return the exchange wallets of a file, and how many of its rows name none.

    The columns are chain, address and name, with either ``exchange`` or ``labels``: the words of a label
    cloud, joined by ``|``, of which one names the exchange or says that the account is one's.

    Raises
    ------
    UsageError
        The file cannot be read, lacks a column, or a row is wrong; the message names the first three.
    """
    taken: dict[tuple[str, str], WalletLabel] = {}
    wrong: list[str] = []
    n_left_out = 0
    for number, row in enumerate(_rows(path), 2 if path.suffix.lower() == ".csv" else 1):
        try:
            label = _label(row, path.name)
        except UsageError as error:
            wrong.append(f"row {number}: {error}")
            continue
        if label is None:
            n_left_out += 1
        else:
            taken[label.chain, label.address] = label
    if wrong:
        shown = " ".join(wrong[:_SHOWN])
        raise UsageError(f"{path.name} has {len(wrong)} wrong rows, nothing of it was taken. {shown}")
    if not taken:
        raise UsageError(f"{path.name} names no exchange's wallet.")
    return list(taken.values()), n_left_out


def _label(row: Mapping[str, Any], file: str) -> WalletLabel | None:
    texts = {name: str(value or "").strip() for name, value in row.items() if name}
    name = texts.get("name", "")
    exchange = short_name(texts["exchange"]) if "exchange" in texts else _exchange_of(texts["labels"], name)
    if exchange is None or not texts["address"]:  # label clouds close with the sum of many accounts
        return None
    return WalletLabel(
        chain_named(texts["chain"]),
        address_of(texts["address"]),
        exchange[:_LONGEST],
        name[:_LONGEST],
        texts.get("source") or f"file:{file}"[:_LONGEST],
        texts.get("date", ""),
    )


def _exchange_of(labels: str, name: str) -> str | None:
    """Return the exchange that a label cloud's words name; None where the account is no exchange's wallet."""
    words = [short_name(word) for word in labels.split("|")]
    if not _NO_WALLETS.isdisjoint(words):
        return None
    known = next((word for word in words if word in _EXCHANGES), None)
    if known is None and "exchange" in words:
        known = short_name(_NUMBERED.sub("", _NUMBERED.sub("", name))) or None
    return known


def short_name(text: str) -> str:
    """Return an exchange's name as labels keep it, ``"gate-io"`` for "Gate.io"; empty without a letter."""
    plain = _NOT_PLAIN.sub("-", text.lower()).strip("-")
    return _SAME.get(plain, plain)


def _rows(path: Path) -> Iterable[Mapping[str, Any]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(
                f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; it is no label file."
            )
        rows = _csv_rows(path) if path.suffix.lower() == ".csv" else _parquet_rows(path)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise UsageError(f"{path} cannot be read as CSV or Parquet: {error}.") from error
    columns = set(rows[0]) if rows else set()
    if not columns >= {"chain", "address"} or columns.isdisjoint({"exchange", "labels"}):
        raise UsageError(f"{path.name} needs the columns chain, address, name, and exchange or labels.")
    return rows


def _csv_rows(path: Path) -> list[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _parquet_rows(path: Path) -> list[Mapping[str, Any]]:
    wanted = {"chain", "address", "name", "labels", "exchange", "source", "date"}
    columns = [name for name in pq.read_schema(path).names if name in wanted]
    return list(pq.read_table(path, columns=columns).to_pylist())
