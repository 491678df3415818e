"""A process of its own reads foreign feeds: well-formed, odd and made to hurt; it can be hurt, we cannot."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.news_feeds import COIN_NAMES, LEXICON, item, rss
from tests.fakes.patience import until
from workstation.domain.errors import ProviderError
from workstation.feeds.sentiment.parser_process import ParserProcess

PROJECT = Path(__file__).resolve().parents[2]
MARCH_5_MS = 1_709_658_251_000

ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>
<entry><title type="html">Solana &lt;b&gt;soars&lt;/b&gt;</title><link href="https://a.example/1"/>
<updated>2024-03-05T17:04:11Z</updated></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title></channel>
<item rdf:about="x"><title>Chainlink pilot</title><link>https://a.example/2</link>
<dc:date>2024-03-05T17:04:11+00:00</dc:date></item></rdf:RDF>"""
LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
ATTRIBUTES = " ".join(f'a{i}="1"' for i in range(150_000))


@pytest.fixture
async def parser():
    parser = ParserProcess(LEXICON, COIN_NAMES, within_s=20.0)
    yield parser
    await parser.close()


def coded(document, encoding):
    text = document.decode() if isinstance(document, bytes) else document
    return text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"', 1).encode(encoding)


async def test_feeds_of_every_kind_are_read_by_one_process(parser):
    documents = {
        "rss": (
            rss(item("Bitcoin &lt;i&gt;rallies&lt;/i&gt;", "https://a.example/0")),
            "Bitcoin rallies",
            "BTC",
        ),
        "atom": (ATOM.encode(), "Solana soars", "SOL"),
        "rdf": (RDF.encode(), "Chainlink pilot", "LINK"),
        "cdata": (rss(item("<![CDATA[XRP <b>up</b> &amp; away]]>")), "XRP up & away", "XRP"),
        "latin-1": (coded(rss(item("Café takes Monero")), "iso-8859-1"), "Café takes Monero", "XMR"),
        "utf-16": (coded(rss(item("Litecoin – 12 years")), "utf-16"), "Litecoin – 12 years", "LTC"),
        "shift-jis": (coded(rss(item("Tezos ビット")), "shift_jis"), "Tezos ビット", "XTZ"),
        "bom": (b"\xef\xbb\xbf" + rss(item("Zcash halves")), "Zcash halves", "ZEC"),
        "wrong encoding": (rss(item("Café Aave")).decode().encode("latin-1"), "Café Aave", "AAVE"),
        "no such encoding": (
            rss(item("Filecoin")).replace(b'"1.0"', b'"1.0" encoding="no-such"', 1),
            "Filecoin",
            "FIL",
        ),
        "a zero byte": (rss(item("Cardano\0 up")), "Cardano up", "ADA"),
        "cut off": (rss(item("Dogecoin jumps"), item("Tron"))[:-70], "Dogecoin jumps", "DOGE"),
        "a bare ampersand": (rss(item("Ether & co")), "Ether & co", "ETH"),
    }
    await parser.read(rss(), "first")
    process = parser.pid
    for name, (document, title, coin) in documents.items():
        items = await parser.read(document, name)
        assert (items[0].title, items[0].coins) == (title, (coin,)), name
    assert parser.pid == process


async def test_dates_are_read_or_missing_and_only_links_to_https_are_kept(parser):
    dates = {
        "Tue, 05 Mar 2024 17:04:11 GMT": MARCH_5_MS,
        "Tue, 05 Mar 2024 18:04:11 +0100": MARCH_5_MS,
        "2024-03-05T17:04:11Z": MARCH_5_MS,
        "yesterday": None,
        "Tue, 99 Mar 2024 99:99:99 GMT": None,
        "1901-01-01T00:00:00Z": None,
        "": None,
    }
    items = await parser.read(rss(*(item("x", date=date) for date in dates)), "feed")
    assert [read.published_ms for read in items] == list(dates.values())
    links = ["https://a.example/1", "http://a.example/1", "javascript:alert(1)", "file:///etc/passwd", ""]
    items = await parser.read(rss(*(item(f"t{i}", link) for i, link in enumerate(links))), "feed")
    assert [read.link for read in items] == ["https://a.example/1", "", "", "", ""]


async def test_the_first_five_hundred_items_and_the_first_of_a_title_are_read(parser):
    items = await parser.read(rss(*(item(f"headline {i}", date="") for i in range(700))), "feed")
    assert len(items) == 500
    assert items[0].title == "headline 0"
    (read,) = await parser.read(rss(item("x" * 1_800_000)), "feed")
    assert len(read.title) == 300


async def test_an_empty_feed_is_no_error_and_items_without_words_are_left_out(parser):
    assert await parser.read(rss(), "feed") == []
    assert await parser.read(rss("<item/>", item("&lt;b&gt;&lt;/b&gt;")), "feed") == []
    head = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'  # never fetched
    assert len(await parser.read(rss(item("Bitcoin"), head=head), "feed")) == 1


