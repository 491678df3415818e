"""What the candle store promises."""

import apsw
import numpy as np
import pytest

from workstation.domain.candle import CandleColumns, Quality
from workstation.domain.errors import BadCandle, StoreError, StoreReadOnly
from workstation.domain.market import SeriesKey
from workstation.storage import candle_writing
from workstation.storage.candle_store import CandleStore
from workstation.storage.database import Database

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000
START = 400_000 * HOUR


def candles(n, start=START, price=100.0, quality=0):
    """Return `n` neighbouring candles whose prices tell them apart."""
    close = price + np.arange(n) / 1024
    times = start + HOUR * np.arange(n)
    return CandleColumns.of(times, close, close + 1, close - 1, close, close, np.full(n, quality, np.uint8))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "candles.db"


def raw(path, sql, *args):
    """Run SQL on the file behind the store's back."""
    connection = apsw.Connection(str(path))
    try:
        with connection:
            return connection.execute(sql, args).fetchall()
    finally:
        connection.close()


def test_candles_survive_a_restart(path):
    whole = candles(3000)
    with CandleStore(path) as store:
        assert store.add(KEY, whole[:2500]) == 2500
        for i in range(2500, 3000):
            assert store.add(KEY, whole[i : i + 1]) == 1
    with CandleStore(path) as store:
        assert store.read(KEY).equals(whole)
        assert store.read_last(KEY, 7).equals(whole[2993:])
        assert store.span(KEY) == (START, START + 2999 * HOUR, 3000)
        assert store.verify() == []


def test_single_candles_are_folded_into_blocks_and_none_is_in_both(path):
    whole = candles(candle_writing._FOLD + 3)
    with CandleStore(path) as store:
        for i in range(len(whole)):
            store.add(KEY, whole[i : i + 1])
        assert store.read(KEY).equals(whole)
    assert raw(path, "SELECT count(*) FROM tail") == [(3,)]
    assert raw(path, "SELECT count(*) FROM block")[0][0] >= 1


def test_many_series_are_one_transaction(path):
    other = SeriesKey("binance", "ETH/USDT", "1h")
    bad = candles(3)
    bad.close[1] = np.nan
    with CandleStore(path) as store:
        with pytest.raises(BadCandle, match=r"row 1, open time .* cannot be a candle"):
            store.add_many([(KEY, candles(3)), (other, bad)])
        assert store.series() == []
        assert store.add_many([(KEY, candles(3)), (other, candles(4))]) == 7
        assert store.series() == [KEY, other]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: c.high.__setitem__(2, 1.0), "cannot be a candle"),
        (lambda c: c.open_time.__setitem__(2, START + 2 * HOUR + 1), "grid of 1h"),
        (lambda c: c.open_time.__setitem__(2, START), "not later"),
    ],
    ids=["high below low", "off the grid", "out of order"],
)
def test_an_impossible_candle_is_refused_with_its_row(path, spoil, words):
    spoiled = candles(5)
    spoil(spoiled)
    with CandleStore(path) as store:
        with pytest.raises(BadCandle, match=rf"row 2, .*{words}"):
            store.add(KEY, spoiled)
        assert store.span(KEY) is None


def test_a_revision_keeps_every_version_once_and_the_newest_as_current(path):
    first, second = candles(3), candles(3, price=200.0)
    with CandleStore(path) as store:
        for version in (first, second, second, first, second):
            store.add(KEY, version)
        assert list(store.read(KEY)) == list(second)
        assert set(store.read(KEY).quality.tolist()) == {int(Quality.REVISED)}
        assert store.revisions(KEY) == [c for pair in zip(first, second, strict=True) for c in pair]


def test_a_revised_row_of_an_old_block_is_counted_once(path):
    with CandleStore(path) as store:
        store.add(KEY, candles(2000))
        assert store.add(KEY, candles(1, START + 5 * HOUR, price=300.0)) == 0
        assert store.read(KEY).close[5] == 300.0
        assert store.span(KEY)[2] == len(store.read(KEY)) == 2000


def test_a_file_never_takes_the_place_of_what_the_venue_said(path):
    told, imported = candles(3), candles(4, price=200.0, quality=int(Quality.IMPORTED))
    with CandleStore(path) as store:
        store.add(KEY, told)
        assert store.add(KEY, imported) == 1
        assert store.read(KEY)[:3].equals(told)
        assert store.revisions(KEY) == list(imported)[:3]
        store.add(KEY, candles(4))
        assert store.read(KEY).quality.tolist() == [0, 0, 0, int(Quality.REVISED | Quality.SOUND)]


