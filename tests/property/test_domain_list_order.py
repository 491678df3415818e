"""Markets that are moved within a list: none is lost, none is there twice, the others keep their order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.list_view import FIRST_COLUMNS, ListView, read_view, written_view
from workstation.domain.screen_column import COLUMNS, CoinColumns
from workstation.domain.watch_book import placed

SYMBOLS = st.lists(st.sampled_from("ABCDEFGH"), unique=True).map(tuple)


@settings(max_examples=60, deadline=None)
@given(SYMBOLS, SYMBOLS, st.sampled_from(("", *"ABCDEFGH")))
def test_moving_loses_nothing_and_doubles_nothing(symbols, moved, before):
    after = placed(symbols, moved, before)
    assert sorted(after) == sorted({*symbols, *moved})
    rest = [symbol for symbol in symbols if symbol not in moved]
    assert [symbol for symbol in after if symbol not in moved] == rest
    if moved:
        at = after.index(moved[0])
        assert after[at : at + len(moved)] == moved
        if before in rest:
            assert after[at + len(moved)] == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(tuple(COLUMNS)), max_size=8).map(tuple),
    st.dictionaries(st.sampled_from(tuple(COLUMNS)), st.integers(0, 2_000), max_size=4),
    st.sampled_from(("", *COLUMNS)),
    st.booleans(),
)
def test_a_view_comes_back_as_it_was_written(columns, widths, sorted_by, is_on):
    view = ListView(columns or FIRST_COLUMNS, tuple(widths.items()), sorted_by, is_on, not is_on, ("AI",), "")
    assert read_view(written_view(view)) == view


@settings(max_examples=40, deadline=None)
@given(SYMBOLS, SYMBOLS)
def test_columns_of_other_markets_keep_what_is_known_and_nothing_else(known, wanted):
    values = np.arange(float(len(known)))
    lines = {"last_day": {symbol: np.array([1.0, 2.0]) for symbol in known}}
    coins = CoinColumns(known, {"price": values}, {"narrative": tuple((s,) for s in known)}, lines).of(wanted)
    for row, symbol in enumerate(wanted):
        is_known = symbol in known
        price = coins.number("price")[row]
        assert price == known.index(symbol) if is_known else np.isnan(price)
        assert coins.cells("narrative")[row] == ((symbol,) if is_known else ())
        assert (coins.line("last_day", symbol) is not None) == is_known
