"""Where bars begin, and what a series is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.errors import UsageError
from workstation.domain.market import (
    TIMEFRAMES,
    Market,
    SeriesKey,
    Venue,
    VenueKind,
    open_of,
    open_of_slot,
    slot_of,
    timeframe_ms,
)

DAY = 86_400_000
MONDAY = 1_704_067_200_000  # 2024-01-01


def test_timeframes_are_listed_shortest_first():
    lengths = list(TIMEFRAMES.values())
    assert lengths == sorted(lengths)
    assert timeframe_ms("15m") == 900_000


@pytest.mark.parametrize("unknown", ["", "7m", "1H", "1M"])
def test_an_unknown_timeframe_is_refused_with_the_known_ones(unknown):
    with pytest.raises(UsageError, match="choose one of 1m"):
        timeframe_ms(unknown)


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(list(TIMEFRAMES)))
def test_every_instant_lies_in_the_bar_that_opens_before_it(time_ms, timeframe):
    opened = open_of(time_ms, timeframe)
    assert opened <= time_ms < opened + timeframe_ms(timeframe)
    assert open_of(opened, timeframe) == opened
    assert open_of_slot(slot_of(time_ms, timeframe), timeframe) == opened
    assert slot_of(opened + timeframe_ms(timeframe), timeframe) == slot_of(time_ms, timeframe) + 1


def test_weeks_open_on_mondays_and_days_at_midnight():
    assert open_of(MONDAY + 6 * DAY, "1w") == MONDAY
    assert open_of(MONDAY - 1, "1w") == MONDAY - 7 * DAY
    assert open_of(MONDAY + 5_000, "1d") == MONDAY


def test_a_series_key_names_its_series():
    key = SeriesKey("binance", "BTC/USDT", "4h")
    assert key.bar_ms == 4 * 3_600_000
    assert str(key) == "BTC/USDT 4h on binance"


@pytest.mark.parametrize(
    ("venue", "symbol", "timeframe"), [("", "A/B", "1h"), ("v", "", "1h"), ("v", "A/B", "1x")]
)
def test_a_series_that_cannot_be_is_refused(venue, symbol, timeframe):
    with pytest.raises(UsageError):
        SeriesKey(venue, symbol, timeframe)


def test_only_a_live_venue_is_not_practice():
    assert [kind for kind in VenueKind if not kind.is_practice] == [VenueKind.LIVE]
    assert Venue("binance", VenueKind.LIVE, "Binance").speed == 1.0


def test_a_market_is_active_and_of_unknown_step_unless_the_venue_says_otherwise():
    market = Market("BTC/USDT", "BTC", "USDT")
    assert market.active
    assert market.price_step == 0.0
