"""Five minutes of samples become medians; what was hardly watched is absent."""

import math

import numpy as np
import pytest

from workstation.domain.book import Book
from workstation.domain.observation import Observation
from workstation.feeds.book_ear import checked_book
from workstation.feeds.book_window import WINDOW_MS, BookWindow

START = 1_706_745_600_000
STEP = 5_000


def book(half_spread: float, reach: float = 0.0) -> Book:
    price = np.array([100.0 - half_spread]), np.array([100.0 + half_spread])
    size = np.array([50_000.0])
    return Book(price[0], size, price[1], size, reach, 200.0 - reach if reach else math.inf)


def window() -> BookWindow:
    return BookWindow("BTC/USDT", "test", STEP)


def told(one: BookWindow, samples: list[tuple[int, Book | None]]) -> dict[tuple[str, int], Observation]:
    rows = [row for now_ms, seen in samples for row in one.add(now_ms, seen)]
    return {(row.metric, row.event_ms): row for row in rows}


def test_a_window_is_the_median_of_its_samples_and_known_when_it_closed() -> None:
    halves = [0.01, 0.02, 0.03] * 20 + [0.5]
    samples = [(START + (i + 1) * STEP, book(half)) for i, half in enumerate(halves)]
    found = told(window(), samples)
    assert {event for _, event in found} == {START + WINDOW_MS}
    spread = found["liquidity.spread_bp", START + WINDOW_MS]
    assert spread.value == pytest.approx(4.0)
    assert (spread.subject, spread.source) == ("BTC/USDT", "test")
    assert spread.available_ms == START + WINDOW_MS + STEP
    assert len(found) == 11 - 2  # one level a side has no slope; nothing was hit


@pytest.mark.parametrize(("n_heard", "is_told"), [(60, True), (31, True), (28, False), (0, False)])
def test_a_window_watched_for_less_than_half_is_absent(n_heard: int, is_told: bool) -> None:
    samples = [(START + i * STEP, book(0.01) if i <= n_heard else None) for i in range(62)]
    assert bool(told(window(), samples)) is is_told


def test_two_samples_far_apart_do_not_vouch_for_the_time_between_them() -> None:
    samples = [(START + 1_000, book(0.01)), (START + 290_000, book(0.01)), (START + 310_000, book(0.01))]
    assert told(window(), samples) == {}


def test_a_measure_that_few_samples_could_tell_is_left_out() -> None:
    samples = [(START + i * STEP, book(0.01, reach=99.8 if i % 3 else 0.0)) for i in range(1, 62)]
    found = {metric for metric, _ in told(window(), samples)}
    assert "liquidity.bid_depth_10bp_usd" in found
    assert "liquidity.bid_depth_50bp_usd" not in found


def test_recoveries_are_told_where_they_end() -> None:
    one = window()
    for i in range(60):
        now_ms = START + (i + 1) * STEP
        one.touched(now_ms, 100.0 if i not in (40, 41) else 10.0, 100.0)
        assert one.add(now_ms, book(0.01)) == []
    found = told(one, [(START + 61 * STEP, book(0.01))])
    assert found["liquidity.resilience_s", START + WINDOW_MS].value == 10.0


def test_windows_follow_each_other_without_a_gap() -> None:
    samples = [(START + i * STEP, book(0.01)) for i in range(1, 300)]
    ends = sorted({event for _, event in told(window(), samples)})
    assert ends == [START + i * WINDOW_MS for i in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"bids": [], "asks": []},
        {"bids": [[99.0, 1.0]], "asks": []},
        {"bids": [[101.0, 1.0]], "asks": [[100.0, 1.0]]},
        {"bids": [[99.0, -3.0]], "asks": [[100.0, 1.0]]},
        {"bids": [[99.0, 1.0]], "asks": [[1e308, math.inf]]},
        {"bids": [[99.0, math.nan]], "asks": [[100.0, 1.0]]},
        {"bids": [[None, 1.0]], "asks": [[100.0, 1.0]]},
        {"bids": [[10**400, 1.0]], "asks": [[100.0, 1.0]]},
        {"bids": [["x", 1.0]], "asks": [[100.0, 1.0]]},
        {"bids": [[99.0]], "asks": [[100.0, 1.0]]},
        {"bids": [[98.0, 1.0], [99.0, 1.0]], "asks": [[100.0, 1.0]]},
    ],
    ids=str,
)
def test_what_ccxt_kept_is_not_used_where_it_cannot_be_a_book(kept: dict[str, list[list[float]]]) -> None:
    assert checked_book(kept) is None


def test_what_ccxt_kept_is_known_as_far_as_its_last_level() -> None:
    seen = checked_book({"bids": [[99.0, 1.0, 7], [98.0, 2.0, 7]], "asks": [[101.0, 3.0]]})
    assert seen is not None
    assert (seen.bid_reach, seen.ask_reach) == (98.0, 101.0)
