"""Does one position end before the next one counts?"""

import numpy as np

from tests.fakes.candle_kernels import HOUR
from workstation.engine.evaluation.holding import first_events

HOURS = np.arange(8) * HOUR


def counted(*sides, times=HOURS, horizon=3):
    return first_events(np.array(sides, np.int8), times, horizon * HOUR).tolist()


def test_an_event_keeps_the_next_ones_out_until_its_horizon_is_over():
    assert counted(0, 1, 1, -1, 1, 0, 0, -1) == [False, True, False, False, True, False, False, True]


def test_the_horizon_is_time_and_not_rows():
    gaps = np.array([0, 5, 6, 7, 8, 9, 10, 11]) * HOUR
    assert counted(1, 1, 1, 0, 0, 0, 0, 0, times=gaps)[:3] == [True, True, False]


def test_no_bars_no_events():
    assert not len(first_events(np.empty(0, np.int8), np.empty(0, np.int64), HOUR))
