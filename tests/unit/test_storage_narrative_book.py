"""Narratives on the disk: files of any kind, the trader's own book, and the one that is shipped."""

import errno
import os
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workstation.domain.errors import SettingsError, StoreError, UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename
from workstation.domain.narrative_book_edit import member_added, member_ended
from workstation.storage.candle_files import CandleFolder
from workstation.storage.coin_name import coin_of
from workstation.storage.narrative_files import book_of, read_book, text_of, write_book
from workstation.storage.narrative_store import MOST_UNDONE, NarrativeStore
from workstation.storage.paths import Paths, resource

AI = Narrative("ai", "Artificial intelligence", (Membership("FET"),), "artificial-intelligence")
BOOK = NarrativeBook((AI, Narrative("l1", "Layer 1", (Membership("NEAR"),))), (), "2025-07-01")
NEWER = replace(member_added(BOOK, "l1", Membership("SUI")), dated="2026-01-01")
TAO, PEPE = Membership("TAO", 0.5), Membership("PEPE")
HEAD = 'format = 1\n[[narrative]]\nname = "ai"\ntitle = "AI"\n'


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def shipped():
    return read_book(resource("narratives.toml"))


@pytest.fixture
def release(tmp_path):
    path = tmp_path / "release" / "narratives.toml"
    path.parent.mkdir()
    write_book(path, BOOK)
    return path


@pytest.fixture
def store(tmp_path, release):
    return NarrativeStore(tmp_path / "config" / "narratives.toml", release)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config" / "narratives.toml"


# Files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format = 1\n[[narrative\n", r"n.toml is not a file of narratives: .*line 2"),
        ("[" * 5_000, "nested too deeply|not a file of narratives"),
        ('[[narrative]]\nname = "ai"\ntitle = "AI"', "n.toml, line 1: format must be 1; got None"),
        ("format = 2", "format must be 1; got 2"),
        ("format = 1\nnarrative = 3", r"line 2: narrative must be written as \[\[narrative\]\]"),
        ("format = 1\ndated = 5", "line 2: dated must be a date"),
        ("format = 1\nfoo = 5", "'foo' is not known here; there are format, dated"),
        (HEAD + "colour = 3", r"line 3 \('ai'\): 'colour' is not known here"),
        (
            HEAD + 'members = [\n{ coin = "FET", weight = 1 },\n]',
            r"line 6 \('FET' of 'ai'\): 'weight' is not",
        ),
        (HEAD + "members = 3", r"line 3 \('ai'\): members must be a list"),
        (HEAD + 'members = ["FET"]', r"line 5 \(of 'ai'\): a member must look like"),
        (HEAD + "members = [{ share = 0.5 }]", "needs the code of its coin"),
        (HEAD + "members = [{ coin = 7 }]", 'coin must be text such as "FET"; got 7'),
        (
            HEAD + 'members = [{ coin = "FET", share = 2 }]',
            r"\('FET' of 'ai'\): The share of FET must be above 0",
        ),
        (HEAD + 'members = [{ coin = "FET", share = true }]', "share must be a number such as 0.5; got True"),
        (HEAD + 'members = [{ coin = "FET", share = nan }]', "share must be a number|above 0"),
        (
            HEAD + 'members = [{ coin = "FET", since = "soon" }]',
            "since must be a date such as 2024-07-01; got 'soon'",
        ),
        (HEAD + 'members = [{ coin = "FET", until = 12:00:00 }]', "until must be a date"),
        (HEAD + 'members = [{ coin = "FET", since = 1969-12-31 }]', "between 1970 and 2200"),
        (HEAD + 'members = [{ coin = "FET", since = 2024-02-02, until = 2024-02-01 }]', "begin to belong"),
        (
            HEAD + 'members = [{ coin = "FET" }, { coin = "FET" }]',
            "FET is in the narrative ai twice at one time",
        ),
        (HEAD + 'members = [{ coin = "F\\u202eET" }]', "must be plain text on one line"),
        ('format = 1\n[[narrative]]\nname = "A I"\ntitle = "x"', "lower-case letters"),
        (HEAD.replace('"AI"', '""'), "needs a title"),
        (HEAD + '[[narrative]]\nname = "ai"\ntitle = "B"', "n.toml: There are two narratives of the name ai"),
        (
            HEAD
            + 'members = [{ coin = "X", share = 0.7 }]\n[[narrative]]\nname = "b"\ntitle = "B"\n'
            + 'members = [{ coin = "X", share = 0.7 }]',
            "n.toml: The shares of X add up to 1.4",
        ),
        (
            'format = 1\n[[rename]]\nold = "A"\nnew = "B"\nat = 2024-01-01\nratio = 0',
            r"line 3 \('A'\): A became B",
        ),
        ('format = 1\n[[rename]]\nold = "A"\nnew = "B"\nratio = 1', r"line 3 \('A'\): at must be a date"),
        ("format = 1\n" + "".join(f"k{i} = 1\n" for i in range(9)), "There are 4 more faults"),
    ],
)
def test_a_fault_is_named_with_its_line_and_coin(text, said):
    with pytest.raises(SettingsError, match=said) as caught:
        book_of(text, "n.toml")
    assert "\u202e" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2024-07-01", "2024-07-01"),
        ('"2024-07-01"', "2024-07-01"),
        ("2024-07-01T02:00:00+02:00", "2024-07-01"),
        ("2024-07-01T00:00:00", "2024-07-01"),
        ("2024-07-01T08:30:00.250Z", "2024-07-01T08:30:00.250"),
    ],
)
def test_a_date_may_be_written_in_several_ways(written, said):
    member = (
        book_of(HEAD + f'members = [{{ coin = "FET", since = {written} }}]', "n.toml")
        .narratives[0]
        .members[0]
    )
    assert member.since_ms == ms(said)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as sparse:
        sparse.truncate(50_000_000)
    with pytest.raises(SettingsError, match=r"huge.toml cannot be used: it is larger than 1 MB"):
        read_book(path)


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path):
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_book(path)
    with pytest.raises(StoreError, match="cannot be read"):
        read_book(tmp_path / "none.toml")
    with pytest.raises(StoreError, match="cannot be written"):
        write_book(tmp_path / "no" / "such" / "place.toml", BOOK)


