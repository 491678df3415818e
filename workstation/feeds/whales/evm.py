"""Large transfers to and from exchanges, read block by block from any EVM node."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from workstation.domain.errors import ProviderError, StoreError
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.domain.transfer import (
    NATIVE,
    Block,
    Flow,
    LabelReader,
    Reading,
    Transfer,
    TransferRecorder,
    chain_of_id,
    flows_of,
    quarter_ends,
)
from workstation.feeds.whales.evm_about import ABOUT
from workstation.feeds.whales.movement import Movement
from workstation.feeds.whales.node import EvmNode
from workstation.feeds.whales.rpc import NodeLine
from workstation.feeds.whales.tokens import Token
from workstation.feeds.whales.transfers import Judge

_N_TRIES = 3
_LONGEST_QUIET_MS = 7 * 86_400_000  # a chain that slept longer is not told to have had quiet quarters


@dataclass(frozen=True, slots=True)
class EvmOptions:
    """How a chain is read.

    Parameters
    ----------
    threshold_usd : float
        Least worth of a large transfer.
    begins_behind : int
        Blocks below the head at which the first reading begins.
    most_behind : int
        Where more blocks were missed, they are left out: reading begins anew as at first.
    most_blocks : int
        Blocks in one `EvmTransfers.fetch`.
    blocks_at_once : int
        Blocks that are kept together.
    timeout_s : float
        Longest wait for one answer.
    """

    threshold_usd: float = 100_000.0
    begins_behind: int = 150
    most_behind: int = 20_000
    most_blocks: int = 120
    blocks_at_once: int = 20
    timeout_s: float = 10.0


class _ChainMoved(Exception):
    """The chain changed under the reader's eyes; what was read is thrown away."""


