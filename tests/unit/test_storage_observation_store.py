"""What was observed outside the candles, and when it could be known: kept as it was told."""

import apsw
import numpy as np
import pytest

from workstation.domain.errors import StoreError, StoreReadOnly, UsageError
from workstation.domain.observation import MARKET, Observation
from workstation.storage.journal import Journal
from workstation.storage.observation_store import ObservationStore, SeriesSummary, Told

DAY = 86_400_000
METRIC = "onchain.active_addresses"


def row(day, value, known=None, *, metric=METRIC, subject="BTC", source="coinmetrics"):
    """Return what was said of the day that ends with day `day`, known half a day later or when said so."""
    known_ms = day * DAY + DAY // 2 if known is None else int(known * DAY)
    return Observation(metric, subject, day * DAY, known_ms, float(value), source)


def versions(store, metric=METRIC, subject="BTC", **bounds):
    """Return what is stored as (event day, known day, value)."""
    c = store.observations(metric, subject, **bounds)
    return list(
        zip((c.event_ms / DAY).tolist(), (c.available_ms / DAY).tolist(), c.value.tolist(), strict=True)
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "observations.db"


@pytest.fixture
def store(path):
    with ObservationStore(path) as store:
        yield store


def test_what_was_observed_comes_back_in_the_order_in_which_it_became_known(store):
    assert store.observe([row(3, 30), row(1, 10), row(2, 20, known=9)]) == 3
    assert versions(store) == [(1, 1.5, 10), (3, 3.5, 30), (2, 9, 20)]
    columns = store.observations(METRIC, "BTC")
    assert (columns.event_ms.dtype, columns.available_ms.dtype, columns.value.dtype) == (
        np.int64,
        np.int64,
        np.float64,
    )


def test_what_is_told_twice_is_kept_once(store):
    rows = [row(1, 10), row(2, 20)]
    assert store.observe(rows) == 2
    assert store.observe(rows) == 0
    assert store.observe([row(1, 10, known=50), row(2, 20, known=50)]) == 0
    assert store.observe([row(3, 30), row(3, 30)]) == 1
    assert len(store.observations(METRIC, "BTC")) == 3


def test_a_revised_value_is_a_newer_version_and_the_older_one_stays_known_to_its_time(store):
    store.observe([row(1, 10), row(2, 20)])
    assert store.observe([row(1, 11, known=5)]) == 1
    assert store.observe([row(1, 10, known=7)]) == 1, "it changed back"
    assert versions(store) == [(1, 1.5, 10), (2, 2.5, 20), (1, 5, 11), (1, 7, 10)]
    columns = store.observations(METRIC, "BTC")
    for day, expected in ((1, []), (2, [10]), (4, [10, 20]), (5, [11, 20]), (6, [11, 20]), (7, [10, 20])):
        assert columns.known_at(day * DAY).value.tolist() == expected


def test_a_row_that_comes_late_is_known_from_its_own_time_on(store):
    store.observe([row(1, 10, known=400)])
    assert store.observe([row(1, 10)]) == 1, "history was imported after the provider had told it"
    assert versions(store) == [(1, 1.5, 10)], "and the later telling then says nothing new"
    assert store.observe([row(1, 9, known=1)]) == 1
    assert versions(store) == [(1, 1, 9), (1, 1.5, 10)]


def test_of_two_that_became_known_together_the_one_stored_last_holds(store):
    store.observe([row(1, 10)])
    store.observe([row(1, 11)])
    assert store.observations(METRIC, "BTC").known_at(2 * DAY).value.tolist() == [11]
    assert store.observe([row(1, 10), row(1, 11)]) == 0, "telling both again changes nothing"


def test_only_what_became_known_within_the_bounds_is_returned_both_included(store):
    store.observe([row(day, day) for day in range(1, 6)])
    assert versions(store, since_ms=int(2.5 * DAY), until_ms=int(4.5 * DAY)) == [
        (2, 2.5, 2),
        (3, 3.5, 3),
        (4, 4.5, 4),
    ]
    assert versions(store, since_ms=int(4.5 * DAY) + 1) == [(5, 5.5, 5)]
    assert versions(store, until_ms=int(1.5 * DAY) - 1) == []


def test_subjects_are_those_that_were_ever_observed(store):
    news = "sentiment.market_news_count"
    store.observe([row(1, 1), row(1, 1, subject="ADA"), row(1, 1, subject="１２\ud800")])
    store.observe([row(1, 1, metric=news, subject=MARKET)])
    assert store.subjects(METRIC) == ["ADA", "BTC", "１２\ud800"]
    assert store.subjects(news) == [MARKET]
    assert store.subjects("onchain.mvrv") == []
    assert len(store.observations("onchain.mvrv", "BTC")) == 0
    assert len(store.observations(METRIC, "DOGE")) == 0
    assert versions(store, subject="１２\ud800") == [(1, 1.5, 1)]


@pytest.mark.parametrize("value", [0.1, -1e-300, 1e300, 2.0**53, 0.0, -0.0, 123456789.123456789, 5e-324])
def test_a_value_comes_back_bit_for_bit(store, value):
    store.observe([row(1, value)])
    assert store.observations(METRIC, "BTC").value.tolist() == [value]
    assert store.observe([row(1, value)]) == 0
    assert store.verify() == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (row(1, 1, metric="onchain.wobble"), "There is no metric 'onchain.wobble'"),
        (row(1, 1, subject=MARKET), "is observed of a coin, not of 'nothing'"),
        (row(1, 1, metric="sentiment.fear_greed"), "is observed of a market, not of 'BTC'"),
    ],
)
def test_what_cannot_be_observed_is_refused_and_nothing_of_the_call_is_stored(store, bad, words):
    with pytest.raises(UsageError, match=words):
        store.observe([row(1, 1), bad])
    assert store.summaries() == []


