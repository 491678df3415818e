"""Whatever is drawn, deleted, moved and taken back: undo and redo give exactly what was there."""

from hypothesis import given, settings
from hypothesis import strategies as some

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.drawing_history import DrawingHistory


def line(number: int, price: float = 1.0) -> Drawing:
    return Drawing(str(number), DrawingKind.HORIZONTAL, (Anchor(0, price),))


def drawings(numbers: list[int]) -> tuple[Drawing, ...]:
    """Return one drawing for each number; 7 apart they are the same one at another price."""
    return tuple({n % 7: line(n % 7, 1.0 + n // 7) for n in numbers}.values())


SOME_NUMBERS = some.lists(some.integers(0, 13), max_size=6)


@given(some.lists(SOME_NUMBERS | some.sampled_from(("undo", "redo")), max_size=15))
@settings(max_examples=60)
def test_undo_and_redo_walk_through_the_very_states_that_were_there(steps):
    history, states, at = DrawingHistory(), [()], 0
    for step in steps:
        if step == "undo":
            assert bool(history.undo()) == (at > 0)
            at = max(at - 1, 0)
        elif step == "redo":
            assert bool(history.redo()) == (at < len(states) - 1)
            at = min(at + 1, len(states) - 1)
        elif history.change("Change", drawings(step)):
            states, at = [*states[: at + 1], drawings(step)], at + 1
        assert history.drawings == states[at]


@given(some.lists(SOME_NUMBERS, min_size=1, max_size=6), some.integers(0, 6))
@settings(max_examples=40)
def test_what_was_stored_stays_below_every_state_that_is_taken_back(states, n_undone):
    history, seen = DrawingHistory(), [()]
    for state in map(drawings, states):
        if history.change("Change", state):
            seen.append(state)
    for _ in range(n_undone):
        history.undo()
    stored = (line(7), line(8))
    history.put_below(stored)
    while history.undo():
        pass
    for state in seen:
        assert history.drawings == stored + state
        history.redo()