class EvmTransfers:
    """`workstation.domain.provider.Provider` of whale flows on one chain.

    Every block from the stored one on is read once: its own payments, and the ERC-20 transfers in its log. A
    transfer counts as soon as its block is seen. Where the chain reorganises, blocks that are no longer on it
    are taken back with their transfers, those that replaced them are read, and the sums of their quarters are
    told again as a newer version. Blocks, transfers and sums are kept in one step, so that a stop between any
    two loses nothing and counts nothing twice.

    A quarter is told when a block of a later quarter is there, for every coin of the table that was watched
    from before its start, whatever is followed: zero where nothing large moved, and not at all where
    something moved that had no price. Labels, prices and the table count as they are when a block is read.

    Not seen: coins that a contract pays out within a transaction, which leave no log; and transfers on a node
    behind whose address several answer that do not agree on the chain.

    Parameters
    ----------
    url : str
        Of the node's JSON-RPC over HTTP.
    labels : LabelReader
        Whose a wallet is.
    store : TransferRecorder
        Where reading goes on after a restart.
    tokens : mapping of str to sequence of Token
        By chain, see `workstation.feeds.whales.tokens.read_tokens`.
    price_of : callable
        Returns the price of a coin in USD, or None where it is not known. Stablecoins are not asked for.
    clock : Clock
        The computer's time.
    options : EvmOptions
        How it is read.

    Raises
    ------
    ProviderError
        `url` is no address of a node.
    """

    def __init__(
        self,
        url: str,
        labels: LabelReader,
        store: TransferRecorder,
        tokens: Mapping[str, Sequence[Token]],
        price_of: Callable[[str], float | None],
        clock: Clock,
        options: EvmOptions | None = None,
    ) -> None:
        self._options = options or EvmOptions()
        self._node = EvmNode(NodeLine(url, clock, self._options.timeout_s))
        self._labels = labels
        self._store = store
        self._all_tokens = tokens
        self._price_of = price_of
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    trouble = ""

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return ABOUT

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Read on, and return every sum that became known at `since_ms` or later.

        Parameters
        ----------
        coins : collection of str
            Not looked at: every coin of the table is told, so that one that is followed tomorrow has a past.
        since_ms : int
            UTC milliseconds; sums are kept for a week.

        Raises
        ------
        ProviderError
            The node is on another chain than before, is behind, still takes over blocks, answered something
            that cannot be true, or no wallet or token of its chain is known; or the disk did not take what
            was read. What was read until then is kept, and told by the next call.
        ProviderUnreachable
            The node did not answer.
        ProviderBusy
            The node told us to wait.
        """
        try:
            async with self._one_at_a_time:
                source = await self._read_on()
                flows = await asyncio.to_thread(self._store.flows, since_ms)
        except StoreError as error:
            raise ProviderError(str(error)) from error
        return [told for flow in flows for told in flow.observations(source)]

    async def close(self) -> None:
        """Leave the node."""
        await self._node.close()

    async def _read_on(self) -> str:
        """Read what is new, at most `EvmOptions.most_blocks`; return who said it."""
        chain_id = await self._same_chain()
        chain = chain_of_id(chain_id)
        to_go = await self._node.blocks_to_go()
        if to_go:
            raise ProviderError(f"The node at {self._node.host} is still {to_go:,} blocks behind the chain.")
        judge, tokens, wallets = await self._what_counts(chain)
        n_left = self._options.most_blocks
        for _ in range(_N_TRIES):
            try:
                head = await self._node.head()
                newest = await self._agreed(head, chain_id)
                first = newest.number + 1 if newest else max(0, head.number - self._options.begins_behind)
                while first <= head.number and n_left > 0:
                    last = min(head.number, first + min(self._options.blocks_at_once, n_left) - 1)
                    await self._read(first, last, judge, tokens, wallets)
                    n_left -= last - first + 1
                    first = last + 1
            except _ChainMoved:
                continue
            return f"evm:{chain}"
        raise ProviderError(
            f"The chain changed again and again while the node at {self._node.host} was read."
        )

    async def _same_chain(self) -> int:
        chain_id = await self._node.chain_id()
        stored = await asyncio.to_thread(self._store.chain_id)
        if stored is not None and stored != chain_id:
            now, before = chain_of_id(chain_id), chain_of_id(stored)
            raise ProviderError(
                f"The node at {self._node.host} is on chain {now}, but what is stored is of chain {before}; "
                f"name a node of {before}, or move transfers.db out of the data folder to begin anew."
            )
        return chain_id

    async def _what_counts(self, chain: str) -> tuple[Judge, Sequence[Token], Sequence[str]]:
        wallets = await asyncio.to_thread(self._labels.wallets, chain)
        tokens = self._all_tokens.get(chain, ())
        if not wallets:
            raise ProviderError(f"No exchange's wallet is labelled on chain {chain}; import or set labels.")
        if not tokens:
            raise ProviderError(f"No token of chain {chain} is known, so nothing on it can be valued.")
        return Judge(tokens, wallets, self._price_of, self._options.threshold_usd), tokens, sorted(wallets)

    # Where reading goes on

    async def _agreed(self, head: Block, chain_id: int) -> Block | None:
        """Return the newest block that was read and is still on the chain; None to begin as at first."""
        kept = await asyncio.to_thread(self._store.blocks)
        if not kept:
            await asyncio.to_thread(self._store.begin, chain_id)
            return None
        newest = kept[-1]
        if head.number - newest.number > self._options.most_behind:
            await asyncio.to_thread(self._store.begin, chain_id)
            return None
        if head.number < newest.number and head.hash == next(
            (block.hash for block in kept if block.number == head.number), None
        ):
            raise ProviderError(
                f"The node at {self._node.host} is at block {head.number:,}, but block {newest.number:,} was "
                "read already; it goes on once the node is there again."
            )
        common = await self._common(kept, head)
        if common is not newest:
            await asyncio.to_thread(self._store.roll_back, common.number if common else -1)
        if common is None:
            await asyncio.to_thread(self._store.begin, chain_id)
        return common

    async def _common(self, kept: Sequence[Block], head: Block) -> Block | None:
        """Return the newest of the kept blocks that is on the chain now."""
        low, high = 0, sum(block.number <= head.number for block in kept)  # kept[:low] are on it
        middle = high - 1  # nearly always the chain has only grown
        while low < high:
            there = await self._node.header(kept[middle].number)
            low, high = (middle + 1, high) if there.hash == kept[middle].hash else (low, middle)
            middle = (low + high) // 2
        return kept[low - 1] if low else None

    # Reading

    async def _read(
        self, first: int, last: int, judge: Judge, tokens: Sequence[Token], wallets: Sequence[str]
    ) -> None:
        """Read a range of blocks and keep it."""
        blocks: list[Block] = []
        moved: list[Movement] = []
        for number in range(first, last + 1):
            block, transactions = await self._node.block(number)
            if blocks and block.parent != blocks[-1].hash:
                raise _ChainMoved
            blocks.append(block)
            moved += judge.payments(block, transactions)
        contracts = [token.address for token in tokens if token.address != NATIVE]
        if contracts:
            moved += await self._node.transfers(first, last, contracts, wallets)
        at = {block.hash: block for block in blocks}
        # Logs are asked for by height: they are of our blocks only if the chain is the same afterwards.
        if (await self._node.header(last)).hash != blocks[-1].hash or any(
            m.block_hash not in at for m in moved
        ):
            raise _ChainMoved
        found = [(movement, judge.transfer(movement, at[movement.block_hash].time_ms)) for movement in moved]
        large = [large for movement, large in found if large and await self._has_moved(movement, large)]
        reading = await asyncio.to_thread(self._reading, blocks, large, tokens)
        if not await asyncio.to_thread(self._store.append, reading):
            raise _ChainMoved

    async def _has_moved(self, movement: Movement, large: Transfer) -> bool:
        if movement.token != NATIVE or large.usd is None:
            return True  # a failed transaction leaves no log; what has no worth leaves its sum unknown anyway
        return await self._node.has_succeeded(movement.transaction, movement.block_hash)

    def _reading(
        self, blocks: Sequence[Block], transfers: Sequence[Transfer], tokens: Sequence[Token]
    ) -> Reading:
        """Return what is kept of these blocks. Asks the store: not on the loop."""
        kept = self._store.blocks()
        begun_ms, ended_ms = (kept[-1] if kept else blocks[0]).time_ms, blocks[-1].time_ms
        known_ms = max(self._clock.now_ms(), ended_ms, self._store.known_ms())
        since_ms = -1 if not kept and blocks[0].number == 0 else begun_ms
        before = self._store.watched()
        watched = {token.address: before.get(token.address, since_ms) for token in tokens}
        ends = quarter_ends(max(begun_ms, ended_ms - _LONGEST_QUIET_MS), ended_ms)
        flows: list[Flow] = []
        if ends:
            moved = [*self._store.transfers(ends[0] - BUCKET_MS), *transfers]
            for end_ms in ends:
                coins = _watched_coins(tokens, watched, end_ms - BUCKET_MS)
                flows += flows_of(moved, end_ms, coins, known_ms)
        return Reading(tuple(blocks), tuple(transfers), tuple(flows), watched, known_ms)


def _watched_coins(tokens: Sequence[Token], watched: Mapping[str, int], start_ms: int) -> set[str]:
    """Return the coins of which every token was watched from before a time on."""
    late = {token.coin for token in tokens if watched[token.address] >= start_ms}
    return {token.coin for token in tokens} - late
