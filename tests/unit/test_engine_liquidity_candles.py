"""Do the liquidity points from candles say what the papers say? Against plain numpy and numbers by hand."""

import math

import numpy as np
import pytest

from tests.fakes.candle_kernels import (
    check_a_later_beginning,
    extremes,
    market,
    own_bar_by_bar,
    own_in_batches,
    own_of,
    recorded,
    said,
    same_bits,
    walk,
    zigzag,
)
from workstation.domain.candle import CandleColumns
from workstation.engine.features import liquidity
from workstation.engine.features.liquidity_columns import high_low_spread


def corwin_schultz(candles: CandleColumns, i: int) -> float:
    """Return the spread of bars ``i - 1`` and ``i`` as the paper writes it, without the gap."""
    high, low, before = candles.high[i], candles.low[i], candles.close[i - 1]
    if low > before:
        high, low = high * before / low, before
    elif high < before:
        high, low = before, low * before / high
    beta = math.log(high / low) ** 2 + math.log(candles.high[i - 1] / candles.low[i - 1]) ** 2
    gamma = math.log(max(high, candles.high[i - 1]) / min(low, candles.low[i - 1])) ** 2
    k = 3 - 2 * math.sqrt(2)
    alpha = (math.sqrt(2 * beta) - math.sqrt(beta)) / k - math.sqrt(gamma / k)
    return max(2 * (math.exp(alpha) - 1) / (1 + math.exp(alpha)), 0.0)


def check_against_references(candles: CandleColumns) -> None:
    told = said(liquidity, candles)
    paid = candles.close * candles.volume
    returns = np.diff(np.log(candles.close), prepend=np.nan)
    middles = (np.log(candles.high) + np.log(candles.low)) / 2
    before = np.roll(candles.close, 1)
    span = np.maximum(candles.high, before) - np.minimum(candles.low, before)
    for i in range(len(candles) - 60, len(candles)):
        day, week, month = slice(i - 23, i + 1), slice(i - 167, i + 1), slice(i - 719, i + 1)
        amihud = {}
        for name, bars in (("24", day), ("168", week)):
            traded = paid[bars] > 0
            price = np.abs(returns[bars][traded]) / paid[bars][traded]
            amihud[name] = math.log10(1e10 * price.mean())
            assert told[f"amihud_{name}"][i] == pytest.approx(amihud[name])
        assert told["amihud_change"][i] == pytest.approx(amihud["24"] - amihud["168"], abs=1e-9)
        up, down = (week_side(returns[week], paid[week], side) for side in (1, -1))
        assert told["half_amihud_168"][i] == pytest.approx(math.log10(up / down), abs=1e-9)
        spreads = [corwin_schultz(candles, k) for k in range(i - 167, i + 1)]
        assert told["spread_24"][i] == pytest.approx(1e4 * np.mean(spreads[-24:]), rel=1e-7, abs=1e-6)
        change = math.log10(np.mean(spreads[-24:]) / np.mean(spreads))
        assert told["spread_change"][i] == pytest.approx(change, abs=1e-7)
        closes = np.log(candles.close)
        bounce = [
            2 * math.sqrt(max((closes[k - 1] - middles[k - 1]) * (closes[k - 1] - middles[k]), 0.0))
            for k in range(i - 23, i + 1)
        ]
        assert told["close_spread_24"][i] == pytest.approx(1e4 * np.mean(bounce), rel=1e-8)
        now, then = returns[i - 47 : i + 1], returns[i - 48 : i]
        shared = np.mean(now * then) - now.mean() * then.mean()
        roll = -math.copysign(2e4 * math.sqrt(abs(shared)), shared)
        assert told["roll_spread_48"][i] == pytest.approx(roll, rel=1e-6)
        root = np.sign(returns[week]) * np.sqrt(paid[week])
        slope = np.polyfit(root / root.std(), returns[week], 1)[0] / root.std()
        assert told["lambda_168"][i] == pytest.approx(math.log10(1e7 * slope), rel=1e-8)
        logs = np.log1p(paid)
        z = (logs[day].mean() - logs[month].mean()) / logs[month].std()
        assert told["dollar_z_720"][i] == pytest.approx(z, rel=1e-8)
        assert told["zero_share_168"][i] == pytest.approx((paid[week] == 0).mean(), abs=1e-12)
        ranges = (span[day] / candles.close[day]).sum() / paid[day].sum()
        assert told["range_per_dollar_24"][i] == pytest.approx(math.log10(1e10 * ranges))
        assert told["dollar_variation_168"][i] == pytest.approx(paid[week].std() / paid[week].mean())


def week_side(returns, paid, side: int) -> float:
    """Return the mean price of a dollar in the bars that moved to one side."""
    chosen = (np.sign(returns) == side) & (paid > 0)
    return float((np.abs(returns[chosen]) / paid[chosen]).mean())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_market_reads_as_the_papers_say(seed):
    check_against_references(walk(900, seed))


def test_a_market_with_bars_in_which_nothing_traded_reads_as_the_papers_say():
    candles = walk(900, 3)
    seldom = np.where(np.random.default_rng(3).random(900) < 0.2, 0.0, candles.volume)
    check_against_references(
        market(candles.close, high=candles.high, low=candles.low, open_=candles.open, volume=seldom)
    )


