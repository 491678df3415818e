"""Books of narratives: who belongs when, with which share, and what may never be said."""

from dataclasses import replace

import pytest

from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename
from workstation.domain.narrative_book_diff import BookDiff, MemberChange
from workstation.domain.narrative_book_edit import (
    member_added,
    member_changed,
    member_ended,
    member_erased,
    narrative_added,
    narrative_changed,
    narrative_dropped,
)
from workstation.domain.narrative_book_merge import merged

DAY = 86_400_000
MARCH_2024, JULY_2024 = 1_709_251_200_000, 1_719_792_000_000


def narrative(name, *members, title="", category=""):
    return Narrative(name, title or name.title(), members, category)


def book(*narratives, renames=(), dated="2025-07-01"):
    return NarrativeBook(narratives, renames, dated)


FET, NEAR = Membership("FET"), Membership("NEAR", 0.3, MARCH_2024, None, "its own site")
AI = narrative("ai", FET, NEAR, Membership("AGIX", None, None, JULY_2024))
BOOK = book(AI, narrative("layer-1", Membership("NEAR"), Membership("SOL", 0.5)))


def test_shares_that_are_not_stated_split_what_the_stated_leave():
    before, after = BOOK.shares_at(MARCH_2024 - 1), BOOK.shares_at(MARCH_2024)
    assert before == {"ai": {"FET": 1.0, "AGIX": 1.0}, "layer-1": {"NEAR": 1.0, "SOL": 0.5}}
    assert after["ai"]["NEAR"] == 0.3
    assert after["layer-1"]["NEAR"] == pytest.approx(0.7)


def test_a_coin_whose_shares_are_used_up_belongs_nowhere_else():
    full = book(narrative("a", Membership("X", 1.0)), narrative("b", Membership("X"), Membership("Y")))
    assert full.shares_at(0) == {"a": {"X": 1.0}, "b": {"Y": 1.0}}


def test_a_narrative_without_coins_is_there_and_empty():
    assert book(narrative("empty")).shares_at(0) == {"empty": {}}


