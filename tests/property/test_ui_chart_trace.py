"""A trace that was looked at between its changes shows what one that was made of the same values shows."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from workstation.ui.chart.study_trace import Trace
from workstation.ui.chart.time_scale import SlotMap

FIRST = 28_333_337


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 3000),
    changes=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60), st.sampled_from([0.004, 0.3, 6.0]))),
)
def test_how_often_it_was_looked_at_changes_nothing(seed, n, changes) -> None:
    rng = np.random.default_rng(seed)
    values = np.cumsum(rng.normal(0, 1, n))
    trace = Trace(FIRST, values)
    for back, n_new, per_slot in changes:
        begin = max(len(values) - back, 0)
        new = np.where(rng.random(n_new) < 0.1, np.nan, rng.normal(0, 30, n_new))
        values = np.concatenate([values[:begin], new, values[begin + n_new :]])
        trace.put(FIRST + begin, new)
        scale = SlotMap(per_slot, -round(FIRST * per_slot), 1.0)
        sight = FIRST - 1, FIRST + len(values) + 1
        for seen, made in zip(
            trace.gather(scale, *sight), Trace(FIRST, values).gather(scale, *sight), strict=True
        ):
            np.testing.assert_array_equal(seen, made)
