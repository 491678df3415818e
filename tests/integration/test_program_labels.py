"""The command ``tidemark labels``."""

import json

import pytest

from workstation.cli.command_line import run
from workstation.cli.exit_codes import DONE, FAILED, USAGE

BINANCE = "0x28c6c06298d514db089934071355e5743bf21d60"
MINE = "0x" + "ab" * 20


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Return what runs one command below a home of its own, and gives its exit code and what it said."""
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path))
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the suite's own stay

    def asked(*words):
        code = run(["labels", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return asked


def test_labels_are_listed_set_and_removed(ask):
    code, out, _ = ask("list")
    assert code == DONE
    assert BINANCE in out
    assert (
        ask("set", "etherscan", MINE.upper().replace("0X", "0x"), "Gate.io", "--name", "Mine\x1b[2J")[0]
        == DONE
    )
    assert ask("remove", "ethereum", BINANCE)[0] == DONE
    code, out, _ = ask("list", "--json")
    by_address = {one["address"]: one for one in json.loads(out)}
    assert BINANCE not in by_address
    assert by_address[MINE]["own"] is True
    assert by_address[MINE]["exchange"] == "gate-io"
    assert len(by_address[MINE]["date"]) == len("2024-02-01")
    assert "\x1b" not in ask("list")[1]
    code, _, err = ask("remove", "ethereum", BINANCE)
    assert (code, err) == (FAILED, f"tidemark: {BINANCE} has no label on ethereum.\n")


def test_a_file_is_imported_or_refused_whole(ask, tmp_path):
    good = tmp_path / "good.csv"
    good.write_text(f"chain,address,name,labels\netherscan,{MINE},Kraken 9,kraken\netherscan,,Sum,defi\n")
    assert ask("import", good)[:2] == (DONE, "Labels taken: 1. Rows that name no exchange's wallet: 1.\n")
    bad = tmp_path / "bad.csv"
    bad.write_text(
        f"chain,address,name,labels\netherscan,{MINE},Kraken 9,okx\netherscan,0x12,Kraken,kraken\n"
    )
    code, _, err = ask("import", bad)
    assert code == USAGE
    assert "row 3: '0x12' is no address" in err
    assert "kraken" in next(line for line in ask("list")[1].splitlines() if MINE in line)
