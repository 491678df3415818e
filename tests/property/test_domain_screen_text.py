"""Screens: what is printed is read as the same, and unknown values never match."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.screen import (
    OF_NUMBERS,
    SIDES,
    Condition,
    Group,
    Joint,
    Screen,
    comparisons_of,
    conditions_of,
    joined,
    matches,
    without,
)
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind, order_of
from workstation.domain.screen_text import ScreenError, parse, text_of

COMPARED = [column for column in COLUMNS.values() if column.kind is not ColumnKind.LINE]
NUMBERS = [column.id for column in COMPARED if comparisons_of(column.kind) is OF_NUMBERS]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    column = draw(st.sampled_from(COMPARED))
    allowed = comparisons_of(column.kind)
    value: st.SearchStrategy[float | str] = st.floats(-1e15, 1e15)
    if column.kind is ColumnKind.SIDE:
        value = st.sampled_from(sorted(SIDES))
    elif column.kind is ColumnKind.NAME:
        value = st.text(st.characters(blacklist_characters='"\N{MINUS SIGN}'), min_size=1).filter(str.strip)
    return Condition(column.id, draw(st.sampled_from(allowed)), draw(value))


def _group(parts: st.SearchStrategy[Screen]) -> st.SearchStrategy[Screen]:
    made = st.builds(
        lambda joint, some: joined(joint, *some),
        st.sampled_from(Joint),
        st.lists(parts, min_size=2, max_size=4),
    )
    return made.filter(lambda one: one is not None)


screens = st.recursive(conditions(), _group, max_leaves=8)


@given(screens)
@settings(max_examples=70)
def test_a_printed_screen_is_read_as_the_same(screen: Screen) -> None:
    assert parse(text_of(screen)) == screen


@given(st.text(st.sampled_from('grade>=80 andor()"signl ibh7d%\N{MINUS SIGN}!')))
@settings(max_examples=100)
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    place = 0
    try:
        screen = parse(text)
    except ScreenError as error:
        screen, place = None, error.at
    assert parse(text_of(screen)) == screen
    assert 0 <= place <= len(text)


@given(screens)
@settings(max_examples=100)
def test_coins_of_which_nothing_is_known_never_match(screen: Screen) -> None:
    hits = matches(screen, CoinColumns(("A/USDT", "B/USDT")))
    compared = {condition.column for condition in conditions_of(screen)}
    assert not hits.any() or "market" in compared


@given(screens, st.data())
@settings(max_examples=40)
def test_a_chip_takes_exactly_one_condition_away(screen: Screen, data: st.DataObject) -> None:
    before = conditions_of(screen)
    number = data.draw(st.integers(0, len(before) - 1))
    assert conditions_of(without(screen, number)) == before[:number] + before[number + 1 :]


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=30), st.floats(-1e6, 1e6), st.data())
@settings(max_examples=40)
def test_columns_are_compared_and_sorted_as_one_by_one(
    values: list[float], bar: float, data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(NUMBERS))
    coins = CoinColumns(tuple(map(str, range(len(values)))), {column: np.array(values, float)})
    above = parse(f"{column} > {bar!r}")
    assert matches(above, coins).tolist() == [value > bar for value in values]
    for descending in (False, True):
        ordered = [values[row] for row in order_of(coins, column, descending=descending)]
        known = [value for value in ordered if value == value]
        assert known == sorted(known, reverse=descending)
        assert all(value != value for value in ordered[len(known) :])


@given(st.lists(screens, min_size=2, max_size=3))
@settings(max_examples=50)
def test_joining_never_nests_the_same_joint(parts: list[Screen]) -> None:
    screen = joined(Joint.ALL, *parts)
    assert isinstance(screen, Group)
    assert len(conditions_of(screen)) == sum(len(conditions_of(part)) for part in parts)
