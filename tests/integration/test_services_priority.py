"""A process that lets others go first does so across sessions, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")  # blank where a session belongs to no group of its own


def said(leads_a_session: bool) -> list[str]:
    program = (
        "import os; from workstation.services.priority import let_others_go_first; "
        "before = os.nice(0); let_others_go_first(3); print(os.nice(0) - before, os.nice(0)); "
        "print(open('/proc/self/autogroup').read())"
    )
    words = [sys.executable, "-c", program]
    run = subprocess.run(words, capture_output=True, text=True, start_new_session=leads_a_session, check=True)
    return run.stdout.split()


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system does not share processors between sessions")
def test_a_session_of_its_own_goes_behind_other_sessions():
    steps, niceness, _, word, of_session = said(leads_a_session=True)
    assert steps == "3"
    assert (word, of_session) == ("nice", niceness)


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system does not share processors between sessions")
def test_the_session_of_somebody_else_stays_as_it_is():
    before = AUTOGROUP.read_text().split()
    steps, niceness, *session = said(leads_a_session=False)
    assert (steps, int(niceness)) == ("3", min(19, os.nice(0) + 3))
    assert session == before
