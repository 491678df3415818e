"""Whose a wallet is: the shipped labels, and over them those of the trader."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workstation.domain.errors import UsageError
from workstation.domain.transfer import WalletLabel, address_of, chain_named
from workstation.storage.database import Database, Schema, foreign, from_foreign
from workstation.storage.label_files import read_labels, short_name
from workstation.storage.paths import Paths, private_folder, resource
from workstation.storage.store_file import StoreFile

_SCHEMA = Schema(
    what="file of wallet labels",
    application_id=0x54444D4C,  # "TDML"
    steps=(
        # A label without an exchange takes the shipped one away.
        """
        CREATE TABLE label (chain TEXT NOT NULL, address TEXT NOT NULL, exchange BLOB, name BLOB NOT NULL,
            source BLOB NOT NULL, date BLOB NOT NULL, PRIMARY KEY (chain, address)) STRICT, WITHOUT ROWID;
        """,
    ),
    synchronous="FULL",  # the trader typed them
)

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """A label that counts, and whether it is the trader's own."""

    label: WalletLabel
    is_own: bool


@dataclass(frozen=True, slots=True)
class LabelImport:
    """What an import did.

    Parameters
    ----------
    n_taken : int
        Labels that now count as the trader's own.
    n_left_out : int
        Rows that name no exchange's wallet: tokens, thieves, miners, sums over many accounts.
    """

    n_taken: int
    n_left_out: int


class WalletLabels(StoreFile):
    """`workstation.domain.transfer.LabelReader`: the shipped labels, overridden by the trader's own.

    May be used from several threads and processes; each change is on disk as a whole, or not at all.

    Parameters
    ----------
    path : Path
        The file of the trader's own.
    read_only : bool
        Only look things up; a missing file is an empty one.

    Raises
    ------
    StoreReadOnly
        The place cannot be written.
    StoreError
        The file is damaged, foreign, or from a newer Tidemark.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(Database(path, _SCHEMA, read_only=read_only))

    @classmethod
    def of(cls, paths: Paths, read_only: bool = False) -> "WalletLabels":
        """Return the labels in the user's data folder."""
        return cls(private_folder(paths.data) / "wallet_labels.db", read_only)

    def wallets(self, chain: str) -> Mapping[str, str]:
        """Return the exchange of every labelled address of a chain."""
        known = {address: label.exchange for (on, address), label in shipped_labels().items() if on == chain}
        for label_chain, address, label in self._own():
            if label_chain == chain and label is None:
                known.pop(address, None)
            elif label_chain == chain and label is not None:
                known[address] = label.exchange
        return known

    def all(self) -> Sequence[KnownLabel]:
        """Return every label that counts, by chain, exchange, name and address."""
        known = {key: KnownLabel(label, is_own=False) for key, label in shipped_labels().items()}
        for chain, address, label in self._own():
            if label is None:
                known.pop((chain, address), None)
            else:
                known[chain, address] = KnownLabel(label, is_own=True)
        return sorted(known.values(), key=_order)

    def set(self, label: WalletLabel) -> None:
        """Keep a label of the trader's own; it takes the place of any other of that wallet."""
        self._keep([label])

    def remove(self, chain: str, address: str) -> bool:
        """Let a wallet be nobody's; False where it already was.

        Raises
        ------
        UsageError
            The chain or the address cannot be one.
        """
        chain, address = chain_named(chain), address_of(address)
        if address not in self.wallets(chain):
            return False
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO label VALUES (?, ?, NULL, x'', x'', x'')", (chain, address)
            )
        return True

    def import_file(self, path: Path) -> LabelImport:
        """Take the labels of a CSV or Parquet file: all of them, or none where a row cannot be right.

        Raises
        ------
        UsageError
            The file cannot be read, or a row is wrong; the message names it.
        """
        labels, n_left_out = read_labels(path)
        self._keep(labels)
        return LabelImport(len(labels), n_left_out)

    def _keep(self, labels: Iterable[WalletLabel]) -> None:
        rows = [
            (one.chain, one.address, *map(foreign, (one.exchange, one.name, one.source, one.date)))
            for one in labels
        ]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _own(self) -> list[tuple[str, str, WalletLabel | None]]:
        sql = "SELECT chain, address, exchange, name, source, date FROM label"
        with self._database.reading() as connection:
            rows: list[Any] = [] if connection is None else connection.execute(sql).fetchall()
        return [
            (chain, address, WalletLabel(chain, address, *map(from_foreign, texts)) if texts[0] else None)
            for chain, address, *texts in rows
        ]


@cache
def shipped_labels() -> Mapping[_Key, WalletLabel]:
    """Return the labels that come with Tidemark, by chain and address."""
    path = resource("exchange_addresses.csv")
    with path.open(encoding="utf-8", newline="") as file:
        labels = [WalletLabel(**row) for row in csv.DictReader(file)]
    return {(label.chain, label.address): label for label in labels}


def _order(known: KnownLabel) -> tuple[str, str, str, str]:
    label = known.label
    return label.chain, label.exchange, label.name, label.address


def own_label(chain: str, address: str, exchange: str, name: str = "", date: str = "") -> WalletLabel:
    """Return a label as the trader types it.

    Raises
    ------
    UsageError
        The chain or the address cannot be one, or the exchange has no name.
    """
    short = short_name(exchange)
    if not short:
        raise UsageError("A label needs the exchange that owns the wallet.")
    return WalletLabel(
        chain_named(chain), address_of(address), short, name.strip() or exchange.strip(), "typed", date
    )
