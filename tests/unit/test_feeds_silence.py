"""A quiet market is not a dead stream."""

from workstation.domain.events import FeedState
from workstation.domain.market import SeriesKey
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.silence import Silence

KEY = SeriesKey("practice", "BTC/USDT", "1m")
QUIET = SeriesKey("practice", "DUST/USDT", "1m")


def silence(has_ticker_stream=True):
    it = Silence(FeedTimings(tick_s=1.0), has_ticker_stream)
    it.follow([KEY, QUIET])
    it.tick(0.0)
    it.settled = True
    return it


def test_a_connection_that_never_speaks_is_given_up():
    it = silence()
    for second in range(1, 11):
        it.tick(second)
        assert it.verdict().state is FeedState.CONNECTING
        assert not it.verdict().give_up
    it.tick(11)
    assert it.verdict().give_up


def test_prices_that_stop_are_stale_within_five_seconds_and_given_up_within_fifteen():
    it = silence()
    it.heard_prices()
    assert it.verdict().state is FeedState.LIVE
    states = []
    for second in range(1, 16):
        it.tick(second)
        states.append((it.verdict().state, it.verdict().give_up))
    assert states[3] == (FeedState.LIVE, False)
    assert states[4] == (FeedState.STALE, False)
    assert (FeedState.STALE, True) in states[:14]


def test_a_series_is_quiet_while_nothing_trades_and_suspect_once_its_price_moved():
    it = silence()
    for second in range(1, 60):
        it.tick(second)
        it.heard_prices()
        it.heard(KEY)
    assert it.verdict().state is FeedState.LIVE
    it.traded(QUIET.symbol)
    for second in range(60, 66):
        it.tick(second)
        it.heard_prices()
    assert it.verdict().state is FeedState.STALE
    assert "DUST/USDT" in it.verdict().reason
    it.heard(QUIET)
    assert it.verdict().state is FeedState.LIVE


def test_one_silent_series_ends_one_connection_and_no_second_one():
    blamed = set()
    for may_end in (True, False):
        it = silence()
        it.blamed = blamed
        it.heard_prices()
        it.traded(KEY.symbol)
        gave_up = False
        for second in range(1, 14):
            it.tick(second)
            it.heard_prices()
            verdict = it.verdict()
            gave_up |= verdict.give_up
        assert gave_up is may_end
        assert verdict.state is FeedState.STALE
        blamed = it.blamed
    it.heard(KEY)
    assert it.blamed == set()


def test_our_own_long_pause_is_not_the_venues_silence():
    it = silence()
    it.heard_prices()
    it.tick(3600.0)
    assert it.verdict().state is FeedState.LIVE


def test_polled_prices_may_be_late_and_never_cost_the_connection():
    it = silence(has_ticker_stream=False)
    it.heard_prices()
    for second in range(1, 60):
        it.tick(second)
        assert it.verdict().state is (FeedState.LIVE if second <= 10 else FeedState.STALE)
        assert not it.verdict().give_up


def test_a_connection_is_not_live_before_every_series_spoke_or_had_its_time():
    it = silence()
    it.settled = False
    it.heard_prices()
    assert it.verdict().state is FeedState.CONNECTING
    it.tick(1.0)
    it.tick(2.0)
    assert it.verdict().state is FeedState.LIVE


def test_a_price_told_just_after_its_candle_suspects_nothing():
    it = silence()
    it.tick(0)
    it.heard_prices()
    it.heard(KEY)
    it.tick(1)
    it.traded(KEY.symbol)  # the price of the very trade that the candle spoke of
    for second in range(1, 20):
        it.tick(second)
        it.heard_prices()
    assert it.verdict().state is FeedState.LIVE
