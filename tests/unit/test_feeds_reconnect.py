"""How long to wait, and when to say so."""

import random

import pytest

from tests.fakes.feeds_household import Household
from workstation.domain.events import FeedState
from workstation.feeds.reconnect import BackOff, DialPace, FeedStatus, Gate, retry_after_s

NOW = 1_706_745_600_000  # Thu, 01 Feb 2024 00:00:00 GMT


def test_the_bound_of_the_back_off_doubles_up_to_its_longest_and_starts_anew():
    backoff = BackOff(0.5, 30.0, random.Random(7))
    bounds = []
    for _ in range(9):
        bounds.append(backoff.bound_s)
        assert 0 <= backoff.next_s() <= bounds[-1]
    assert bounds == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    backoff.reset()
    assert backoff.bound_s == 0.5


def test_the_jitter_is_full_so_that_many_do_not_come_back_together():
    waits = [BackOff(8.0, 8.0, random.Random(seed)).next_s() for seed in range(200)]
    assert min(waits) < 1
    assert max(waits) > 7
    assert 3 < sum(waits) / len(waits) < 5


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("37", 37.0),
        (" 2.5 ", 2.5),
        ("0", 1.0),
        ("-5", 1.0),
        ("9999999", 259_200.0),
        ("Thu, 01 Feb 2024 00:01:30 GMT", 90.0),
        ("Wed, 31 Jan 2024 00:00:00 GMT", 1.0),
        (None, 60.0),
        ("", 60.0),
        ("soon", 60.0),
        ("nan", 60.0),
        ("inf", 60.0),
        ("٣", 60.0),
    ],
)
def test_retry_after_is_obeyed_within_a_second_and_three_days(header, wait_s):
    assert retry_after_s(header, NOW) == pytest.approx(wait_s)


async def test_a_gate_is_shut_until_the_last_wait_is_over():
    now = [100.0]
    gate = Gate(lambda: now[0])
    assert gate.remaining_s == 0
    gate.shut(30)
    gate.shut(5)
    assert gate.remaining_s == 30
    now[0] = 131.0
    assert gate.remaining_s == 0
    await gate.opened()


def test_dials_are_spaced_evenly_whoever_asks():
    now = [10.0]
    pace = DialPace(1.0, lambda: now[0])
    assert [pace.reserve() for _ in range(3)] == [0, 1, 2]
    now[0] = 20.0
    assert pace.reserve() == 0


def test_a_state_is_said_once_until_it_changes():
    household = Household()
    status = FeedStatus(household)
    for state in (FeedState.LIVE, FeedState.LIVE, FeedState.STALE, FeedState.LIVE):
        status.say(state, "Why.")
    assert [s for s, _ in household.states] == [FeedState.LIVE, FeedState.STALE, FeedState.LIVE]
