"""``tidemark rotation``, from its words to its files and exit codes."""

import json
import re
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.fakes.evaluation_market import DAY_MS, START_MS, walk
from workstation.cli.command_line import run
from workstation.cli.exit_codes import DONE, FAILED, USAGE
from workstation.cli.rotation_page import rule_sentences
from workstation.domain.market import SeriesKey
from workstation.domain.paper_account import PaperAccount
from workstation.storage.candle_store import CandleStore
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.paths import Paths

DAYS = 130
COINS = [f"C{k:02d}" for k in range(1, 15)]
BOOK = "format = 1\n" + "".join(
    f'[[narrative]]\nname = "n{k}"\ntitle = "Story {k}"\nmembers = [{members}]\n'
    for k, members in enumerate(
        ", ".join(f'{{ coin = "{coin}" }}' for coin in COINS[first : first + 5]) for first in (0, 5, 10)
    )
)
OPEN = "gate_btc_days = 0\ngate_alt_days = 0\nleast_grade = 0\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Give a home in which what was learnt is kept from one test to the next."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def at_home(home, monkeypatch):
    """Live there."""
    monkeypatch.setenv("TIDEMARK_HOME", str(home))


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Give a folder of daily candles and a book, as words of the command."""
    folder = tmp_path_factory.mktemp("market")
    for k, coin in enumerate(("BTC", *COINS)):
        candles = walk(k, DAYS, "1d")
        names = {"ts": "open_time", **{name: name for name in ("open", "high", "low", "close", "volume")}}
        table = pa.table({name: getattr(candles, column) for name, column in names.items()})
        parquet.write_table(table, folder / f"{coin}USDT-1d.parquet")
    book, rules = folder / "book.toml", folder / "rules.toml"
    book.write_text(BOOK)
    rules.write_text(OPEN)
    return ["rotation", "--data", str(folder), "--narratives", str(book), "--rules", str(rules)]


def test_a_backtest_writes_every_figure_and_a_page_that_links_to_nothing(words, tmp_path, capsys):
    page, file = tmp_path / "page.html", tmp_path / "figures.json"
    period = ["--from", "2021-03-01", "--to", "2021-05-01"]
    assert run([*words, "--backtest", *period, "--report", str(page), "--json", str(file)]) == DONE
    found, told = json.loads(file.read_text()), capsys.readouterr()
    assert found["n_days"] == 61
    assert found["strategy"]["exposure"] > 0
    assert found["verdict"]["headline"] in told.out
    assert "BTC above its 50-day mean" in told.out
    html = page.read_text()
    assert found["verdict"]["headline"] in html
    assert found["changes"][-1]["sentence"] in html
    assert html.count("<svg") == 3
    assert "http" not in html
    assert not re.search(r"#01020\d", html)


def test_advice_is_printed_with_reasons_targets_and_trades(words, capsys):
    assert run([*words, "--at", "2021-05-03"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("2021-05-03, close of 00:00 UTC. The gate is open: no condition is asked for.")
    assert "A new paper account of 10,000.00 USDT would trade:" in told
    assert re.search(r"enter C\d\d with .* %: Story \d is \dst|nd|rd of 3 by 14-day return", told)


def test_advice_as_json_holds_together(words, capsys):
    assert run([*words, "--at", "2021-05-03", "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["at_ms"] == START_MS + 122 * DAY_MS
    assert sum(target["weight"] for target in found["targets"]) == pytest.approx(1.0)
    trades = found["account"]["trades"]
    assert {trade["coin"] for trade in trades} == {t["coin"] for t in found["targets"]} - {"CASH"}
    assert Decimal(found["account"]["cost"]) == sum(Decimal(trade["cost"]) for trade in trades)


def test_the_trades_of_a_paper_account_are_worked_out_for_it(words, capsys):
    with PaperAccountStore(Paths.of_user().papers_db) as store:
        store.create(PaperAccount("mine", "file", Decimal(500), START_MS))
    assert run([*words, "--account", "mine"]) == DONE
    assert "mine of 500.00 USDT would trade:" in capsys.readouterr().out
    assert run([*words, "--account", "yours"]) == USAGE
    assert "There is no paper account 'yours'; there are: mine." in capsys.readouterr().err


def test_without_a_folder_the_stored_candles_are_read(words, capsys):
    without_data = [words[0], *words[3:]]
    assert run(without_data) == FAILED
    assert "The store holds no candles yet" in capsys.readouterr().err
    with CandleStore(Paths.of_user().candles_db) as store:
        for k, coin in enumerate(("BTC", *COINS)):
            store.add(SeriesKey("binance", f"{coin}/USDT", "1d"), walk(k, DAYS, "1d"))
    assert run(without_data) == DONE
    assert "2021-05-11, close" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        (["--from", "2021-03-01"], USAGE, "--from goes with --backtest."),
        (["--backtest", "--at", "2021-03-01"], USAGE, "--at does not go with --backtest."),
        (["--backtest", "--from", "2021-03-01", "--to", "2021-02-01"], USAGE, "--to must lie after --from."),
        (["--backtest", "--report", "nowhere/page.html"], USAGE, "cannot be written"),
        (["--backtest", "--from", "2031-03-01"], FAILED, "There is no day to trade"),
        (["--at", "2020-01-01"], USAGE, "There is no candle"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(words, more, code, sentence, capsys):
    assert run([*words, *more]) == code
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("n_coins = 'three'", "n_coins must be a whole number"),
        ("n_coins = true", "n_coins must be a whole number"),
        ("most_coin = []", "most_coin must be a number"),
        ("pace = 3", "there is no rule 'pace'; there are gate_btc_days"),
        ("n_coins = 0", "n_coins must be 1 or more"),
        ("n_coins =", "is no TOML file"),
        ("# " + "x" * 1_000_001, "too large"),
        (None, "cannot be read"),
    ],
)
def test_rules_that_cannot_be_are_refused(words, text, sentence, tmp_path, capsys):
    rules = tmp_path / "rules.toml"
    if text is not None:
        rules.write_text(text)
    assert run([*words, "--rules", str(rules)]) in (FAILED, USAGE)
    assert sentence in capsys.readouterr().err


def test_a_walk_that_is_stopped_says_what_is_kept(words, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("workstation.services.rotation_backtests.market.rotation_market", stopped)
    assert run([*words, "--backtest"]) == FAILED
    assert "stopped before the end; nothing is written" in capsys.readouterr().err


def test_rules_without_a_gate_and_without_a_volatility_target_are_said_so():
    from dataclasses import asdict

    from workstation.domain.rotation import RotationRules

    told = rule_sentences(asdict(RotationRules(gate_btc_days=0, gate_alt_days=0, target_volatility_pct=0)))
    assert told[0] == "There is no gate: coins are held in any market."
    assert len(told) == len(rule_sentences(asdict(RotationRules()))) - 1
