"""How far a chain was read is kept together with what was found, or not at all."""

from dataclasses import replace

import pytest

from workstation.domain.errors import StoreError
from workstation.domain.metric import BUCKET_MS
from workstation.domain.transfer import Block, Flow, Reading, Transfer, chain_of_id, flows_of, quarter_ends
from workstation.storage.paths import Paths
from workstation.storage.transfer_store import KEPT_BLOCKS, KEPT_FLOWS_MS, TransferStore

T0 = 1_706_745_600_000


def name(number, fork=""):
    return f"0x{number}{fork}"


def block(number, fork="", parent_fork=""):
    return Block(number, name(number, fork), name(number - 1, parent_fork), T0 + number * 60_000)


def transfer(number, usd=200_000.0, coin="USDT", **other):
    made = Transfer(number, f"0xt{number}", 0, T0 + number * 60_000, coin, None, "binance", usd)
    return replace(made, **other)


def reading(*blocks, transfers=(), flows=(), known_ms=T0):
    return Reading(blocks, tuple(transfers), tuple(flows), {"native": T0}, known_ms)


@pytest.fixture
def store(tmp_path):
    with TransferStore(tmp_path / "transfers.db") as one:
        one.begin(1)
        yield one


def test_a_reading_is_there_after_a_restart(tmp_path, store):
    flow = Flow("USDT", T0 + BUCKET_MS, T0 + 1, 1.0, 2.0, 3, 4)
    assert store.append(reading(block(7), block(8), transfers=[transfer(8)], flows=[flow], known_ms=T0 + 1))
    store.close()
    with TransferStore(tmp_path / "transfers.db") as again:
        assert again.chain_id() == 1
        assert list(again.blocks()) == [block(7), block(8)]
        assert list(again.transfers(0)) == [transfer(8)]
        assert list(again.flows(T0 + 1)) == [flow]
        assert list(again.flows(T0 + 2)) == []
        assert again.watched() == {"native": T0}
        assert again.known_ms() == T0 + 1


def test_before_the_first_reading_nothing_is_known(tmp_path):
    with TransferStore.of(Paths.below(tmp_path)) as one:
        assert (one.chain_id(), list(one.blocks()), one.known_ms()) == (None, [], 0)


@pytest.mark.parametrize("late", [block(8), block(10), block(9, "b", "b")], ids=["again", "a gap", "a fork"])
def test_a_reading_that_does_not_go_on_where_the_last_one_ended_is_not_kept(store, late):
    store.append(reading(block(7), block(8)))
    assert not store.append(reading(late, transfers=[transfer(late.number)]))
    assert [b.number for b in store.blocks()] == [7, 8]
    assert not store.transfers(0)
    assert store.append(reading(block(9)))


def test_a_reading_that_cannot_be_kept_whole_leaves_nothing(store):
    store.append(reading(block(7)))
    with pytest.raises(StoreError):
        store.append(reading(block(8), transfers=[transfer(8), transfer(8)]))
    assert [b.number for b in store.blocks()] == [7]
    assert store.append(reading(block(8), transfers=[transfer(8)]))


def test_rolling_back_takes_transfers_and_the_sums_of_their_quarters(store):
    flows = [Flow("USDT", T0 + n * BUCKET_MS, T0, 1.0, 0.0, 1, 0) for n in (1, 2)]
    numbers = range(10, 32)
    store.append(reading(*map(block, numbers), transfers=map(transfer, numbers), flows=flows))
    store.roll_back(20)  # within the second quarter
    assert store.blocks()[-1] == block(20)
    assert [t.block for t in store.transfers(0)] == list(range(10, 21))
    assert [f.end_ms for f in store.flows(0)] == [T0 + BUCKET_MS]
    store.roll_back(-1)
    assert not store.blocks()
    assert not store.flows(0)


def test_beginning_anew_keeps_the_sums_that_are_not_yet_told(store):
    flow = Flow("USDT", T0 + BUCKET_MS, T0, 1.0, 0.0, 1, 0)
    store.append(reading(block(7), transfers=[transfer(7)], flows=[flow]))
    store.begin(1)
    assert not store.blocks()
    assert not store.transfers(0)
    assert not store.watched()
    assert list(store.flows(0)) == [flow]
    assert store.append(reading(block(99)))


def test_what_no_change_of_the_chain_can_touch_is_forgotten(store):
    n = KEPT_BLOCKS + 100
    old = Flow("USDT", T0 + BUCKET_MS, T0, 1.0, 0.0, 1, 0)
    store.append(reading(block(0), transfers=[transfer(0)], flows=[old]))
    for start in range(1, n, 100):
        numbers = range(start, start + 100)
        store.append(reading(*map(block, numbers), transfers=map(transfer, numbers), known_ms=T0))
    kept = store.blocks()
    assert len(kept) == KEPT_BLOCKS
    assert store.transfers(0)[0].time_ms == kept[0].time_ms // BUCKET_MS * BUCKET_MS
    assert list(store.flows(0)) == [old]
    store.append(reading(block(kept[-1].number + 1), known_ms=T0 + KEPT_FLOWS_MS + 1))
    assert not store.flows(0)


def test_a_quarter_sums_what_lies_within_it_exactly():
    moved = [
        transfer(0, 0.1),
        transfer(1, 0.2),
        transfer(14, 0.3, sender="kraken"),
        transfer(3, 1e9, receiver=None, sender="okx"),
        transfer(15, 7.0),  # the next quarter's
        transfer(2, 5.0, coin="ETH"),
        transfer(2, None, coin="LINK"),
    ]
    flows = flows_of(moved, T0 + BUCKET_MS, ["USDT", "UNI", "LINK"], T0 + BUCKET_MS)
    assert flows == flows_of(moved[::-1], T0 + BUCKET_MS, ["UNI", "USDT", "LINK"], T0 + BUCKET_MS)
    zero, usdt = flows
    assert (zero.coin, zero.to_usd, zero.from_count) == ("UNI", 0.0, 0)
    assert (usdt.to_usd, usdt.to_count, usdt.from_usd, usdt.from_count) == (0.6, 3, 1e9 + 0.3, 2)
    assert {row.metric: row.value for row in usdt.observations("evm:ethereum")} == {
        "whales.to_exchange_usd": 0.6,
        "whales.from_exchange_usd": 1e9 + 0.3,
        "whales.to_exchange_count": 3.0,
        "whales.from_exchange_count": 2.0,
    }


def test_the_quarters_that_end_within_a_time():
    assert list(quarter_ends(T0, T0 + 2 * BUCKET_MS)) == [T0 + BUCKET_MS, T0 + 2 * BUCKET_MS]
    assert list(quarter_ends(T0 - 1, T0)) == [T0]
    assert not quarter_ends(T0, T0 + BUCKET_MS - 1)


def test_a_chain_without_a_name_is_called_by_its_number():
    assert (chain_of_id(1), chain_of_id(31337)) == ("ethereum", "31337")
