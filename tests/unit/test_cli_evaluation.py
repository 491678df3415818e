"""``tidemark evaluate`` and ``tidemark train``, from their words to their files and exit codes."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.fakes.evaluation_market import market, small, walk
from workstation.cli import simulated_recording
from workstation.cli.command_line import run
from workstation.cli.evaluation import interval_text
from workstation.cli.evaluation_page import figure_text, share_text
from workstation.cli.exit_codes import DONE, FAILED, USAGE
from workstation.cli.recordings import recordings_of, stored_recordings
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.services.evaluations import evaluation, training

KEYS = {
    "signals", "baselines", "paired", "regimes", "big_moves", "calibration", "grade", "n_variants_tried",
    "model_hash", "about", "notes", "verdict",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """Have small forests grown, and a home of our own."""
    usual = evaluation.recipe_for
    for module in (evaluation, training):
        monkeypatch.setattr(module, "recipe_for", lambda timeframe: small(usual(timeframe)))
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path / "home"))


def write(folder, symbol, candles, timeframe="4h"):
    """Write candles as a file of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {"ts": "open_time", **{name: name for name in ("open", "high", "low", "close", "volume")}}
    table = pa.table({name: getattr(candles, column) for name, column in names.items()})
    parquet.write_table(table, folder / f"{symbol.replace('/', '')}-{timeframe}.parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give a folder of four coins."""
    path, recorded = tmp_path_factory.mktemp("market"), market(4, 420)
    for symbol in recorded.symbols():
        write(path, symbol.replace("C0", "COIN"), recorded.read(symbol))
    return path


def test_evaluate_writes_every_figure_and_a_page_that_links_to_nothing(folder, tmp_path, capsys):
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    words = ["--timeframe", "4h", "--report", str(page), "--json", str(figures)]
    assert run(["evaluate", "--data", str(folder), *words]) == DONE
    found, told = json.loads(figures.read_text()), capsys.readouterr()
    assert set(found) == KEYS
    assert found["verdict"]["headline"] in told.out
    assert "grades are left out" in told.err
    html = page.read_text()
    assert found["verdict"]["headline"] in html
    assert html.count("<svg") == 2
    assert "http" not in html
    assert "prefers-color-scheme: dark" in html
    assert not re.search(r"#01020\d", html)


def test_shuffled_labels_are_said_before_anything_else_and_teach_nothing(folder, tmp_path, capsys):
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    words = ["--timeframe", "4h", "--shuffle-labels", "3", "--report", str(page), "--json", str(figures)]
    assert run(["evaluate", "--data", str(folder), *words]) == DONE
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("Labels were shuffled (seed 3): the models were taught noise")
    assert f'<body>\n<p class="caution">{first}</p>' in page.read_text()
    found = json.loads(figures.read_text())
    assert found["about"]["shuffled_seed"] == 3
    assert found["signals"]["n"] == 0
    assert found["verdict"]["headline"].startswith("No edge was proven: no model was ever sure enough")


def test_the_simulated_market_is_judged_as_it_is_made(monkeypatch, capsys):
    monkeypatch.setattr(simulated_recording, "_DAYS", 480)
    words = ["--timeframe", "4h", "--symbols", "ADA/USDT,BNB/USDT,BTC/USDT,ETH/USDT", "--json"]
    assert run(["evaluate", "--simulated", *words]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["about"]["coins"] == ["ADA/USDT", "BNB/USDT", "BTC/USDT", "ETH/USDT"]
    assert found["about"]["until"].startswith("2025-04")
    assert "made by dice (simulated market, seed 7)" in found["notes"][0]
    assert found["signals"]["n"] == 0
    assert found["verdict"]["edge_proven"] is False


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "one of the arguments --data --simulated is required"),
        (["--simulated", "1", "--data", "x"], "not allowed with"),
        (["--simulated", "x"], "'x' is not a whole number"),
        (["--data", "x", "--shuffle-labels", "-1"], "'-1' is not a whole number"),
    ],
    ids=["nothing", "both", "no seed", "negative"],
)
def test_a_source_is_asked_for_once_and_seeds_are_whole_numbers(words, sentence, capsys):
    with pytest.raises(SystemExit):
        run(["evaluate", *words])
    assert sentence in capsys.readouterr().err


def test_symbols_may_be_written_as_files_are_named(folder, capsys):
    words = ["--timeframe", "4h", "--symbols", "BTCUSDT,coin1/usdt", "--to", "2021-01-25"]
    assert run(["evaluate", "--data", str(folder), *words]) == FAILED
    assert "None of 2 coins can be judged" in capsys.readouterr().err


