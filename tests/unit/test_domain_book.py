"""A book is checked when it is made: what cannot be a book never becomes one."""

import math

import numpy as np
import pytest

from workstation.domain.book import Book
from workstation.domain.errors import UsageError


def book(bids: list[tuple[float, float]], asks: list[tuple[float, float]]) -> Book:
    columns = [np.array([level[i] for level in side]) for side in (bids, asks) for i in (0, 1)]
    return Book(*columns)


def test_the_mid_price_lies_between_the_best_prices() -> None:
    assert book([(99.0, 1.0), (98.0, 2.0)], [(101.0, 1.0)]).mid == 100.0


@pytest.mark.parametrize(("bids", "asks"), [([], [(1.0, 1.0)]), ([(1.0, 1.0)], []), ([], [])])
def test_a_one_sided_book_has_no_mid_price(bids: list[tuple[float, float]], asks: list[tuple[float, float]]):
    assert math.isnan(book(bids, asks).mid)


@pytest.mark.parametrize(
    ("bids", "asks", "said"),
    [
        ([(100.0, 1.0)], [(100.0, 1.0)], "crossed"),
        ([(101.0, 1.0)], [(100.0, 1.0)], "crossed"),
        ([(99.0, math.nan)], [(100.0, 1.0)], "a number that is none"),
        ([(99.0, 1.0)], [(math.inf, 1.0)], "a number that is none"),
        ([(99.0, -3.0)], [(100.0, 1.0)], "not above zero"),
        ([(99.0, 0.0)], [(100.0, 1.0)], "not above zero"),
        ([(0.0, 1.0)], [(100.0, 1.0)], "not above zero"),
        ([(98.0, 1.0), (99.0, 1.0)], [(100.0, 1.0)], "bids are not in order"),
        ([(98.0, 1.0)], [(100.0, 1.0), (100.0, 1.0)], "asks are not in order"),
    ],
)
def test_what_cannot_be_a_book_is_refused(
    bids: list[tuple[float, float]], asks: list[tuple[float, float]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        book(bids, asks)


def test_prices_without_sizes_are_refused() -> None:
    with pytest.raises(UsageError, match="2 prices but 1 sizes"):
        Book(np.array([2.0, 1.0]), np.array([1.0]), np.array([3.0]), np.array([1.0]))
