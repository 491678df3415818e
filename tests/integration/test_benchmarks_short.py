"""Each benchmark, short: it runs and measures something. No figure is asserted, for machines differ."""

import re
import subprocess
import sys

import pytest

from tests.fakes.processes import PROJECT

MET_OR_MISSED = (0, 1)


def bench(name, *arguments):
    """Run a benchmark and return what it printed."""
    ended = subprocess.run(
        [sys.executable, PROJECT / "tests" / "benchmarks" / f"bench_{name}.py", *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode in MET_OR_MISSED, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout


def test_the_chart_is_painted():
    said = bench(
        "chart_painting", "--alone", "--candles", 30_000, "--frames", 4, "--charts", 4, "--drawings", 11
    )
    assert "4 charts out of sight: 0 paints, 0 candles" in said
    assert "4 charts at once: p95" in said
    assert len(re.findall(r"^tidemark .* (?:pan|zoom|append|tick)", said, re.MULTILINE)) >= 8


def test_switching_the_chart_is_timed():
    said = bench("chart_switch", "--coins", 2, "--candles", 600, "--long", 3000, "--switches", 4)
    assert re.search(r"symbol +\d+ switches: p50 +[\d.]+ ms, p95 +[\d.]+ ms", said)
    assert re.search(r"timeframe +\d+ switches: p50 +[\d.]+ ms, p95 +[\d.]+ ms", said)
    assert re.search(r"Heikin-Ashi \(averaged\), first of 3,000 bars: [\d.]+ ms", said)


def test_the_second_start_is_timed_and_light():
    said = bench("second_start", "--runs", 1)
    assert re.search(r"chart from disk +median 0\.\d+ s|chart from disk +median \d+\.\d+ s", said)
    assert "heavy libraries at the first frame: -" in said
    assert re.search(r"memory of the serve process: \d+ MB", said)


def test_a_candle_is_timed_from_the_wire_to_the_chart():
    said = bench("wire_to_chart", "--seconds", 0.7)
    stages = re.findall(r"^(.{28}) +(\d+) ", said, re.MULTILINE)
    assert len(stages) == 4
    assert all(int(n_candles) > 0 for _, n_candles in stages)


def test_a_small_universe_is_filled_and_swept():
    said = bench(
        "universe", "--symbols", 60, "--bars", 200, "--speed", 3000, "--sweeps", 1, "--baseline", 0.5
    )
    assert "sweep" in said


@pytest.mark.usefixtures("recordings")
def test_a_recorded_day_of_two_dozen_markets_arrives_unchanged():
    said = bench("recorded_week", "--days", 1, "--speed", 10_000, "--symbols", 24)
    assert said == "24 symbols, 1 days at 10000x: 0 candles differ\n"


def test_the_decision_at_a_close_is_timed():
    said = bench("live_decision", "--coins", 12, "--closes", 3)
    assert re.search(r"live decision, 12 coins +p50 [\d.]+ s, p95 [\d.]+ s over 3 closes, \d+ signals", said)
    assert re.search(r"first close after a start +[\d.]+ s", said)


def test_narratives_are_timed_at_an_hours_close():
    said = bench("narratives", "--coins", 60, "--narratives", 6, "--hours", 30, "--days", 45)
    assert re.search(r"60 coins in 6 narratives, [1-9]\d* holdings", said)
    assert re.search(
        r"an hour's close: median [\d.]+ ms, p95 [\d.]+ ms, worst [\d.]+ ms; bar p95 200 ms", said
    )
    assert re.search(r"one step of scrubbing: p95 [\d.]+ ms; bar 16.7 ms", said)


def test_a_key_is_timed_in_the_palette():
    said = bench("palette", "--markets", 300, "--rounds", 1)
    assert re.search(r"300 markets, \d+ keys: p50 [\d.]+ ms, p95 [\d.]+ ms", said)


def test_the_rotation_graph_is_timed_while_it_is_scrubbed():
    said = bench("rotation_graph", "--narratives", 5, "--days", 40)
    assert re.search(r"slowest p95 [\d.]+ ms a frame; the bar is 16.7 ms", said)


def test_long_lists_of_coins_are_timed():
    said = bench("watchlist", "--watched", 40, "--coins", 100, "--passes", 1, "--seconds", 0.3)
    assert re.search(r"watchlist: 40 rows, 10 updates/s: [\d.]+ % of a core \(bar 7 %\)", said)
    assert len(re.findall(r"screener, 100 rows: \w+ +p50 +[\d.]+ ms, p95 +[\d.]+ ms", said)) == 4


def test_long_use_counts_what_the_window_holds_after_each_cycle():
    said = bench("long_use", "--minutes", 0.2, "--cycle", 0.1, "--bars", 60)
    assert "8 actions" in said
    assert re.search(r"memory at rest after the warm-up .* bar \+2 %", said)


def test_data_points_are_timed_beside_pandas_and_ta_lib():
    said = bench("data_points", "--short")
    assert re.search(r"\d+ data points that pandas has, of \d+ from candles", said)
    assert re.search(r"[\d.]+ times faster than pandas", said)
    assert re.search(r"together +[\d.]+ +[\d.]+ +[\d.]+  no slower", said)
    assert re.search(r"p95 [\d.]+ ms, worst [\d.]+ ms over 12 closes", said)
    assert "bar 4 GiB met" in said
