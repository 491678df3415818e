"""What windows ask and hear, over a real socket."""

import asyncio

import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import KEY, bar
from workstation.domain.alert import Alert
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.events import (
    CandleUpdated,
    FeedState,
    FeedStateChanged,
    FormingSignalChanged,
    NarrativesChanged,
    NoticePosted,
    SignalsRecomputed,
    TickersUpdated,
)
from workstation.domain.market import Market, SeriesKey, Venue, VenueKind
from workstation.domain.narrative_index import Holding, IndexStanding, index_symbol
from workstation.domain.signal import Direction, Signal, SignalOrigin
from workstation.domain.ticker import Ticker
from workstation.link.client import LinkClient
from workstation.link.front_desk import FrontDesk
from workstation.link.messages import (
    AlertSaid,
    FeedStateSaid,
    Follow,
    Frame,
    HistoryGrew,
    MarketsListed,
    NarrativesSaid,
    Notice,
    SetWatchlist,
    ShutDown,
    SignalsOf,
    Unfollow,
    VenueChosen,
    Vitals,
    Welcome,
)
from workstation.link.server import LinkServer
from workstation.link.translation import MARKETS_IN_A_PART
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor

VENUE = Venue("practice", VenueKind.PRACTICE_SIMULATED, "Practice market")
MARKETS = (Market("BTC/USDT", "BTC", "USDT"), Market("ETH/USDT", "ETH", "USDT"))
ETH = SeriesKey("practice", "ETH/USDT", "1h")
SIGNAL = Signal(
    KEY, 0, 100.0, Direction.BULLISH, (), closed=True, origin=SignalOrigin.LIVE, engine_version="1"
)

STANDING = IndexStanding(
    *("ai", "AI", 0, 1_100.0, 1.0, 2.0, None, 10.0, 1, 50.0, 12.5, 1, 0, 60, 0.8),
    (Holding("FET", 1.0, 1.0, 2.0, None, 60, 1),),
)


class House:
    """An engine's household that remembers what it was asked."""

    def __init__(self):
        self.watched = ("BTC/USDT",)
        self.shown = []
        self.alerts = [Alert(n, SIGNAL, f"alert {n}", 0) for n in (1, 2, 3)]

    def now_ms(self):
        return 1_000

    def show_charts(self, keys):
        self.shown.append(list(keys))

    def newest(self, key):
        return [bar(3), bar(4, closed=False)] if key == KEY else []

    def choose_watchlist(self, symbols):
        self.watched = tuple(symbols)

    async def dismiss_alert(self, alert_id):
        self.alerts = [a for a in self.alerts if a.id != alert_id]

    def alerts_after(self, alert_id):
        return [a for a in self.alerts if a.id > alert_id]

    def end(self):
        raise UsageError("This engine goes on.")


class Window:
    def __init__(self, path, tasks, last_alert=0):
        self.heard = []
        self.client = LinkClient(path, self.heard.append, lambda _: None, lambda: last_alert)
        tasks.start("window", self.client.run())

    def of(self, kind):
        return [fact for fact in self.heard if isinstance(fact, kind)]

    def last(self, symbol):
        prices = [t.last for frame in self.of(Frame) for t in frame.tickers if t.symbol == symbol]
        return prices[-1] if prices else None

    def candles(self, key):
        return [c for frame in self.of(Frame) for s in frame.candles if s.key == key for c in s.candles]


@pytest.fixture
async def office(tmp_path):
    class Office:
        house, bus, tasks = House(), Bus(), Supervisor()

        async def window(self, last_alert=0):
            window = Window(tmp_path / "sock", self.tasks, last_alert)
            await until(lambda: window.client.is_connected)
            return window

    made = Office()
    made.desk = FrontDesk(made.house, made.bus)
    server = LinkServer(tmp_path / "sock", made.desk, made.tasks)
    await server.start()
    yield made
    await server.close()
    await made.tasks.close()


async def test_a_window_that_comes_later_hears_everything_that_still_holds(office):
    office.desk.open_venue(VENUE, MARKETS)
    office.bus.publish(FeedStateChanged(FeedState.LIVE, "is heard live."))
    office.bus.publish(NoticePosted("store", "The disk is full."))
    office.bus.publish(NoticePosted("gone", "for a while"))
    office.bus.publish(NoticePosted("gone", ""))
    office.bus.publish(TickersUpdated((Ticker("BTC/USDT", 7.0, None, None, 0),)))
    window = await office.window(last_alert=1)
    await until(lambda: window.last("BTC/USDT") == 7.0)
    (welcome,) = window.of(Welcome)
    assert (welcome.venue, welcome.watchlist) == (VENUE, ("BTC/USDT",))
    assert window.of(MarketsListed) == [MarketsListed(MARKETS, is_last=True)]
    assert window.of(FeedStateSaid)[0].state is FeedState.LIVE
    assert window.of(Notice) == [Notice("store", "The disk is full.")]
    assert [said.alert.id for said in window.of(AlertSaid)] == [2, 3]


async def test_thousands_of_markets_come_in_parts_and_none_is_lost(office):
    markets = tuple(Market(f"C{n}/USDT", f"C{n}", "USDT") for n in range(3 * MARKETS_IN_A_PART + 1))
    window = await office.window()
    office.desk.open_venue(VENUE, markets)
    await until(lambda: any(part.is_last for part in window.of(MarketsListed)))
    assert window.of(VenueChosen) == [VenueChosen(VENUE)]
    assert tuple(m for part in window.of(MarketsListed) for m in part.markets) == markets
    assert [part.is_last for part in window.of(MarketsListed)] == [False, False, False, True]


