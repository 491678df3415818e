"""Does the family of patterns say what its sentences promise, in any market and however it is computed?"""

import numpy as np
import pytest

from tests.fakes.pattern_market import absurd, holed, made
from workstation.domain.candle import CandleColumns
from workstation.domain.signal import Family
from workstation.engine.features import columns, patterns
from workstation.engine.features.analogue_library import AnalogueLibrary
from workstation.engine.features.analogues import analogues
from workstation.engine.features.history import compute
from workstation.engine.features.patterns import FAMILY, POINTS
from workstation.engine.features.registry import CANDLE_POINTS

NAMES = [point.name.partition(".")[2] for point in POINTS]
N_FACTS = columns.N_GIVEN - columns.ANALOGUE_OUTCOME


def given(candles: CandleColumns, seed: int = 0):
    """Return the base columns: the candles, a Bitcoin that half moves with them, and some analogues."""
    n, rng = len(candles), np.random.default_rng(seed)
    base = np.full((columns.N_COLUMNS, n), np.nan)
    for k, name in enumerate(("open", "high", "low", "close", "volume")):
        base[k] = getattr(candles, name)
    with np.errstate(all="ignore"):
        own = np.diff(np.log(candles.close), prepend=np.nan)
    base[columns.BTC_RETURN, 1:] = own[:-1] + rng.normal(0, 0.01, n - 1)
    base[columns.ANALOGUE_OUTCOME : columns.N_GIVEN] = rng.uniform(0, 1, (N_FACTS, n))
    base[columns.ANALOGUE_MOMENTS] += 1
    return base


def filled(candles: CandleColumns, base=None, *, one_by_one_from: int | None = None):
    """Return the data points, shape (n_points, n), a whole batch or bar by bar from a row on."""
    base, n = given(candles) if base is None else base, len(candles)
    out = np.full((patterns.N_COLUMNS, n), np.nan)
    batch = n if one_by_one_from is None else one_by_one_from
    base_parts, parts = np.empty(columns.N_PARTS), np.empty(sum(FAMILY.windows))
    for lo, hi in ((0, batch), *((i, i + 1) for i in range(batch, n))):
        columns.fill(base, base_parts, 0, lo, hi)
        patterns.rows(candles.open_time, base, out, parts, 0, lo, hi)
    return out[: len(POINTS)]


def told(out, name: str):
    return out[NAMES.index(name)]


@pytest.fixture(scope="module")
def market() -> CandleColumns:
    return made(11, 2_000)


@pytest.fixture(scope="module")
def points(market):
    return filled(market)


# --- as data points -----------------------------------------------------------------------------------------


def test_each_is_named_after_its_family_and_lies_in_its_range(points) -> None:
    assert FAMILY.family is Family.PATTERNS
    assert len(POINTS) >= 20
    assert len(set(NAMES)) == len(NAMES)
    assert set(FAMILY.reads) <= {point.name for point in POINTS}
    for point, values in zip(POINTS, points, strict=True):
        assert point.family is Family.PATTERNS
        assert point.sentence.endswith(".")
        known = values[point.warmup :]
        assert not np.isnan(known).all(), point.name
        assert ((known >= point.low) & (known <= point.high) | np.isnan(known)).all(), point.name
        if "swing" not in point.sentence:
            assert not np.isnan(known).any(), point.name


def test_what_is_searched_once_a_day_says_so() -> None:
    for point in POINTS:
        is_searched = "analogue" in point.name
        assert point.cadence == ("once in 24 bars" if is_searched else "every close")


@pytest.mark.parametrize(
    "candles", [made(1, 700), holed(made(2, 900), 2), absurd(900)], ids=["made", "with holes", "absurd"]
)
def test_bar_by_bar_is_the_history_to_the_last_bit(candles) -> None:
    whole = filled(candles)
    assert filled(candles, one_by_one_from=1).tobytes() == whole.tobytes()
    cut = len(candles) // 2
    assert filled(candles[:cut], given(candles)[:, :cut].copy()).tobytes() == whole[:, :cut].copy().tobytes()


