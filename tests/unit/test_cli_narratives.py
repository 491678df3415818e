"""What tidemark narratives says of recorded and of stored candles."""

import json

import numpy as np
import pytest

from workstation.cli.command_line import run
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.domain.narrative_index import index_symbol
from workstation.storage.candle_store import CandleStore
from workstation.storage.paths import HOME_VARIABLE, Paths

DAY_MS = 86_400_000
FIRST_MS = 19_723 * DAY_MS  # 2024-01-01, a Monday
BOOK = """\
format = 1
dated = 2024-01-01

[[narrative]]
name = "ai"
title = "Artificial intelligence"
members = [{ coin = "FET", source = "made up" }, { coin = "TAO", source = "made up" }]

[[narrative]]
name = "memecoins"
title = "Memecoins"
members = [{ coin = "PEPE", source = "made up" }]

[[narrative]]
name = "gaming"
title = "Gaming"
members = [{ coin = "SAND", source = "made up" }]
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    paths = Paths.of_user()
    paths.narratives_file.write_text(BOOK)
    return paths


def candles(closes, bar_ms=DAY_MS):
    price = np.array(closes, float)
    times = FIRST_MS + np.arange(len(price), dtype=np.int64) * bar_ms
    return CandleColumns.of(times, price, price, price, price, 1e7 / price)


def growth(n, a_day, bars_a_day=1):
    return (1 + a_day) ** (np.arange(n) / bars_a_day)


MARKET = {"BTC": 0.001, "FET": 0.02, "TAO": 0.01, "1000PEPE": -0.01}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "recorded"
    place.mkdir()
    for coin, a_day in MARKET.items():
        made = candles(growth(90, a_day))
        rows = zip(made.open_time, made.open, made.high, made.low, made.close, made.volume, strict=True)
        lines = [",".join(map(repr, map(float, row))).replace(".0,", ",", 1) for row in rows]
        (place / f"{coin}USDT-1d.csv").write_text("ts,open,high,low,close,volume\n" + "\n".join(lines))
    return place


def asked(capsys, *words):
    code = run(["narratives", *map(str, words)])
    return code, capsys.readouterr()


@pytest.mark.usefixtures("home")
def test_a_table_of_narratives_the_best_week_first(folder, capsys):
    code, said = asked(capsys, "--data", folder)
    lines = said.out.splitlines()
    assert (code, said.err) == (0, "")
    assert lines[0] == "Narratives at 2024-03-31 00:00 UTC, indices from 1,000."
    assert [line.split()[:2] for line in lines[2:]] == [
        ["1", "Artificial"],
        ["2", "Memecoins"],
        ["-", "Gaming"],
    ]
    assert lines[4].endswith("No coin of it could be held yet.")


@pytest.mark.usefixtures("home")
def test_json_has_everything(folder, capsys):
    _, said = asked(capsys, "--data", folder, "--json")
    told = json.loads(said.out)
    ai, memes, gaming = told["narratives"]
    assert told["at_ms"] == FIRST_MS + 90 * DAY_MS
    assert told["absent_coins"] == ["SAND"]
    assert told["rules"]["weighting"] == "equal"
    assert memes["roi_7d_pct"] == pytest.approx(100 * (0.99**7 - 1))
    assert ai["rank"] == 1
    assert gaming["value"] is None
    assert [h["coin"] for h in ai["holdings"]] == ["FET", "TAO"]
    assert ai["changes"][0]["reason"] == "rebalance"
    assert len(ai["index"]["net"]) == len(ai["index"]["close_ms"]) == 90
    assert ai["index"]["net"][0] is None
    assert ai["relative_rotation"]["BTC"]["quadrant"] in ("leading", "weakening", "lagging", "improving")
    assert set(ai["relative_rotation"]) == {"BTC", "equal-weight"}  # ETH and SOL are not there


@pytest.mark.usefixtures("home")
def test_a_day_shows_what_was_known_then(folder, capsys):
    _, said = asked(capsys, "--data", folder, "--at", "2024-03-01", "--json")
    whole = json.loads(asked(capsys, "--data", folder, "--json")[1].out)
    told = json.loads(said.out)
    assert told["at_ms"] == FIRST_MS + 60 * DAY_MS
    assert told["narratives"][0]["index"]["net"] == whole["narratives"][0]["index"]["net"][:60]


@pytest.mark.usefixtures("home")
def test_one_narrative_shows_its_holdings_and_its_log(folder, capsys):
    code, said = asked(capsys, "--data", folder, "--narrative", "ai")
    assert code == 0
    assert "coin  weight" in said.out
    assert "2024-02-05 00:00  FET   enter     0.0%" in said.out


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--narrative", "ia"], 2, "There is no narrative ia; there are ai, memecoins, gaming."),
        (["--weighting", "cap"], 2, "No market capitalisation was observed yet."),
        (["--at", "2023-01-01"], 1, "There is no candle before that day"),
    ],
)
def test_what_cannot_be_shown_is_said(folder, capsys, words, code, sentence):
    found, said = asked(capsys, "--data", folder, *words)
    assert found == code
    assert sentence in said.err


@pytest.mark.usefixtures("home")
def test_an_empty_store_says_what_to_do(capsys):
    code, said = asked(capsys)
    assert code == 1
    assert "The store holds no candles yet." in said.err


def test_the_store_is_read_without_indices_and_practice_markets(home, capsys):
    with CandleStore(home.candles_db) as store:
        for coin, a_day in MARKET.items():
            made = candles(growth(24 * 60, a_day, 24), DAY_MS // 24)
            store.add(SeriesKey("binance", f"{coin}/USDT", "1h"), made)
        rise = candles(growth(24 * 60, 0.5, 24), DAY_MS // 24)
        store.add(SeriesKey("binance", index_symbol("ai"), "1h"), rise)
        store.add(SeriesKey("practice-7", "SAND/USDT", "1h"), rise)
    code, said = asked(capsys, "--json")
    told = json.loads(said.out)
    assert code == 0
    assert told["n_coins"] == 4
    assert told["bar_ms"] == DAY_MS // 24
    assert told["narratives"][2]["value"] is None