def test_nothing_is_no_row(store):
    assert store.observe([]) == 0


def test_every_version_of_an_event_names_who_said_it(store):
    store.observe([row(1, 10, source="file:btc.csv"), row(2, 20, source="file:btc.csv")])
    store.observe([row(2, 21, known=30)])
    assert store.told(METRIC, "BTC") == {
        DAY: [Told(10, "file:btc.csv")],
        2 * DAY: [Told(20, "file:btc.csv"), Told(21, "coinmetrics")],
    }
    assert store.told(METRIC, "ADA") == {}


def test_summaries_say_what_is_stored(store):
    store.observe([row(1, 10, source="file:btc.csv"), row(3, 20), row(1, 11, known=9)])
    store.observe([row(2, 50, metric="sentiment.fear_greed", subject=MARKET, source="fear_greed")])
    assert store.summaries() == [
        SeriesSummary(METRIC, "BTC", 3, DAY, 3 * DAY, 9 * DAY, ("coinmetrics", "file:btc.csv")),
        SeriesSummary("sentiment.fear_greed", MARKET, 1, 2 * DAY, 2 * DAY, int(2.5 * DAY), ("fear_greed",)),
    ]


def test_until_when_a_provider_was_asked_is_remembered_by_coin(path):
    with ObservationStore(path) as store:
        store.remember_asked("coinmetrics", ["BTC", "ADA", ""], 5)
        store.remember_asked("coinmetrics", ["BTC"], 9)
        store.remember_asked("news", ["BTC"], 1)
    with ObservationStore(path, read_only=True) as store:
        assert store.asked("coinmetrics") == {"BTC": 9, "ADA": 5, "": 5}
        assert store.asked("mempool") == {}


def test_a_reader_sees_what_is_committed_and_waits_for_a_file_that_is_not_there_yet(path):
    with ObservationStore(path, read_only=True) as reader:
        assert (reader.subjects(METRIC), reader.summaries(), reader.asked("x")) == ([], [], {})
        assert (versions(reader), reader.verify()) == ([], [])
        with ObservationStore(path) as store:
            with store.transaction():
                store.observe([row(1, 10)])
                assert versions(reader) == []
            assert versions(reader) == versions(store) == [(1, 1.5, 10)]
            with store.reader() as another:
                assert versions(another) == [(1, 1.5, 10)]
        with pytest.raises(StoreReadOnly):
            reader.observe([row(2, 20)])


def test_a_transaction_that_fails_leaves_nothing(store):
    def write():
        with store.transaction():
            store.observe([row(1, 10)])
            store.observe([row(1, 10, metric="onchain.wobble")])

    with pytest.raises(UsageError):
        write()
    assert store.summaries() == []
    assert store.observe([row(1, 10)]) == 1


@pytest.mark.parametrize("verb", ["UPDATE observation SET value = 1", "DELETE FROM observation"])
def test_the_past_cannot_be_changed_by_an_ordinary_statement(store, verb):
    store.observe([row(1, 10)])
    with pytest.raises(apsw.ConstraintError, match="only ever added to"):
        store._database._connect().execute(verb)


@pytest.mark.parametrize("column", ["value", "event", "available", "source"])
def test_a_row_that_the_disk_damaged_is_left_out_and_named(path, column):
    with ObservationStore(path) as store:
        store.observe([row(1, 10), row(2, 20)])
    connection = apsw.Connection(str(path))
    connection.execute("DROP TRIGGER observation_update")
    connection.execute(f"UPDATE observation SET {column} = {column} + 1 WHERE event = {2 * DAY}")
    connection.close()
    with ObservationStore(path) as store:
        assert versions(store) == [(1, 1.5, 10)]
        assert store.verify() == [f"{METRIC} of BTC: 1 stored observations are damaged and left out."]
        assert store.observe([row(2, 20, known=30)]) == (column in ("value", "event"))


def test_a_damaged_file_is_set_aside_and_a_new_one_made(path):
    with ObservationStore(path) as store:
        store.observe([row(day, day) for day in range(2000)])
    with path.open("r+b") as file:
        file.write(b"not a database any more" * 300)
    with pytest.raises(StoreError, match="damaged"), ObservationStore(path, read_only=True) as reader:
        reader.subjects(METRIC)
    with ObservationStore(path) as store:
        assert "observations.db.damaged-1" in store.damage()[0]
        assert store.observe([row(1, 10)]) == 1
    assert path.with_name("observations.db.damaged-1").exists()


def test_pages_that_turn_out_damaged_while_writing_have_the_file_set_aside(path):
    with ObservationStore(path) as store:
        store.observe([row(day, day) for day in range(20_000)])
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    with ObservationStore(path) as store:
        with pytest.raises(StoreError, match="damaged"):
            store.observe([row(1, 11)])
        assert store.observe([row(1, 11)]) == 1
        assert "damaged-1" in store.damage()[0]


def test_a_journal_is_not_taken_for_observations(path):
    Journal(path).close()
    with pytest.raises(StoreError, match="is not a file of observations of Tidemark"):
        ObservationStore(path)


def test_a_full_disk_is_told_and_nothing_of_the_call_is_stored(store):
    store.observe([row(1, 10)])
    connection = store._database._connect()
    connection.pragma("max_page_count", connection.pragma("page_count") + 2)
    with pytest.raises(StoreError, match="The disk is full"):
        store.observe([row(day, day) for day in range(20_000)])
    connection.pragma("max_page_count", 1 << 30)
    assert versions(store) == [(1, 1.5, 10)]
    assert store.observe([row(2, 20)]) == 1
