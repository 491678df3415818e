"""Headlines are kept once, whatever shows them again and whatever restarts."""

import dataclasses

import apsw
import pytest

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.headline import SAME_STORY_MS, Headline
from workstation.storage.headline_store import KEPT_MS, HeadlineStore, headlines_db
from workstation.storage.paths import Paths

NOW = 1_709_650_800_000
HOUR = 3_600_000


def headline(
    title="Bitcoin rallies", link="https://a.example/1", at_ms=NOW, coins=("BTC",), source="a.example"
):
    return Headline(title, link, source, NOW - HOUR if at_ms >= NOW else None, at_ms, 0.25, coins)


@pytest.fixture
def store(tmp_path):
    with HeadlineStore(tmp_path / "headlines.db") as opened:
        yield opened


def test_a_headline_comes_back_as_it_was_kept(store):
    one = headline()
    assert store.add([one]) == [one]
    assert store.headlines(NOW, NOW + 1) == [one]
    assert not store.headlines(NOW + 1, NOW + 2)
    assert not store.headlines(NOW - 1, NOW)
    assert store.first_heard() == {"BTC": NOW}


def test_nothing_added_is_nothing_new(store):
    assert store.add([]) == []


@pytest.mark.parametrize(
    "again",
    [
        headline(),
        headline("Bitcoin rallies: an update"),
        headline(link="https://b.example/9", source="b.example"),
        headline("BITCOIN  rallies!", link="", source="b.example"),
    ],
    ids=["the same", "another title", "another link", "other marks"],
)
def test_the_same_story_counts_once(store, again):
    store.add([headline()])
    assert store.add([dataclasses.replace(again, seen_ms=NOW + HOUR)]) == []
    assert len(store.headlines(0, NOW + 2 * HOUR)) == 1


def test_the_same_story_within_one_call_counts_once_and_the_first_wins(store):
    two = [headline(source="a.example"), headline(link="https://b.example/2", source="b.example")]
    assert store.add(two) == two[:1]


def test_the_same_words_from_another_place_count_again_after_two_days(store):
    store.add([headline()])
    later = headline(link="https://a.example/2", at_ms=NOW + SAME_STORY_MS)
    assert store.add([dataclasses.replace(later, seen_ms=later.seen_ms - 1)]) == []
    other = headline(link="https://a.example/3", at_ms=NOW + SAME_STORY_MS)
    assert store.add([other]) == [other]


@pytest.mark.parametrize("link", ["https://a.example/1", ""])
def test_what_a_feed_goes_on_showing_is_never_new_again(store, link):
    one = headline(link=link)
    store.add([one])
    for day in range(1, 90):
        assert store.add([dataclasses.replace(one, seen_ms=NOW + day * 24 * HOUR)]) == []


def test_a_repeat_stays_known_when_the_story_it_repeated_is_old(store):
    repeat = headline(link="https://b.example/2")
    store.add([headline(), repeat])
    assert store.add([dataclasses.replace(repeat, seen_ms=NOW + 2 * SAME_STORY_MS)]) == []


def test_a_restart_changes_nothing(tmp_path):
    for _ in range(3):
        with HeadlineStore(tmp_path / "headlines.db") as store:
            store.add([headline(), headline("Ether falls", "https://a.example/2", coins=("ETH",))])
            assert len(store.headlines(0, NOW + 1)) == 2


def test_headlines_are_forgotten_after_a_month_and_coins_are_not(store):
    store.add([headline()])
    store.add([headline("Ether falls", "https://a.example/2", NOW + KEPT_MS + 1, ("ETH",))])
    assert [one.title for one in store.headlines(0, NOW * 2)] == ["Ether falls"]
    assert store.first_heard() == {"BTC": NOW, "ETH": NOW + KEPT_MS + 1}


def test_the_newest_come_first_and_of_one_coin_where_it_is_named(store):
    for i, coin in enumerate(["BTC", "ETH", "BTC"]):
        store.add([headline(f"t{i}", f"https://a.example/{i}", NOW + i, (coin,))])
    assert [one.title for one in store.newest(2)] == ["t2", "t1"]
    assert [one.title for one in store.newest(9, "BTC")] == ["t2", "t0"]
    assert store.newest(9, "XRP") == []


def test_a_reader_of_a_missing_file_finds_nothing(tmp_path):
    with HeadlineStore(tmp_path / "none.db", read_only=True) as store:
        assert (store.newest(5), store.headlines(0, NOW), store.first_heard()) == ([], [], {})


def test_a_reader_sees_what_the_writer_kept(tmp_path, store):
    with HeadlineStore(tmp_path / "headlines.db", read_only=True) as reader:
        store.add([headline()])
        assert len(reader.newest(5)) == 1
        with pytest.raises(StoreError):
            reader.add([headline()])


def change(path, sql):
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def test_a_call_that_fails_keeps_nothing(tmp_path, store):
    late = f"CREATE TRIGGER late BEFORE INSERT ON headline WHEN NEW.seen_ms > {NOW}"
    change(tmp_path / "headlines.db", f"{late} BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(StoreError):
        store.add([headline(), headline("x", "https://a.example/3", NOW + 1)])
    assert store.newest(5) == []
    assert store.first_heard() == {}
    assert store.add([headline()]) == [headline()]


def test_a_row_that_the_disk_damaged_is_left_out(tmp_path, store):
    store.add([headline(), headline("Ether falls", "https://a.example/2")])
    damaged = "cast(replace(cast(body AS TEXT), 'rallies', 'plunges') AS BLOB)"
    change(tmp_path / "headlines.db", f"UPDATE headline SET body = {damaged} WHERE id = 1")
    assert [one.title for one in store.newest(5)] == ["Ether falls"]


def test_any_script_is_kept(store):
    odd = headline("日本 ビットコイン 🚀", "")
    assert store.add([odd]) == [odd]
    assert store.newest(1) == [odd]


def test_the_file_lies_in_the_users_data_folder(tmp_path):
    assert headlines_db(Paths.below(tmp_path)) == tmp_path / "data" / "headlines.db"


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 301},
        {"tone": 1.5},
        {"tone": float("nan")},
        {"published_ms": NOW + 1},
    ],
    ids=str,
)
def test_what_cannot_be_a_headline_is_refused(change):
    with pytest.raises(UsageError):
        dataclasses.replace(headline(), **change)


def test_a_title_of_marks_alone_is_its_own_story():
    assert headline("!!!").story == "!!!"
    assert headline("Bitcoin: up?").story == headline("bitcoin UP").story == "bitcoin up"
