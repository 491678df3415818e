"""The ledger's nouns: a head that can be noted, and a record that says how little it knows."""

import pytest

from workstation.domain.errors import UsageError
from workstation.domain.ledger import HitRecord, LedgerHead, Verification, wilson_interval

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "head"),
    [(f"12:{HASH}", LedgerHead(12, HASH)), (f" {HASH.upper()}\n", LedgerHead(None, HASH))],
)
def test_a_head_is_noted_with_its_row_or_as_the_hash_alone(text, head):
    assert LedgerHead.of(text) == head
    assert LedgerHead.of(str(head)) == head


@pytest.mark.parametrize(
    "text", ["", "12:", HASH[1:], f"0:{HASH}", f"-1:{HASH}", f"1:2:{HASH}", "g" * 64, f"१:{HASH}"]
)
def test_anything_else_is_no_head(text):
    with pytest.raises(UsageError, match="ROW:HASH or HASH"):
        LedgerHead.of(text)


@pytest.mark.parametrize(
    ("n_hits", "n", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.277533), (10, 10, 0.722467, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(n_hits, n, low, high):
    assert wilson_interval(n_hits, n) == pytest.approx((low, high), abs=5e-5)


def test_fewer_than_thirty_outcomes_are_never_shown_without_a_note():
    assert HitRecord((), 30, 10, 0, 0, None, 0.1).note == ""
    assert HitRecord((), 29, 10, 0, 0, None, 0.1).note == "Only 29 outcomes; fewer than 30 prove nothing."
    assert HitRecord((), 1, 1, 0, 0, None, 0.1).note == "Only 1 outcome; fewer than 30 prove nothing."
    nothing = HitRecord((), 0, 0, 4, 0, None, None)
    assert (nothing.hit_rate, nothing.interval) == (None, (0.0, 1.0))
    assert HitRecord((), 40, 10, 0, 0, None, 0.1).hit_rate == 0.25


def test_a_verification_without_a_break_is_sound():
    assert Verification(0, None).is_sound
