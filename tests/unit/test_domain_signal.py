"""What a signal may be."""

import pytest

from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, Signal, SignalOrigin


def signal(direction: Direction) -> Signal:
    return Signal(
        SeriesKey("v", "A/B", "4h"), 7_200_000, 1.0, direction, (), True, SignalOrigin.LIVE, "0.1.0"
    )


def test_a_signal_is_never_neutral():
    with pytest.raises(ValueError, match="never neutral"):
        signal(Direction.NEUTRAL)


@pytest.mark.parametrize("direction", [Direction.BULLISH, Direction.BEARISH])
def test_a_signal_is_known_at_the_close_of_its_bar(direction):
    assert signal(direction).known_at_ms == 7_200_000 + 4 * 3_600_000


def test_every_family_has_a_name_to_read():
    labels = [family.label for family in Family]
    assert len(set(labels)) == len(Family) == 8
    assert Family.LEVELS.label == "Support and resistance"


def test_a_direction_multiplies_a_move_into_right_or_wrong():
    assert [int(direction) for direction in Direction] == [-1, 0, 1]
