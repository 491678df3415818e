"""Drawings stand where they were drawn, say one price at a time, and every change can be taken back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.drawing import Anchor, Drawing, DrawingKind, Style
from workstation.domain.drawing_history import MOST_STEPS, DrawingHistory
from workstation.domain.drawing_price import level_prices, plan_of, price_at
from workstation.domain.errors import UsageError

HOUR = 3_600_000
PRICES = st.floats(1e-8, 1e6)
TIMES = st.integers(0, 2_000_000_000_000)


def drawn(kind: DrawingKind, *points: tuple[int, float], **rest: object) -> Drawing:
    return Drawing("a", kind, tuple(Anchor(*point) for point in points), **rest)  # type: ignore[arg-type]


def test_a_trend_line_has_a_price_between_its_points_only():
    line = drawn(DrawingKind.TREND, (0, 100.0), (10 * HOUR, 200.0))
    assert [price_at(line, hour * HOUR) for hour in (-1, 0, 5, 10, 11)] == [None, 100, 150, 200, None]


def test_a_ray_goes_on_beyond_its_second_point_whichever_way_it_points():
    onward = drawn(DrawingKind.RAY, (0, 100.0), (HOUR, 110.0))
    back = drawn(DrawingKind.RAY, (HOUR, 110.0), (0, 100.0))
    assert [price_at(onward, hour * HOUR) for hour in (-1, 3)] == [None, pytest.approx(130)]
    assert [price_at(back, hour * HOUR) for hour in (-3, 2)] == [pytest.approx(70), None]


def test_a_line_drawn_on_a_logarithmic_scale_rises_by_equal_ratios():
    line = drawn(DrawingKind.TREND, (0, 100.0), (2 * HOUR, 400.0), is_log=True)
    assert price_at(line, HOUR) == pytest.approx(200)


def test_a_line_that_falls_below_zero_has_no_price_there():
    assert price_at(drawn(DrawingKind.RAY, (0, 100.0), (HOUR, 50.0)), 3 * HOUR) is None


def test_only_lines_have_a_price():
    assert price_at(drawn(DrawingKind.HORIZONTAL, (0, 7.0)), -HOUR) == 7
    assert price_at(drawn(DrawingKind.VERTICAL, (0, 7.0)), 0) is None
    assert price_at(drawn(DrawingKind.TREND, (0, 7.0), (0, 9.0)), 0) is None
    assert level_prices(drawn(DrawingKind.TREND, (0, 7.0), (1, 9.0))) == ()


@settings(max_examples=60)
@given(TIMES, PRICES, TIMES, PRICES, st.booleans())
def test_a_line_goes_through_both_of_its_points(t0, p0, t1, p1, is_log):
    line = drawn(DrawingKind.TREND, (t0, p0), (t1, p1), is_log=is_log)
    if t0 == t1:
        assert price_at(line, t0) is None
    else:
        assert price_at(line, t0) == pytest.approx(p0, rel=1e-9)
        assert price_at(line, t1) == pytest.approx(p1, rel=1e-9, abs=1e-9)


def test_retracement_levels_lead_from_the_end_of_the_leg_back_to_its_beginning():
    levels = dict(level_prices(drawn(DrawingKind.RETRACEMENT, (0, 100.0), (HOUR, 200.0))))
    assert (levels[0.0], levels[0.5], levels[1.0]) == (200, 150, 100)
    assert levels[0.618] == pytest.approx(138.2)


def test_an_extension_carries_the_leg_on_and_leaves_out_what_is_below_zero():
    points = ((0, 100.0), (HOUR, 150.0), (2 * HOUR, 130.0))
    assert dict(level_prices(drawn(DrawingKind.EXTENSION, *points)))[1.0] == 180
    falling = drawn(DrawingKind.EXTENSION, (0, 150.0), (HOUR, 50.0), (2 * HOUR, 110.0))
    assert [ratio for ratio, _ in level_prices(falling)] == [0.0, 0.618, 1.0]
    by_ratio = dict(level_prices(drawn(DrawingKind.EXTENSION, *points, is_log=True)))
    assert by_ratio[1.0] == pytest.approx(130 * 1.5)


@pytest.mark.parametrize(("kind", "stop", "target"), [("long", 90.0, 130.0), ("short", 110.0, 70.0)])
def test_a_plan_loses_exactly_the_stated_risk_at_the_stop(kind, stop, target):
    plan = plan_of(drawn(DrawingKind(kind), (0, 100.0), (0, stop), (HOUR, target), risk=Decimal("50")))
    assert (plan.size, plan.cost, plan.gain) == (Decimal(5), Decimal(500), Decimal(150))
    assert (plan.stop_pct, plan.target_pct, plan.reward_to_risk) == (10, 30, 3)


@settings(max_examples=60)
@given(st.floats(1e-6, 1e6), st.floats(0.001, 0.5), st.decimals(1, 10_000, places=2))
def test_a_size_never_risks_more_than_was_stated(entry, off, risk):
    plan = plan_of(drawn(DrawingKind.LONG, (0, entry), (0, entry * (1 - off)), (1, entry * 2), risk=risk))
    at_risk = Decimal(repr(entry)) - Decimal(repr(entry * (1 - off)))
    assert plan.size * at_risk <= risk * (1 + Decimal("1e-20"))


def test_a_stop_on_the_wrong_side_gives_no_plan():
    assert plan_of(drawn(DrawingKind.LONG, (0, 100.0), (0, 110.0), (1, 130.0))) is None
    assert plan_of(drawn(DrawingKind.HORIZONTAL, (0, 100.0))) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Anchor(0, 0.0),
        lambda: Anchor(0, float("nan")),
        lambda: Style("pink"),
        lambda: Style(width=9),
        lambda: drawn(DrawingKind.TREND, (0, 1.0)),
        lambda: drawn(DrawingKind.TEXT, (0, 1.0), text="x" * 201),
        lambda: drawn(DrawingKind.LONG, (0, 1.0), (0, 1.0), (0, 1.0), risk=Decimal(0)),
        lambda: Drawing("", DrawingKind.HORIZONTAL, (Anchor(0, 1.0),)),
    ],
)
def test_what_cannot_be_drawn_is_refused(make):
    with pytest.raises(UsageError):
        make()


def line(name: str) -> Drawing:
    return Drawing(name, DrawingKind.HORIZONTAL, (Anchor(0, 5.0),))


def test_every_change_can_be_taken_back_and_made_again():
    history = DrawingHistory()
    states = [tuple(line(str(i)) for i in range(n)) for n in range(4)]
    for state in states[1:]:
        assert history.change(f"Add {len(state)}", state)
    assert [history.undo() for _ in range(4)] == ["Add 3", "Add 2", "Add 1", ""]
    assert history.drawings == ()
    assert [history.redo() for _ in range(4)] == ["Add 1", "Add 2", "Add 3", ""]
    assert history.drawings == states[-1]


def test_a_new_change_forgets_what_was_taken_back_and_no_change_is_none():
    history = DrawingHistory()
    history.change("Add", (line("a"),))
    history.undo()
    assert not history.change("Nothing", ())
    assert history.can_redo
    history.change("Add", (line("b"),))
    assert not history.can_redo


def test_the_history_does_not_grow_for_ever():
    history = DrawingHistory()
    for i in range(MOST_STEPS + 50):
        history.change("Add", (line(str(i)),))
    n = 0
    while history.undo():
        n += 1
    assert n == MOST_STEPS


def test_steps_of_many_drawings_hold_only_what_differs():
    history, many = DrawingHistory(), tuple(line(str(n)) for n in range(100))
    for n in range(100):
        history.change("Add", many[: n + 1])
    history.change("Move", (*many[:50], replace(many[50], is_locked=True), *many[51:]))
    history.change("Delete", history.drawings[:10] + history.drawings[11:])
    assert {(len(step.taken), len(step.put)) for step in history._done} == {(0, 1), (1, 1), (1, 0)}


def test_what_was_stored_comes_below_what_was_drawn_while_it_was_read():
    history = DrawingHistory()
    history.change("Add", (line("new"),))
    history.put_below([line("old"), line("new")])
    assert [each.id for each in history.drawings] == ["old", "new"]
    history.undo()
    assert [each.id for each in history.drawings] == ["old"]
