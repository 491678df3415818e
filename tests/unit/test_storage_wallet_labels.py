"""Labels: shipped, imported, typed, taken away."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workstation.domain.errors import UsageError
from workstation.domain.transfer import WalletLabel, address_of, chain_named
from workstation.storage.paths import Paths, resource
from workstation.storage.wallet_labels import WalletLabels, own_label, shipped_labels

BINANCE = "0x28c6c06298d514db089934071355e5743bf21d60"
MINE = "0x" + "ab" * 20
HEADER = "chain,address,name,labels\n"


@pytest.fixture
def labels(tmp_path):
    with WalletLabels(tmp_path / "labels.db") as one:
        yield one


def written(tmp_path, text, name="labels.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_labels_are_few_well_known_and_say_where_they_come_from():
    shipped = shipped_labels().values()
    assert 30 <= len(shipped) <= 48
    assert all(
        one.source.startswith("https://") and one.address in one.source and one.date for one in shipped
    )


def test_the_shipped_labels_agree_with_the_recorded_ones(recordings):
    with (recordings / "labels" / "exchange_addresses.csv").open(newline="") as file:
        recorded = {(chain_of(row["chain"]), row["address"]): row["name"] for row in csv.DictReader(file)}
    for (chain, address), label in shipped_labels().items():
        assert recorded[chain, address] == label.name
        assert label.exchange.split("-")[0] in label.name.lower()


def chain_of(text):
    return chain_named(text) if text != "chain" else text


def test_the_traders_own_label_counts_before_the_shipped_one(labels):
    assert labels.wallets("ethereum")[BINANCE] == "binance"
    labels.set(own_label("etherscan", BINANCE.upper().replace("0X", "0x"), "Gate.io"))
    assert labels.wallets("ethereum")[BINANCE] == "gate-io"
    assert next(one for one in labels.all() if one.label.address == BINANCE).is_own


def test_a_removed_label_stays_away_until_it_is_set_again(tmp_path, labels):
    assert labels.remove("1", BINANCE)
    assert not labels.remove("ethereum", BINANCE)
    with WalletLabels(tmp_path / "labels.db", read_only=True) as again:
        assert BINANCE not in again.wallets("ethereum")
        assert BINANCE not in {one.label.address for one in again.all()}
    labels.set(own_label("ethereum", BINANCE, "binance"))
    assert labels.wallets("ethereum")[BINANCE] == "binance"


def test_one_address_may_belong_to_different_owners_on_different_chains(labels):
    labels.set(own_label("ethereum", MINE, "kraken"))
    labels.set(own_label("bsc", MINE, "okx"))
    assert (labels.wallets("ethereum")[MINE], labels.wallets("bsc")[MINE]) == ("kraken", "okx")
    assert MINE not in labels.wallets("polygon")


def test_a_label_cloud_is_read_for_its_exchanges_only(tmp_path, labels):
    rows = [
        f"etherscan,0x{1:040x},Binance 99,binance",
        f"bscscan,0x{2:040x},Kraken: Hot Wallet 7,exchange",
        f"bscscan,0x{3:040x},mexc.com 2,exchange",
        f"etherscan,0x{4:040x},Tether: USDT Stablecoin,bitfinex|blocked|stablecoin",
        f"etherscan,0x{5:040x},Some Protocol,defi|lending",
        "optimism,,Sum of 4 Accounts,aave|exchange",
    ]
    done = labels.import_file(written(tmp_path, HEADER + "\n".join(rows)))
    assert (done.n_taken, done.n_left_out) == (3, 3)
    assert labels.wallets("ethereum")[f"0x{1:040x}"] == "binance"
    assert [labels.wallets("bsc")[f"0x{i:040x}"] for i in (2, 3)] == ["kraken", "mexc"]


def test_the_recorded_label_files_are_taken_whole(recordings, labels):
    by_csv = labels.import_file(recordings / "labels" / "exchange_addresses.csv")
    by_parquet = labels.import_file(recordings / "labels" / "all_account_labels.parquet")
    assert by_csv.n_taken == by_parquet.n_taken > 400
    assert by_csv.n_taken + by_csv.n_left_out == 487
    assert len(labels.wallets("ethereum")) > 350


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER + f"etherscan,{MINE},A,binance\netherscan,0x12,B,binance\n", "row 3: '0x12' is no address"),
        (HEADER + f"moonscan,{MINE},A,binance\n", "row 2: 'moonscan' is no chain"),
        ("address,name\n", "needs the columns"),
        ("", "needs the columns"),
        (HEADER + f"etherscan,{MINE},A,defi\n", "names no exchange's wallet"),
        ("chain,address,exchange\netherscan," + MINE + ",!!\n", "row 2: .* needs the exchange"),
    ],
)
def test_a_file_with_a_wrong_row_changes_nothing_and_the_row_is_named(tmp_path, labels, text, said):
    with pytest.raises(UsageError, match=said):
        labels.import_file(written(tmp_path, text))
    assert not [one for one in labels.all() if one.is_own]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00broken", b"PAR1 but not really", b'a,"b\n' + b"\0" * 50])
@pytest.mark.parametrize("name", ["labels.csv", "labels.parquet"])
def test_what_is_no_label_file_is_refused_with_a_sentence(tmp_path, labels, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=r"\.$"):
        labels.import_file(tmp_path / name)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path, labels):
    with pytest.raises(UsageError, match="No such file"):
        labels.import_file(tmp_path / "none.csv")


def test_foreign_text_is_kept_as_it_is(tmp_path, labels):
    name = '<img src="file:///etc/passwd">\u202e"=1+1"\x1b[2J 🐋'
    table = pa.table({"chain": ["1"], "address": [MINE], "exchange": ["whale-x"], "name": [name]})
    pq.write_table(table, tmp_path / "own.parquet")
    labels.import_file(tmp_path / "own.parquet")
    kept = next(one.label for one in labels.all() if one.is_own)
    assert (kept.name, kept.exchange, kept.source) == (name, "whale-x", "file:own.parquet")


@pytest.mark.parametrize("text", ["", "0x", "0x" + "g" * 40, "0x" + "a" * 39, "1" * 42, "0x" + "a" * 41])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(UsageError, match="is no address"):
        address_of(text)


def test_chains_have_one_name_whatever_a_file_calls_them():
    assert [chain_named(text) for text in ("etherscan", " Ethereum ", "1", "mainnet")] == ["ethereum"] * 4
    assert (chain_named("bscscan"), chain_named("31337"), chain_named("031337")) == ("bsc", "31337", "31337")


@pytest.mark.parametrize("text", ["", "0", "-1", "moon", "9" * 19, "٣"])
def test_what_is_no_chain_is_refused(text):
    with pytest.raises(UsageError, match="is no chain"):
        chain_named(text)


@pytest.mark.parametrize(
    ("chain", "address", "exchange", "name"),
    [
        ("etherscan", MINE, "x", ""),
        ("ethereum", MINE.upper(), "x", ""),
        ("ethereum", MINE, "", ""),
        ("ethereum", MINE, "x", "n" * 201),
    ],
)
def test_a_label_is_written_one_way_only(chain, address, exchange, name):
    with pytest.raises(UsageError):
        WalletLabel(chain, address, exchange, name)


def test_a_typed_label_needs_an_exchange():
    with pytest.raises(UsageError, match="needs the exchange"):
        own_label("ethereum", MINE, " !")


def test_labels_lie_in_the_users_data_folder(tmp_path):
    with WalletLabels.of(Paths.below(tmp_path), read_only=True) as none:
        assert len(none.all()) == len(shipped_labels())
    with WalletLabels.of(Paths.below(tmp_path)) as one:
        one.set(own_label("ethereum", MINE, "kraken"))
    assert (tmp_path / "data" / "wallet_labels.db").stat().st_mode & 0o077 == 0
    assert resource("exchange_addresses.csv").is_file()
