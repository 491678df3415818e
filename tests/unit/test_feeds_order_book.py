"""The book rebuilt from diffs: the venue's sequence rules, gaps, crosses, and the edge of what is known."""

from typing import Any

import pytest

from workstation.domain.errors import VenueError
from workstation.feeds.depth_message import UNIT, diff_of, snapshot_of, units_of
from workstation.feeds.order_book import SNAPSHOT_GAP_S, OrderBook

Levels = list[list[str]]


def spot(first: int, last: int, bids: Levels = [], asks: Levels = []) -> dict[str, Any]:  # noqa: B006
    return {"U": first, "u": last, "b": bids, "a": asks}


def futures(first: int, last: int, previous: int, bids: Levels = [], asks: Levels = []) -> dict[str, Any]:  # noqa: B006
    return {**spot(first, last, bids, asks), "pu": previous}


def whole(last_id: int, bids: Levels, asks: Levels, limit: int = 1000):
    return snapshot_of({"lastUpdateId": last_id, "bids": bids, "asks": asks}, limit)


BIDS, ASKS = [["99", "1"], ["98", "2"]], [["101", "3"], ["102", "4"]]


def known(last_id: int = 10) -> OrderBook:
    """Return a book that is known up to an id."""
    book = OrderBook()
    book.on_snapshot(whole(last_id, BIDS, ASKS), 0.0)
    return book


def touch(book: OrderBook) -> tuple[tuple[float, float], tuple[float, float]] | None:
    best = book.touch()
    return best and tuple((price / UNIT, size / UNIT) for price, size in best)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1", UNIT),
        ("0.00000000", 0),
        ("61837.63000000", 61_837_630_000_000_000_000_000),
        ("0.000000000000000001", 1),
        ("1.0000000000000000000000", UNIT),
        ("1000000000000000", 10**15 * UNIT),
    ],
)
def test_prices_are_read_without_loss(text: str, units: int) -> None:
    assert units_of(text) == units
    assert units_of(text) / UNIT == float(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", ".5", "NaN", "inf", "1e308", "-3", "+3", " 3", "1_000", "1,5", "١", "１", "1" * 5_000),
        *("1000000000000001", "0.0000000000000000001", "1.2.3", 1.5, 3, None, True, ["1"], {"p": "1"}),
    ],
)
def test_what_is_no_plain_number_is_refused(text: object) -> None:
    with pytest.raises(VenueError, match="plain number"):
        units_of(text)


