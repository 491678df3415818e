"""Whale flows from a real EVM node: deployed tokens, restarts, reorganised chains."""

import pytest

from tests.fakes.evm_node import Anvil, anvil_program
from tests.fakes.feeds_household import StillClock
from workstation.domain.errors import ProviderError, ProviderUnreachable
from workstation.feeds.whales.evm import EvmTransfers
from workstation.feeds.whales.tokens import Token
from workstation.storage.transfer_store import TransferStore

BEGIN_S = 1_706_745_600  # 2024-02-01 00:00, the start of a quarter
QUARTER_S = 900
USDT, ETHER = 10**6, 10**18
KRAKEN, BINANCE, BINANCE_COLD, TRADER, FRIEND = 1, 2, 3, 4, 5  # of the node's accounts


@pytest.fixture(scope="module")
def program():
    return anvil_program()


@pytest.fixture
async def chain(program, tmp_path):
    node = Anvil(program, tmp_path, BEGIN_S - 10)
    await node.start()
    try:
        yield node
    finally:
        await node.stop()


class Labels:
    def __init__(self, chain):
        owners = {KRAKEN: "kraken", BINANCE: "binance", BINANCE_COLD: "binance"}
        self._wallets = {chain.accounts[i].lower(): owner for i, owner in owners.items()}

    def wallets(self, chain):
        return self._wallets if chain == "31337" else {}


class Reader:
    """The provider over a store on disk, as it comes back after each restart."""

    def __init__(self, chain, store, token):
        tokens = (Token("native", "ETH", "ETH", 18), Token(token.lower(), "USDT", "USDT", 6))
        prices = {"ETH": 2_000.0}
        self.provider = EvmTransfers(
            chain.url, Labels(chain), store, {"31337": tokens}, prices.get, StillClock(BEGIN_S * 1000)
        )

    async def versions(self):
        return [
            (row.event_ms // 1000 - BEGIN_S, row.subject, row.metric.removeprefix("whales."), row.value)
            for row in await self.provider.fetch((), 0)
        ]

    async def sums(self):
        """Return what is told by (quarter, coin): in, out, USD and counts."""
        told: dict = {}
        for quarter, coin, name, value in await self.versions():
            told.setdefault((quarter // QUARTER_S - 1, coin), {})[name] = value
        names = ("to_exchange_usd", "from_exchange_usd", "to_exchange_count", "from_exchange_count")
        return {key: tuple(values[name] for name in names) for key, values in told.items()}


async def test_flows_arrive_and_survive_restarts_and_reorganisations(chain, tmp_path):
    token = await chain.deploy("USDT", 6)
    for i, account in enumerate((KRAKEN, BINANCE, BINANCE_COLD, TRADER)):
        await chain.send(token, 0, account, 10**7 * USDT, BEGIN_S - 5 + i)
    with TransferStore(tmp_path / "transfers.db") as store:
        reader = Reader(chain, store, token)
        # One quarter: in, out, from one exchange to another, inside one, small, between strangers, in ether.
        for i, (what, sender, receiver, units) in enumerate(
            [
                (token, TRADER, BINANCE, 250_000 * USDT),
                (token, KRAKEN, TRADER, 150_000 * USDT),
                (token, KRAKEN, BINANCE, 400_000 * USDT),
                (token, BINANCE, BINANCE_COLD, 900_000 * USDT),
                (token, TRADER, BINANCE, 99_999 * USDT),
                (token, TRADER, FRIEND, 500_000 * USDT),
                (None, TRADER, KRAKEN, 60 * ETHER),
                (None, BINANCE, TRADER, 49 * ETHER),
            ]
        ):
            await chain.send(what, sender, receiver, units, BEGIN_S + 10 + i)
        assert await reader.sums() == {(-1, "ETH"): (0, 0, 0, 0), (-1, "USDT"): (3 * 10**7, 0, 3, 0)}
        await chain.mine(BEGIN_S + QUARTER_S)
        first = {(0, "USDT"): (650_000.0, 550_000.0, 2, 2), (0, "ETH"): (120_000.0, 0.0, 1, 0)}
        assert (await reader.sums()).items() >= first.items()

        # The node goes away and comes back; so do we.
        await reader.provider.close()
        await chain.stop()
        reader = Reader(chain, store, token)
        with pytest.raises(ProviderUnreachable):
            await reader.provider.fetch((), 0)
        await chain.start()
        await chain.send(token, TRADER, KRAKEN, 200_000 * USDT, BEGIN_S + QUARTER_S + 5)
        await chain.mine(BEGIN_S + 2 * QUARTER_S)
        second = {(1, "USDT"): (200_000.0, 0.0, 1, 0), (1, "ETH"): (0.0, 0.0, 0, 0)}
        assert (await reader.sums()).items() >= (first | second).items()

        # The last two blocks are replaced by empty ones: what was in them is taken back.
        head = await chain.web3.eth.block_number
        await chain.ask("anvil_reorg", 2, [])
        assert await chain.web3.eth.block_number == head
        later = BEGIN_S + 3 * QUARTER_S
        await chain.mine(later)
        told = await reader.sums()
        assert told[1, "USDT"] == told[2, "USDT"] == (0.0, 0.0, 0, 0)
        assert told.items() >= first.items()

        # The chain is set back to what it was before a transfer, which then happens in another block.
        mark = await chain.ask("evm_snapshot")
        await chain.send(token, TRADER, BINANCE, 300_000 * USDT, later + 5)
        await chain.mine(later + QUARTER_S)
        assert (await reader.sums())[3, "USDT"] == (300_000.0, 0.0, 1, 0)
        await chain.ask("evm_revert", mark)
        with pytest.raises(ProviderError, match="was read already"):
            await reader.provider.fetch((), 0)
        await chain.mine(later + 1)
        await chain.send(token, TRADER, BINANCE, 310_000 * USDT, later + 6)
        await chain.mine(later + QUARTER_S)
        told = await reader.sums()
        assert told[3, "USDT"] == (310_000.0, 0.0, 1, 0)
        assert told.items() >= first.items()
        await reader.provider.close()
