"""A chart that an address points at is opened once the markets are known, or said not to be there."""

import pytest

from tests.fakes.window_world import LIVE, markets
from workstation.link import messages as said
from workstation.link.chart_address import ChartAddress, read_address
from workstation.ui.bridge import Bridge
from workstation.ui.desktop.address_opening import AddressOpening


@pytest.fixture
def opening(qapp):
    """Return an opening with what it opened and said."""
    bridge, heard = Bridge(), []
    made = AddressOpening(bridge, heard.append, lambda *series: heard.append(series))
    bridge.notice_posted.connect(lambda subject, text: heard.append((subject, text)))
    made.heard, made.bridge = heard, bridge
    yield made
    bridge.close()


def list_markets(bridge):
    bridge.on_fact(said.VenueChosen(LIVE))
    bridge.on_fact(said.MarketsListed(markets(), is_last=True))


def test_the_newest_address_waits_for_the_markets_and_is_opened_once(opening):
    opening.open(ChartAddress("ETH/USDT"))
    opening.open(ChartAddress("btc/usdt", "4h"))
    assert opening.heard == []
    list_markets(opening.bridge)
    list_markets(opening.bridge)
    assert opening.heard == [("BTC/USDT", "4h")]
    opening.open(ChartAddress("ETH/USDT"))
    assert opening.heard[-1] == "ETH/USDT"


def test_a_market_that_the_venue_does_not_have_is_said_and_the_chart_stays(opening):
    list_markets(opening.bridge)
    opening.open(ChartAddress("NOPE/USDT", "1h"))
    assert opening.heard == [("address", "Binance has no market NOPE/USDT, so the chart stays as it is.")]


def test_a_link_that_is_none_is_said_at_once_and_no_longer_when_one_is_opened(opening):
    opening.open(read_address("tidemark://chart/BTC"))
    ((subject, text),) = opening.heard
    assert subject == "address"
    assert text.startswith(
        "Nothing was opened. The address 'tidemark://chart/BTC' names no market; an address"
    )
    list_markets(opening.bridge)
    opening.open(ChartAddress("ETH/USDT"))
    assert opening.heard[1:] == [("address", ""), "ETH/USDT"]


def test_a_link_that_is_none_leaves_the_chart_that_still_waits(opening):
    opening.open(ChartAddress("ETH/USDT"))
    opening.open(read_address("tidemark://order/BTC/USDT"))
    list_markets(opening.bridge)
    assert opening.heard[-1] == "ETH/USDT"
