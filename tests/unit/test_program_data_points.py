"""The commands ``features`` and ``verify``, from their words to their exit code."""

import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from tests.fakes.engine_markets import made, made_market
from workstation.cli import verification
from workstation.cli.command_line import run
from workstation.cli.progress import Progress
from workstation.cli.verification import verdict
from workstation.domain.errors import TidemarkError
from workstation.domain.market import SeriesKey
from workstation.engine.features.market_context import market_context
from workstation.engine.features.registry import CANDLE_POINTS, DATA_POINTS, FAMILIES
from workstation.engine.features_table import values_table
from workstation.engine.sight import Sight
from workstation.engine.verification.tally import Leak, Tally

KEY = SeriesKey("file", "AAA/USDT", "1h")


def write(folder: Path, name: str, candles) -> None:
    columns = {name: getattr(candles, name) for name in ("open", "high", "low", "close", "volume")}
    parquet.write_table(pa.table({"ts": candles.open_time, **columns}), folder / f"{name}-1h.parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of eleven made markets, Bitcoin's among them."""
    folder = tmp_path_factory.mktemp("recorded")
    for k, name in enumerate(["BTC", "AAA", *(f"{letter}OO" for letter in "BCDEFGHIJ")]):
        write(folder, f"{name}USDT", made(k, 700))
    return folder


# --- features ---------------------------------------------------------------------------------------------


def test_every_data_point_is_listed_as_json(capsys):
    assert run(["features", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [point["name"] for point in told] == list(DATA_POINTS)
    assert len(told) >= 80
    assert len({point["family"] for point in told}) == 8
    for point in told:
        assert {"name", "family", "unit", "inputs", "warmup", "cadence", "low", "high", "vote"} <= set(point)


def test_every_data_point_is_listed_for_a_reader(capsys):
    assert run(["features"]) == 0
    *table, last = capsys.readouterr().out.splitlines()
    assert table[0].startswith("name ")
    assert len(table) == len(DATA_POINTS) + 1
    assert last == f"{len(DATA_POINTS)} data points in {len(FAMILIES)} families."


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_every_value_of_every_candle_is_written(folder, tmp_path, capsys, name):
    out = tmp_path / name
    asked = ["--data", str(folder), "--symbol", "AAA/USDT", "--timeframe", "1h", "--out", str(out)]
    assert run(["features", *asked]) == 0
    assert f"{len(DATA_POINTS)} data points at 700 candles written" in capsys.readouterr().out
    table = parquet.read_table(out) if name.endswith("parquet") else csv.read_csv(out)
    assert table.column_names == ["ts", *DATA_POINTS]
    names = ["BTC", "AAA", *(f"{letter}OO" for letter in "BCDEFGHIJ")]
    series = {f"{base}/USDT": made(k, 700) for k, base in enumerate(names)}
    ts, values = values_table(KEY, series[KEY.symbol], Sight(market_context(series, KEY.bar_ms)))
    assert table["ts"].to_pylist() == ts.tolist()
    for point in CANDLE_POINTS:
        if not point.name.startswith("patterns.analogue"):
            written = table[point.name].to_pandas().to_numpy(np.float64)
            assert np.array_equal(written, values[point.name], equal_nan=True), point.name
    assert table["momentum.rsi_14"].null_count == int(np.isnan(values["momentum.rsi_14"]).sum()) > 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_observed_values_are_written_where_history_is_given(folder, tmp_path):
    history, out = tmp_path / "history", tmp_path / "out.parquet"
    history.mkdir()
    days = "\n".join(f"2024-02-{day:02},{day}" for day in range(1, 29))
    (history / "fear.csv").write_text(f"date,fear_greed_index\n{days}\n")
    asked = ["--data", str(folder), "--symbol", "AAA/USDT", "--out", str(out), "--observations", str(history)]
    assert run(["features", *asked]) == 0
    table = parquet.read_table(out)
    known = [value for value in table["sentiment.fear_greed"].to_pylist() if value is not None]
    assert set(known) <= {float(day) for day in range(1, 29)}
    assert len(known) > 24


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--symbol", "AAA/USDT"], 2, "go with --data"),
        (["--data", "{folder}"], 2, "needs --symbol and --out"),
        (["--data", "{folder}", "--symbol", "AAA/USDT", "--out", "x.parquet", "--json"], 2, "--json lists"),
        (["--data", "{folder}", "--symbol", "AAA/USDT", "--out", "x.txt"], 2, "must end in"),
        (["--data", "{folder}", "--symbol", "NOPE/USDT", "--out", "x.csv"], 1, "NOPE/USDT"),
        (["--data", "nowhere", "--symbol", "AAA/USDT", "--out", "x.csv"], 1, "nowhere"),
        (["--data", "{folder}", "--symbol", "AAA/USDT", "--out", "no/such/x.csv"], 1, "cannot be written"),
        (
            ["--data", "{folder}", "--symbol", "AAA/USDT", "--out", "x.csv", "--observations", "{folder}"],
            1,
            "Nothing in",
        ),
        (
            ["--data", "{folder}", "--symbol", "AAA/USDT", "--out", "x.csv", "--observations", "none"],
            1,
            "There is no folder none",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    folder, words, code, sentence, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert run(["features", *(word.replace("{folder}", str(folder)) for word in words)]) == code
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- verify -----------------------------------------------------------------------------------------------


@pytest.fixture
def short_markets(monkeypatch):
    """Make what is examined short."""
    monkeypatch.setattr("workstation.cli.verified_records.LEAST_BARS", 200)
    monkeypatch.setattr("workstation.cli.verified_records.RECORDED_BARS", 600)
    monkeypatch.setattr("workstation.cli.verified_records.SIMULATED_BARS", 620)
    monkeypatch.setattr("workstation.cli.verified_records.OBSERVED_BARS", 120)


VERIFY = ["verify", "--symbols", "1", "--cuts", "2"]


@pytest.fixture
def no_other_process(monkeypatch):
    """Leave out the two fresh processes, which take seconds to start."""
    monkeypatch.setattr(verification, "_fresh_processes", lambda _asked: nullcontext([]))
    monkeypatch.setattr(verification, "_compare_processes", lambda *_: None)


@pytest.mark.usefixtures("short_markets", "no_other_process")
@pytest.mark.parametrize("timeframe", ["2h"])
def test_the_engine_is_verified_on_recorded_and_simulated_markets(folder, timeframe, capsys):
    assert run([*VERIFY, "--data", str(folder), "--timeframe", timeframe, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n_leaks"] == 0
    assert told["n_compared"] > 100_000
    assert [market["name"] for market in told["markets"]] == ["recorded", "simulated", "simulated, observed"]
    names = {subject["name"] for subject in told["subjects"]}
    assert names >= set(DATA_POINTS) | {family.family.value for family in FAMILIES}


@pytest.mark.usefixtures("short_markets")
def test_two_fresh_processes_say_the_same(folder, capsys):
    assert run([*VERIFY, "--data", str(folder)]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith(f"0 leaks in {len(DATA_POINTS)} data points, {len(FAMILIES)} families: ")


class Ended:
    """A process that has said what it has to say."""

    def __init__(self, said, returncode=0):
        self._said, self.returncode = said, returncode

    def communicate(self, timeout=None):
        return self._said, "It fell over."


def test_processes_that_differ_are_a_leak_and_one_that_fails_an_error():
    record = made_market(5, 60, 1, 2)
    one, other = ({"made": {"momentum.rsi_14 ": digest, "judged ": "same"}} for digest in ("a", "b"))
    tally = Tally()
    verification._compare_processes([Ended(json.dumps(one)), Ended(json.dumps(other))], [record], tally)
    assert set(tally.leaks) == {("momentum.rsi_14", "T8")}
    with pytest.raises(TidemarkError, match="It fell over"):
        verification._compare_processes([Ended("", 1)], [record], tally)


def test_a_leak_is_told_and_ends_with_a_failure(capsys):
    tally = Tally()
    tally.counts["momentum.rsi_14", "T1"] = 12_345
    tally.leaks["momentum.rsi_14", "T1"] = Leak(
        "made", "AAA/USDT", "momentum.rsi_14 ", "cut off", 7, 1.0, 2.0
    )
    assert verdict(tally) == f"1 leak in 1 data points, {len(FAMILIES)} families: 12,345 comparisons"
    verification._print([], tally)
    said = capsys.readouterr().out
    assert "momentum.rsi_14  LEAK" in said
    assert "T1 momentum.rsi_14 of AAA/USDT (made), bar 7, cut off: 1.0 became 2.0" in said


@pytest.mark.usefixtures("short_markets", "no_other_process")
def test_an_examination_that_is_stopped_proves_nothing(folder, capsys, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "_examined", stopped)
    assert run([*VERIFY, "--data", str(folder)]) == 1
    assert "nothing is proven" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--cuts", "0"], ["--symbols", "x"]])
def test_counts_that_are_none_are_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(["verify", "--data", ".", *words])
    assert ended.value.code == 2
    assert "whole number" in capsys.readouterr().err


def test_a_folder_with_too_little_is_refused(tmp_path, capsys):
    write(tmp_path, "AAAUSDT", made(1, 60))
    assert run(["verify", "--data", str(tmp_path)]) == 2
    assert "at least 500 bars" in capsys.readouterr().err


@pytest.mark.parametrize(("terminal", "said"), [(True, "\r2 of 3 checks\r3 of 3 checks\n"), (False, "")])
def test_progress_is_silent_for_a_second_and_where_nobody_looks(capsys, monkeypatch, terminal, said):
    now = [0.0]
    progress = Progress("checks", lambda: now[0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    progress(1, 3)
    now[0] = 2.0
    progress(2, 3)
    progress(3, 3)
    assert capsys.readouterr().err == said
