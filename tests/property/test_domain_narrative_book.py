"""Shares, differences and merges of books of narratives, whatever they hold."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename
from workstation.domain.narrative_book_diff import BookDiff
from workstation.domain.narrative_book_merge import merged
from workstation.storage.narrative_files import book_of, text_of

times = st.integers(0, 40).map(lambda n: n * 43_200_000 + n % 3)
words = st.sampled_from(["", "its own site, 2024-07", '“Ä” 狗 \\ "x"', "a; b"])


@st.composite
def members(draw, coin):
    since, until = draw(st.tuples(st.none() | times, st.none() | times))
    if since is not None and until is not None and since >= until:
        since, until = until, since + 1
    share = draw(st.none() | st.floats(0.01, 0.6))
    return Membership(coin, share, since, until, draw(words))


@st.composite
def books(draw):
    names = draw(st.lists(st.sampled_from(["ai", "defi", "layer-1", "x"]), unique=True, max_size=4))
    narratives = []
    for name in names:
        coins = draw(st.lists(st.sampled_from(["FET", "NEAR", "ÄÖ1", "狗", "Q\"'\\"]), unique=True))
        narratives.append(
            Narrative(
                name, draw(words) or "t", tuple(draw(members(coin)) for coin in coins), draw(_categories)
            )
        )
    renames = draw(
        st.lists(st.builds(Rename, _codes, _codes, times, st.floats(1e-9, 1e9), words), max_size=2)
    )
    by_key = {(one.old, one.new): one for one in renames}
    try:
        return NarrativeBook(tuple(narratives), tuple(by_key.values()), "2025-07-01")
    except UsageError:
        assume(False)


_categories = st.sampled_from(["", "layer-1", "meme-token"])
_codes = st.sampled_from(["AGIX", "FET", "LUNA"])


@given(books(), times)
@settings(max_examples=15, deadline=None)
def test_shares_are_never_above_one_and_nothing_is_there_outside_its_time(book, at_ms):
    shares = book.shares_at(at_ms)
    assert list(shares) == [narrative.name for narrative in book.narratives]
    sums = {}
    for narrative in book.narratives:
        there = {member.coin for member in narrative.members if member.holds_at(at_ms)}
        assert set(shares[narrative.name]) <= there
        for coin, share in shares[narrative.name].items():
            assert 0 < share <= 1
            sums[coin] = sums.get(coin, 0.0) + share
    assert all(total <= 1 + 1e-9 for total in sums.values())


@given(books(), times)
@settings(max_examples=15, deadline=None)
def test_shares_that_are_not_stated_are_equal_and_use_up_the_coin(book, at_ms):
    shares = book.shares_at(at_ms)
    for coin in book.coins():
        its = [
            (member.share, shares[narrative.name].get(coin, 0.0))
            for narrative in book.narratives
            for member in narrative.members
            if member.coin == coin and member.holds_at(at_ms)
        ]
        free = [share for stated, share in its if stated is None]
        assert max(free, default=0.0) - min(free, default=0.0) < 1e-12
        if free:
            assert abs(sum(share for _, share in its) - 1) < 1e-9


@given(books(), books())
@settings(max_examples=15, deadline=None)
def test_a_difference_taken_over_gives_the_other_book(one, other):
    diff = BookDiff.between(one, other)
    made = diff.applied(one)
    assert BookDiff.between(made, other).changes == ()
    assert len(diff.sentences) == len(diff.changes)
    assert all(sentence.isprintable() for sentence in diff.sentences)


@given(books(), books(), books())
@settings(max_examples=15, deadline=None)
def test_a_merge_is_always_a_book_and_keeps_either_side_alone(base, mine, theirs):
    assert isinstance(merged(base, mine, theirs), NarrativeBook)
    assert BookDiff.between(merged(base, base, theirs), theirs).changes == ()
    assert BookDiff.between(merged(base, mine, base), mine).changes == ()


@given(books())
@settings(max_examples=15, deadline=None)
def test_what_is_written_reads_back_the_same(book):
    assert book_of(text_of(book), "book.toml") == book