@pytest.mark.parametrize("symbol", ["BTCUSDT", "PEPEUSDT"])
def test_a_recorded_market_reads_as_the_papers_say(recordings, symbol):
    check_against_references(recorded(recordings, symbol, 900))


def test_a_history_and_the_same_bars_one_by_one_agree_to_the_last_bit():
    candles = walk(1_300, 4)
    whole = own_of(liquidity, candles)
    assert same_bits(own_bar_by_bar(liquidity, candles), whole)
    assert same_bits(own_in_batches(liquidity, candles), whole)


def test_a_later_beginning_changes_nothing_once_warmed_up():
    check_a_later_beginning(liquidity, walk(1_900, 5))


@pytest.mark.parametrize("odd", extremes())
def test_extreme_candles_are_unknown_or_in_range(odd):
    told = said(liquidity, extremes()[odd])
    for point in liquidity.CANDLE_POINTS:
        values = told[point.name.partition(".")[2]]
        assert not ((values < point.low) | (values > point.high)).any(), point.name


def test_every_point_speaks_from_its_warm_up_on():
    told = said(liquidity, walk(900, 6))
    for point in liquidity.CANDLE_POINTS:
        known = ~np.isnan(told[point.name.partition(".")[2]])
        assert known[point.warmup :].all(), point.name
        assert not known[: point.warmup].any(), point.name


def test_a_market_in_which_nothing_trades_is_all_zeros_and_has_no_price_of_a_dollar():
    told = said(liquidity, extremes()["nothing trades"])
    assert (told["zero_share_168"][168:] == 1.0).all()
    for name in ("amihud_24", "amihud_change", "half_amihud_168", "lambda_168", "range_per_dollar_24"):
        assert np.isnan(told[name]).all()


def test_the_spread_of_two_equal_bars_is_worked_out_by_hand():
    # beta = 2 s^2, gamma = s^2: alpha = s (2 - sqrt 2) / k - s / sqrt k, and sqrt k = sqrt 2 - 1
    s = 0.02
    alpha = s * ((2 - math.sqrt(2)) / (3 - 2 * math.sqrt(2)) - 1 / (math.sqrt(2) - 1))
    assert alpha == pytest.approx(s)
    assert high_low_spread(s, 0.0, s, 0.0) == pytest.approx(2 * math.tanh(s / 2))
    assert high_low_spread(0.0, 0.0, 0.0, 0.0) == 0.0
    assert high_low_spread(0.01, 0.0, 0.06, 0.05) == 0.0


def test_a_price_that_bounces_between_bid_and_ask_shows_its_spread():
    rng = np.random.default_rng(7)
    side = rng.choice([-1.0, 1.0], 4_000)
    close = 100.0 * (1 + 0.001 * side)
    told = said(liquidity, market(close))["roll_spread_48"]
    assert np.nanmedian(told) == pytest.approx(20.0, abs=1.0)


def test_a_trend_that_runs_on_has_no_bounce():
    close = 100 * np.exp(np.cumsum(np.repeat(np.tile([0.01, -0.01], 20), 20)))
    assert (said(liquidity, market(close))["roll_spread_48"][60:] < 0).all()


def test_twice_the_money_for_the_same_moves_halves_the_price_of_a_dollar():
    candles = walk(600, 8)
    double = market(
        candles.close, high=candles.high, low=candles.low, open_=candles.open, volume=2 * candles.volume
    )
    once, twice = said(liquidity, candles), said(liquidity, double)
    for name in ("amihud_24", "amihud_168", "range_per_dollar_24"):
        assert (once[name] - twice[name])[168:] == pytest.approx(math.log10(2))
    assert (once["lambda_168"] - twice["lambda_168"])[168:] == pytest.approx(math.log10(2) / 2)


def votes(candles: CandleColumns, row: int) -> float:
    told = {name: np.array([math.nan]) for name in liquidity.FAMILY.reads}  # no book is heard
    told |= {f"liquidity.{name}": values[row : row + 1] for name, values in said(liquidity, candles).items()}
    return float(liquidity.FAMILY.score(told)[0])


def test_liquidity_that_dries_up_is_bearish_and_liquidity_that_returns_is_bullish():
    steps = np.repeat(np.abs(walk(200, 9).close - 100.0) + 0.1, 2) * np.tile([1e-4, -1e-4], 200)
    candles = market(100 * np.exp(np.cumsum(steps)))  # as many and as large steps up as down
    wide = np.arange(400) >= 376
    drying = market(
        candles.close,
        high=candles.close * np.where(wide, 1.05, 1.01),
        low=candles.close * np.where(wide, 0.95, 0.99),
        volume=np.where(wide, 0.1, 1.0) * 100,
    )
    returning = market(
        candles.close,
        high=candles.close * np.where(wide, 1.002, 1.01),
        low=candles.close * np.where(wide, 0.998, 0.99),
        volume=np.where(wide, 10.0, 1.0) * 100,
    )
    assert votes(drying, 399) < -0.5
    assert votes(returning, 399) > 0.5


def test_a_family_that_knows_too_little_does_not_vote():
    assert math.isnan(votes(market(np.full(400, 7.0)), 399))
    assert not math.isnan(votes(zigzag(400), 399))