def test_quarantine_keeps_the_raw_row_and_is_bounded(path, monkeypatch):
    monkeypatch.setattr(candle_writing, "_QUARANTINED", 3)
    with CandleStore(path) as store:
        for i in range(6):
            store.quarantine(KEY, b"\x00\xff%d" % i, "high below low \ud800")
        kept = store.quarantined(KEY)
    assert [row.raw for row in kept] == [b"\x00\xff3", b"\x00\xff4", b"\x00\xff5"]
    assert kept[0].reason.startswith("high below low")


@pytest.mark.parametrize("symbol", ["１２３４５６", "a'b\"c/\x00", "\ud800", "BTC/USDT:USDT", "💣" * 50])
def test_foreign_symbols_are_only_data(path, symbol):
    key = SeriesKey("binance", symbol, "1h")
    with CandleStore(path) as store:
        store.add(key, candles(2))
        assert store.series() == [key]
        assert store.read(key).equals(candles(2))


def test_one_flipped_bit_in_a_block_is_found_and_the_rest_is_read(path):
    whole = candles(4096, START - START % (1024 * HOUR))
    with CandleStore(path) as store:
        store.add(KEY, whole)
    number, body = raw(path, "SELECT number, body FROM block ORDER BY number")[1]
    for place in (0, 8 * 1024 + 3, len(body) - 1):
        bad = bytearray(body)
        bad[place] ^= 0x10
        raw(path, "UPDATE block SET body = ? WHERE number = ?", bytes(bad), number)
        with CandleStore(path, read_only=True) as store:
            assert store.read(KEY).equals(CandleColumns.join(whole[:1024], whole[2048:]))
            assert len(store.damage()) == 1
            assert "BTC/USDT 1h on binance: stored candles of" in store.damage()[0]
            assert len(store.verify()) == 1
    with CandleStore(path) as store:
        assert store.add(KEY, whole[1024:2048]) == 1024, "fetched again, the block is whole"
        assert store.read(KEY).equals(whole)
        assert store.quarantined(KEY)[0].raw == bytes(bad)


@pytest.mark.parametrize("column", ["present", "number", "body_crc", "present_crc"])
def test_damage_of_what_describes_a_block_is_never_read_as_candles(path, column):
    with CandleStore(path) as store:
        store.add(KEY, candles(500, START - START % (1024 * HOUR)))
    if column == "present":
        bitmap = bytearray(raw(path, "SELECT present FROM block")[0][0])
        bitmap[100] ^= 1
        raw(path, "UPDATE block SET present = ?", bytes(bitmap))
    else:
        raw(path, f"UPDATE block SET {column} = {column} + 1")
    with CandleStore(path) as store:
        assert len(store.read(KEY)) == 0
        assert len(store.damage()) == 1
        store.add(KEY, candles(5, START - START % (1024 * HOUR)))
        assert store.read(KEY).equals(candles(5, START - START % (1024 * HOUR)))


