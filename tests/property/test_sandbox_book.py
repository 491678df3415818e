from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.sandbox.book import Book, Side
from workstation.sandbox.coin_market import CoinMarket

MOMENTS = st.lists(st.integers(1, 150 * HOUR_MS), min_size=2, max_size=12, unique=True).map(sorted)


def new_book(speed: float = 1.0) -> Book:
    source = recorded("BTCUSDT")
    return Book(CoinMarket(source, source.markets()[0]), source.seed, speed)


def applied(side: Side, changes: Side) -> Side:
    return {price: size for price, size in (side | changes).items() if size}


@settings(max_examples=30, deadline=None)
@given(MOMENTS, st.sampled_from([1.0, 3_600.0]))
def test_a_snapshot_and_the_changes_after_it_are_the_book(moments: list[int], speed: float) -> None:
    book = new_book(speed)
    book.advance(FIRST_MS + moments[0])
    bids, asks, last_id = dict(book.bids), dict(book.asks), book.last_update_id
    change = book.listen()
    for moment in moments[1:]:
        book.advance(FIRST_MS + moment)
        if change.last_id < change.first_id:
            continue
        assert change.first_id == last_id + 1
        bids, asks, last_id = applied(bids, change.bids), applied(asks, change.asks), change.last_id
        assert (bids, asks, last_id) == (book.bids, book.asks, book.last_update_id)
        change.empty()


@settings(max_examples=30, deadline=None)
@given(MOMENTS)
def test_changes_collected_over_several_steps_name_every_level_that_was_touched(moments: list[int]) -> None:
    book = new_book()
    book.advance(FIRST_MS + moments[0])
    slow, halfway = book.listen(), book.listen()
    for moment in moments[1:]:
        bids, asks = dict(book.bids), dict(book.asks)
        book.advance(FIRST_MS + moment)
        # a snapshot taken before any of these steps becomes the book once the collected change is applied
        assert applied(bids, slow.bids) == book.bids
        assert applied(asks, halfway.asks) == book.asks


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 150 * HOUR_MS), st.sampled_from([1.0, 10_000.0]))
def test_the_book_is_never_crossed_and_is_sorted_best_first(moment: int, speed: float) -> None:
    book = new_book(speed)
    book.advance(FIRST_MS + moment)
    bids, asks = list(book.bids), list(book.asks)
    assert bids[0] < asks[0]
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert min(*book.bids.values(), *book.asks.values()) >= 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 150 * HOUR_MS))
def test_the_touch_is_the_top_of_the_book_and_holds_the_last_trade(moment: int) -> None:
    book = new_book()
    now = FIRST_MS + moment
    book.advance(now)
    touch = book.touch(now)
    last = book._coin.tapes.last_print(now)
    assert touch is not None
    assert last is not None
    assert (touch.bid, touch.bid_size) == next(iter(book.bids.items()))
    assert (touch.ask, touch.ask_size) == next(iter(book.asks.items()))
    assert last.price in (touch.bid, touch.ask)


@settings(max_examples=20, deadline=None)
@given(st.integers(30 * HOUR_MS, 150 * HOUR_MS))
def test_a_percent_of_the_price_rests_on_about_a_percent_of_a_day(moment: int) -> None:
    """As on the large venues: a whole day's trade never lies within reach."""
    book = new_book()
    now = FIRST_MS + moment
    book.advance(now)
    touch = book.touch(now)
    assert touch is not None
    day = book._coin.day_volume(now)
    for side, best in ((book.bids, touch.bid), (book.asks, touch.ask)):
        within = sum(size for price, size in side.items() if abs(price / best - 1) <= 0.01)
        assert 0.003 < within / day < 0.05
