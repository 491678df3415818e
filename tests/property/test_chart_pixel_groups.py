"""Buckets that share a pixel: their extremes are those of every bucket, holes or not."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from workstation.ui.chart.pixel_groups import PixelGroups, bucket_grid
from workstation.ui.chart.time_scale import SlotMap


@settings(max_examples=60, deadline=None)
@given(
    widths=st.lists(st.integers(1, 14), min_size=1, max_size=60),
    seed=st.integers(0, 999),
    holes=st.sampled_from([0.0, 0.5]),
)
def test_the_extremes_of_a_pixel_are_those_of_its_buckets(widths, seed, holes) -> None:
    pixels, rng = np.repeat(np.arange(len(widths)) * 2.0 - 5.0, widths), np.random.default_rng(seed)
    values = rng.normal(size=len(pixels))
    values[rng.random(len(values)) < holes] = np.nan
    groups = PixelGroups(pixels)
    parts = [values[pixels == pixel] for pixel in np.unique(pixels)]
    known = [part[~np.isnan(part)] for part in parts]
    highest = [part.max() if len(part) else np.nan for part in known]
    lowest = [part.min() if len(part) else np.nan for part in known]
    np.testing.assert_array_equal(groups.pixels, np.unique(pixels))
    np.testing.assert_array_equal(groups.highest(values), highest)
    np.testing.assert_array_equal(groups.lowest(values), lowest)
    np.testing.assert_array_equal(groups.last - groups.first + 1, widths)


def test_a_shared_grid_cannot_be_changed_by_who_uses_it() -> None:
    grid = bucket_grid(SlotMap(0.3, -7, 1.0), 100, 900, 2)
    assert bucket_grid(SlotMap(0.3, -7, 1.0), 100, 900, 2) is grid
    assert not grid.x.flags.writeable
    np.testing.assert_allclose(grid.x[:2], [(400 + 1.5) * 0.3 - 7, (404 + 1.5) * 0.3 - 7])
