"""Lists of markets: each market once, each name once, read from other programs' files, kept on disk."""

import pytest

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.watch_book import ALL_WATCHED, CoinNote, SavedScreen, WatchBook, WatchList
from workstation.domain.watch_list_text import read_list, written_list
from workstation.storage.watch_book_file import load_watch_book, save_watch_book

MARKETS = ("BTC/USDT", "ETH/USDT", "ETH/USD", "SOL/USD", "1INCH/USDT", "BTC/USDT:USDT")
BOOK = WatchBook(
    (WatchList("Mine", ("BTC/USDT", "ETH/USDT"), (("BTC/USDT", CoinNote("red", "über 70k")),)),),
    (SavedScreen("Strong", "grade > 80", ("grade", "price"), is_grouped=True),),
)


@pytest.mark.parametrize(
    ("text", "symbols", "unread"),
    [
        ("BTC/USDT\nETH/USD\n", ("BTC/USDT", "ETH/USD"), ()),
        ("BINANCE:BTCUSDT,COINBASE:ETHUSD", ("BTC/USDT", "ETH/USD"), ()),
        ("###Section,BINANCE:ETHUSDT", ("ETH/USDT",), ()),
        ("# my list\nbtc-usdt; sol_usd", ("BTC/USDT", "SOL/USD"), ()),
        ("ETH SOL 1inch", ("ETH/USDT", "SOL/USD", "1INCH/USDT"), ()),
        ("\ufeffBTC/USDT\r\nBTC/USDT\r\n", ("BTC/USDT",), ()),
        ("BTC/USDT:USDT", ("BTC/USDT:USDT",), ()),
        ('"BTC/USDT","what",what,NASDAQ:AAPL', ("BTC/USDT",), ("what", "NASDAQ:AAPL")),
        ("/ - :", (), ("/", "-", ":")),
    ],
)
def test_markets_are_read_as_other_programs_write_them(text, symbols, unread):
    read = read_list(text, MARKETS)
    assert read.symbols == symbols
    assert read.unread == unread


def test_what_is_written_is_read_as_the_same():
    assert read_list(written_list(MARKETS), MARKETS).symbols == MARKETS


def test_a_market_stands_once_in_a_list():
    assert WatchList("Mine", ("A/B", "C/D", "A/B")).symbols == ("A/B", "C/D")


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\nb", ALL_WATCHED.upper()])
def test_a_name_that_cannot_be_used_is_refused(name):
    with pytest.raises(UsageError, match="name"):
        WatchList(name)
    with pytest.raises(UsageError, match="name"):
        SavedScreen(name, "")


@pytest.mark.parametrize(
    "make",
    [
        lambda: BOOK.with_list(WatchList("MINE")),
        lambda: BOOK.with_screen(SavedScreen("strong", "")),
        lambda: WatchList("Mine", (" ",)),
        lambda: CoinNote("pink"),
        lambda: CoinNote("", "x" * 201),
    ],
)
def test_duplicates_and_impossible_values_are_refused(make):
    with pytest.raises(UsageError):
        make()


def test_lists_are_replaced_in_their_place_and_taken_away():
    grown = BOOK.with_list(WatchList("Second")).with_list(WatchList("First", ("A/B",)), "Mine")
    assert [one.name for one in grown.lists] == ["First", "Second"]
    assert grown.without_symbol("A/B").list_named("First").symbols == ()
    assert grown.without_list("First").list_named("First") is None
    assert BOOK.without_screen("Strong").screens == ()


def test_a_note_is_written_and_taken_away():
    mine = BOOK.list_named("Mine")
    noted = mine.with_note("ETH/USDT", CoinNote("blue"))
    assert noted.note("ETH/USDT").flag == "blue"
    assert noted.with_note("ETH/USDT", CoinNote()).notes == mine.notes


def test_the_book_comes_back_from_disk(tmp_path):
    save_watch_book(tmp_path / "new" / "lists.json", BOOK)
    assert load_watch_book(tmp_path / "new" / "lists.json") == (BOOK, "")
    assert load_watch_book(tmp_path / "none.json") == (WatchBook(), "")


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b'{"version": 2}', b'{"version": 1, "lists": [{"name": 3}], "screens": []}', b"\xff"]
)
def test_a_damaged_book_is_kept_aside_and_the_trader_told(tmp_path, raw):
    file = tmp_path / "lists.json"
    file.write_bytes(raw)
    book, said = load_watch_book(file)
    assert book == WatchBook()
    assert "lists.json.broken-1" in said
    assert (tmp_path / "lists.json.broken-1").read_bytes() == raw


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be saved"):
        save_watch_book(tmp_path / "file" / "lists.json", BOOK)