def test_the_kept_rows_are_enough_for_the_next_bar(market) -> None:
    base = given(market)
    columns.fill(base, np.empty(columns.N_PARTS), 0, 0, len(market))
    n, first = len(market), len(market) - columns.KEPT_ROWS - 40
    out = np.full((patterns.N_COLUMNS, n), np.nan)
    parts = np.empty(sum(FAMILY.windows))
    patterns.rows(market.open_time, base, out, parts, 0, 0, n - 40)
    few, kept, few_parts = base[:, first:].copy(), out[:, first:].copy(), parts.copy()
    patterns.rows(market.open_time, base, out, parts, 0, n - 40, n)
    for i in range(columns.KEPT_ROWS, few.shape[1]):
        patterns.rows(market.open_time[first:], few, kept, few_parts, first, i, i + 1)
    assert kept.tobytes() == out[:, first:].copy().tobytes()


@pytest.mark.parametrize("begun", [1, 23, 500, 777])
def test_a_market_begun_earlier_says_the_same(market, points, begun) -> None:
    later = filled(market[begun:], given(market)[:, begun:].copy())
    for point, early, late in zip(POINTS, points[:, begun:], later, strict=True):
        early, late = early[point.warmup :], late[point.warmup :]
        assert np.array_equal(np.isnan(early), np.isnan(late)), point.name
        assert np.nanmax(np.abs(early - late)) <= 1e-9 * np.nanstd(early), point.name


def test_absurd_prices_are_unknown_or_in_range_once_infinities_are_left_out() -> None:
    for point, values in zip(POINTS, filled(absurd(1_500)), strict=True):
        known = values[point.warmup :]
        known = known[np.isfinite(known)]
        assert ((known >= point.low) & (known <= point.high)).all(), point.name


def test_without_a_market_and_without_a_library_what_needs_them_is_unknown(market) -> None:
    base = given(market)
    base[columns.BTC_RETURN : columns.N_GIVEN] = np.nan
    for point, values in zip(POINTS, filled(market, base), strict=True):
        assert np.isnan(values).all() == ("market" in point.inputs), point.name


# --- each against numbers worked out by hand ----------------------------------------------------------------


def test_compression_is_a_day_against_a_week(market, points) -> None:
    day, week = market[-24:], market[-168:]
    expected = (day.high.max() - day.low.min()) / (week.high.max() - week.low.min())
    assert told(points, "compression")[-1] == expected


def test_ranks_are_among_the_same_measure_of_two_weeks(market, points) -> None:
    n = len(market)
    close = np.lib.stride_tricks.sliding_window_view(market.close, 20)
    width = (close.std(axis=1) / close.mean(axis=1))[-336:]
    before = market.close[:-1]
    high, low = np.maximum(market.high[1:], before), np.minimum(market.low[1:], before)
    means = np.convolve(high - low, np.ones(24), "valid")
    spans = (means / market.close[n - len(means) :])[-336:]
    assert told(points, "band_width_rank")[-1] == pytest.approx((width[:-1] < width[-1]).mean())
    assert told(points, "range_rank")[-1] == pytest.approx((spans[:-1] < spans[-1]).mean())


def test_equals_count_half_in_a_rank() -> None:
    still = CandleColumns.of(np.arange(500) * 3_600_000, *(np.full(500, 7.0) for _ in range(5)))
    assert told(filled(still, given(still)), "band_width_rank")[-1] == 0.5


def test_inside_bars_are_counted(market, points) -> None:
    high, low = market.high, market.low
    inside = (high[1:] <= high[:-1]) & (low[1:] >= low[:-1])
    inside &= high[1:] - low[1:] < high[:-1] - low[:-1]
    for row in (24, 25, 100, 1_999):
        assert told(points, "inside_bars_24")[row] == inside[max(row - 24, 0) : row].sum()


def swings(x, row: int) -> list[float]:
    """Return the swing lows of the last 336 bars that are confirmed at a row, newest first."""
    pivots = range(row - 6, max(row - 337, 5), -1)
    return [x[p] for p in pivots if x[p] <= x[p - 6 : p].min() and x[p] < x[p + 1 : p + 7].min()]


