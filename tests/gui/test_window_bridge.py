"""Facts become Qt signals: state merged to a frame, everything else at once and in order."""

import pytest

from tests.fakes.advice_world import given
from tests.fakes.window_world import LIVE, NOW_MS, PRACTICE, Desk, alert, ticker
from workstation.domain.candle import Candle
from workstation.domain.events import FeedState
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.level import LevelDistances
from workstation.domain.market import SeriesKey
from workstation.domain.rotation import RotationRules
from workstation.link import messages as said
from workstation.link.rotation_messages import AdviceSaid, PaperAccountsSaid, RotationRulesSaid
from workstation.ui.bridge import Bridge

KEY = SeriesKey("binance", "BTC/USDT", "1h")
HOUR = 3_600_000


def frame(*closes: float, age_ms: int | None = 5) -> said.Frame:
    candles = tuple(
        Candle(NOW_MS + i * HOUR, c, c, c, c, 1.0, closed=i < len(closes) - 1) for i, c in enumerate(closes)
    )
    rows = tuple(ticker("BTC/USDT", c) for c in closes[-1:])
    return said.Frame(NOW_MS, age_ms, rows, (said.CandleState(KEY, candles),) if candles else ())


@pytest.fixture
def heard(qtbot):
    bridge, told = Bridge(), []
    bridge.tickers_changed.connect(lambda rows: told.append(("tickers", [t.last for t in rows])))
    bridge.candles_changed.connect(lambda _k, cs: told.append(("candles", [c.close for c in cs])))
    bridge.alert_raised.connect(lambda one: told.append(("alert", one.id)))
    yield bridge, told
    bridge.close()


def test_frames_that_come_together_are_told_once_with_the_newest_state(heard, qtbot):
    bridge, told = heard
    bridge.on_fact(frame(1.0))
    bridge.on_fact(frame(2.0))
    bridge.on_fact(frame(3.0, 4.0))
    assert told == []
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [("tickers", [4.0]), ("candles", [3.0, 4.0])]


def test_an_idle_bridge_runs_no_timer(heard, qtbot):
    bridge, told = heard
    bridge.on_fact(frame(1.0))
    qtbot.waitUntil(lambda: bool(told))
    assert not bridge._timer.isActive()


def test_alerts_are_never_merged_and_never_overtake_the_frame_before_them(heard):
    bridge, told = heard
    bridge.on_fact(frame(1.0))
    for number in (1, 2, 2, 3):
        bridge.on_fact(said.AlertSaid(alert(number)))
    assert [kind for kind, _ in told] == ["tickers", "candles", "alert", "alert", "alert", "alert"]


def test_data_age_keeps_growing_by_our_clock_when_nothing_arrives(tmp_path):
    desk = Desk(tmp_path)
    desk.welcome()
    assert desk.bridge.data_age_ms is None
    desk.tell(frame(1.0, age_ms=180))
    desk.seconds += 42
    assert desk.bridge.data_age_ms == 42_180


def test_venue_time_runs_at_the_venues_speed(tmp_path):
    desk = Desk(tmp_path)
    desk.welcome(PRACTICE)
    desk.tell(frame(1.0))
    desk.seconds += 2
    assert desk.bridge.venue_time_ms == NOW_MS + 120_000


def test_prices_of_one_venue_are_forgotten_when_another_is_chosen(tmp_path):
    desk = Desk(tmp_path)
    desk.welcome(PRACTICE)
    desk.prices()
    apart = LevelDistances("BTC/USDT", 1.0, 2.0, None, None)
    desk.tell(said.LevelDistancesSaid("1h", (apart,)))
    assert desk.bridge.world.levels == {"1h": {"BTC/USDT": apart}}
    desk.tell(said.VenueChosen(LIVE))
    assert (desk.bridge.world.tickers, desk.bridge.world.levels) == ({}, {})
    assert desk.bridge.data_age_ms is None


def test_a_lost_engine_is_a_notice_until_it_is_back(tmp_path):
    desk, notices = Desk(tmp_path), {}
    desk.bridge.notice_posted.connect(notices.__setitem__)
    desk.welcome()
    desk.bridge.on_engine_lost("It was killed by signal 9.")
    desk.seconds += 3
    assert "It was killed by signal 9." in notices["engine"]
    assert desk.bridge.alone_for_s == 3
    desk.welcome()
    assert notices["engine"] == ""
    assert desk.bridge.alone_for_s == 0


def test_an_engine_that_is_starting_does_not_empty_the_watchlist(tmp_path):
    desk = Desk(tmp_path)
    desk.welcome(watchlist=("BTC/USDT", "ETH/USDT"))
    desk.tell(said.Welcome(said.PROTOCOL, "0.1.0", 4711, None, ()))
    assert desk.bridge.world.watchlist == ("BTC/USDT", "ETH/USDT")
    desk.tell(said.Welcome(said.PROTOCOL, "0.1.0", 4711, LIVE, ()))
    assert desk.bridge.world.watchlist == ()


def test_a_refused_request_becomes_a_notice(tmp_path):
    desk, notices = Desk(tmp_path), []
    desk.bridge.notice_posted.connect(lambda *words: notices.append(words))
    desk.tell(said.Failed(3, "That market does not trade here."), said.Done(4))
    assert notices == [("request", "That market does not trade here.")]


def test_the_feeds_state_and_the_first_load_are_kept(tmp_path):
    desk = Desk(tmp_path)
    desk.tell(said.FeedStateSaid(FeedState.STALE, "no candle for 40 s"), said.Progress(3, 9))
    assert (desk.bridge.world.feed, desk.bridge.world.feed_reason) == (FeedState.STALE, "no candle for 40 s")
    assert desk.bridge.world.progress == (3, 9)


def test_how_narratives_stand_is_kept_and_told(tmp_path):
    desk, heard = Desk(tmp_path), []
    desk.bridge.narratives_changed.connect(lambda: heard.append(desk.bridge.world.narratives))
    desk.tell(said.NarrativesSaid(()))
    assert heard == [()]


def test_advice_its_rules_and_paper_accounts_are_kept_and_told(tmp_path):
    desk, heard = Desk(tmp_path), []
    world = desk.bridge.world
    desk.bridge.rotation_changed.connect(lambda: heard.append(world.advice))
    entry = AdviceEntry(2, 5, given(1))
    desk.tell(AdviceSaid(entry, True), RotationRulesSaid(RotationRules(n_coins=2)), PaperAccountsSaid(()))
    assert heard == [entry, entry, entry]
    assert (world.rotation_rules.n_coins, world.paper_accounts) == (2, ())
