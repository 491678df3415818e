"""An address from outside opens a chart or is refused with a sentence; nothing else ever comes of it."""

import pytest

from workstation.cli.arguments import with_address
from workstation.cli.command_line import run
from workstation.domain.errors import UsageError
from workstation.link.chart_address import ChartAddress, RefusedAddress, read_address


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tidemark://chart/BTC/USDT?tf=1h", ChartAddress("BTC/USDT", "1h")),
        ("tidemark://chart/BTC/USDT", ChartAddress("BTC/USDT")),
        ("TIDEMARK://chart/1000SATS/USDT?tf=15m", ChartAddress("1000SATS/USDT", "15m")),
        ("tidemark://chart/BTC%2FUSDT:USDT", ChartAddress("BTC/USDT:USDT")),
        ("tidemark://chart/币安人生/USDT", ChartAddress("币安人生/USDT")),
    ],
)
def test_an_address_names_a_market_and_perhaps_bars(text, meant):
    assert ChartAddress.of(text) == meant
    assert ChartAddress.of(str(meant)) == meant


REFUSED = [
    "tidemark:",
    "tidemark://chart/",
    "tidemark://chart/BTC",
    "tidemark://chart/../../etc/passwd",
    "tidemark://chart/BTC/USDT/more",
    "tidemark://chart/BTC/USDT?tf=1h&exec=rm",
    "tidemark://chart/BTC/USDT?tf=7h",
    "tidemark://chart/BTC/USDT#x",
    "tidemark://order/BTC/USDT",
    "tidemark://user@chart/BTC/USDT",
    "tidemark://chart:99/BTC/USDT",
    "tidemark://chart/$(touch x)/USDT",
    "tidemark://chart/`id`/USDT",
    "tidemark://chart/-rf/USDT",
    "tidemark://chart/BTC/USDT\n--screenshot",
    "tidemark://chart/%00/USDT",
    "tidemark://chart/%ff/USDT",
    "tidemark://chart/%E2%80%AEBTC/USDT",
    "tidemark://[chart/BTC/USDT",
    "https://chart/BTC/USDT",
    "file:///etc/passwd",
    "tidemark://chart/" + "A" * 300 + "/USDT",
]


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused_with_a_sentence(text):
    with pytest.raises(UsageError) as refused:
        ChartAddress.of(text)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", [*REFUSED, "tidemark://chart/BTC/USDT\udcff", "tidemark://chart/A/B\n"])
def test_a_refused_address_stays_refused_on_its_way_to_the_window(text):
    refused = read_address(text)
    assert isinstance(refused, RefusedAddress)
    assert refused.text.isprintable()
    assert refused.text.encode()
    assert isinstance(read_address(refused.text), RefusedAddress)


def test_the_desktop_starts_us_with_the_address_alone():
    address = "tidemark://chart/BTC/USDT"
    assert with_address([address]) == ["--open", address]
    assert with_address(["--practice", "simulated", address]) == [
        "--practice",
        "simulated",
        "--open",
        address,
    ]
    assert with_address(["--open", address]) == ["--open", address]
    assert with_address(["serve"]) == ["serve"]
    assert with_address([]) == []


def test_a_hostile_address_ends_with_a_sentence_before_anything_is_started(capsys):
    assert run(["tidemark://chart/$(touch x)/USDT"]) == 2
    assert "names no market; an address such as tidemark://chart/BTC/USDT?tf=1h" in capsys.readouterr().err
