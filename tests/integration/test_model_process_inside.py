"""The inside of the process that loads a model: what it answers to each question, whole or wrong."""

import io

import lightgbm  # noqa: F401  whole, for every other test: our program withholds some of what it loads
import numpy as np
import pytest

from tests.fakes.models import FEATURES, rows, trained
from workstation.domain.errors import BadModel, TidemarkError
from workstation.model_app import Boosters
from workstation.services import model_answering
from workstation.services.model_answering import answer_all
from workstation.services.model_wire import LENGTH, ArrayForm, Ask, Load, decode_answer, framed


class Doubling:
    """A judge that doubles, and fails as it is told to."""

    def judge(self, matrix, *, with_contributions):
        if len(matrix) == 2:
            raise TidemarkError("It was made for other measures.")
        if len(matrix) == 3:
            raise MemoryError
        return {"double": matrix.T.copy().T * 2} | ({"why": matrix[:, 0]} if with_contributions else {})


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch):
    """Leave this process, in which the loop runs here, its rights."""
    monkeypatch.setattr(model_answering, "_lock_up", lambda: None)
    monkeypatch.setattr(model_answering, "_grant_time", lambda _within_s: None)


def told(*questions):
    """Return every answer to these questions: arrays by name, or why not."""
    said = io.BytesIO()
    answer_all({"doubling": lambda _files: Doubling()}, io.BytesIO(b"".join(questions)), said)
    said.seek(0)
    answers = []
    while length := said.read(LENGTH):
        header = decode_answer(said.read(int.from_bytes(length, "big")))
        arrays = {form.name: form.array(said.read(form.n_bytes)) for form in header.arrays}
        answers.append(header.refused or arrays)
    return answers


def ask(n_rows, *, with_contributions=False):
    matrix = np.arange(n_rows * 2, dtype=np.float32).reshape(n_rows, 2)
    return framed(Ask(n_rows, 2, with_contributions, 1.0)) + matrix.tobytes()


LOAD = framed(Load("doubling", [("a.txt", 3), ("b.json", 0)], 1.0)) + b"abc"


def test_it_says_that_it_is_ready_and_then_answers_question_after_question():
    ready, loaded, one, more, none = told(LOAD, ask(1), ask(4, with_contributions=True), ask(0))
    assert (ready, loaded) == ({}, {})
    assert one["double"].tolist() == [[0.0, 2.0]]
    assert more["double"].tolist() == [[0.0, 2.0], [4.0, 6.0], [8.0, 10.0], [12.0, 14.0]]
    assert more["why"].tolist() == [0.0, 2.0, 4.0, 6.0]
    assert none["double"].shape == (0, 2)


def test_it_says_why_not_and_goes_on():
    assert told(ask(1), framed(Load("pickled", [], 1.0)), LOAD, ask(2), ask(3), ask(1))[1:] == [
        "It was asked before it was loaded.",
        "It is of the kind 'pickled', which this version of Tidemark does not load.",
        {},
        "It was made for other measures.",
        "It needs more than 2,048 MiB of memory.",
        {"double": pytest.approx(np.array([[0.0, 2.0]]))},
    ]


def test_a_question_that_breaks_off_ends_it():
    assert told(LOAD[:2]) == [{}]
    for cut in (8, len(LOAD) - 1):
        with pytest.raises(SystemExit):
            told(LOAD[:cut])


@pytest.mark.parametrize(
    ("dtype", "shape"), [("|O", (1,)), ("<f8", (-1,)), ("<f8", (2, -3)), ("<M8[s]", (1,))]
)
def test_an_array_of_another_form_is_none(dtype, shape):
    with pytest.raises(ValueError, match="no array of ours"):
        ArrayForm("up", dtype, shape)


def test_plain_boosters_are_named_by_their_files_and_refuse_what_they_cannot_read():
    model, predictions = trained()
    boosters = Boosters.load(model.files)
    said = boosters.judge(rows()[0], with_contributions=False)
    assert said.keys() == predictions.keys()
    assert np.array_equal(said["down"], predictions["down"])
    with pytest.raises(BadModel, match=r"LightGBM says: .*number of features"):
        boosters.judge(np.zeros((1, len(FEATURES) - 1), np.float32), with_contributions=False)
    with pytest.raises(BadModel, match="LightGBM says"):
        Boosters.load({"up.txt": b"tree\n\xff"})
