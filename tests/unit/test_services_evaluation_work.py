"""Results come in the order of their tasks, few at a time, and survive an interruption."""

from concurrent.futures import Future

import numpy as np
import pytest

from workstation.domain.errors import StoreError
from workstation.services.work.kept import KeptResults
from workstation.services.work.workers import Alone, in_order


class Desk:
    """Answers at once, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, item):
        self.asked.append(item)
        answer = Future()
        answer.set_result(item * 10)
        return answer


class Counted:
    """Works alone, and remembers what was worked on."""

    description = "one process"

    def __init__(self):
        self.worked = []

    def map(self, function, items):
        for item in items:
            self.worked.append(item)
            yield function(item)


def doubled(number):
    return {"twice": np.array([2 * number])}


def test_results_come_in_the_order_of_the_tasks():
    assert list(in_order(Desk(), range(5), most=2)) == [0, 10, 20, 30, 40]


def test_few_tasks_are_under_way_at_a_time():
    desk = Desk()
    results = in_order(desk, range(100), most=3)
    next(results)
    assert desk.asked == [0, 1, 2]


def test_what_is_under_way_is_cancelled_when_nobody_wants_the_rest():
    waiting = []

    def submit(item):
        waiting.append(Future())
        if item == 0:
            waiting[0].set_result(0)
        return waiting[-1]

    results = in_order(submit, range(9), most=2)
    next(results)
    results.close()
    assert [answer.cancelled() for answer in waiting] == [False, True]


def test_whoever_works_alone_makes_a_task_when_its_turn_has_come():
    made = []
    results = Alone().map(str, (made.append(k) or k for k in range(3)))
    assert next(results) == "0"
    assert made == [0]


def test_a_finished_result_is_not_worked_out_again(tmp_path):
    kept, first, again = KeptResults(tmp_path / "kept"), Counted(), Counted()
    list(kept.map(first, doubled, ["1", "3"], int))
    found = list(kept.map(again, doubled, ["1", "2", "3"], int))
    assert [int(each["twice"][0]) for each in found] == [2, 4, 6]
    assert again.worked == [2]


def test_what_was_finished_before_an_interruption_is_kept(tmp_path):
    kept = KeptResults(tmp_path / "kept")
    results = kept.map(Alone(), doubled, ["1", "2", "3"], int)
    next(results)
    results.close()
    assert kept.names() == ["1"]


def test_a_damaged_result_is_worked_out_again(tmp_path):
    kept, again = KeptResults(tmp_path), Counted()
    (tmp_path / "7.npz").write_bytes(b"PK\x03\x04 and then nothing")
    assert int(next(kept.map(again, doubled, ["7"], int))["twice"][0]) == 14
    assert again.worked == [7]


def test_results_are_forgotten_when_they_are_not_needed_any_more(tmp_path):
    kept = KeptResults(tmp_path / "kept")
    list(kept.map(Alone(), doubled, ["1"], int))
    kept.clear()
    assert kept.names() == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "kept").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="kept cannot be written"):
        list(KeptResults(tmp_path / "kept").map(Alone(), doubled, ["1"], int))
