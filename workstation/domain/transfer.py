"""A wallet's label, a large transfer, and what flowed to and from exchanges in a quarter of an hour."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.domain.errors import UsageError
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation

NATIVE = "native"
"""Stands for a chain's own coin where a token has the address of its contract."""

_CHAIN_IDS = {
    "ethereum": 1,
    "optimism": 10,
    "bsc": 56,
    "polygon": 137,
    "fantom": 250,
    "base": 8453,
    "arbitrum": 42161,
    "avalanche": 43114,
}
_NAMES = {number: name for name, number in _CHAIN_IDS.items()}
_ALSO = {  # block explorers, by which label files name their chains
    "etherscan": "ethereum",
    "bscscan": "bsc",
    "polygonscan": "polygon",
    "ftmscan": "fantom",
    "basescan": "base",
    "arbiscan": "arbitrum",
    "snowtrace": "avalanche",
    "mainnet": "ethereum",
}
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_LONGEST = 200


def chain_named(text: str) -> str:
    """Return the one name of a chain: ``"ethereum"``, or the number of a chain that has no name here.

    Parameters
    ----------
    text : str
        A name, a block explorer's name (``"etherscan"``) or a chain id in digits.

    Raises
    ------
    UsageError
        It is none of them.
    """
    name = text.strip().lower()
    name = _ALSO.get(name, name)
    if name in _CHAIN_IDS:
        return name
    if name.isascii() and name.isdigit() and len(name) <= 18 and int(name) > 0:
        return _NAMES.get(int(name), str(int(name)))
    known = ", ".join(_CHAIN_IDS)
    raise UsageError(f"{text[:40]!r} is no chain; use {known}, or the number of the chain.")


def chain_of_id(number: int) -> str:
    """Return the name of the chain with an id, e.g. ``"ethereum"`` of 1; the number where it has none."""
    return _NAMES.get(number, str(number))


def address_of(text: str) -> str:
    """Return an account's address in lower case; written with or without a checksum it is the same account.

    Raises
    ------
    UsageError
        It is not ``0x`` and 40 hexadecimal digits.
    """
    address = text.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise UsageError(f"{text[:60]!r} is no address; expected 0x and 40 hexadecimal digits.")
    return address


@dataclass(frozen=True, slots=True)
class WalletLabel:
    """Who is known to own an account.

    Parameters
    ----------
    chain : str
        As `chain_named` says it. The same address may belong to somebody else on another chain.
    address : str
        As `address_of` says it.
    exchange : str
        Short name of the exchange, ``"binance"``; wallets with the same one belong together.
    name : str
        The label for the trader, e.g. ``"Binance 14"``.
    source : str
        Where it was read: a page, or the file it was imported from.
    date : str
        When, ``YYYY-MM-DD``; empty where unknown.

    Raises
    ------
    UsageError
        The chain or the address cannot be one, or a text is missing or too long.
    """

    chain: str
    address: str
    exchange: str
    name: str = ""
    source: str = ""
    date: str = ""

    def __post_init__(self) -> None:
        if chain_named(self.chain) != self.chain or address_of(self.address) != self.address:
            raise UsageError(f"{self.address} on {self.chain} is not written as labels are kept.")
        if not self.exchange:
            raise UsageError(f"{self.address}: a label needs the exchange that owns the wallet.")
        if max(len(self.exchange), len(self.name), len(self.source), len(self.date)) > _LONGEST:
            raise UsageError(f"{self.address}: a label has at most {_LONGEST} characters.")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a chain, as far as a reader must remember it.

    Parameters
    ----------
    number : int
        Its height.
    hash, parent : str
        Its own name and that of the block below it; ``0x`` and hexadecimal digits.
    time_ms : int
        Its own time, UTC milliseconds.
    """

    number: int
    hash: str
    parent: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """One large transfer that touches an exchange.

    Parameters
    ----------
    block : int
        Height of its block.
    transaction : str
        Hash of its transaction.
    index : int
        Which of the block's log entries it is; -1 for the transaction's own payment.
    time_ms : int
        Time of its block, UTC milliseconds.
    coin : str
        What moved, e.g. ``"USDT"``.
    sender, receiver : str or None
        The exchange on either side; None where the wallet is nobody's that is known.
    usd : float or None
        What it was worth when it was read; None where the coin had no price then.
    """

    block: int
    transaction: str
    index: int
    time_ms: int
    coin: str
    sender: str | None
    receiver: str | None
    usd: float | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Large transfers of one coin to and from exchanges within one quarter of an hour.

    Parameters
    ----------
    coin : str
        What moved.
    end_ms : int
        End of the quarter, UTC milliseconds.
    known_ms : int
        When the sums were known here, UTC milliseconds.
    to_usd, from_usd : float
        Sent to exchanges, and away from them, USD.
    to_count, from_count : int
        In how many transfers.
    """

    coin: str
    end_ms: int
    known_ms: int
    to_usd: float
    from_usd: float
    to_count: int
    from_count: int

    def observations(self, source: str) -> tuple[Observation, ...]:
        """Return the flow as observations."""
        values = {
            "to_exchange_usd": self.to_usd,
            "from_exchange_usd": self.from_usd,
            "to_exchange_count": float(self.to_count),
            "from_exchange_count": float(self.from_count),
        }
        return tuple(
            Observation(f"whales.{name}", self.coin, self.end_ms, self.known_ms, value, source)
            for name, value in values.items()
        )