@pytest.mark.parametrize(
    "change",
    [
        {"U": "1"},
        {"U": None},
        {"u": -1},
        {"u": True},
        {"U": 5, "u": 4},
        {"pu": 1.5},
        {"b": None},
        {"b": {"99": "1"}},
        {"b": [["99"]]},
        {"b": [["99", "1", "0"]]},
        {"b": ["99"]},
        {"b": [None]},
        {"a": [["99", "-3"]]},
        {"a": [["1e308", "1"]]},
        {"a": [["NaN", "1"]]},
        {"a": [["1", "1"]] * 10_001},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_depth_event_that_is_none_costs_the_book_and_nothing_else(change: dict[str, Any]) -> None:
    book = known()
    bad = {**spot(11, 12), **change}
    with pytest.raises(VenueError):
        diff_of(bad)
    book.on_diff(bad, 1.0)
    assert touch(book) is None
    assert (book.n_refused, book.n_gaps) == (1, 1)
    book.on_diff(spot(13, 14), 2.0)
    assert book.wants_snapshot(2.0)
    book.on_snapshot(whole(13, BIDS, ASKS), 2.1)
    assert touch(book) == ((99, 1), (101, 3))


def test_diffs_wait_for_the_snapshot_and_those_it_holds_are_dropped() -> None:
    book = OrderBook()
    book.on_diff(spot(5, 8, bids=[["99", "7"]]), 0.0)
    book.on_diff(spot(9, 12, bids=[["99", "5"]], asks=[["101", "0"]]), 0.1)
    assert touch(book) is None
    assert book.wants_snapshot(0.1)
    book.on_snapshot(whole(10, BIDS, ASKS), 0.2)
    assert touch(book) == ((99, 5), (102, 4))
    assert book.last_id == 12


def test_a_snapshot_older_than_the_diffs_is_asked_for_again() -> None:
    book = OrderBook()
    book.on_diff(spot(20, 25), 0.0)
    assert book.wants_snapshot(0.0)
    book.on_snapshot(whole(18, BIDS, ASKS), 0.1)
    assert touch(book) is None
    assert not book.wants_snapshot(SNAPSHOT_GAP_S - 0.1)
    assert book.wants_snapshot(SNAPSHOT_GAP_S)
    book.on_snapshot(whole(19, BIDS, ASKS), 5.1)
    assert touch(book) is not None


def test_quantity_zero_removes_and_removing_what_is_not_there_changes_nothing() -> None:
    book = known()
    book.on_diff(spot(11, 11, bids=[["99", "0"], ["42", "0"]], asks=[["100", "9"]]), 0.1)
    assert touch(book) == ((98, 2), (100, 9))


def test_one_price_in_two_spellings_is_one_level() -> None:
    book = known()
    book.on_diff(spot(11, 11, bids=[["99.00000000", "4"]]), 0.1)
    assert touch(book) == ((99, 4), (101, 3))
    assert len(book.bids.prices) == 2


def test_an_event_told_twice_or_late_changes_nothing() -> None:
    book = known()
    event = spot(11, 13, bids=[["99", "4"]])
    for told in (event, event, spot(8, 10, bids=[["99", "9"]]), spot(12, 13, bids=[["99", "9"]])):
        book.on_diff(told, 0.1)
    assert touch(book) == ((99, 4), (101, 3))
    assert book.n_gaps == 0


def test_a_gap_costs_the_book_until_a_snapshot_and_one_is_asked_for_in_five_seconds() -> None:
    book = known()
    book.on_diff(spot(12, 13, bids=[["99", "4"]]), 0.0)
    assert touch(book) is None
    asked = 0
    for tick in range(200):  # ten seconds of further diffs, and never an answer
        book.on_diff(spot(14 + tick, 14 + tick), tick * 0.05)
        asked += book.wants_snapshot(tick * 0.05)
    assert asked == 2
    book.on_snapshot(whole(100, BIDS, ASKS), 10.0)
    assert touch(book) == ((99, 1), (101, 3))
    assert book.last_id == 213


def test_a_storm_of_gaps_asks_for_no_more_than_one_snapshot_in_five_seconds() -> None:
    book = OrderBook()
    asked = 0
    for tick in range(1_200):  # a minute; every snapshot is answered, every diff leaves a gap
        now_s = tick * 0.05
        book.on_diff(spot(10 * tick + 5, 10 * tick + 6), now_s)
        if book.wants_snapshot(now_s):
            asked += 1
            book.on_snapshot(whole(10 * tick + 5, BIDS, ASKS), now_s)
    assert asked == 12


def test_what_waits_for_a_snapshot_is_bounded() -> None:
    book = OrderBook()
    for i in range(20_000):
        book.on_diff(spot(i, i), 0.0)
    assert 2_000 < len(book._waiting) <= 10_000
    many = [[str(price), "1"] for price in range(1, 4_001)]
    for i in range(20_000, 20_010):
        book.on_diff(spot(i, i, bids=many), 0.0)
    assert len(book._waiting) == 2


@pytest.mark.parametrize("first", [futures(5, 12, 4), futures(11, 12, 10)], ids=["brackets", "follows"])
def test_the_futures_first_event_brackets_the_snapshot_or_names_it(first: dict[str, Any]) -> None:
    book = OrderBook()
    book.on_diff(first, 0.0)
    book.on_snapshot(whole(10, BIDS, ASKS), 0.1)
    assert book.last_id == 12
    book.on_diff(futures(17, 20, 12, asks=[["101", "8"]]), 0.2)  # ids between belong to other contracts
    assert touch(book) == ((99, 1), (101, 8))


def test_a_futures_event_that_does_not_name_the_one_before_is_a_gap() -> None:
    book = known()
    book.on_diff(futures(9, 12, 8), 0.1)
    book.on_diff(futures(13, 14, 11), 0.2)
    assert touch(book) is None
    assert book.n_gaps == 1


def test_a_crossed_book_is_not_used_and_after_half_a_second_not_kept() -> None:
    book = known()
    book.on_diff(spot(11, 11, bids=[["101.5", "1"]]), 1.0)
    assert touch(book) is None
    assert book.book() is None
    book.on_diff(spot(12, 12), 1.4)
    assert book.last_id == 12
    book.on_diff(spot(13, 13), 1.6)
    assert book.last_id is None
    book.on_diff(spot(14, 14), 1.7)
    assert book.wants_snapshot(1.7)


def test_a_book_that_uncrosses_in_time_is_kept() -> None:
    book = known()
    book.on_diff(spot(11, 11, bids=[["101.5", "1"]]), 1.0)
    book.on_diff(spot(12, 12, bids=[["101.5", "0"]]), 1.3)
    book.on_diff(spot(13, 13), 9.0)
    assert touch(book) == ((99, 1), (101, 3))


def test_what_the_snapshot_did_not_reach_is_not_known() -> None:
    book = OrderBook()
    book.on_snapshot(whole(10, BIDS, ASKS, limit=2), 0.0)
    book.on_diff(spot(11, 11, bids=[["50", "1000"]], asks=[["150", "1000"]]), 0.1)
    seen = book.book()
    assert seen is not None
    assert seen.bid_price.tolist() == [99, 98]
    assert seen.ask_price.tolist() == [101, 102]
    assert (seen.bid_reach, seen.ask_reach) == (98, 102)
    book.on_diff(spot(12, 12, bids=[["99", "0"], ["98", "0"]]), 0.2)
    assert touch(book) is None  # a bid between 50 and 98 may be there, unseen


def test_bids_where_an_ask_once_rested_are_all_known() -> None:
    book = OrderBook()
    book.on_snapshot(whole(10, BIDS, ASKS, limit=2), 0.0)
    book.on_diff(spot(11, 11, bids=[["99", "0"], ["98", "0"], ["89", "1"]], asks=[["90", "1"]]), 0.1)
    assert touch(book) is None
    book.on_diff(spot(12, 12, bids=[["95", "5"]], asks=[["90", "0"], ["96", "2"]]), 0.2)
    assert touch(book) == ((95, 5), (96, 2))
    seen = book.book()
    assert seen is not None
    assert seen.bid_reach == 90


def test_a_narrow_book_is_widened_while_it_stays_in_use() -> None:
    book = OrderBook()
    bids = [[str(100 - i), "1"] for i in range(1, 11)]
    asks = [[str(100 + i), "1"] for i in range(1, 11)]
    book.on_snapshot(whole(10, bids, asks, limit=10), 0.0)
    assert not book.wants_snapshot(0.0)
    book.on_diff(spot(11, 11, bids=[[str(100 - i), "0"] for i in range(1, 7)]), 1.0)
    assert book.wants_snapshot(1.0)
    assert touch(book) == ((93, 1), (101, 1))
    book.on_diff(spot(12, 14, bids=[["94", "3"]]), 1.1)
    book.on_snapshot(whole(13, [["93", "1"], ["80", "5"]], asks, limit=10), 1.2)
    assert touch(book) == ((94, 3), (101, 1))
    seen = book.book()
    assert seen is not None
    assert seen.bid_reach == 80
    assert book.n_gaps == 0


def test_a_book_is_cut_to_the_distance_that_is_asked_for() -> None:
    seen = known().book(within=0.005)
    assert seen is not None
    assert seen.bid_price.tolist() == [99]
    assert seen.ask_price.tolist() == [101]
    assert seen.bid_reach == pytest.approx(99 * 0.995)


def test_its_age_is_counted_from_the_last_event() -> None:
    book = known()
    assert book.age_s(5.0) == float("inf")
    book.on_diff(spot(11, 11), 7.0)
    assert book.age_s(9.5) == 2.5


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "<html>",
        {},
        {"lastUpdateId": 1, "bids": [], "asks": None},
        {"lastUpdateId": "1", "bids": [], "asks": []},
        {"lastUpdateId": 1, "bids": [["99", "0"]], "asks": []},
        {"lastUpdateId": 1, "bids": [["0", "1"]], "asks": []},
        {"lastUpdateId": 1, "bids": [["99", "NaN"]], "asks": []},
    ],
    ids=str,
)
def test_an_answer_that_is_no_book_is_refused(answer: object) -> None:
    with pytest.raises(VenueError):
        snapshot_of(answer, 100)
