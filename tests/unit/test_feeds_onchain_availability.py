"""A figure counts as known when it could be known here: the rule, and what may stand as a figure."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workstation.domain.errors import ProviderError
from workstation.feeds.onchain.availability import DAY_MS, HISTORY_MS, REVISED_WITHIN_MS, Visit
from workstation.feeds.onchain.harvest import Harvest, NotAFigure, figure, figure_of_text

NOW = 1_774_310_400_000  # 24 March 2026, 00:00 UTC
HOUR = 3_600_000


def test_at_the_first_fetch_the_past_counts_as_known_after_the_publishers_delay():
    visit = Visit(since_ms=0, now_ms=NOW)
    assert visit.available_ms(NOW - 30 * DAY_MS, lag_ms=12 * HOUR) == NOW - 30 * DAY_MS + 12 * HOUR


def test_at_the_first_fetch_a_day_that_was_published_late_counts_from_then():
    visit = Visit(since_ms=0, now_ms=NOW)
    late = NOW - 25 * DAY_MS
    assert visit.available_ms(NOW - 30 * DAY_MS, lag_ms=12 * HOUR, published_ms=late) == late


def test_at_the_first_fetch_nothing_counts_as_known_later_than_it_is_seen():
    visit = Visit(since_ms=0, now_ms=NOW)
    assert visit.available_ms(NOW - HOUR, lag_ms=12 * HOUR) == NOW
    assert visit.available_ms(NOW - HOUR, lag_ms=HOUR, published_ms=NOW + 5 * DAY_MS) == NOW


@pytest.mark.parametrize("age_ms", [HOUR, DAY_MS, 10 * DAY_MS, 1_000 * DAY_MS])
def test_what_a_later_fetch_tells_is_known_from_now_on_however_old_the_day(age_ms):
    visit = Visit(since_ms=NOW - 2 * HOUR, now_ms=NOW)
    assert visit.available_ms(NOW - age_ms, lag_ms=12 * HOUR) == NOW


def test_a_later_fetch_asks_again_for_days_that_may_have_been_revised():
    assert Visit(0, NOW).from_ms == NOW - HISTORY_MS
    assert Visit(NOW - HOUR, NOW).from_ms == NOW - HOUR - REVISED_WITHIN_MS
    assert Visit(5, NOW).from_ms == 0


@settings(max_examples=100)
@given(
    since=st.integers(0, NOW),
    age=st.integers(0, HISTORY_MS),
    lag=st.integers(0, 5 * DAY_MS),
    late=st.integers(),
)
def test_nothing_is_known_before_it_happened_nor_before_an_earlier_fetch_that_did_not_tell_it(
    since, age, lag, late
):
    event = NOW - age
    available = Visit(since, NOW).available_ms(event, lag, late)
    assert event <= available <= NOW
    assume(since > 0)
    assert available >= since


def test_a_harvest_keeps_what_can_be_and_counts_the_rest():
    visit = Visit(0, NOW)
    harvest = Harvest("somebody", HOUR)
    harvest.add("onchain.tvl_usd", "ETH", NOW - DAY_MS, 5.0, visit)
    harvest.add("onchain.tvl_usd", "ETH", NOW - DAY_MS, 5.0, visit)  # told twice, and the same
    harvest.add("onchain.tvl_usd", "ETH", NOW + 1, 6.0, visit)
    harvest.add("onchain.tvl_usd", "ETH", 0, 7.0, visit)
    harvest.add("onchain.tvl_usd", "SOL", NOW - DAY_MS, 8.0, visit)
    harvest.add("onchain.tvl_usd", "SOL", NOW - DAY_MS, 9.0, visit)  # contradicts
    assert [(row.subject, row.value) for row in harvest.rows()] == [("ETH", 5.0)]
    assert harvest.n_left_out == 3


def test_a_harvest_of_nothing_but_rubbish_is_an_error_and_an_empty_one_is_none():
    assert Harvest("somebody", HOUR).rows() == []
    harvest = Harvest("somebody", HOUR)
    harvest.leave_out("a number that cannot be")
    with pytest.raises(ProviderError, match="somebody answered nothing that can be used"):
        harvest.rows()


@pytest.mark.parametrize(
    "raw", [None, True, False, "5", [], {}, -1, -0.5, float("nan"), float("inf"), 1e22, 10**30, 10**400]
)
def test_what_is_no_number_on_a_chain_is_no_figure(raw):
    with pytest.raises(NotAFigure):
        figure(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *(None, True, 5, 5.0, [], "", " 5", "5 ", "5\n", "+5", "1_000", "1,5", ".5", "5.", "0x10", "nan"),
        *("inf", "-1", "1e999", "9" * 41, "٣", "５", "1e22", "5 USD"),
    ],
)
def test_what_is_no_number_in_plain_digits_is_no_figure(raw):
    with pytest.raises(NotAFigure):
        figure_of_text(raw)


@settings(max_examples=80)
@given(st.floats(0, 1e21))
def test_a_number_is_read_as_it_was_written(value):
    assert figure(value) == value
    assert figure_of_text(repr(value)) == value


def test_the_digits_of_a_publisher_are_read():
    assert figure_of_text("1360727895569.46582") == 1360727895569.46582
    assert figure_of_text("5.4e3") == 5400.0
    assert figure_of_text("0") == 0.0
