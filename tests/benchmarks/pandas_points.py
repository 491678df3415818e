"""The candle data points as one writes them with pandas: rolling, ewm, shift, and TA-Lib for candlesticks.

Each is the same number as ours once averages have settled; `bench_data_points` checks that before it times
anything. The volume profile, for which pandas has no rolling function, is written over numpy's sliding
windows, many bars at once. Left out: what followed similar windows.
"""

import numpy as np
import pandas as pd
import talib
from numpy.lib.stride_tricks import sliding_window_view

LEFT_OUT = ("patterns.analogue_",)
"""How the names begin of those that have no version here."""

_CONFIRM, _REMEMBERED, _REACH = 6, 6, 336


def pandas_points(bars: pd.DataFrame) -> dict[str, pd.Series]:
    """Return every data point by name.

    Parameters
    ----------
    bars : DataFrame
        Columns open, high, low, close, volume, and what the market did one bar ago: btc_return,
        market_return, breadth, dispersion, btc_share; index: opens, UTC.
    """
    own = _columns(bars)
    return {**_momentum(own), **_volume(own), **_levels(own), **_patterns(own), **_liquidity(own)}


def _over(amount: pd.Series, unit: pd.Series) -> pd.Series:
    return (amount / unit).where(unit > 0)


def _columns(bars: pd.DataFrame) -> pd.DataFrame:
    own = bars.copy()
    close = own["close"]
    own["log"] = np.log(close)
    own["ret"] = own["log"].diff()
    own["dollar"] = close * own["volume"]
    own["paid"] = np.log1p(own["dollar"])
    own["typical"] = (own["high"] + own["low"] + close) / 3
    before = close.shift()
    spans = [own["high"] - own["low"], (own["high"] - before).abs(), (own["low"] - before).abs()]
    own["range"] = pd.concat(spans, axis=1).max(axis=1)
    own["atr"] = own["range"].ewm(alpha=1 / 14, adjust=False).mean()
    for window in (24, 168, 720):
        own[f"sigma_{window}"] = own["ret"].rolling(window).std(ddof=0)
    return own


def _wilder(x: pd.Series) -> pd.Series:
    return x.ewm(alpha=1 / 14, adjust=False).mean()


def _momentum(own: pd.DataFrame) -> dict[str, pd.Series]:
    close, high, low, log, atr = own["close"], own["high"], own["low"], own["log"], own["atr"]
    sigma = own["sigma_168"]
    points = {f"return_{n}": _over(log - log.shift(n), sigma * np.sqrt(n)) for n in (4, 24, 72, 168, 720)}
    points["acceleration_24"] = points["return_24"] - points["return_24"].shift(24)
    step = close.diff()
    rise, fall = _wilder(step.clip(lower=0)), _wilder((-step).clip(lower=0))
    points["rsi_14"] = 100 * _over(rise, rise + fall)
    macd = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    points["macd_histogram"] = _over(macd - macd.ewm(span=9, adjust=False).mean(), atr)
    points["macd_shift_3"] = points["macd_histogram"].diff(3)
    top, bottom = high.rolling(24).max(), low.rolling(24).min()
    points["stochastic_24"] = 100 * _over(close - bottom, top - bottom)
    ema, sma = close.ewm(span=24, adjust=False).mean(), close.rolling(168).mean()
    points["ema_24_distance"] = _over(close - ema, atr)
    points["sma_168_distance"] = _over(close - sma, atr)
    points["average_order"] = _over(ema - sma, atr)
    up, down = high.diff(), -low.diff()
    mean_up = _wilder(up.where((up > down) & (up > 0), 0.0))
    mean_down = _wilder(down.where((down > up) & (down > 0), 0.0))
    points["adx_14"] = _wilder(100 * _over((mean_up - mean_down).abs(), mean_up + mean_down))
    points["di_spread_14"] = 100 * _over(mean_up - mean_down, atr)
    points["aroon_24"] = pd.Series(talib.AROONOSC(high.to_numpy(), low.to_numpy(), 24), own.index)
    top, bottom = high.rolling(55).max().shift(), low.rolling(55).min().shift()
    points["channel_55"] = 2 * _over(close - bottom, top - bottom) - 1
    weights = np.arange(48) - 23.5
    rise_48 = sum(weight * log.shift(47 - k) for k, weight in enumerate(weights)) / (48 * (48**2 - 1) / 12)
    points["slope_48"] = _over(48 * rise_48, sigma * np.sqrt(48))
    over_btc = (own["ret"].shift() - own["btc_return"]).rolling(24).sum()
    over_market = (own["ret"].shift() - own["market_return"]).rolling(24).sum()
    points["btc_strength_24"] = _over(over_btc, sigma * np.sqrt(24))
    points["market_strength_24"] = _over(over_market, sigma * np.sqrt(24))
    points["market_breadth"] = own["breadth"]
    points["market_rank_24"] = _over(over_market, own["dispersion"])
    return {f"momentum.{name}": values for name, values in points.items()}


