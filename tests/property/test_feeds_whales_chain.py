"""Whatever the chain does and wherever we are cut off: what is told in the end is what is on the chain."""

import asyncio
import contextlib
import random
from collections import defaultdict

import pytest

from tests.fakes.evm_node import ChainServer
from tests.fakes.feeds_household import StillClock
from workstation.domain.errors import ProviderError
from workstation.feeds.whales.evm import EvmOptions, EvmTransfers
from workstation.feeds.whales.tokens import Token
from workstation.storage.transfer_store import TransferStore

BEGIN_S = 1_706_745_600
QUARTER_S = 900
USDT = "0x" + "d" * 40
OWNERS = {"0x" + digit * 40: name for digit, name in zip("abc12", ["x", "x", "y", None, None], strict=True)}
LABELS = {address: name for address, name in OWNERS.items() if name}
TOKENS = {"ethereum": (Token("native", "ETH", "ETH", 18), Token(USDT, "USDT", "USDT", 6))}
OPTIONS = EvmOptions(begins_behind=6, blocks_at_once=3, most_blocks=9)


class Labels:
    def wallets(self, chain):
        return LABELS


class Cut(BaseException):
    """The process is gone."""


class FragileStore(TransferStore):
    """Dies before or after a write, when told."""

    dies = None

    def append(self, reading):
        if self.dies == "before":
            raise Cut
        kept = super().append(reading)
        if self.dies == "after":
            raise Cut
        return kept

    def roll_back(self, number):
        super().roll_back(number)
        if self.dies == "between":
            raise Cut


def block_of(rng):
    """Return some movements, large and small, of both coins."""
    moves = []
    for _ in range(rng.randrange(4)):
        sender, receiver = rng.choice(list(OWNERS)), rng.choice(list(OWNERS))
        usd = rng.choice([5, 99_999, 100_000, 123_456, 7_000_001])
        token, units = rng.choice([("native", usd * 10**15 // 2), (USDT, usd * 10**6)])
        moves.append((token, sender, receiver, units))
    return moves


def on_chain(server, first):
    """Return what the chain as it is says of every quarter that was watched whole, by hand."""
    sums = defaultdict(float)
    begun_s = int(server.blocks[first]["timestamp"], 16) if first else -1
    ended_s = int(server.blocks[-1]["timestamp"], 16)
    for start in range(BEGIN_S, ended_s - QUARTER_S + 1, QUARTER_S):
        if start <= begun_s:
            continue
        for coin in ("ETH", "USDT"):
            for name in ("to_exchange_usd", "from_exchange_usd", "to_exchange_count", "from_exchange_count"):
                sums[start + QUARTER_S, coin, name] = 0.0
        for block in server.blocks:
            if not start <= int(block["timestamp"], 16) < start + QUARTER_S:
                continue
            for token, sender, receiver, units in block["moves"]:
                native = token == "native"
                usd = units / 10**18 * 2_000.0 if native else units / 10**6
                if usd < 100_000 or OWNERS[sender] == OWNERS[receiver]:
                    continue
                for side, owner in (("to", OWNERS[receiver]), ("from", OWNERS[sender])):
                    if owner:
                        key = (start + QUARTER_S, "ETH" if native else "USDT")
                        sums[*key, f"{side}_exchange_usd"] += usd
                        sums[*key, f"{side}_exchange_count"] += 1
    return dict(sums)


@pytest.mark.parametrize("seed", range(4))
async def test_no_loss_and_no_double_count(seed, tmp_path):
    rng = random.Random(seed)
    clock, told, since_ms = StillClock(BEGIN_S * 1000), {}, 0
    path, at_s = tmp_path / "transfers.db", BEGIN_S
    async with ChainServer() as server:
        for _ in range(10):
            server.mine(at_s := at_s + rng.randrange(60, 400), *block_of(rng))
        first = len(server.blocks) - 1 - OPTIONS.begins_behind
        store = FragileStore(path)
        provider = None
        for step in range(60):
            if provider is None:
                provider = EvmTransfers(
                    server.url, Labels(), store, TOKENS, {"ETH": 2_000.0}.get, clock, OPTIONS
                )
            clock.ms += rng.randrange(-500, 5_000)
            if step and rng.random() < 0.25:  # the first reading must have kept a block that stays
                server.cut(min(rng.randrange(1, 6), len(server.blocks) - first - 1))
                at_s = int(server.blocks[-1]["timestamp"], 16)
            for _ in range(rng.randrange(4) if step else 0):
                server.mine(at_s := at_s + rng.randrange(60, 400), *block_of(rng))
            store.dies = rng.choice(["before", "after", "between", None, None, None]) if step else None
            try:
                reading = asyncio.get_running_loop().create_task(provider.fetch((), since_ms))
                if step and rng.random() < 0.3:
                    await asyncio.wait([reading], timeout=rng.random() * 0.02)
                    reading.cancel()
                rows = await reading
            except (ProviderError, asyncio.CancelledError):
                continue
            except Cut:  # start again from the file
                await provider.close()
                store.close()
                provider, store = None, FragileStore(path)
                continue
            for row in rows:  # whoever keeps them keeps the newest version, and goes on from there
                key = (row.event_ms // 1000, row.subject, row.metric.removeprefix("whales."))
                assert row.available_ms >= told.get(key, (0, 0))[0]
                told[key] = (row.available_ms, row.value)
                since_ms = max(since_ms, row.available_ms)
        store.dies = None
        server.mine(max(at_s, BEGIN_S) + 2 * QUARTER_S)
        if provider is None:
            provider = EvmTransfers(server.url, Labels(), store, TOKENS, {"ETH": 2_000.0}.get, clock, OPTIONS)
        for _ in range(8):
            with contextlib.suppress(ProviderError):
                for row in await provider.fetch((), since_ms):
                    told[row.event_ms // 1000, row.subject, row.metric.removeprefix("whales.")] = (
                        0,
                        row.value,
                    )
        await provider.close()
        store.close()
        expected = on_chain(server, first)
        assert len(expected) > 8 * 5
        assert {key: value for key, (_, value) in told.items()} == pytest.approx(expected)
