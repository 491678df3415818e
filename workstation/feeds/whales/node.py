"""What an EVM node says, checked: nothing that is not a block or a transfer gets past here."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from web3 import AsyncWeb3
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint

from workstation.domain.errors import ProviderError
from workstation.domain.transfer import Block
from workstation.feeds.whales.movement import Movement
from workstation.feeds.whales.rpc import NodeLine, Refused, TooLarge

TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak-256 of ``Transfer(address,address,uint256)``."""

ADDRESSES_AT_ONCE = 100
"""Wallets in one request for logs."""

_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_NO_SUCH_METHOD = -32601
_LATEST_S = 1 << 40  # seconds; the year 36812
_TRANSFER_TOPICS = 3  # an NFT's transfer has four


class EvmNode:
    """Asks one node.

    Every method raises an error of `workstation.domain.errors.ProviderError`'s family where the node does not
    answer, refuses, or answers something that cannot be true.

    Parameters
    ----------
    line : NodeLine
        To the node; owned from now on.
    """

    def __init__(self, line: NodeLine) -> None:
        self._line = line
        self._web3: AsyncWeb3[NodeLine] = AsyncWeb3(line)
        self._logs_at_once = 1 << 10

    @property
    def host(self) -> str:
        """Where it is, for the trader."""
        return self._line.host

    async def chain_id(self) -> int:
        """Return which chain it is on."""
        try:
            return int(await self._web3.eth.chain_id)
        except (Web3Exception, ValueError, TypeError) as error:
            raise self._nonsense("its chain") from error

    async def blocks_to_go(self) -> int:
        """Return how many blocks it still has to take over from others; 0 once it is up to date."""
        try:
            told = await self._ask("eth_syncing")
        except Refused as error:
            if error.code == _NO_SUCH_METHOD:
                return 0
            raise
        if not isinstance(told, Mapping):
            return 0
        highest, current = self._int(told.get("highestBlock")), self._int(told.get("currentBlock"))
        return max(1, highest - current)

    async def head(self) -> Block:
        """Return the newest block."""
        return (await self._block("latest", whole=False))[0]

    async def header(self, number: int) -> Block:
        """Return the block of a height on the chain as it is now."""
        block, _ = await self._block(hex(number), whole=False)
        if block.number != number:
            raise self._nonsense("a block")
        return block

    async def block(self, number: int) -> tuple[Block, Sequence[Mapping[str, Any]]]:
        """Return the block of a height, and its transactions as the node tells them."""
        block, raw = await self._block(hex(number), whole=True)
        transactions = raw.get("transactions")
        if block.number != number or not isinstance(transactions, list):
            raise self._nonsense("a block")
        return block, [told for told in transactions if isinstance(told, Mapping)]

    async def _block(self, which: str, *, whole: bool) -> tuple[Block, Mapping[str, Any]]:
        raw = await self._ask("eth_getBlockByNumber", which, whole)
        if raw is None:
            raise ProviderError(f"The node at {self.host} has lost a block that it told of.")
        if not isinstance(raw, Mapping):
            raise self._nonsense("a block")
        seconds = self._int(raw.get("timestamp"))
        if seconds > _LATEST_S:
            raise self._nonsense("a block")
        number = self._int(raw.get("number"))
        return Block(
            number, self._hash(raw.get("hash")), self._hash(raw.get("parentHash")), seconds * 1000
        ), raw

    async def has_succeeded(self, transaction: str, block_hash: str) -> bool:
        """Return whether a transaction of a block moved what it says; a failed one moves nothing."""
        receipt = await self._ask("eth_getTransactionReceipt", transaction)
        if not isinstance(receipt, Mapping) or self._hash(receipt.get("blockHash")) != block_hash:
            raise ProviderError(f"The chain changed while the node at {self.host} was read.")
        return self._int(receipt.get("status", "0x1")) == 1

    async def transfers(
        self, first: int, last: int, tokens: Sequence[str], wallets: Sequence[str]
    ) -> list[Movement]:
        """Return the ERC-20 transfers to or from wallets in a range of blocks, each once.

        A range that the node finds too large is asked for in halves.
        """
        found: dict[tuple[str, int], Movement] = {}
        for start in range(0, len(wallets), ADDRESSES_AT_ONCE):
            topics = [
                "0x" + wallet[2:].rjust(64, "0") for wallet in wallets[start : start + ADDRESSES_AT_ONCE]
            ]
            for wanted in ([TRANSFER_TOPIC, topics], [TRANSFER_TOPIC, None, topics]):
                for raw in await self._logs(first, last, tokens, wanted):
                    moved = self._movement(raw)
                    if moved is not None and first <= moved.block <= last:
                        found[moved.block_hash, moved.index] = moved
        return sorted(found.values(), key=lambda moved: (moved.block, moved.index))

    async def _logs(self, first: int, last: int, tokens: Sequence[str], topics: Sequence[Any]) -> list[Any]:
        rows: list[Any] = []
        while first <= last:
            until = min(last, first + self._logs_at_once - 1)
            wanted = {"fromBlock": hex(first), "toBlock": hex(until), "address": tokens, "topics": topics}
            try:
                answer = await self._ask("eth_getLogs", wanted)
            except (Refused, TooLarge):
                if until == first:
                    raise
                self._logs_at_once = max(1, (until - first + 1) // 2)
                continue
            if not isinstance(answer, list):
                raise self._nonsense("transfers")
            rows += answer
            first = until + 1
        self._logs_at_once = min(self._logs_at_once * 2, 1 << 10)
        return rows

    def _movement(self, raw: Any) -> Movement | None:
        """Return an entry of the log; None for another kind of transfer."""
        if not isinstance(raw, Mapping) or not isinstance(raw.get("topics"), list):
            raise self._nonsense("transfers")
        topics, data = raw["topics"], raw.get("data")
        if len(topics) != _TRANSFER_TOPICS or topics[0] != TRANSFER_TOPIC or raw.get("removed") is True:
            return None
        return Movement(
            block=self._int(raw.get("blockNumber")),
            block_hash=self._hash(raw.get("blockHash")),
            transaction=self._hash(raw.get("transactionHash")),
            index=self._int(raw.get("logIndex")),
            token=self._address(raw.get("address")),
            sender="0x" + self._hash(topics[1])[-40:],
            receiver="0x" + self._hash(topics[2])[-40:],
            units=int(self._hash(data), 16),
        )

    async def _ask(self, method: str, *parameters: Any) -> Any:
        # Not through web3's formatters: they make objects of every field, and refuse blocks of some chains.
        return (await self._line.make_request(RPCEndpoint(method), parameters)).get("result")

    def _int(self, value: Any) -> int:
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise self._nonsense("a number")
        return int(value, 16)

    def _hash(self, value: Any) -> str:
        if not isinstance(value, str) or not _HASH.fullmatch(value):
            raise self._nonsense("a hash")
        return value.lower()

    def _address(self, value: Any) -> str:
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            raise self._nonsense("an address")
        return value.lower()

    def _nonsense(self, what: str) -> ProviderError:
        return ProviderError(f"The node at {self.host} answered something that is not {what}.")

    async def close(self) -> None:
        """Leave the node."""
        await self._line.disconnect()
