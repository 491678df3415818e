"""What coins were worth, as it was known at the time."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from workstation.domain.errors import BadObservationFile
from workstation.domain.narrative import CAP_METRIC
from workstation.domain.observation import Observation
from workstation.storage.market_cap_files import CapRow, MarketCaps, observed_caps, read_market_caps
from workstation.storage.observation_store import ObservationStore

DAY = 86_400_000
JAN_2 = 1_577_923_200_000  # 2020-01-02 00:00 UTC, when 2020-01-01 has ended
ROWS = [
    ("BTC", 1.3e11, 20200101),
    ("BTC", 1.7e11, 20200201),
    ("GONE", 5e8, 20200101),
    ("TWO", 3e8, 20200101),
    ("TWO", 2e8, 20200101),
    ("NIL", 0.0, 20200101),
    ("NAN", float("nan"), 20200101),
    (None, 5e8, 20200101),
]


@pytest.fixture
def file(tmp_path):
    def write(rows=ROWS, names=("Symbol", "Market Cap", "snapshot_date")):
        path = tmp_path / "caps.parquet"
        columns = zip(*rows, strict=True)
        parquet.write_table(pa.table(dict(zip(names, map(list, columns), strict=True))), path)
        return path

    return write


def test_a_figure_is_known_from_the_end_of_its_day_until_it_is_too_old(file):
    caps = read_market_caps(file())
    close = np.array(
        [JAN_2 - 1, JAN_2, JAN_2 + 30 * DAY, JAN_2 + 31 * DAY, JAN_2 + 45 * DAY, JAN_2 + 45 * DAY + 1]
    )
    found = caps.caps_at(close, ["BTC", "GONE", "UNKNOWN"])
    assert found.shape == (6, 3)
    np.testing.assert_array_equal(found[:, 0], [np.nan, 1.3e11, 1.3e11, 1.7e11, 1.7e11, 1.7e11])
    np.testing.assert_array_equal(found[:, 1], [np.nan, 5e8, 5e8, 5e8, 5e8, np.nan])
    assert np.isnan(found[:, 2]).all()


def test_of_two_coins_with_one_code_the_larger_counts_and_what_is_no_worth_is_left_out(file):
    caps = read_market_caps(file())
    assert caps.coins == {"BTC", "GONE", "TWO"}
    assert caps.caps_at(np.array([JAN_2]), ["TWO"])[0, 0] == 3e8
    assert caps.known_ms.tolist() == [JAN_2, JAN_2 + 31 * DAY]


def test_closes_may_come_in_any_order_and_coins_twice(file):
    caps = read_market_caps(file())
    found = caps.caps_at(np.array([JAN_2 + 31 * DAY, JAN_2]), ["BTC", "BTC"])
    np.testing.assert_array_equal(found, [[1.7e11, 1.7e11], [1.3e11, 1.3e11]])


def test_without_figures_or_bars_there_is_nothing():
    assert np.isnan(MarketCaps([]).caps_at(np.array([JAN_2]), ["BTC"])).all()
    assert MarketCaps([CapRow(0, "BTC", 1.0)]).caps_at(np.array([], np.int64), ["BTC"]).shape == (0, 1)
    assert MarketCaps([CapRow(0, "BTC", 1.0)]).caps_at(np.array([5]), []).shape == (1, 0)


def test_a_later_snapshot_never_changes_what_was_known_before(file):
    early = read_market_caps(file([row for row in ROWS if row[2] == 20200101]))
    whole = read_market_caps(file())
    close = np.arange(JAN_2 - 3 * DAY, JAN_2 + 31 * DAY, DAY)
    coins = ["BTC", "GONE", "TWO"]
    np.testing.assert_array_equal(early.caps_at(close, coins), whole.caps_at(close, coins))


@pytest.mark.parametrize("day", [20201301, 2020, "soon", 0])
def test_a_day_that_cannot_be_is_named(file, day):
    with pytest.raises(BadObservationFile, match="row 1: snapshot_date must be like 20200101"):
        read_market_caps(file([("BTC", 1.0, day)]))


def test_a_file_that_is_something_else_is_refused(file, tmp_path):
    with pytest.raises(BadObservationFile, match="has no column Market Cap"):
        read_market_caps(file(names=("Symbol", "Cap", "snapshot_date")))
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(BadObservationFile, match="cannot be read as a Parquet file"):
        read_market_caps(tmp_path / "text.parquet")
    with pytest.raises(BadObservationFile, match="cannot be read as a Parquet file"):
        read_market_caps(tmp_path / "none.parquet")


def test_what_was_observed_counts_from_when_it_was_known(tmp_path):
    with ObservationStore(tmp_path / "observations.db") as store:
        store.observe([Observation(CAP_METRIC, "FET", JAN_2 - DAY, JAN_2, 2e9, "coingecko")])
        caps = observed_caps(store)
    found = caps.caps_at(np.array([JAN_2 - 1, JAN_2, JAN_2 + 46 * DAY]), ["FET"])[:, 0]
    np.testing.assert_array_equal(found, [np.nan, 2e9, np.nan])


def test_the_recorded_snapshots_are_those_of_the_ends_of_their_days(recordings):
    path = recordings / "marketcap" / "cmc_top200_monthly.parquet"
    caps = read_market_caps(path)
    assert len(caps.known_ms) == 70
    rows = parquet.read_table(path).to_pylist()
    btc = {row["snapshot_date"]: row["Price"] for row in rows if row["Symbol"] == "BTC"}
    candles = parquet.read_table(
        recordings / "ohlcv" / "binance-spot-majors-2018-2025" / "BTCUSDT-1h.parquet", columns=["ts", "close"]
    ).to_pydict()
    close_of = dict(zip((ts + 3_600_000 for ts in candles["ts"]), candles["close"], strict=True))
    known = zip(sorted(btc), caps.known_ms.tolist(), strict=True)
    off = [abs(btc[day] / close_of[ms] - 1) for day, ms in known if ms in close_of]
    assert len(off) > 60
    assert np.median(off) < 0.001
    ranked = caps.caps_at(caps.known_ms, ["BTC", "ETH"])
    assert (ranked[:, 0] > ranked[:, 1]).all()