def test_a_renamed_coin_belongs_until_its_end_and_not_after():
    assert "AGIX" in BOOK.shares_at(JULY_2024 - 1)["ai"]
    assert "AGIX" not in BOOK.shares_at(JULY_2024)["ai"]
    assert BOOK.coins() == {"FET", "NEAR", "AGIX", "SOL"}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Membership(""), "needs the code"),
        (lambda: Membership("A B"), "no space"),
        (lambda: Membership("A\u202eB"), "plain text"),
        (lambda: Membership("A" * 31), "30 characters"),
        (lambda: Membership("FET", source="x" * 301), "300 characters"),
        (lambda: Membership("FET", source="one\ntwo"), "on one line"),
        (lambda: Membership("FET", 0.0), "above 0"),
        (lambda: Membership("FET", float("nan")), "above 0"),
        (lambda: Membership("FET", 1.01), "at most 1"),
        (lambda: Membership("FET", None, 5, 5), "begin to belong"),
        (lambda: Membership("FET", None, -1), "between 1970 and 2200"),
        (lambda: Narrative("AI", "AI", ()), "lower-case"),
        (lambda: Narrative("ai", "", ()), "needs a title"),
        (lambda: Narrative("ai", "A\x07I", ()), "plain text"),
        (lambda: Narrative("ai", "AI", (), "a/../b"), "letters, digits and hyphens"),
        (lambda: narrative("ai", Membership("FET", None, 0, 10), Membership("FET", None, 9)), "twice at one"),
        (lambda: book(AI, AI), "two narratives of the name ai"),
        (
            lambda: book(narrative("a", Membership("X", 0.6)), narrative("b", Membership("X", 0.5))),
            "shares of X add up to 1.1",
        ),
        (lambda: Rename("A", "B", 0, 0.0), "above 0"),
        (lambda: Rename("A", "", 0, 1.0), "needs the code"),
        (lambda: BOOK.narrative("memes"), "no narrative 'memes'; there are ai, layer-1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, said):
    with pytest.raises(UsageError, match=said):
        make()


def test_shares_above_one_at_different_times_are_no_fault():
    two = book(
        narrative("a", Membership("X", 0.8, None, 10)),
        narrative("b", Membership("X", 0.8, 10), Membership("Y")),
    )
    assert two.shares_at(9) == {"a": {"X": 0.8}, "b": {"Y": 1.0}}
    assert two.shares_at(10) == {"a": {}, "b": {"X": 0.8, "Y": 1.0}}


def test_a_coin_is_added_changed_and_ended():
    edited = member_added(BOOK, "ai", Membership("TAO", None, MARCH_2024))
    edited = member_changed(edited, "ai", "TAO", share=0.5)
    edited = member_ended(edited, "ai", "TAO", JULY_2024)
    assert edited.narrative("ai").members[-1] == Membership("TAO", 0.5, MARCH_2024, JULY_2024)
    assert edited.narrative("layer-1") == BOOK.narrative("layer-1")


def test_the_last_time_of_a_coin_is_the_one_that_is_changed():
    twice = narrative("ai", Membership("AGI", None, 0, 10), Membership("AGI", None, 20))
    assert member_changed(book(twice), "ai", "AGI", until_ms=30).narratives[0].members == (
        Membership("AGI", None, 0, 10),
        Membership("AGI", None, 20, 30),
    )


def test_ending_keeps_the_past_and_takes_out_what_would_only_begin():
    twice = narrative("ai", Membership("AGI", None, 0, 10), Membership("AGI", None, 20))
    ended = member_ended(book(twice), "ai", "AGI", 15)
    assert ended.narratives[0].members == (Membership("AGI", None, 0, 10),)
    with pytest.raises(UsageError, match="no longer"):
        member_ended(ended, "ai", "AGI", 15)


def test_erasing_takes_the_past_too():
    assert "AGIX" not in member_erased(BOOK, "ai", "AGIX").coins()
    with pytest.raises(UsageError, match="DOGE is not in the narrative ai"):
        member_erased(BOOK, "ai", "DOGE")


def test_narratives_come_are_called_otherwise_and_go():
    edited = narrative_added(BOOK, narrative("cats"))
    edited = narrative_changed(edited, "cats", title="Cats and dogs")
    assert edited.narrative("cats").title == "Cats and dogs"
    assert narrative_dropped(edited, "cats") == BOOK
    with pytest.raises(UsageError, match="two narratives of the name ai"):
        narrative_added(BOOK, narrative("ai"))


def test_a_difference_is_said_line_by_line():
    other = member_ended(BOOK, "ai", "FET", JULY_2024)
    other = member_added(other, "ai", Membership("TAO", 0.5, MARCH_2024, None, "its own site, 2023-03"))
    other = member_erased(other, "layer-1", "SOL")
    other = member_changed(other, "layer-1", "NEAR", source="elsewhere")
    other = narrative_added(narrative_changed(other, "ai", title="AI"), narrative("cats", Membership("MEW")))
    other = replace(other, renames=(Rename("AGIX", "FET", JULY_2024, 0.43335),))
    assert BookDiff.between(BOOK, other).sentences == (
        "ai: call it “AI”, no longer “Ai”",
        "ai: FET belongs from the start until 2024-07-01; it was always",
        "ai: add TAO, since 2024-03-01 with a share of 0.5 (its own site, 2023-03)",
        "layer-1: NEAR has another source (elsewhere)",
        "layer-1: remove SOL, which was there with a share of 0.5",
        "cats: new narrative “Cats” with MEW",
        "AGIX became FET on 2024-07-01, 0.43335 for 1",
    )
    back = BookDiff.between(other, BOOK).sentences
    assert back[-2:] == ("cats: drop the narrative", "AGIX did not become FET")
    category = BookDiff.between(BOOK, narrative_changed(BOOK, "ai", category="agents"))
    assert category.sentences == ("ai: ask CoinGecko for “agents”, not “”",)


def test_chosen_lines_alone_are_taken_over():
    other = narrative_added(member_erased(BOOK, "ai", "FET"), narrative("cats", Membership("MEW")))
    diff = BookDiff.between(BOOK, other)
    chosen = diff.only(lambda change: isinstance(change, MemberChange)).applied(BOOK)
    assert chosen == member_erased(BOOK, "ai", "FET")
    assert diff.applied(BOOK) == other


def test_a_change_in_a_narrative_that_is_not_there_is_left_out():
    diff = BookDiff.between(BOOK, member_erased(BOOK, "ai", "FET"))
    bare = narrative_dropped(BOOK, "ai")
    assert diff.applied(bare) == bare


def test_a_newer_book_comes_in_and_the_edits_survive():
    mine = member_added(member_ended(BOOK, "ai", "FET", JULY_2024), "ai", Membership("MINE"))
    theirs = member_added(replace(BOOK, dated="2026-01-01"), "layer-1", Membership("SUI"))
    theirs = member_changed(theirs, "ai", "FET", share=0.5)
    both = merged(BOOK, mine, theirs)
    assert both.dated == "2026-01-01"
    assert {"MINE", "SUI"} <= both.coins()
    assert both.narrative("ai").members[0] == Membership("FET", None, None, JULY_2024)


def test_an_untouched_book_becomes_the_newer_one():
    theirs = replace(narrative_dropped(BOOK, "layer-1"), renames=(Rename("AGIX", "FET", JULY_2024, 0.43),))
    assert merged(BOOK, BOOK, theirs) == theirs


def test_a_dropped_narrative_stays_where_the_trader_edited_it():
    mine = member_added(BOOK, "layer-1", Membership("MINE"))
    both = merged(BOOK, mine, narrative_dropped(BOOK, "layer-1"))
    assert both.narrative("layer-1") == mine.narrative("layer-1")


def test_shares_of_both_that_cannot_be_together_are_as_the_trader_had_them():
    mine = member_changed(BOOK, "layer-1", "SOL", share=0.8)
    theirs = member_added(BOOK, "ai", Membership("SOL", 0.4))
    both = merged(BOOK, mine, theirs)
    assert both.shares_at(0)["layer-1"]["SOL"] == 0.8
    assert "SOL" not in both.shares_at(0)["ai"]


def test_a_narrative_that_both_made_has_the_coins_of_both():
    mine = narrative_added(BOOK, narrative("cats", Membership("MEW", 0.5), title="My cats"))
    theirs = narrative_added(BOOK, narrative("cats", Membership("MEW"), Membership("POPCAT")))
    cats = merged(BOOK, mine, theirs).narrative("cats")
    assert (cats.title, cats.members) == ("My cats", (Membership("MEW", 0.5), Membership("POPCAT")))