def test_evaluate_prints_figures_alone_where_no_file_is_named(folder, capsys):
    assert run(["evaluate", "--data", str(folder), "--timeframe", "4h", "--json"]) == DONE
    assert set(json.loads(capsys.readouterr().out)) == KEYS


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ([], FAILED, "There are no candle files in"),
        (["--timeframe", "7h"], USAGE, "'7h' is no timeframe"),
        (["--from", "2024-02-01", "--to", "2024-01-01"], USAGE, "--to must lie after --from."),
        (["--report", "/no/such/folder/page.html"], USAGE, "is no folder that may be written"),
        (["--symbols", "BTC/USDT,nothing"], USAGE, "is no list of symbols"),
        (["--workers", "0"], USAGE, "0 is not a number of processes"),
        (["--workers", "2", "--cluster", "tcp://127.0.0.1:1"], USAGE, "not allowed with"),
    ],
    ids=["empty folder", "timeframe", "period", "report", "symbols", "workers", "both"],
)
def test_what_cannot_be_evaluated_is_said_in_a_sentence(words, code, sentence, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    try:
        ended = run(["evaluate", "--data", str(tmp_path / "empty"), *words])
    except SystemExit as error:
        ended = error.code
    assert ended == code
    assert sentence in capsys.readouterr().err


def test_frozen_without_a_model_says_how_to_get_one(folder, capsys, tmp_path):
    words = ["--timeframe", "4h", "--frozen", "--models", str(tmp_path)]
    assert run(["evaluate", "--data", str(folder), *words]) == FAILED
    assert (
        "There is no model signals-4h to judge with; train one with tidemark train."
        in capsys.readouterr().err
    )


def test_an_interrupted_evaluation_writes_nothing_and_says_so(folder, tmp_path, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "walk_forward", interrupted)
    page = tmp_path / "page.html"
    assert run(["evaluate", "--data", str(folder), "--timeframe", "4h", "--report", str(page)]) == FAILED
    assert "stopped before the end; nothing is written" in capsys.readouterr().err
    assert not page.exists()


def test_train_stores_models_that_frozen_evaluates(folder, tmp_path, capsys):
    data = ["--data", str(folder), "--timeframe", "4h"]
    assert run(["train", *data, "--output", str(tmp_path / "models"), "--json"]) == DONE
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert model["name"] == "signals-4h"
    assert model["n_rows"] > 2000
    assert (tmp_path / "models" / model["model_hash"] / "card.json").is_file()


def test_train_on_an_empty_store_says_how_to_fill_it(capsys):
    assert run(["train"]) == FAILED
    assert "The store holds no candles yet." in capsys.readouterr().err


def test_a_folder_of_folders_gives_a_recording_each(tmp_path):
    for name in ("one", "other"):
        write(tmp_path / name, "BTC/USDT", walk(1, 20))
    said = []
    found = recordings_of([tmp_path], "4h", said.append)
    assert [recording.name for recording in found] == ["one", "other"]
    assert all(recording.symbols() == ["BTC/USDT"] for recording in found)
    assert said == []


def test_bars_are_made_of_the_coarsest_finer_ones(tmp_path):
    write(tmp_path, "BTC/USDT", walk(1, 48, "1h"), "1h")
    write(tmp_path, "BTC/USDT", walk(1, 96, "15m"), "15m")
    write(tmp_path, "ETH/USDT", walk(2, 5, "1d"), "1d")
    (found,) = recordings_of([tmp_path], "4h", print)
    assert found.symbols() == ["BTC/USDT"]
    assert len(found.read("BTC/USDT")) == 12


def test_what_was_left_out_of_a_file_is_said_once(tmp_path):
    candles = walk(1, 20)
    candles.high[3] = candles.low[3] / 2
    write(tmp_path, "BTC/USDT", candles)
    said = []
    (found,) = recordings_of([tmp_path], "4h", said.append)
    assert len(found.read("BTC/USDT")) == len(found.read("BTC/USDT")) == 19
    assert len(said) == 1
    assert "BTCUSDT-4h.parquet" in said[0]


def test_the_store_gives_a_recording_for_each_venue():
    class Store:
        def series(self):
            return [SeriesKey("binance", "BTC/USDT", "4h"), SeriesKey("bybit", "BTC/USDT", "4h")]

        def read(self, key):
            return walk(1 if key.venue == "binance" else 2, 30)

    binance, bybit = stored_recordings(Store(), "4h")
    assert (binance.name, bybit.name) == ("binance", "bybit")
    assert not binance.read("BTC/USDT").equals(bybit.read("BTC/USDT"))


def test_a_store_without_candles_is_refused():
    class Store:
        def series(self):
            return []

    with pytest.raises(TidemarkError, match="holds no candles yet"):
        stored_recordings(Store(), "4h")


def test_figures_are_told_with_their_interval_or_a_dash():
    known, bare = {"value": 8.04, "low": 5.3, "high": 10.7}, {"value": -1.0, "low": None, "high": None}
    unknown = {"value": None, "low": None, "high": None}
    assert interval_text(known, 1) == "+8.0 (+5.3 to +10.7)"
    assert interval_text(bare, 2) == "-1.00"
    assert interval_text(unknown, 1) == "-"
    assert figure_text(known, 1) == "8.0 (5.3 to 10.7)"
    assert figure_text(unknown, 1) == "–"
    assert share_text({"value": 0.391}) == "39.1 %"