async def test_a_chart_that_was_opened_before_the_venue_is_loaded_when_it_is_there(office):
    window = await office.window()
    await window.client.ask(lambda n: Follow(n, KEY))
    assert office.house.shown[-1] == []
    office.desk.open_venue(VENUE, MARKETS)
    assert office.house.shown[-1] == [KEY]


async def test_a_chart_that_joins_has_the_forming_bar_and_the_price_at_once(office):
    office.desk.open_venue(VENUE, MARKETS)
    office.bus.publish(TickersUpdated((Ticker("BTC/USDT", 7.0, None, None, 0),)))
    window = await office.window()
    await window.client.ask(lambda n: Follow(n, KEY))
    await until(lambda: window.candles(KEY) == [bar(3), bar(4, closed=False)])
    assert window.last("BTC/USDT") == 7.0


async def test_a_window_that_sleeps_through_a_thousand_closes_is_sent_to_the_store(office):
    office.desk.open_venue(VENUE, MARKETS)
    window = await office.window()
    for n in range(2_500):
        office.bus.publish(CandleUpdated(KEY, bar(n % 4000)))
    await until(lambda: len(window.of(HistoryGrew)) == 2)
    await until(lambda: window.candles(KEY))
    assert len(window.candles(KEY)) < 1_000


async def test_a_chart_of_another_venue_or_of_nothing_is_refused_with_its_name(office):
    office.desk.open_venue(VENUE, MARKETS)
    window = await office.window()
    for key in (SeriesKey("kraken", "BTC/USDT", "1h"), SeriesKey("practice", "NOPE/USDT", "1h")):
        with pytest.raises(TidemarkError, match=f"{key.symbol} does not trade at Practice market"):
            await window.client.ask(lambda n, key=key: Follow(n, key))
    assert all(shown == [] for shown in office.house.shown)


async def test_only_what_is_watched_or_charted_is_told_and_closes_to_everybody(office):
    office.desk.open_venue(VENUE, MARKETS)
    chart, other = await office.window(), await office.window()
    await chart.client.ask(lambda n: Follow(n, ETH))
    both = tuple(Ticker(symbol, 5.0, None, None, 0) for symbol in ("BTC/USDT", "ETH/USDT"))
    office.bus.publish(TickersUpdated(both))
    office.bus.publish(CandleUpdated(ETH, bar(5, closed=False)))
    await until(lambda: chart.last("ETH/USDT") == 5.0 and other.last("BTC/USDT") == 5.0)
    await until(lambda: chart.candles(ETH))
    assert other.last("ETH/USDT") is None
    assert other.candles(ETH) == []
    office.bus.publish(CandleUpdated(ETH, bar(5)))
    await until(lambda: other.candles(ETH) == [bar(5)])


async def test_signals_of_a_chart_go_to_those_who_show_it(office):
    office.desk.open_venue(VENUE, MARKETS)
    chart, other = await office.window(), await office.window()
    await chart.client.ask(lambda n: Follow(n, KEY))
    office.bus.publish(SignalsRecomputed(KEY, (SIGNAL,)))
    office.bus.publish(FormingSignalChanged(KEY, SIGNAL))
    await until(lambda: chart.of(SignalsOf))
    await until(lambda: any(frame.forming for frame in chart.of(Frame)))
    assert other.of(SignalsOf) == []
    assert not any(frame.forming for frame in other.of(Frame))


async def test_a_chart_that_is_closed_or_whose_window_is_gone_is_let_go(office):
    office.desk.open_venue(VENUE, MARKETS)
    first, second = await office.window(), await office.window()
    await first.client.ask(lambda n: Follow(n, KEY))
    await second.client.ask(lambda n: Follow(n, ETH))
    assert sorted(office.house.shown[-1]) == [KEY, ETH]
    await first.client.ask(lambda n: Unfollow(n, KEY))
    assert office.house.shown[-1] == [ETH]
    await office.tasks.close()
    assert not office.desk.has_windows


async def test_a_choice_is_carried_out_and_an_end_that_is_not_its_to_give_is_refused(office):
    window = await office.window()
    await window.client.ask(lambda n: SetWatchlist(n, ("ETH/USDT",)))
    assert office.house.watched == ("ETH/USDT",)
    with pytest.raises(TidemarkError, match="goes on"):
        await window.client.ask(ShutDown)


async def test_frames_say_how_old_the_data_is(office):
    window = await office.window()
    office.desk.tell_vitals(Vitals(1.0, 2, 3.0))
    await until(lambda: window.of(Frame))
    assert window.of(Frame)[0].data_age_ms is None
    office.bus.publish(TickersUpdated((Ticker("BTC/USDT", 7.0, None, None, 0),)))
    await asyncio.sleep(0.05)
    office.desk.tell_vitals(Vitals(1.0, 2, 3.0))
    await until(lambda: (window.of(Frame)[-1].data_age_ms or 0) >= 50)


async def test_an_index_is_a_chart_that_is_read_from_the_store_and_never_asked_of_the_venue(office):
    office.desk.open_venue(VENUE, MARKETS)
    window = await office.window()
    index = SeriesKey("practice", index_symbol("ai"), "1h")
    await window.client.ask(lambda n: Follow(n, index))
    office.bus.publish(NarrativesChanged((STANDING,)))
    await until(lambda: window.of(HistoryGrew))
    assert window.of(NarrativesSaid) == [NarrativesSaid((STANDING,))]
    assert window.of(HistoryGrew) == [HistoryGrew(index, 1)]
    assert not any(index in shown for shown in office.house.shown)


async def test_a_window_that_comes_later_hears_how_narratives_stand(office):
    office.bus.publish(NarrativesChanged((STANDING,)))
    window = await office.window()
    await until(lambda: window.of(NarrativesSaid))
    assert window.of(NarrativesSaid) == [NarrativesSaid((STANDING,))]
