"""What every data point must keep to, whatever it measures: its name, its words, its limits, its warm-up."""

import numpy as np
import pytest

from tests.fakes.candle_kernels import HOUR, extremes, market, walk, zigzag
from tests.fakes.engine_markets import made_market
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey
from workstation.domain.metric import METRICS
from workstation.domain.signal import Family
from workstation.engine.features.columns import KEPT_ROWS
from workstation.engine.features.data_point import DataPoint
from workstation.engine.features.history import compute
from workstation.engine.features.market_context import market_context
from workstation.engine.features.registry import (
    CANDLE_POINTS,
    DATA_POINTS,
    FAMILIES,
    JUDGED_AFTER,
    OBSERVED_POINTS,
)
from workstation.engine.features.warm_up import warm_up
from workstation.engine.features_table import HEADINGS, registry_cells, registry_table, values_table
from workstation.engine.verification.live import VENUE

FROM_CANDLES = {"open", "high", "low", "close", "volume", "market"}


def told(candles: CandleColumns):
    values = compute(candles, "1h").values
    return {point.name: row for point, row in zip(CANDLE_POINTS, values, strict=True)}


def test_there_are_more_than_eighty_data_points_in_eight_families():
    assert {family.family for family in FAMILIES} == set(Family)
    assert len(CANDLE_POINTS) >= 80
    assert len(DATA_POINTS) == len(CANDLE_POINTS) + len(OBSERVED_POINTS)
    assert min(len(family.points) for family in FAMILIES) >= 6


@pytest.mark.parametrize("point", DATA_POINTS.values(), ids=lambda point: point.name)
def test_a_data_point_is_named_after_its_family_and_says_what_it_is(point):
    assert DATA_POINTS[point.name] is point
    family = next(family for family in FAMILIES if family.family is point.family)
    assert point in family.points
    assert point.sentence.endswith((".", "?"))
    assert point.unit
    assert point.vote
    assert point.low < point.high
    if point.observed is None:
        assert set(point.inputs) <= FROM_CANDLES
        assert 0 < point.warmup <= KEPT_ROWS
    else:
        assert set(point.inputs) <= set(METRICS)
        assert point.observed.stale_after_ms > 0
        assert (point.warmup, point.cadence) == (0, "when observed")


def test_the_rules_of_a_family_read_its_own_data_points():
    for family in FAMILIES:
        assert set(family.reads) <= {point.name for point in family.points}
        assert len(family.leans) >= 3
    assert max(DATA_POINTS[name].warmup for family in FAMILIES for name in family.reads) == JUDGED_AFTER


def test_a_range_that_is_none_is_refused():
    with pytest.raises(UsageError, match="is no range"):
        DataPoint("momentum.x", "", "", ("close",), 1.0, 1.0)


def test_a_data_point_speaks_soon_after_its_warm_up_and_never_before():
    record = made_market(3, 1400, 1, 12)
    candles = walk(1400)
    series = {**record.series, "BTC/USDT": walk(1400, 2), "ZZZ/USDT": candles}
    series = {s: walk(1400, k) for k, s in enumerate(series)}
    values = compute(series["ZZZ/USDT"], "1h", market_context(series, HOUR)).values
    for point, row in zip(CANDLE_POINTS, values, strict=True):
        assert np.isnan(row[: point.warmup]).all(), point.name
        if not point.name.startswith("patterns.analogue"):
            known = np.flatnonzero(~np.isnan(row))
            assert known[0] <= point.warmup + 30, point.name


@pytest.mark.parametrize("n", [0, 1, 2, 13, 14, 60])
def test_a_short_history_is_unknown_not_an_error(n):
    for name, values in told(walk(60)[:n]).items():
        assert values.shape == (n,)
        assert np.isnan(values[: DATA_POINTS[name].warmup]).all()


@pytest.mark.parametrize("odd", extremes())
def test_extreme_markets_are_unknown_or_in_range_and_never_infinite(odd):
    for name, values in told(extremes()[odd]).items():
        known = values[~np.isnan(values)]
        assert np.isfinite(known).all(), name
        assert (known >= DATA_POINTS[name].low).all(), name
        assert (known <= DATA_POINTS[name].high).all(), name


def test_a_market_that_does_not_move_leans_in_no_direction():
    last = {name: values[-1:] for name, values in told(market(np.full(900, 7.0))).items()}
    for family in FAMILIES:
        for lean in family.leans:
            if lean.point in last:
                said = lean.say(last[lean.point])[0]
                assert np.isnan(said) or said == 0.0, lean.point


def test_momentum_and_levels_read_the_same_in_any_currency_unit():
    candles = walk(900)
    prices = (candles.open, candles.high, candles.low, candles.close)
    cheap = CandleColumns.of(candles.open_time, *(p * 2.0**-20 for p in prices), volume=candles.volume)
    one, other = told(candles), told(cheap)
    for name in one:
        if name.startswith(("momentum.", "levels.")) and name != "levels.round_number":
            np.testing.assert_allclose(other[name], one[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_only_the_rows_asked_for_are_computed_and_they_are_the_same():
    candles = zigzag(900)
    whole, tail = compute(candles, "1h"), compute(candles, "1h", since=700)
    assert tail.values.tobytes() == np.ascontiguousarray(whole.values[:, 700:]).tobytes()
    assert tail.rows.tolist() == list(range(700, 900))


def test_candles_are_never_written_to():
    candles = walk(900)
    before = CandleColumns.join(candles)
    compute(candles, "1h")
    assert candles.equals(before)


def test_warming_up_compiles_and_changes_nothing():
    warm_up()
    assert np.isfinite(told(zigzag(900))["momentum.rsi_14"][-1])


# --- as tables --------------------------------------------------------------------------------------------


def test_the_registry_is_a_table_in_its_own_order():
    table = registry_table()
    assert [row["name"] for row in table] == list(DATA_POINTS)
    rsi = next(row for row in table if row["name"] == "momentum.rsi_14")
    assert {"name", "family", "unit", "inputs", "warmup", "cadence", "low", "high", "vote"} <= set(rsi)
    assert (rsi["family"], rsi["inputs"], rsi["low"], rsi["high"]) == ("momentum", ["close"], 0, 100)
    assert all(len(cells) == len(HEADINGS) for cells in registry_cells(table))


def test_values_come_with_their_candles_in_the_registry_s_order():
    candles = walk(500)
    ts, values = values_table(SeriesKey(VENUE, "AAA/USDT", "1h"), candles)
    assert ts is candles.open_time
    assert list(values) == list(DATA_POINTS)
    assert values["momentum.rsi_14"].tobytes() == told(candles)["momentum.rsi_14"].tobytes()
    assert np.isnan(values["onchain.mvrv_365"]).all()
    ts, values = values_table(SeriesKey(VENUE, "AAA/USDT", "1h"), CandleColumns.empty())
    assert (len(ts), len(values), len(values["momentum.rsi_14"])) == (0, len(DATA_POINTS), 0)
