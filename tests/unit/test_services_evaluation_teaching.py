"""Daily bars beside those that are judged teach the grade: a crowd of their own, never later than known."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.fakes.evaluation_market import DAY_MS, START_MS, Recorded, market, small, walk
from workstation.cli.recordings import daily_recordings_of, daily_stored_recordings, recordings_of
from workstation.domain.market import SeriesKey
from workstation.engine.grade.panel import HORIZONS_MS, MIN_COINS
from workstation.engine.grade.rank_training import EMBARGO_MS, Examples
from workstation.engine.model.recipe import Recipe
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.grading import walk_forward_grades
from workstation.services.evaluations.ground import Ground
from workstation.services.evaluations.market_study import study_market
from workstation.services.work.kept import KeptResults
from workstation.services.work.workers import Alone

DAYS, DAILY_DAYS = 110, 140


def daily(n_coins=MIN_COINS + 1, days=DAILY_DAYS):
    """Return a recording of daily bars of other coins."""
    return Recorded("daily", {f"D{k:02d}/USDT": walk(500 + k, days, "1d") for k in range(n_coins)})


def studied_with(recordings, folder, **changes):
    ground = Ground([market(MIN_COINS, DAYS)], "4h", daily=recordings, **changes)
    recipe = small(Recipe(timeframe="4h"))
    return ground, study_market(ground, recipe, Alone(), Blocks(folder), lambda *_: None)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """Study a market beside which there are daily bars of other coins."""
    return studied_with([daily()], tmp_path_factory.mktemp("blocks"))


def write(folder, symbol, timeframe):
    folder.mkdir(parents=True, exist_ok=True)
    candles = walk(1, 20, timeframe)
    names = {"ts": "open_time", **{name: name for name in ("open", "high", "low", "close", "volume")}}
    table = pa.table({name: getattr(candles, column) for name, column in names.items()})
    parquet.write_table(table, folder / f"{symbol}-{timeframe}.parquet")


def test_files_too_coarse_to_be_judged_are_found_as_daily_bars(tmp_path):
    for symbol, timeframe in (("BTCUSDT", "1h"), ("ETHUSDT", "12h"), ("ETHUSDT", "1d"), ("XRPUSDT", "1w")):
        write(tmp_path / "one", symbol, timeframe)
    write(tmp_path / "other", "LTCUSDT", "1h")
    assert [each.symbols() for each in recordings_of([tmp_path], "1h", print)] == [["BTC/USDT"], ["LTC/USDT"]]
    (found,) = daily_recordings_of([tmp_path], "1h", print)
    assert (found.name, found.symbols()) == ("one", ["ETH/USDT"])
    assert set(np.diff(found.read("ETH/USDT").open_time)) == {DAY_MS}
    assert daily_recordings_of([tmp_path], "1d", print) == []


def test_the_stores_daily_bars_are_found_by_venue():
    class Store:
        def series(self):
            return [SeriesKey("v", "BTC/USDT", "1h"), SeriesKey("w", "BTC/USDT", "1d")]

        def read(self, key):
            return walk(1, 30, key.timeframe)

    (found,) = daily_stored_recordings(Store(), "1h")
    assert found.name == "w"
    assert len(found.read("BTC/USDT")) == 30


def test_only_wanted_coins_teach_and_none_of_them_after_the_end():
    until_ms = START_MS + 50 * DAY_MS
    recordings = [Recorded("daily", {name: walk(1, 90, "1d") for name in ("A/USDT", "B/USDT", "USDC/USDT")})]
    whole = Ground([], "4h", daily=recordings, until_ms=until_ms).teaching()
    assert whole.symbols() == ["A/USDT", "B/USDT"]
    assert int(whole.pieces("A/USDT")[0].open_time[-1]) == until_ms - DAY_MS
    some = Ground([], "4h", wanted=("B/USDT", "C/USDT"), daily=recordings).teaching()
    assert some.symbols() == ["B/USDT"]
    assert Ground([], "4h", wanted=("C/USDT",), daily=recordings).teaching() is None
    assert Ground([], "4h", wanted=("USDC/USDT",), daily=recordings).teaching() is None
    assert Ground([], "4h").teaching() is None


def test_daily_bars_teach_as_a_crowd_of_their_own_and_are_not_judged(taught):
    ground, studied = taught
    own, beside = studied.lessons()
    assert own.crowd.shape[1] == MIN_COINS
    assert beside.crowd.shape[1] == MIN_COINS + 1
    assert beside.learnable().sum() > 0
    whole = beside.learnable().all(axis=1)
    np.testing.assert_allclose(beside.targets[whole].mean(axis=1), 0.0, atol=1e-6)
    assert not any(symbol.startswith("D") for symbol in studied.symbols)
    assert sum(symbol.startswith("D") for symbol in studied.graded_symbols) == MIN_COINS + 1
    assert ground.notes == ["Daily bars of 13 coins teach the grade, too; none of them is judged."]


def test_what_teaches_is_part_of_the_mark_of_the_candles(taught, tmp_path):
    _, alone = studied_with([], tmp_path)
    assert alone.teachers is None
    assert alone.mark != taught[1].mark


def test_too_few_coins_of_daily_bars_teach_nothing(tmp_path):
    ground, studied = studied_with([daily(MIN_COINS - 1)], tmp_path)
    assert len(studied.lessons()) == 1
    assert ground.notes == []


def test_no_quarter_is_taught_by_what_was_not_known_before_it(taught, tmp_path):
    tasks = []

    class Listening:
        description = "somebody who listens"

        def map(self, _function, items):
            for task in items:
                tasks.append(task)
                yield {"values": np.empty((0, 0)), "momentum": np.empty((0, 0))}

    panel, lessons = taught[1].measured, taught[1].lessons()
    late = lessons[1].close_ms - DAY_MS * (DAILY_DAYS - DAYS)  # ends with the panel
    lessons[1] = Examples(late, lessons[1].crowd, lessons[1].ranks, lessons[1].targets)
    walk_forward_grades(panel, lessons, START_MS, Listening(), KeptResults(tmp_path), lambda *_: None)
    assert len(tasks) == 1
    for task in tasks:
        assert [len(each.close_ms) > 0 for each in task.past] == [True, True]
        for each in task.past:
            assert int(each.close_ms[-1]) + HORIZONS_MS[-1] + EMBARGO_MS <= task.fold.start_ms
