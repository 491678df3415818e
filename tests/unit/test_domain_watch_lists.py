"""Lists of markets: each market once, each name once, read from other programs' files, kept on disk."""

from dataclasses import replace

import pytest

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.list_view import FIRST_COLUMNS, TEMPLATES, WIDEST, ListView
from workstation.domain.watch_book import ALL_WATCHED, CoinNote, SavedScreen, WatchBook, WatchList
from workstation.domain.watch_list_text import ReadList, read_list, written_list
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
    word = "newer" if b"2" in raw else "damaged"
    assert f"kept as lists.{word}. It held your lists and screens" in said
    assert (tmp_path / f"lists.{word}").read_bytes() == raw


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be saved"):
        save_watch_book(tmp_path / "file" / "lists.json", BOOK)


VIEW = ListView(
    ("grade", "nonsense", "market", "grade", "support_pct"),
    (("grade", 9000), ("support_pct", 90), ("gone", 5)),
    "grade",
    is_descending=True,
    is_grouped=True,
    folded=("AI",),
    conditions="grade > 80",
)


def test_a_view_leaves_out_what_cannot_be_shown():
    assert VIEW.columns == ("grade", "support_pct")
    assert VIEW.widths == (("grade", WIDEST), ("support_pct", 90))
    assert ListView(sorted_by="last_day").sorted_by == ""
    assert ListView(conditions="x" * 5000).conditions == ""
    assert VIEW.as_first() == replace(VIEW, columns=FIRST_COLUMNS, widths=())


def test_every_template_holds_columns_that_exist():
    for name, columns in TEMPLATES.items():
        assert ListView(columns).columns == columns, name


def test_each_list_is_shown_in_its_own_way_and_that_comes_back_from_disk(tmp_path):
    shown = BOOK.with_view("Mine", VIEW).with_view("", ListView(("price",)))
    save_watch_book(tmp_path / "lists.json", shown)
    assert load_watch_book(tmp_path / "lists.json") == (shown, "")
    assert shown.view_of("Mine") == VIEW
    assert shown.view_of("no such list").columns == ("price",)


def test_a_file_of_a_program_that_knew_no_views_is_read(tmp_path):
    file = tmp_path / "lists.json"
    file.write_text('{"version": 1, "lists": [{"name": "A", "symbols": [], "notes": []}], "screens": []}')
    assert load_watch_book(file)[0].view_of("A") == ListView()


def test_an_exported_list_says_how_it_is_shown():
    text = written_list(MARKETS, VIEW)
    assert read_list(text, MARKETS) == ReadList(MARKETS, (), VIEW)
    assert written_list(MARKETS, ListView()) == written_list(MARKETS)


@pytest.mark.parametrize("said", ["[]", "{", '{"columns": 3}', '{"folded": [3]}', '{"widths": [["a"]]}'])
def test_a_view_that_cannot_be_read_is_none_and_the_markets_are_read(said):
    assert read_list(f"BTC/USDT\n# Tidemark view: {said}", MARKETS) == ReadList(("BTC/USDT",), ())


def test_a_list_that_gets_another_name_is_asked_for_by_it():
    asked = 'grade > 80 and (list is mine or list is not "Mine" or list contains mi)'
    view = ListView(conditions="list is Mine")
    book = WatchBook(
        (WatchList("Mine", ("A/USDT",), view=view), WatchList("Other")),
        (SavedScreen("Strong", asked), SavedScreen("Broken", "list is (")),
        view,
        SavedScreen("Last", "list is Mine"),
    )
    named = book.with_list_named("Two words", "Mine")
    assert named.lists[0] == replace(book.lists[0], name="Two words", view=named.watched_view)
    assert named.watched_view.conditions == named.last_screen.text == 'list is "Two words"'
    expected = 'grade > 80 and (list is "Two words" or list is not "Two words" or list contains mi)'
    assert [one.text for one in named.screens] == [expected, "list is ("]
    with pytest.raises(UsageError, match="already"):
        book.with_list_named("Other", "Mine")
    assert book.with_list_named("X", "Nobody") is book