def _volume(own: pd.DataFrame) -> dict[str, pd.Series]:
    close, high, low, volume, atr = own["close"], own["high"], own["low"], own["volume"], own["atr"]
    dollar, paid, typical = own["dollar"], own["paid"], own["typical"]
    week = paid.rolling(168)
    surprise = _over(paid - week.mean().shift(), week.std(ddof=0).shift()).clip(-1000, 1000)
    day = dollar.rolling(24).sum()
    usual = np.log(_over(day / 24, dollar.rolling(168).sum() / 168))
    same_hour = pd.concat([paid.shift(freq=f"{168 * back}h") for back in (1, 2, 3, 4)], axis=1)
    same_hour = same_hour.reindex(own.index)
    points = {
        "dollar_z_168": surprise,
        "hour_surprise": paid - same_hour.mean(axis=1).where(same_hour.count(axis=1) >= 2),
        "ratio_24_168": usual,
    }
    burst = surprise.clip(lower=0) * np.sign(close - own["open"])
    up, down = burst.rolling(6, min_periods=1).max(), burst.rolling(6, min_periods=1).min()
    points["spike_6"] = up.where(up >= -down, down)
    signed = np.sign(close.diff()).fillna(0.0) * volume
    obv = signed.cumsum()
    weights = np.arange(48) - 23.5
    rise = sum(weight * obv.shift(47 - k) for k, weight in enumerate(weights)) / (48 * (48**2 - 1) / 12)
    points["obv_slope_48"] = _over(48 * rise, volume.rolling(48).sum())
    pressure = _over(2 * close - high - low, high - low).fillna(0.0) * volume
    for window in (24, 168):
        points[f"cmf_{window}"] = _over(pressure.rolling(window).sum(), volume.rolling(window).sum())
        vwap = _over((typical * volume).rolling(window).sum(), volume.rolling(window).sum())
        points[f"vwap_{window}_distance"] = _over(close - vwap, atr)
    flow, move = typical * volume, typical.diff()
    flow_in = flow.where(move > 1e-12 * typical, 0.0).rolling(14).sum()
    flow_out = flow.where(move < -1e-12 * typical, 0.0).rolling(14).sum()
    points["mfi_14"] = 100 * _over(flow_in, flow_in + flow_out)
    points["buying_share_24"] = _over((dollar * (np.sign(close.diff()) + 1) / 2).rolling(24).sum(), day)
    points["backing_48"] = own["ret"].rolling(48).corr(paid.diff())
    points["quiet_24"] = usual - np.log(_over(own["sigma_24"], own["sigma_168"]))
    points["dollar_volume"] = np.log10(day)
    points["trend_24"] = np.log(_over(day, day.shift(24)))
    top, bottom = obv.rolling(168).max(), obv.rolling(168).min()
    points["obv_range_168"] = _over(obv - bottom, top - bottom)
    top, bottom = close.rolling(168).max(), close.rolling(168).min()
    points["obv_lead_168"] = points["obv_range_168"] - _over(close - bottom, top - bottom)
    points["burst_share_24"] = _over(dollar.rolling(24).max(), day)
    push = (close.diff() * volume).ewm(span=13, adjust=False).mean()
    points["force_13"] = _over(_over(push, volume.rolling(168).mean()), atr)
    points["btc_dominance"] = own["btc_share"]
    return {f"volume.{name}": values for name, values in points.items()}


def _confirmed(price: pd.Series, sign: float) -> pd.Series:
    """Return the price of a swing at the bar that confirms it, NaN elsewhere; lows by a sign of -1."""
    high = sign * price
    pivot = high.shift(_CONFIRM)
    after, before = high.rolling(_CONFIRM).max(), high.shift(_CONFIRM + 1).rolling(_CONFIRM).max()
    return sign * pivot.where((after < pivot) & (before <= pivot))


def _remembered(price: pd.Series, sign: float) -> list[pd.Series]:
    """Return the newest swings at each bar, newest first; those that turned too long ago are forgotten."""
    swings = _confirmed(price, sign).dropna()
    number = pd.Series(np.arange(len(price), dtype=float), price.index)
    turned = number.reindex(swings.index) - _CONFIRM
    found = []
    for back in range(_REMEMBERED):
        level = swings.shift(back).reindex(price.index).ffill()
        at = turned.shift(back).reindex(price.index).ffill()
        found.append(level.where(number - at <= _REACH))
    return found