def test_a_book_is_written_and_read_back(tmp_path):
    whole = replace(BOOK, renames=(Rename("AGIX", "FET", ms("2024-07-01"), 0.43335, "its own site"),))
    write_book(tmp_path / "mine.toml", whole)
    assert read_book(tmp_path / "mine.toml") == whole


# The trader's own book


def test_it_begins_as_the_shipped_one_and_writes_nothing(store, file):
    assert store.load() == (BOOK, [])
    assert store.stamp() == (0, 0, 0)
    assert not file.parent.exists()


def test_an_edit_is_kept_and_can_be_taken_back(store, file, release):
    store.change(lambda book: member_added(book, "ai", TAO))
    first = store.stamp()
    store.change(lambda book: member_added(book, "ai", PEPE))
    assert store.stamp() != first
    again = NarrativeStore(file, release)
    assert {"TAO", "PEPE"} <= again.load()[0].coins()
    assert again.undo().sentences == ("ai: remove PEPE, which was there always",)
    assert again.undo().sentences == ("ai: remove TAO, which was there with a share of 0.5",)
    assert store.load() == (BOOK, [])
    with pytest.raises(UsageError, match="no edit of the narratives"):
        store.undo()


def test_an_edit_that_changes_nothing_or_cannot_be_leaves_no_trace(store, file):
    assert store.change(lambda book: book) == BOOK
    with pytest.raises(UsageError):
        store.change(lambda book: member_added(book, "memes", PEPE))
    assert not file.exists()


def test_only_the_last_edits_can_be_taken_back(store, file):
    for i in range(MOST_UNDONE + 3):
        store.change(lambda book, i=i: member_added(book, "ai", Membership(f"C{i}")))
    assert len(list(file.parent.glob("*.undo-*"))) == MOST_UNDONE


def test_a_broken_file_is_put_aside_for_the_last_good_one(store, file):
    good = store.change(lambda book: member_added(book, "ai", TAO))
    file.write_text("format = 1\n[[narrative")
    book, problems = store.load()
    assert book == good
    assert any("narratives.toml.broken-1" in sentence for sentence in problems)
    assert any("last good narratives" in sentence for sentence in problems)
    assert file.with_name("narratives.toml.broken-1").read_text() == "format = 1\n[[narrative"
    assert store.load() == (good, [])
    file.write_bytes(b"\xff")
    file.with_name("narratives.toml.bak").unlink()
    book, problems = store.load()
    assert (book, problems[-1]) == (BOOK, "The shipped narratives are used.")


def test_what_the_trader_writes_by_hand_counts_and_is_the_last_good_one(store, file):
    store.change(lambda book: member_added(book, "ai", TAO))
    mine = member_ended(store.load()[0], "ai", "FET", ms("2024-07-01"))
    file.write_text("# mine\n" + text_of(mine))
    assert store.load() == (mine, [])
    file.write_text("x")
    assert store.load()[0] == mine


def test_an_edit_in_a_broken_file_is_made_in_the_last_good_one(store, file):
    store.change(lambda book: member_added(book, "ai", TAO))
    file.write_text("x")
    assert {"TAO", "PEPE"} <= store.change(lambda book: member_added(book, "ai", PEPE)).coins()


def test_a_newer_release_is_taken_over_and_edits_survive(store, release):
    store.change(lambda book: member_added(book, "ai", TAO))
    write_book(release, NEWER)
    book, (said,) = store.load()
    assert {"TAO", "SUI"} <= book.coins()
    assert book.dated == "2026-01-01"
    assert said.startswith(
        "The narratives compiled on 2026-01-01 came with this release: 1 changes were taken"
    )
    assert "your 1 edits were kept" in said
    assert store.load() == (book, [])
    assert store.undo().sentences == ("l1: remove SUI, which was there always",)
    assert store.load()[0].coins() == {"FET", "NEAR", "TAO"}


