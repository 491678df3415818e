"""A practice market that does not start says why in whole sentences."""

import sys

import pytest

from workstation.domain.errors import VenueUnreachable
from workstation.services.practice_market import PracticeMarket, PracticeOptions
from workstation.services.supervisor import Supervisor


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "echo 'There is no such folder.' >&2",
            "The practice market did not start: There is no such folder.",
        ),
        ("echo 'no memory' >&2", "The practice market did not start: no memory."),
        ("", "The practice market did not start: no answer."),
    ],
    ids=["a sentence", "words", "nothing"],
)
async def test_why_it_does_not_start_ends_as_a_sentence(tmp_path, monkeypatch, words, told):
    program = tmp_path / "market"
    program.write_text(f"#!/bin/sh\n{words}\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    tasks = Supervisor()
    with pytest.raises(VenueUnreachable) as refused:
        await PracticeMarket(PracticeOptions(seed=7), tasks).start()
    assert str(refused.value) == told
    await tasks.close()