def _levels(own: pd.DataFrame) -> dict[str, pd.Series]:
    close, high, low, atr, volume = own["close"], own["high"], own["low"], own["atr"], own["volume"]
    points = {}
    for window in (24, 168):
        top, bottom = high.rolling(window).max(), low.rolling(window).min()
        points[f"range_{window}"] = _over(close - bottom, top - bottom)
    points["high_168_distance"] = _over(top - close, atr)
    points["low_168_distance"] = _over(close - bottom, atr)
    highs, lows = _remembered(high, 1.0), _remembered(low, -1.0)
    levels = pd.concat([*highs, *lows], axis=1)
    above = levels.where(levels.gt(close, axis=0)).min(axis=1)
    below = levels.where(levels.le(close, axis=0)).max(axis=1)
    points["resistance_distance"], points["support_distance"] = (
        _over(above - close, atr),
        _over(close - below, atr),
    )
    for name, level in (("resistance_touches", above), ("support_touches", below)):
        n = levels.sub(level, axis=0).abs().le(0.5 * atr, axis=0).sum(axis=1)
        points[name] = n.where(n > 0).astype(float)
    overhead, under = above - close, close - below
    room = _over(overhead - under, overhead + under)
    points["room"] = room.where(above.notna() & below.notna(), np.where(above.notna(), -1.0, 1.0)).where(
        above.notna() | below.notna()
    )
    points["structure"] = np.sign(highs[0] - highs[1]) + np.sign(lows[0] - lows[1])
    known = highs[0].notna() & lows[0].notna()
    beyond = (close - highs[0]).clip(lower=0) - (lows[0] - close).clip(lower=0)
    points["breakout"] = _over(beyond, atr).where(known)
    holds, rejects = close > highs[0], close < lows[0]
    held = holds & (close.rolling(24).max().shift() > highs[0] + atr) & (low <= highs[0] + 0.5 * atr)
    rejected = rejects & (close.rolling(24).min().shift() < lows[0] - atr) & (high >= lows[0] - 0.5 * atr)
    lately = [one.astype(float).rolling(6, min_periods=1).max() > 0 for one in (held, rejected)]
    points["retest"] = ((holds & lately[0]).astype(float) - (rejects & lately[1])).where(known)
    near, over = 0.0, 0.0
    for back in range(72):
        price, traded = own["typical"].shift(back), volume.shift(back)
        near = near + traded * ((price - close).abs() <= 0.75 * atr)
        over = over + traded * (price > close)
    traded = volume.rolling(72).sum()
    points["volume_near_72"], points["volume_overhead_72"] = _over(near, traded), _over(over, traded)
    step = 10.0 ** np.floor(np.log10(close)) / 2
    points["round_number"] = _over((close / step).round() * step - close, atr)
    days = own.groupby(own.index.floor("D"))
    day = pd.DataFrame({"high": days["high"].max(), "low": days["low"].min(), "close": days["close"].last()})
    pivot = day.mean(axis=1)
    drawn = pd.DataFrame({"p": pivot, "r": 2 * pivot - day["low"], "s": 2 * pivot - day["high"]}).shift()
    drawn = drawn.reindex(own.index.floor("D")).set_index(own.index)
    points["pivot_distance"] = _over(close - drawn["p"], atr)
    points["pivot_r1_distance"] = _over(drawn["r"] - close, atr)
    points["pivot_s1_distance"] = _over(close - drawn["s"], atr)
    return {f"levels.{name}": values for name, values in {**points, **_profile(own)}.items()}


_BARS, _BINS, _CHUNK = 168, 32, 4096


