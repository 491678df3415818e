"""Which tokens are read, and which of their movements are large."""

import math

import pytest

from workstation.domain.errors import ProviderError
from workstation.domain.transfer import NATIVE, Block, address_of
from workstation.feeds.whales.movement import Movement
from workstation.feeds.whales.tokens import STABLECOINS, Token, read_tokens
from workstation.feeds.whales.transfers import Judge
from workstation.storage.paths import resource
from workstation.storage.wallet_labels import shipped_labels

USDT = "0x" + "d" * 40
BINANCE, COLD, KRAKEN, TRADER = ("0x" + digit * 40 for digit in "abce")
OWNERS = {BINANCE: "binance", COLD: "binance", KRAKEN: "kraken"}
HEADER = "chain,address,symbol,coin,decimals\n"


def test_the_shipped_tokens_are_read_and_cover_every_chain_with_shipped_labels():
    tokens = read_tokens(resource("evm_tokens.csv"))
    assert {chain for chain, _ in shipped_labels()} <= set(tokens)
    assert sum(map(len, tokens.values())) >= 36
    for of_chain in tokens.values():
        assert [token.address for token in of_chain].count(NATIVE) == 1
        assert {"USDT", "USDC"} <= {token.coin for token in of_chain} & STABLECOINS
    assert next(token for token in tokens["ethereum"] if token.symbol == "WETH").coin == "ETH"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"moon,{USDT},A,A,6", "row 2 is not a token: 'moon' is no chain"),
        ("1,0x12,A,A,6", "row 2 is not a token: '0x12' is no address"),
        (f"1,{USDT},A,A,six", "row 2 is not a token"),
        (f"1,{USDT},A,A,99", "row 2 is not a token"),
        (f"1,{USDT},,A,6", "row 2 is not a token"),
        (f"1,{USDT}", "row 2 is not a token"),
        (f"1,{USDT},A,A,6\n1,{USDT.upper().replace('0X', '0x')},B,B,6", "row 3: .* is on ethereum already"),
    ],
)
def test_a_wrong_row_of_the_table_is_named(tmp_path, row, said):
    path = tmp_path / "tokens.csv"
    path.write_text(HEADER + row + "\n")
    with pytest.raises(ProviderError, match=said):
        read_tokens(path)


def test_a_missing_table_is_told_in_a_sentence(tmp_path):
    with pytest.raises(ProviderError, match="cannot be read"):
        read_tokens(tmp_path / "none.csv")


def judge(price=2_000.0, tokens=None):
    tokens = tokens or (Token(NATIVE, "ETH", "ETH", 18), Token(USDT, "USDT", "USDT", 6))
    return Judge(tokens, OWNERS, {"ETH": price}.get, 100_000.0)


def moved(sender, receiver, units, token=USDT):
    return Movement(1, "0xb", "0x7", 0, token, sender, receiver, units)


@pytest.mark.parametrize(
    ("sender", "receiver", "expected"),
    [
        (TRADER, BINANCE, (None, "binance")),
        (KRAKEN, TRADER, ("kraken", None)),
        (KRAKEN, COLD, ("kraken", "binance")),
        (BINANCE, COLD, None),
        (TRADER, "0x" + "f" * 40, None),
    ],
)
def test_what_stays_within_an_exchange_or_outside_of_all_is_no_flow(sender, receiver, expected):
    large = judge().transfer(moved(sender, receiver, 100_000 * 10**6), 5)
    assert (large and (large.sender, large.receiver)) == expected


def test_the_threshold_is_reached_at_its_own_value():
    assert judge().transfer(moved(TRADER, BINANCE, 100_000 * 10**6), 5).usd == 100_000.0
    assert judge().transfer(moved(TRADER, BINANCE, 100_000 * 10**6 - 1), 5) is None
    assert judge().transfer(moved(TRADER, BINANCE, 50 * 10**18, NATIVE), 5).usd == 100_000.0
    assert judge().transfer(moved(TRADER, BINANCE, 2**256 - 1), 5).usd > 1e70
    assert judge().transfer(moved(TRADER, BINANCE, 0), 5) is None
    assert judge().transfer(moved(TRADER, BINANCE, 10**30, "0x" + "9" * 40), 5) is None


@pytest.mark.parametrize("price", [None, 0.0, -1.0, math.nan, math.inf])
def test_a_price_that_is_none_leaves_the_worth_unknown(price):
    assert judge(price).transfer(moved(TRADER, BINANCE, 1, NATIVE), 5).usd is None


def test_payments_are_those_that_touch_a_labelled_wallet():
    block = Block(1, "0xb", "0xa", 5)
    told = [
        {
            "hash": "0x1",
            "from": TRADER,
            "to": address_of(BINANCE).upper().replace("0X", "0x"),
            "value": "0x5",
        },
        {"hash": "0x2", "from": TRADER, "to": None, "value": "0x5"},
        {"hash": "0x3", "from": KRAKEN, "to": TRADER, "value": "0x0"},
        {"hash": "0x4", "from": KRAKEN, "to": TRADER, "value": "0x00"},
        {"hash": "0x5", "from": TRADER, "to": TRADER, "value": "0x5"},
    ]
    assert [(m.transaction, m.receiver, m.units) for m in judge().payments(block, told)] == [
        ("0x1", BINANCE, 5)
    ]
    assert judge(tokens=(Token(USDT, "USDT", "USDT", 6),)).payments(block, told) == []
    with pytest.raises(ProviderError, match="not a transaction"):
        judge().payments(block, [told[0] | {"value": "lots"}])
