"""A page of candles read by columns says what its rows say one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey
from workstation.feeds.normalize import candle_row, closed_candles

HOUR = 3_600_000
T = 1_706_745_600_000
LATEST = T + 40 * HOUR
WEEK = SeriesKey("practice", "BTC/USDT", "1w")
KEY = SeriesKey("practice", "BTC/USDT", "1h")

opens = st.integers(-2, 42).map(lambda n: T + n * HOUR)
sound = st.builds(
    lambda t, o, c, up, down, v: [t, o, max(o, c) + up, min(o, c) - down, c, v],
    opens,
    st.floats(10, 20),
    st.integers(10, 20),
    st.floats(0, 5),
    st.floats(0, 5),
    st.floats(0, 1e6),
)
odd = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.just(10**400), st.just("11.5"), st.just(1e16)
)


@st.composite
def spoilt(draw):
    """Return a sound row with one cell changed for something odd, cut short, or grown longer."""
    row = draw(sound)
    row[draw(st.integers(0, 5))] = draw(odd)
    return draw(st.sampled_from([row, row[:5], [*row, "more"], tuple(row)]))


def one_by_one(key, rows):
    candles, rejected = {}, []
    for row in rows:
        try:
            candle = candle_row(key, row, closed=True, latest_ms=LATEST)
        except BadCandle as error:
            rejected.append((row, str(error)))
        else:
            candles[candle.open_time] = candle
    return [candles[t] for t in sorted(candles)], rejected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(sound, sound, sound, spoilt(), st.just("row"), st.just([])), max_size=12))
def test_columns_and_rows_agree(rows):
    candles, rejected = closed_candles(KEY, rows, LATEST)
    assert (list(candles), [repr(r) for r in rejected]) == (
        one_by_one(KEY, rows)[0],
        [repr(r) for r in one_by_one(KEY, rows)[1]],
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(sound, max_size=12), st.sampled_from([KEY, WEEK]))
def test_columns_and_rows_agree_where_every_row_is_numbers(rows, key):
    candles, rejected = closed_candles(key, rows, LATEST)
    assert (list(candles), rejected) == one_by_one(key, rows)