def _profile(own: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what the volume profile of 168 bars says."""
    close, atr = own["close"], own["atr"]
    bottom, top = own["low"].rolling(_BARS).min(), own["high"].rolling(_BARS).max()
    height = np.maximum(0.5 * atr, (top - bottom) / _BINS)
    prices = sliding_window_view(own["typical"].to_numpy(), _BARS)
    volumes = sliding_window_view(own["volume"].to_numpy(), _BARS)
    found = np.full((3, len(own)), np.nan)
    for start in range(0, len(prices), _CHUNK):
        rows = slice(start + _BARS - 1, min(start + _CHUNK, len(prices)) + _BARS - 1)
        chunk = slice(start, start + _CHUNK)
        found[:, rows] = _areas(
            prices[chunk], volumes[chunk], bottom.to_numpy()[rows], height.to_numpy()[rows]
        )
    middle, first, last = (pd.Series(row, own.index) for row in found)
    low, high = bottom + first * height, bottom + (last + 1) * height
    return {
        "poc_168_distance": _over(close - (bottom + (middle + 0.5) * height), atr),
        "value_height_168": _over(high - low, atr),
        "value_position_168": 2 * _over(close - (high + low) / 2, high - low),
    }


def _areas(prices: np.ndarray, volumes: np.ndarray, bottom: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return the fullest bin and the first and last of the value area, of many windows at once."""
    n, width = len(prices), _BINS + 2
    bins = ((prices - bottom[:, None]) * (1 / height)[:, None]).astype(np.int64)
    flat = np.bincount((np.arange(n)[:, None] * width + bins).ravel(), volumes.ravel(), n * width)
    traded = flat.reshape(n, width)
    best = traded.argmax(axis=1)
    first, last, every = best.copy(), best.copy(), np.arange(n)
    inside, wanted = traded[every, best], 0.7 * traded.sum(axis=1)
    start, stop = (traded > 0).argmax(axis=1), width - 1 - (traded[:, ::-1] > 0).argmax(axis=1)
    for _ in range(_BINS):
        grows = (inside < wanted) & ((first > start) | (last < stop))
        if not grows.any():
            break
        below = np.where(first > start, traded[every, np.maximum(first - 1, 0)], -1.0)
        above = np.where(last < stop, traded[every, np.minimum(last + 1, width - 1)], -1.0)
        up = grows & (above >= below)
        down = grows & ~up
        last, first = last + up, first - down
        inside = inside + np.where(up, above, 0.0) + np.where(down, below, 0.0)
    return np.stack((best, first, last)).astype(np.float64)


_PAIRS = (talib.CDLENGULFING, talib.CDLHARAMI)
_HAMMERS = (talib.CDLHAMMER, talib.CDLINVERTEDHAMMER, talib.CDLHANGINGMAN, talib.CDLSHOOTINGSTAR)
_TURNS = (
    talib.CDLPIERCING,
    talib.CDLDARKCLOUDCOVER,
    talib.CDLMORNINGSTAR,
    talib.CDLEVENINGSTAR,
    talib.CDL3WHITESOLDIERS,
    talib.CDL3BLACKCROWS,
)
_UNDECIDED = (talib.CDLDOJI, talib.CDLSPINNINGTOP)
CANDLESTICKS = (*_PAIRS, *_HAMMERS, *_TURNS, *_UNDECIDED, talib.CDLMARUBOZU)


def _patterns(own: pd.DataFrame) -> dict[str, pd.Series]:
    close, high, low, opened = own["close"], own["high"], own["low"], own["open"]
    arrays = [own[name].to_numpy() for name in ("open", "high", "low", "close")]

    def count(functions: tuple[object, ...]) -> pd.Series:
        return sum(np.sign(pd.Series(function(*arrays), own.index)) for function in functions).astype(float)

    engulfing, harami = (count((one,)) for one in _PAIRS)
    hammers, turns, blank = count(_HAMMERS), count(_TURNS), count((talib.CDLMARUBOZU,))
    undecided = sum(np.abs(function(*arrays)) for function in _UNDECIDED) > 0
    balance = engulfing + harami + hammers + turns + blank
    points = {
        "candle_balance_3": balance.rolling(3).sum(),
        "candle_balance_24": balance.rolling(24).sum(),
        "engulfing_24": engulfing.rolling(24).sum(),
        "harami_24": harami.rolling(24).sum(),
        "hammers_24": hammers.rolling(24).sum(),
        "turns_24": turns.rolling(24).sum(),
        "marubozu_24": blank.rolling(24).sum(),
        "indecision_24": pd.Series(undecided, own.index).astype(float).rolling(24).sum(),
    }
    spans = (high - low).rolling(24).sum()
    body_top, body_bottom = np.maximum(opened, close), np.minimum(opened, close)
    points["body_share_24"] = _over((close - opened).abs().rolling(24).sum(), spans)
    wicks = (body_bottom - low) - (high - body_top)
    points["wick_imbalance_24"] = _over(wicks.rolling(24).sum(), spans)
    ranges = [high.rolling(n).max() - low.rolling(n).min() for n in (24, 168)]
    points["compression"] = _over(*ranges)
    width = _over(close.rolling(20).std(ddof=0), close.rolling(20).mean())
    mean_range = own["range"].rolling(24).sum() / close
    for name, ranked in (("band_width_rank", width), ("range_rank", mean_range)):
        points[name] = (ranked.rolling(336).rank() - 1) / 335
    inside = (high <= high.shift()) & (low >= low.shift()) & (high - low < (high - low).shift())
    points["inside_bars_24"] = inside.astype(float).rolling(24).sum()
    points["higher_lows"] = _steps(low, -1.0)
    points["lower_highs"] = -_steps(high, 1.0)
    points["volatility_shift"] = np.log(_over(own["sigma_24"], own["sigma_168"]))
    points["volatility_regime"] = np.log(_over(own["sigma_168"], own["sigma_720"]))
    points["btc_correlation"] = own["ret"].shift().rolling(168).corr(own["btc_return"])
    squares = own["ret"] ** 2
    falls = squares.where(own["ret"] < 0, 0.0)
    points["downside_share"] = _over(falls.rolling(168).sum(), squares.rolling(168).sum())
    points["skew"] = own["ret"].rolling(168).skew() * (166 / np.sqrt(168 * 167))
    return {f"patterns.{name}": values for name, values in points.items()}


def _steps(price: pd.Series, sign: float) -> pd.Series:
    """Return how many of the last two steps from swing to swing go up, less those down."""
    swings = _confirmed(price, sign).dropna()
    steps = np.sign(swings.diff()).rolling(2).sum()
    number = pd.Series(np.arange(len(price), dtype=float), price.index)
    oldest = number.reindex(swings.index).shift(2) - _CONFIRM
    age = number - oldest.reindex(price.index).ffill()
    return steps.reindex(price.index).ffill().where(age <= _REACH)


def _liquidity(own: pd.DataFrame) -> dict[str, pd.Series]:
    dollar, ret, log = own["dollar"], own["ret"], own["log"]
    traded = (dollar > 0).where(ret.notna()).astype(float)
    price = (ret.abs() / dollar).where(dollar > 0, 0.0).where(ret.notna())
    points = {}
    for window in (24, 168):
        mean = _over(price.rolling(window).sum(), traded.rolling(window).sum())
        points[f"amihud_{window}"] = np.log10(1e10 * mean)
    points["amihud_change"] = points["amihud_24"] - points["amihud_168"]
    sides = []
    for side in (1, -1):
        is_side = traded * (np.sign(ret) == side)
        sides.append(_over((price * is_side).rolling(168).sum(), is_side.rolling(168).sum()))
    points["half_amihud_168"] = np.log10(_over(*sides))
    high, low, before = np.log(own["high"]), np.log(own["low"]), log.shift()
    gap = (low - before).clip(lower=0) - (before - high).clip(lower=0)
    shifted_high, shifted_low = high - gap, low - gap
    single = (shifted_high - shifted_low) ** 2 + (high.shift() - low.shift()) ** 2
    both = np.maximum(high.shift(), shifted_high) - np.minimum(low.shift(), shifted_low)
    corwin = 3 - 2 * np.sqrt(2)
    alpha = (np.sqrt(2 * single) - np.sqrt(single)) / corwin - both / np.sqrt(corwin)
    spread = (2 * np.tanh(alpha / 2)).clip(lower=0)
    points["spread_24"] = 1e4 * spread.rolling(24).mean()
    points["spread_change"] = np.log10(_over(spread.rolling(24).mean(), spread.rolling(168).mean()))
    middle = (high + low) / 2
    close_spread = 2 * np.sqrt(((before - middle.shift()) * (before - middle)).clip(lower=0))
    points["close_spread_24"] = 1e4 * close_spread.rolling(24).mean()
    shared = ret.rolling(48).cov(ret.shift(), ddof=0)
    points["roll_spread_48"] = -np.sign(shared) * 2e4 * np.sqrt(shared.abs())
    root = np.sqrt(dollar) * np.sign(ret)
    slope = _over(ret.rolling(168).cov(root, ddof=0), root.rolling(168).var(ddof=0))
    points["lambda_168"] = np.log10((1e4 * 1e3 * slope).where(slope > 0))
    month = own["paid"].rolling(720)
    points["dollar_z_720"] = _over(own["paid"].rolling(24).mean() - month.mean(), month.std(ddof=0))
    points["zero_share_168"] = 1 - traded.rolling(168).mean()
    span = (own["range"] / own["close"]).rolling(24).sum()
    points["range_per_dollar_24"] = np.log10(1e10 * _over(span, dollar.rolling(24).sum()))
    week = dollar.rolling(168)
    points["dollar_variation_168"] = _over(week.std(ddof=0), week.mean())
    return {f"liquidity.{name}": values for name, values in points.items()}
