"""What a model's card promises, and the places that models have."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.models import card
from workstation.domain.model_card import (
    Figure,
    SealedFile,
    SmokeVector,
    StoredModel,
    TrainingData,
    telling_rows,
)
from workstation.domain.model_standing import Place, Standing

A, B, C, D = (sign * 64 for sign in "abcd")


@pytest.mark.parametrize(
    "name",
    ["../up.txt", "/up.txt", "a/b.txt", "..", ".txt", "Up.txt", "up.pkl", "up.txt\n", "up", "card.json", ""],
)
def test_a_file_with_a_name_that_leads_elsewhere_is_never_sealed(name):
    with pytest.raises(ValueError, match="no name of a model's file"):
        SealedFile(name, 1, A)


def test_a_seal_needs_a_size_and_a_whole_hash():
    assert SealedFile("up.txt", 1, A).name == "up.txt"
    with pytest.raises(ValueError, match="0 bytes"):
        SealedFile("up.txt", 0, A)
    for digest in ("a" * 63, "A" * 64, "g" * 64, A + "\n"):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            SealedFile("up.txt", 1, digest)


def test_a_figure_lies_in_its_interval():
    assert Figure("x", 1.0, 1.0, 1.0, 0).n == 0
    with pytest.raises(ValueError, match="outside"):
        Figure("x", 2.0, 0.0, 1.0, 3)
    with pytest.raises(ValueError, match="outside"):
        Figure("x", float("nan"), 0.0, 1.0, 3)
    with pytest.raises(ValueError, match="-1 cases"):
        Figure("x", 1.0, 0.0, 1.0, -1)


def test_a_period_begins_before_it_ends():
    with pytest.raises(ValueError, match="no period"):
        TrainingData("s", "l", 5, 5, ("BTC",), 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "format 2"),
        ({"name": "../x"}, "no name of a model"),
        ({"kind": "--help"}, "no kind of model"),
        ({"horizon_bars": 0}, "horizon is 0"),
        ({"features": ()}, "no data points"),
        ({"features": ("a", "a")}, "one twice"),
        ({"features": ("a", "b")}, "expected one for each of 2"),
        ({"files": (SealedFile("a.txt", 1, A), SealedFile("a.txt", 2, B))}, "one file twice"),
    ],
    ids=lambda each: "" if isinstance(each, str) else next(iter(each)),
)
def test_a_card_that_cannot_be_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        replace(card(), **changes)


def test_a_smoke_vector_has_rows_of_one_length_and_answers():
    for rows, answers in (((), {"up": (1.0,)}), (((1.0,),), {}), (((1.0,), (1.0, 2.0)), {"up": (1.0,)})):
        with pytest.raises(ValueError, match="smoke vector"):
            SmokeVector(rows, answers)


def test_a_smoke_vector_gives_back_its_rows_and_sees_the_smallest_difference():
    matrix = np.array([[0.1, np.nan], [3.0, -7.25]], np.float32)
    answers = {"up": np.array([0.25, np.nan]), "votes": np.array([[1, -1], [0, 1]], np.int8)}
    smoke = SmokeVector.of(matrix, answers)
    assert np.array_equal(smoke.matrix(), matrix, equal_nan=True)
    assert smoke.matrix().dtype == np.float32
    assert smoke.difference(answers) == ""
    assert smoke.difference(answers | {"more": np.zeros(1)}) == ""
    assert smoke.difference(answers | {"up": np.array([0.25 + 1e-10, np.nan])}) == ""
    for wrong, words in (
        ({"up": np.array([0.25 + 2e-9, np.nan])}, r"answers 0\.25.* as up where its card says 0\.25"),
        ({"up": np.array([0.25, 0.0])}, "where its card says nan"),
        ({"up": np.array([np.nan, np.nan])}, "answers nan as up"),
        ({"up": np.array([0.25])}, "answers 1 numbers as up where its card says 2"),
    ):
        assert re.search(words, smoke.difference(answers | wrong))
    assert smoke.difference({"up": answers["up"]}) == "does not answer votes"


def test_the_most_telling_rows_reach_every_leaf_and_no_row_is_idle():
    leaves = np.array([[0, 0, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 2, 0]])
    chosen = telling_rows(leaves, 10)
    assert chosen.tolist() == [0, 2, 1, 4]
    for tree in range(3):
        assert set(leaves[chosen, tree]) == set(leaves[:, tree])
    assert len(telling_rows(leaves, 2)) == 2
    assert len(telling_rows(leaves[:0], 2)) == 0


def test_a_model_is_called_by_its_name_and_the_first_digits_of_its_hash():
    assert StoredModel(A, card(), {}).title == "signals-1h (aaaaaaaa)"


def test_a_challenger_takes_the_place_and_the_champion_is_kept():
    empty = Standing()
    assert empty.hashes == ()
    first = empty.promoted(Place(A, 1, "first"))
    assert (first.champion, first.previous) == (Place(A, 1, "first"), None)
    both = first.challenged(Place(B, 2, "trained")).challenged(Place(C, 3, "trained"))
    assert both.hashes == (A, C, B)
    assert both.challenged(Place(A, 4, "again")) is both
    second = both.promoted(Place(B, 5, "better"))
    assert second.hashes == (B, A, C)
    assert second.previous == Place(A, 5, "better")
    third = second.promoted(Place(C, 6, "better still"))
    assert third.hashes == (C, B, A)
    assert third.promoted(Place(B, 7, "back")).hashes == (B, C, A)
    assert third.trimmed(0).hashes == (C, B)


def test_switching_off_keeps_every_place_and_promoting_the_champion_ends_it():
    standing = Standing().promoted(Place(A, 1, "first")).challenged(Place(B, 2, "trained"))
    off = standing.switched_off(3, "No better than the vote.")
    assert off.off is not None
    assert (off.off.since_ms, off.off.reason) == (3, "No better than the vote.")
    assert off.hashes == standing.hashes
    on = off.promoted(Place(A, 4, "The trader's wish"))
    assert on.off is None
    assert on.champion == Place(A, 4, "The trader's wish")
    assert off.promoted(Place(B, 4, "better")).off is None


def test_a_place_needs_a_hash():
    for text in ("", "..", "../" + A, A[:-1], A.upper()):
        with pytest.raises(ValueError, match="names no model"):
            Place(text, 1, "x")