def flows_of(
    transfers: Iterable[Transfer], end_ms: int, coins: Collection[str], known_ms: int
) -> tuple[Flow, ...]:
    """Return what flowed within one quarter of an hour, a coin each.

    A transfer between two exchanges leaves one and reaches the other: it counts on both sides. A coin with a
    transfer of unknown worth is left out, because its sums are not known; one that did not move is zero.

    Parameters
    ----------
    transfers : iterable of Transfer
        Those of other quarters are passed over.
    end_ms : int
        End of the quarter, UTC milliseconds.
    coins : collection of str
        What was watched all the while.
    known_ms : int
        When this is known, UTC milliseconds.
    """
    within: dict[str, list[Transfer]] = {coin: [] for coin in coins}
    for transfer in transfers:
        if end_ms - BUCKET_MS <= transfer.time_ms < end_ms and transfer.coin in within:
            within[transfer.coin].append(transfer)
    return tuple(
        _flow(coin, end_ms, moved, known_ms)
        for coin, moved in sorted(within.items())
        if all(transfer.usd is not None for transfer in moved)
    )


def _flow(coin: str, end_ms: int, moved: Sequence[Transfer], known_ms: int) -> Flow:
    into = [transfer.usd or 0.0 for transfer in moved if transfer.receiver is not None]
    out = [transfer.usd or 0.0 for transfer in moved if transfer.sender is not None]
    # Summed exactly: the same transfers give the same bits in whatever order they were read.
    return Flow(coin, end_ms, known_ms, math.fsum(into), math.fsum(out), len(into), len(out))


def quarter_ends(after_ms: int, until_ms: int) -> range:
    """Return the ends of the quarters of an hour with ``after_ms < end <= until_ms``, UTC milliseconds."""
    return range((after_ms // BUCKET_MS + 1) * BUCKET_MS, until_ms + 1, BUCKET_MS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a chain in one go; it is kept as a whole or not at all.

    Parameters
    ----------
    blocks : tuple of Block
        At least one, in the order of the chain.
    transfers : tuple of Transfer
        Every large one in them.
    flows : tuple of Flow
        Sums of the quarters that these blocks end.
    watched : mapping of str to int
        Since when each token's transfers are read without a gap, UTC milliseconds of block time, by the
        address of its contract.
    known_ms : int
        When it was read, UTC milliseconds.
    """

    blocks: tuple[Block, ...]
    transfers: tuple[Transfer, ...]
    flows: tuple[Flow, ...]
    watched: Mapping[str, int]
    known_ms: int


class LabelReader(Protocol):
    """Tells whose a wallet is. May be asked from any thread."""

    def wallets(self, chain: str) -> Mapping[str, str]:
        """Return the exchange of every labelled address of a chain."""
        ...


class TransferRecorder(Protocol):
    """Keeps how far a chain was read, and what was found. May be called from any thread.

    A call that returned is on disk; one that was cut off left everything as it was.
    """

    def chain_id(self) -> int | None:
        """Return the chain that is read; None before the first."""
        ...

    def blocks(self) -> Sequence[Block]:
        """Return the newest blocks that were read, in the order of the chain."""
        ...

    def watched(self) -> Mapping[str, int]:
        """Return since when each token is read without a gap, UTC milliseconds of block time."""
        ...

    def known_ms(self) -> int:
        """Return when the newest reading was made, UTC milliseconds; 0 before the first."""
        ...

    def transfers(self, since_ms: int) -> Sequence[Transfer]:
        """Return large transfers in blocks from a time on."""
        ...

    def flows(self, since_ms: int) -> Sequence[Flow]:
        """Return every sum that became known at `since_ms` or later."""
        ...

    def append(self, reading: Reading) -> bool:
        """Keep a reading that goes on where the last one ended; one that does not is not kept: False."""
        ...

    def roll_back(self, number: int) -> None:
        """Take back all blocks above a height with their transfers, and the sums of quarters they end."""
        ...

    def begin(self, chain_id: int) -> None:
        """Forget how far this chain was read; the next reading may begin anywhere. Known sums stay."""
        ...