def test_one_flipped_bit_in_a_single_row_is_found_and_the_rest_is_read(path):
    with CandleStore(path) as store:
        for i in range(10):
            store.add(KEY, candles(10)[i : i + 1])
    slot, sealed = raw(path, "SELECT slot, row FROM tail ORDER BY slot")[4]
    for bit in range(0, len(sealed) * 8, 7):
        bad = bytearray(sealed)
        bad[bit // 8] ^= 1 << bit % 8
        raw(path, "UPDATE tail SET row = ? WHERE slot = ?", bytes(bad), slot)
        with CandleStore(path, read_only=True) as store:
            assert store.read(KEY).equals(CandleColumns.join(candles(10)[:4], candles(10)[5:]))
            assert len(store.damage()) == 1
    with CandleStore(path) as store:
        assert store.add(KEY, candles(10)) == 1
        assert store.read(KEY).equals(candles(10))


def test_a_reader_sees_the_file_once_it_appears_and_then_what_is_added(path):
    with CandleStore(path, read_only=True) as reader:
        assert len(reader.read(KEY)) == 0
        assert reader.span(KEY) is None
        assert reader.series() == []
        assert not path.exists()
        with CandleStore(path) as writer:
            for n in (1, 40, 1500):
                writer.add(KEY, candles(n))
                assert reader.read(KEY).equals(candles(n))
        assert reader.read(KEY).equals(candles(1500)), "the writer is gone"
        with pytest.raises(StoreReadOnly):
            reader.add(KEY, candles(1))


def test_a_reader_waits_for_a_file_that_is_only_half_made(path):
    apsw.Connection(str(path)).close()
    path.touch()
    with CandleStore(path, read_only=True) as reader:
        assert len(reader.read(KEY)) == 0
        CandleStore(path).close()
        assert reader.series() == []


def test_a_file_from_a_newer_version_is_refused_by_number(path):
    CandleStore(path).close()
    raw(path, "PRAGMA user_version = 99")
    for read_only in (False, True):
        with pytest.raises(StoreError, match="format 99, this one knows 1"):
            CandleStore(path, read_only=read_only).series()


def test_a_foreign_database_is_left_alone(path):
    raw(path, "PRAGMA application_id = 1234")
    with pytest.raises(StoreError, match="is not a candle file"):
        CandleStore(path)


def test_a_damaged_file_is_set_aside_and_its_reader_follows(path):
    with CandleStore(path) as store:
        store.add(KEY, candles(100))
    reader = CandleStore(path, read_only=True)
    assert len(reader.read(KEY)) == 100
    path.write_bytes(b"this was a database once" * 400)
    with CandleStore(path) as store:
        assert "candles.db.damaged-1" in store.damage()[0]
        assert path.with_name("candles.db.damaged-1").read_bytes().startswith(b"this was")
        store.add(KEY, candles(3))
        assert reader.read(KEY).equals(candles(3))
    reader.close()


def test_damage_that_is_met_while_writing_costs_that_call_and_not_the_session(path):
    with CandleStore(path) as store:
        store.add(KEY, candles(3000))
    page = raw(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'block'")[0][0]
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xaa" * 4096)
    with CandleStore(path) as store, CandleStore(path, read_only=True) as reader:
        with pytest.raises(StoreError, match="is damaged"):
            reader.read(KEY)
        with pytest.raises(StoreError, match="is damaged"):
            store.add(KEY, candles(100))
        assert "kept as candles.db.damaged-1" in store.damage()[0]
        assert store.add(KEY, candles(100)) == 100
        assert reader.read(KEY).equals(candles(100))


def test_a_closed_store_says_so(path):
    store = CandleStore(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.read(KEY)


def test_a_place_that_is_a_file_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreReadOnly, match=str(tmp_path / "data")):
        CandleStore(tmp_path / "data" / "candles.db")


def test_another_writer_is_noticed(path):
    with CandleStore(path) as ours, CandleStore(path) as theirs:
        assert ours.add(KEY, candles(3)) == 3
        assert theirs.add(KEY, candles(50)) == 47
        assert ours.add(KEY, candles(60)) == 10
        assert ours.read(KEY).equals(candles(60))


def test_a_failed_transaction_forgets_the_series_it_made(path):
    def add_and_fail(store):
        with store.transaction():
            store.add(KEY, candles(5))
            raise KeyError

    with CandleStore(path) as store:
        with pytest.raises(KeyError):
            add_and_fail(store)
        other = SeriesKey("binance", "ETH/USDT", "1h")
        store.add(other, candles(2))
        store.add(KEY, candles(3))
        assert store.read(other).equals(candles(2))
        assert store.read(KEY).equals(candles(3))


def test_a_library_that_can_damage_files_is_refused(path, monkeypatch):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(StoreError, match=r"SQLite 3\.51\.2 can damage files; install 3\.51\.3"):
        CandleStore(path)


def test_an_interrupted_migration_leaves_the_old_version(path):
    from workstation.storage.database import Schema

    one = Schema("test file", 77, ("CREATE TABLE a (x)",), "NORMAL")
    broken = Schema("test file", 77, (*one.steps, "CREATE TABLE b (x); CREATE TABLE a (x)"), "NORMAL")
    two = Schema("test file", 77, (*one.steps, "CREATE TABLE b (x)"), "NORMAL")
    Database(path, one).close()
    raw(path, "INSERT INTO a VALUES (42)")
    with pytest.raises(StoreError, match="already exists"):
        Database(path, broken)
    assert raw(path, "PRAGMA user_version") == [(1,)]
    Database(path, two).close()
    assert raw(path, "PRAGMA user_version") == [(2,)]
    assert raw(path, "SELECT x FROM a") == [(42,)]