HURTFUL = {
    "billion laughs": (
        rss(item("&a9;"), head=f'<!DOCTYPE l [<!ENTITY a0 "lol">{LAUGHS}]>'),
        "defines entities",
    ),
    "billion laughs in utf-16": (
        coded(rss(item("&a9;"), head=f'<!DOCTYPE l [<!ENTITY a0 "lol">{LAUGHS}]>'), "utf-16"),
        "defines entities",
    ),
    "a file as entity": (
        rss(item("&x;"), head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "defines entities",
    ),
    "200,000 items": (rss("<item/>" * 200_000), "200,000 items"),
    "a 50 MB title": (rss(item("x" * 50_000_000)), "more than 2,000,000 bytes"),
    "deep": (rss("<a>" * 4_000), "broken feed"),
    "deep in a title": (rss("<item><title>" + "<div>" * 4_000), "broken feed"),
    "zeros": (b"\0" * 100_000, "not a feed"),
    "noise": (bytes(range(256)) * 100, "not a feed"),
    "a page": (b"<html><body>Please log in to the network</body></html>", "not a feed"),
    "nothing": (b"", "not a feed"),
    "null": (b"null", "not a feed"),
    "json": (b'{"items": []}', "not a feed"),
    "a path": (b"/etc/passwd", "not a feed"),
    "an address": (b"http://127.0.0.1:1/feed", "not a feed"),
}


async def test_a_hurtful_document_is_refused_by_name_and_the_next_is_read(parser):
    for name, (document, words) in HURTFUL.items():
        with pytest.raises(ProviderError, match=words) as refused:
            await parser.read(document, f"feed of {name}")
        assert str(refused.value).startswith(f"feed of {name} ")
        (read,) = await parser.read(rss(item("Bitcoin")), "good.example")
        assert read.coins == ("BTC",), name


async def test_a_document_that_takes_too_long_is_stopped_while_the_loop_lives():
    parser = ParserProcess(LEXICON, COIN_NAMES, within_s=0.4)
    await parser.read(rss(), "first")
    process, longest, last = parser.pid, 0.0, asyncio.get_running_loop().time()

    async def beat():
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.005)
            now = asyncio.get_running_loop().time()
            longest, last = max(longest, now - last), now

    pulse = asyncio.ensure_future(beat())  # noqa: TID251  ended below
    with pytest.raises(ProviderError, match="too long to read"):
        await parser.read(rss(f"<item {ATTRIBUTES}/>"), "slow.example")
    pulse.cancel()
    assert longest < 0.25
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert len(await parser.read(rss(item("next")), "good.example")) == 1
    assert parser.pid != process
    await parser.close()


async def test_a_process_that_dies_is_replaced(parser):
    await parser.read(rss(), "first")
    process = parser.pid
    os.kill(process, 9)
    await until(lambda: parser._process.returncode is not None)
    assert len(await parser.read(rss(item("next")), "good.example")) == 1
    assert parser.pid != process


async def test_a_process_that_dies_over_a_document_refuses_only_that_one(parser):
    await parser.read(rss(), "first")
    reading = asyncio.ensure_future(parser.read(rss(f"<item {ATTRIBUTES}/>"), "evil.example"))  # noqa: TID251
    await until(lambda: parser._turn.locked())
    await asyncio.sleep(0.05)
    os.kill(parser.pid, 9)
    with pytest.raises(ProviderError, match=r"evil\.example sent a document that cannot be read safely"):
        await reading
    assert len(await parser.read(rss(item("next")), "good.example")) == 1


async def test_a_cancelled_reading_never_answers_the_next_question(parser):
    await parser.read(rss(), "first")
    reading = asyncio.ensure_future(parser.read(rss(*[item("old")] * 4_000), "old"))  # noqa: TID251
    await until(lambda: parser._turn.locked())
    await asyncio.sleep(0.02)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert [read.title for read in await parser.read(rss(item("new")), "new")] == ["new"]


async def test_closing_ends_the_process(parser):
    await parser.read(rss(), "first")
    process = parser.pid
    await parser.close()
    await parser.close()
    assert parser.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_broken_list_is_told_as_such(tmp_path):
    parser = ParserProcess(tmp_path / "none.csv", COIN_NAMES)
    with pytest.raises(ProviderError, match=r"none\.csv cannot be used"):
        await parser.read(rss(), "feed")
    assert parser.pid is None
    await parser.close()


LOCKED_UP = """
import socket, sys
from workstation.feeds.sentiment import feed_parser
foreign = {"PySide6", "shiboken6", "ccxt", "numpy", "aiohttp", "apsw", "keyring", "web3"} & set(sys.modules)
feed_parser._lock_up()
refused = []
for attempt in (
    lambda: open("/etc/passwd"),
    lambda: socket.socket(),
    lambda: bytearray(600_000_000),
    lambda: "x".encode("koi8-r"),
):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        refused.append(type(error).__name__)
print(sorted(foreign), refused)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the system, which Windows does not have")
def test_the_process_can_open_no_file_and_no_socket_and_knows_no_window():
    said = subprocess.run(
        [sys.executable, "-c", LOCKED_UP], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == "[] ['OSError', 'OSError', 'MemoryError']\n"