def test_steps_are_counted_from_confirmed_swing_to_confirmed_swing(market, points) -> None:
    for row in range(400, 2_000, 37):
        lows, highs = swings(market.low, row), swings(-market.high, row)
        up = np.sign(lows[0] - lows[1]) + np.sign(lows[1] - lows[2])
        assert told(points, "higher_lows")[row] == up
        down = np.sign(highs[0] - highs[1]) + np.sign(highs[1] - highs[2])
        assert told(points, "lower_highs")[row] == down


def test_a_swing_is_not_known_before_its_sixth_bar() -> None:
    close = np.concatenate([np.r_[20:10:-1, 10:20] + 1.0 * k for k in range(4)]).astype(float)
    candles = CandleColumns.of(np.arange(80) * 3_600_000, close, close, close, close, close)
    lows = told(filled(candles), "higher_lows")
    third = 50
    assert close[third] == 12.0
    assert np.flatnonzero(~np.isnan(lows))[0] == third + 6
    assert lows[third + 6] == 2.0


def test_volatility_of_one_span_against_another(market, points) -> None:
    steps = np.diff(np.log(market.close))
    shift = np.log(steps[-24:].std() / steps[-168:].std())
    regime = np.log(steps[-168:].std() / steps[-720:].std())
    assert told(points, "volatility_shift")[-1] == pytest.approx(shift)
    assert told(points, "volatility_regime")[-1] == pytest.approx(regime)


def test_correlation_skewness_and_falls_of_a_week(market, points) -> None:
    steps = np.diff(np.log(market.close))
    btc = given(market)[columns.BTC_RETURN]
    expected = np.corrcoef(steps[-169:-1], btc[-168:])[0, 1]
    assert told(points, "btc_correlation")[-1] == pytest.approx(expected, abs=1e-9)
    week = steps[-168:]
    skew = ((week - week.mean()) ** 3).mean() / week.std() ** 3
    assert told(points, "skew")[-1] == pytest.approx(skew, abs=1e-9)
    falls = (week[week < 0] ** 2).sum() / (week**2).sum()
    assert told(points, "downside_share")[-1] == pytest.approx(falls)


def test_bitcoin_goes_with_itself() -> None:
    candles = made(4, 600)
    base = given(candles)
    base[columns.BTC_RETURN, 1:] = np.diff(np.log(candles.close), prepend=np.nan)[:-1]
    assert told(filled(candles, base), "btc_correlation")[-1] == pytest.approx(1.0)


def test_what_the_library_says_stands_at_its_bar_in_the_computed_history() -> None:
    series = {f"C{k}/USDT": made(k, 1_200) for k in range(3)}
    past = analogues(series["C0/USDT"], "1h", AnalogueLibrary.of(series, "1h"), "C0/USDT")
    since = 900
    computed = compute(series["C0/USDT"], "1h", None, since, past)
    first = [point.name for point in CANDLE_POINTS].index("patterns.analogue_outcome")
    assert computed.values[first : first + N_FACTS].tobytes() == past[:, since:].copy().tobytes()
    assert not np.isnan(past[:, -1]).any()
    blind = compute(series["C0/USDT"], "1h", None, since)
    assert np.isnan(blind.values[first : first + N_FACTS]).all()


# --- the vote -----------------------------------------------------------------------------------------------


def vote(**values: float) -> int:
    readings = {name: np.array([np.nan]) for name in FAMILY.reads}
    readings |= {f"patterns.{name}": np.array([value]) for name, value in values.items()}
    return int(FAMILY.side(readings, FAMILY.score(readings))[0])


def test_the_family_votes_where_candles_and_swings_point_the_same_way() -> None:
    assert vote(candle_balance_24=4.0, higher_lows=2.0, lower_highs=-2.0) == 1
    assert vote(candle_balance_24=-4.0, higher_lows=-2.0, lower_highs=2.0) == -1
    assert vote(candle_balance_24=4.0, higher_lows=-2.0, lower_highs=2.0) == 0
    assert vote(candle_balance_24=4.0) == 0  # one of three is too little


def test_what_followed_similar_windows_is_shown_and_does_not_vote() -> None:
    assert not [name for name in FAMILY.reads if "analogue" in name]
    assert [point.name for point in FAMILY.points if "analogue" in point.name]
