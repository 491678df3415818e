"""What was said stays said: the journal."""

import apsw
import pytest

from workstation.domain.errors import StoreError, StoreReadOnly, UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, FamilyVote, Reading, Signal, SignalOrigin
from workstation.storage.journal import Journal

KEY = SeriesKey("binance", "BTC/USDT", "1h")


def signal(i=0, direction=Direction.BULLISH, key=KEY, **changes):
    reading = Reading("momentum.rsi_14", float("nan") if i == 99 else 28.125)
    votes = (FamilyVote(Family.MOMENTUM, direction, 0.5, (reading,), i),)
    values = {"closed": True, "origin": SignalOrigin.LIVE, "engine_version": "1"} | changes
    return Signal(key, i * key.bar_ms, 100.5, direction, votes, **values)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


def raw(path, sql, *args):
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql, args).fetchall()
    finally:
        connection.close()


def test_a_signal_is_written_once_and_comes_back_as_it_was(path):
    with Journal(path) as journal:
        assert journal.add_signal(signal(2, probability=0.61, base_rate=0.5))
        assert journal.add_signal(signal(1))
        assert not journal.add_signal(signal(1, engine_version="2"))
        assert journal.add_signal(signal(1, Direction.BEARISH))
        assert journal.add_signal(signal(1, key=SeriesKey("binance", "ETH/USDT", "1h")))
    with Journal(path) as journal:
        expected = [signal(1), signal(1, Direction.BEARISH), signal(2, probability=0.61, base_rate=0.5)]
        assert journal.signals(KEY) == expected
        assert journal.verify() == []


def test_an_alert_is_raised_once_for_a_signal_with_a_rising_number(path):
    with Journal(path) as journal:
        first = journal.add_alert(signal(1), "BTC/USDT turned bullish.", 5, 0)
        assert (first.id, first.text, first.raised_at_ms, first.dismissed) == (
            1,
            "BTC/USDT turned bullish.",
            5,
            False,
        )
        assert journal.add_alert(signal(1), "again", 6, 1) is None
        assert journal.add_alert(signal(2), "two", 7, 3).id == 2
    with Journal(path) as journal:
        assert journal.add_alert(signal(3), "three", 8, 0).id == 3
        assert [a.id for a in journal.alerts()] == [1, 2, 3]
        assert [a.id for a in journal.alerts(limit=2)] == [2, 3], "the newest, oldest first"
        assert [a.id for a in journal.alerts(after_id=2)] == [3]
        assert journal.alerts()[0] == first


def test_dismissing_is_remembered_and_happens_once(path):
    with Journal(path) as journal:
        journal.add_alert(signal(1), "one", 5, 0)
        assert journal.dismiss_alert(1)
        assert not journal.dismiss_alert(1)
        assert not journal.dismiss_alert(2)
    with Journal(path, read_only=True) as journal:
        assert [a.dismissed for a in journal.alerts()] == [True]


def test_a_signal_of_the_forming_bar_is_not_journalled(path):
    with Journal(path) as journal:
        with pytest.raises(UsageError, match="forming"):
            journal.add_signal(signal(1, closed=False))
        with pytest.raises(UsageError, match="forming"):
            journal.add_alert(signal(1, closed=False), "no", 1, 0)
        assert journal.signals(KEY) == []


@pytest.mark.parametrize("symbol", ["a'b\x00", "１２３", "💣"])
def test_foreign_symbols_are_only_data(path, symbol):
    key = SeriesKey("binance", symbol, "1h")
    with Journal(path) as journal:
        journal.add_signal(signal(1, key=key))
        assert journal.add_alert(signal(1, key=key), symbol, 1, 0).text == symbol
        assert journal.signals(key) == [signal(1, key=key)]
        assert journal.alerts()[0].signal.key == key


def test_half_a_character_is_refused_in_our_words(path):
    with Journal(path) as journal, pytest.raises(UsageError, match="Half a character"):
        journal.add_signal(signal(1, key=SeriesKey("binance", "\ud800", "1h")))


@pytest.mark.parametrize("table", ["signal", "alert"])
def test_one_flipped_bit_is_found_and_the_other_rows_are_read(path, table):
    with Journal(path) as journal:
        for i in range(3):
            journal.add_signal(signal(i))
            journal.add_alert(signal(i), f"number {i}", i, 0)
    raw(path, f"DROP TRIGGER {table}_UPDATE")
    body = raw(path, f"SELECT body FROM {table} WHERE id = 2")[0][0]
    for bit in range(0, len(body) * 8, 41):
        bad = bytearray(body)
        bad[bit // 8] ^= 1 << bit % 8
        raw(path, f"UPDATE {table} SET body = ? WHERE id = 2", bytes(bad))
        with Journal(path, read_only=True) as journal:
            assert len(journal.signals(KEY)) == (2 if table == "signal" else 3)
            assert len(journal.alerts()) == (2 if table == "alert" else 3)
            assert len(journal.damage()) == 1
            assert "left out" in journal.damage()[0]
            assert journal.verify()
    raw(path, f"UPDATE {table} SET body = ?, open_time = open_time + 1 WHERE id = 2", body)
    with Journal(path) as journal:
        assert len(journal.verify()) == 1, "nor may a row change its bar"


def test_a_dismissal_of_another_alert_is_not_believed(path):
    with Journal(path) as journal:
        for i in range(2):
            journal.add_alert(signal(i), "x", i, 0)
        journal.dismiss_alert(1)
    raw(path, "DROP TRIGGER dismissal_UPDATE")
    raw(path, "UPDATE dismissal SET alert = 2")
    with Journal(path) as journal:
        assert [a.dismissed for a in journal.alerts()] == [False, False]


@pytest.mark.parametrize("sql", ["DELETE FROM signal", "UPDATE signal SET crc = 0", "DELETE FROM alert"])
def test_the_journal_is_only_added_to(path, sql):
    with Journal(path) as journal:
        journal.add_signal(signal(1))
        journal.add_alert(signal(1), "x", 1, 0)
    with pytest.raises(apsw.ConstraintError, match="only ever added to"):
        raw(path, sql)


def test_a_commit_reaches_the_disk_before_it_returns(path):
    with Journal(path) as journal:
        assert journal._database._connect().pragma("synchronous") == 2, "FULL"


def test_a_reader_waits_for_the_file_and_cannot_write(path):
    with Journal(path, read_only=True) as reader:
        assert reader.alerts() == []
        assert reader.signals(KEY) == []
        with Journal(path) as writer:
            writer.add_alert(signal(1), "x", 1, 0)
            assert len(reader.alerts()) == 1
        with pytest.raises(StoreReadOnly):
            reader.add_signal(signal(1))


def test_a_damaged_journal_is_never_replaced_by_an_empty_one(path):
    path.write_bytes(b"scrambled" * 1000)
    with pytest.raises(StoreError, match="is damaged"):
        Journal(path)
    assert path.read_bytes() == b"scrambled" * 1000


def test_a_value_that_is_no_number_survives(path):
    with Journal(path) as journal:
        journal.add_signal(signal(99))
        assert repr(journal.signals(KEY)) == repr([signal(99)])
