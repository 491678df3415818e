"""``tidemark observations``: history goes in, and what is there is listed."""

import json
import os
import subprocess
import sys

import pytest

from tests.fakes.processes import PROJECT

FILE = "time,AdrActCnt,CapMVRVCur,PriceUSD\n2024-01-01,10,1.5,3\n2024-01-02,11,1.6,4\n"


@pytest.fixture
def ask(tmp_path):
    """Return what runs one command to its end below a home of its own."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "workstation", "observations", *map(str, arguments)],
            cwd=PROJECT,
            env={**os.environ, "TIDEMARK_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_file_goes_in_once_and_is_listed(ask, tmp_path):
    path = tmp_path / "btc.csv"
    path.write_text(FILE)
    said = ask("import", path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "btc.csv: 4 new observations of BTC.\n  Ignored columns: PriceUSD.\n"
    assert ask("import", path).stdout.startswith("btc.csv: 0 new observations of BTC.")
    said = ask("list")
    assert [line.split() for line in said.stdout.splitlines()][1] == [
        "onchain.active_addresses", "BTC", "2", "2024-01-02", "00:00", "2024-01-03", "00:00", "2024-01-03",
        "12:00", "file:btc.csv",
    ]  # fmt: skip
    listed = json.loads(ask("list", "--json").stdout)
    assert [(one["metric"], one["n_rows"]) for one in listed] == [
        ("onchain.active_addresses", 2),
        ("onchain.mvrv", 2),
    ]


def test_a_file_that_cannot_be_trusted_is_refused_and_the_others_go_in(ask, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(FILE)
    bad.write_text(FILE + "2024-01-03,-1,1,1\n")
    said = ask("import", bad, good, "--coin", "eth", "--json")
    assert said.returncode == 1
    assert said.stderr == "bad.csv, row 3: AdrActCnt is -1, but cannot be below 0.\n"
    assert [(one["n_new"], one["subjects"]) for one in json.loads(said.stdout)] == [(0, []), (4, ["ETH"])]


def test_where_nothing_was_observed_the_list_says_so(ask):
    said = ask("list")
    assert (said.returncode, said.stdout) == (0, "Nothing was observed yet.\n")


@pytest.mark.parametrize(("arguments", "words"), [((), "WHAT"), (("import",), "FILE")])
def test_wrong_usage_is_told_and_leaves_with_two(ask, arguments, words):
    said = ask(*arguments)
    assert said.returncode == 2
    assert words in said.stderr