def test_without_edits_a_newer_release_is_simply_used(store, release):
    write_book(release, NEWER)
    assert store.load() == (NEWER, [])


def test_an_older_release_changes_nothing(store, release):
    write_book(release, NEWER)
    mine = store.change(lambda book: member_added(book, "ai", TAO))
    write_book(release, BOOK)
    assert store.load() == (mine, [])


def test_a_file_of_unknown_beginning_is_all_the_traders(store, file, release):
    file.parent.mkdir()
    write_book(file, NarrativeBook((AI,), (), "2020-01-01"))
    book, problems = store.load()
    assert [narrative.name for narrative in book.narratives] == ["ai"]
    assert problems == []


def test_a_full_disk_is_told_and_the_book_is_as_it_was(store, monkeypatch):
    mine = store.change(lambda book: member_added(book, "ai", TAO))

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.change(lambda book: member_added(book, "ai", PEPE))
    monkeypatch.undo()
    assert store.load() == (mine, [])


def test_its_place_is_beside_the_settings(tmp_path):
    paths = Paths.below(tmp_path)
    assert paths.narratives_file.parent == paths.settings_file.parent


# The shipped book


def test_it_has_many_narratives_and_coins_each_dated_and_sourced(shipped):
    assert len(shipped.narratives) >= 12
    assert len(shipped.coins()) >= 150
    for narrative in shipped.narratives:
        assert narrative.members
        for member in narrative.members:
            assert member.since_ms is not None, member.coin
            assert re.search(r", (19|20)\d\d-\d\d\b", member.source), member
    for rename in shipped.renames:
        assert re.search(r"20\d\d-\d\d", rename.source), rename


@pytest.mark.parametrize(
    ("coin", "narrative", "inside", "outside"),
    [
        ("AGIX", "ai", "2024-03-15", "2025-01-01"),
        ("OCEAN", "ai", "2024-03-15", "2025-01-01"),
        ("RNDR", "depin", "2024-03-15", "2025-01-01"),
        ("RENDER", "depin", "2025-01-01", "2024-03-15"),
        ("MATIC", "layer-2", "2024-03-15", "2025-01-01"),
        ("POL", "layer-2", "2025-01-01", "2024-03-15"),
        ("LUNA", "layer-1", "2022-05-09", "2022-05-20"),
        ("LUNA", "layer-1", "2022-06-01", "2022-05-20"),
        ("FTT", "exchange-tokens", "2022-11-08", "2023-01-01"),
        ("OM", "real-world-assets", "2024-01-01", "2022-01-01"),
        ("NEAR", "ai", "2024-03-15", "2023-01-01"),
        ("KLAY", "layer-1", "2024-01-01", "2025-01-01"),
        ("EOS", "layer-1", "2024-01-01", "2025-06-01"),
        ("FTM", "layer-1", "2024-01-01", "2025-02-01"),
        ("MKR", "defi", "2024-01-01", "2025-06-01"),
        ("OMG", "layer-2", "2022-01-01", "2025-01-01"),
    ],
)
def test_coins_stay_in_the_past_that_they_belong_to(shipped, coin, narrative, inside, outside):
    assert coin in shipped.shares_at(ms(inside))[narrative]
    assert coin not in shipped.shares_at(ms(outside))[narrative]


def test_every_rename_is_stated_and_nothing_outlives_it_but_a_code_used_again(shipped):
    by_old = {rename.old: rename for rename in shipped.renames}
    assert {"AGIX", "OCEAN", "RNDR", "MATIC", "EOS", "FTM", "MKR", "LUNA", "KLAY"} <= set(by_old)
    assert by_old["MKR"].ratio == 24_000
    assert by_old["OCEAN"].ratio == 0.433226
    used_again = {"LUNA", "AGI"}
    for rename in by_old.values():
        for narrative in shipped.narratives:
            for member in narrative.members:
                if member.coin == rename.old and member.coin not in used_again:
                    assert member.until_ms is not None, member
                    assert member.until_ms <= rename.at_ms, member


def test_shares_are_whole_at_every_turn(shipped):
    for year in range(2018, 2027):
        sums = {}
        for coins in shipped.shares_at(ms(f"{year}-01-01")).values():
            for coin, share in coins.items():
                sums[coin] = sums.get(coin, 0.0) + share
        assert all(total <= 1 + 1e-9 for total in sums.values())


def test_most_of_its_coins_are_recorded(shipped, recordings):
    recorded = {
        coin_of(symbol)
        for folder in (recordings / "ohlcv").iterdir()
        for symbol, _ in CandleFolder(folder).series()
    }
    assert len(shipped.coins() & recorded) >= 150
