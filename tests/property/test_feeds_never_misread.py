"""Whatever a venue sends, in whatever order and however bundled."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.errors import BadCandle
from workstation.domain.market import SeriesKey, open_of
from workstation.feeds.normalize import candle_row, raw_bytes
from workstation.feeds.series_ear import SeriesEar

KEY = SeriesKey("practice", "BTC/USDT", "1m")
T = 1_706_745_600_000
LATEST = T + 10_000 * 60_000

anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(T), st.just(10**5000)
)


@settings(max_examples=300)
@given(st.one_of(st.lists(anything, max_size=8), anything))
def test_a_row_is_a_sound_candle_or_refused_and_nothing_else(row):
    assert len(raw_bytes(row)) <= 4096
    with contextlib.suppress(BadCandle):
        candle = candle_row(KEY, row, closed=False, latest_ms=LATEST)
        assert 0 < candle.low <= min(candle.open, candle.close)
        assert max(candle.open, candle.close) <= candle.high <= 1e15
        assert candle.open_time == open_of(candle.open_time, "1m") <= LATEST


@st.composite
def bundled_stream(draw):
    """Return (final closes, batches): bars told in order, each several times, bundled at random places."""
    finals, events = [], []
    for n in range(draw(st.integers(1, 12))):
        states = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
        events += [(n, float(s)) for s in states]
        finals.append(float(states[-1]))
    cuts = sorted(draw(st.sets(st.integers(1, len(events)), max_size=len(events))) | {len(events)})
    batches, begin = [], 0
    for cut in cuts:
        newest = dict(events[begin:cut])  # ccxt keeps the newest state of each bar
        rows = [[T + n * 60_000, c, c, c, c, 1.0] for n, c in newest.items()]
        batches.append(draw(st.permutations(rows)))
        begin = cut
    return finals, batches


@settings(max_examples=200)
@given(bundled_stream())
def test_every_bar_but_the_newest_closes_exactly_once_in_its_final_state_however_bundled(stream):
    finals, batches = stream
    ear = SeriesEar(KEY)
    told = [candle for batch in batches for candle in ear.hear(batch, LATEST).candles]
    closed = [(c.open_time, c.close) for c in told if c.closed]
    assert closed == [(T + n * 60_000, close) for n, close in enumerate(finals[:-1])]
    assert not told[-1].closed
    assert (told[-1].open_time, told[-1].close) == (T + (len(finals) - 1) * 60_000, finals[-1])
