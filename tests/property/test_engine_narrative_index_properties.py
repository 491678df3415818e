"""Indices of narratives against pandas, against their own future, and bar by bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.narrative_indices import PandasIndices
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import IndexRules, Weighting
from workstation.engine.narratives.index import IndexState, indices
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.panel import DAY_MS, MarketPanel, join_panel
from workstation.storage.candle_files import CandleFolder

N_COINS, HOUR_MS = 7, 3_600_000


@st.composite
def markets(draw):
    """Return a market of seven coins with halts, holes, delistings and prices of zero."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bar_ms = draw(st.sampled_from([DAY_MS, 6 * HOUR_MS]))
    n = draw(st.integers(30, 70))
    close = np.exp(rng.normal(0, 0.1, (n, N_COINS)).cumsum(axis=0))
    open_ = close * np.exp(rng.normal(0, 0.02, (n, N_COINS)))
    dollars = rng.lognormal(14, 1.5, (n, N_COINS))
    cap = np.where(rng.random((n, N_COINS)) < 0.8, rng.lognormal(20, 1, (n, N_COINS)), np.nan)
    absent = rng.random((n, N_COINS)) < draw(st.sampled_from([0.0, 0.05, 0.3]))
    for coin in range(N_COINS):
        start, stop = sorted(rng.integers(0, n, 2).tolist())
        absent[: draw(st.sampled_from([0, start])), coin] = True
        absent[start:stop, coin] |= rng.random() < 0.4
    absent[rng.random(n) < 0.05] = True
    for column in (open_, close, dollars):
        column[absent] = np.nan
    close[rng.random((n, N_COINS)) < 0.01] = 0.0
    first = draw(st.integers(0, 20)) * DAY_MS
    close_ms = first + (np.arange(n, dtype=np.int64) + 1) * bar_ms
    return MarketPanel(close_ms, tuple("ABCDEFG"), open_, close, dollars, cap, bar_ms)


@st.composite
def books(draw):
    """Return three narratives of coins with shares, beginnings and ends; some are of no market."""
    days = st.none() | st.integers(1, 60).map(lambda day: day * DAY_MS)
    narratives = []
    for name in ("ai", "defi", "memes"):
        members = []
        for coin in draw(st.lists(st.sampled_from("ABCDEFGX"), unique=True, max_size=6)):
            since, until = draw(days), draw(days)
            if since is not None and until is not None and since >= until:
                since = None
            share = draw(st.none() | st.floats(0.05, 0.3))
            members.append(Membership(coin, share, since, until))
        narratives.append(Narrative(name, name.title(), tuple(members)))
    return NarrativeBook(tuple(narratives))


rules = st.builds(
    IndexRules,
    weighting=st.sampled_from(Weighting),
    most_weight=st.sampled_from([0.2, 0.35, 1.0]),
    least_daily_usd=st.sampled_from([0.0, 1e6]),
    least_days=st.sampled_from([1, 4]),
    rebalance_days=st.sampled_from([1, 3, 7]),
    cost_pct=st.sampled_from([0.0, 0.15, 2.0]),
)


def assert_as_pandas_says(panel, book, made):
    gross, net = PandasIndices(panel, book, made).all()
    found = indices(panel, book, made)
    np.testing.assert_allclose(found.gross, gross, rtol=1e-9, atol=0)
    np.testing.assert_allclose(found.net, net, rtol=1e-9, atol=0)
    return found


@given(markets(), books(), rules)
@settings(max_examples=10, deadline=None)
def test_pandas_says_the_same_of_any_market(panel, book, made):
    assert_as_pandas_says(panel, book, made)


@given(markets(), books(), rules, st.floats(0.2, 0.9), st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_the_future_changes_nothing(panel, book, made, part, seed):
    cut = int(part * len(panel.close_ms))
    rng = np.random.default_rng(seed)
    other = {}
    for name in ("open", "close", "dollar_volume", "cap"):
        column = getattr(panel, name).copy()
        column[cut:] = np.where(rng.random(column[cut:].shape) < 0.2, np.nan, rng.lognormal(3, 3))
        other[name] = column
    changed = MarketPanel(panel.close_ms, panel.coins, bar_ms=panel.bar_ms, **other)
    known, told = indices(panel, book, made), indices(changed, book, made)
    np.testing.assert_array_equal(known.net[:cut], told.net[:cut])
    np.testing.assert_array_equal(known.net[:cut], indices(panel[:cut], book, made).net)


@given(markets(), books(), rules)
@settings(max_examples=10, deadline=None)
def test_bar_by_bar_is_bit_for_bit_what_the_whole_gives(panel, book, made):
    whole = indices(panel, book, made)
    state = IndexState(Lineup(book, panel.coins), made)
    n_kept = 30 * panel.bars_a_day
    for row in range(len(panel.close_ms)):
        window = panel[max(0, row + 1 - n_kept) : row + 1]  # what live has in memory, and nothing more
        state.advance(window, len(window.close_ms) - 1)
        assert state.net.tobytes() == whole.net[row].tobytes()
    assert state.weights.tobytes() == whole.state.weights.tobytes()
    for name in state.lineup.names:
        assert state.log.changes(name) == whole.state.log.changes(name)


@given(markets(), books(), rules)
@settings(max_examples=10, deadline=None)
def test_an_index_is_its_holdings_and_cash_and_costs_only_take(panel, book, made):
    found = indices(panel, book, made)
    state = found.state
    held = state.lineup.sums(state.weights)
    begun = ~np.isnan(state.gross)
    assert (held[begun] <= 1 + 1e-9).all()
    assert (held[~begun] == 0).all()
    assert (state.weights >= 0).all()
    both = begun & (state.net > 0)
    assert (state.net[both] <= state.gross[both] * (1 + 1e-12)).all()


def split_book(coins, n_narratives, end_ms):
    """Return a book that puts every coin of a recording somewhere; some leave, some are in two."""
    narratives = []
    for which in range(n_narratives):
        members = []
        for place, coin in enumerate(coins):
            if place % n_narratives == which:
                members.append(Membership(coin, until_ms=end_ms if place % 7 == 3 else None))
            elif place % 3 == 0 and place * 5 % n_narratives == which:
                members.append(Membership(coin, since_ms=end_ms - 60 * DAY_MS))
        narratives.append(Narrative(f"n{which}", f"N{which}", tuple(members)))
    return NarrativeBook(tuple(narratives))


@pytest.mark.parametrize(
    ("name", "timeframe", "symbols", "rows", "weighting"),
    [
        ("bybit-perp-1d-2020-2025", "1d", slice(0, 276, 12), slice(700, 1000), Weighting.VOLUME),
        ("binance-spot-2021-2023", "1h", slice(0, 54, 4), slice(8500, 9900), Weighting.EQUAL),
    ],
)
def test_pandas_says_the_same_of_the_recordings(recordings, name, timeframe, symbols, rows, weighting):
    folder = CandleFolder(recordings / "ohlcv" / name, skip_bad_rows=True)
    read = {symbol: folder.read(symbol, timeframe) for symbol, _ in folder.series()[symbols]}
    panel = join_panel([read], timeframe).panel[rows]
    book = split_book(panel.coins, 5, int(panel.close_ms[len(panel.close_ms) // 2]))
    found = assert_as_pandas_says(panel, book, IndexRules(weighting))
    assert (found.net[-1] > 0).all()
