"""Studies that follow a trend."""

import numpy as np
import talib

from workstation.domain.candle import FloatArray
from workstation.engine.studies.calculation import Bars, Calculation, Memory, Values, wilder


def _supertrend(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    line, side = talib.SUPERTREND(bars.high, bars.low, bars.close, int(values["bars"]), values["width"])
    return np.where(side > 0, line, np.nan), np.where(side < 0, line, np.nan)


def _stop(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    most = max(values["most"], values["step"])
    return (talib.SAR(bars.high, bars.low, values["step"], most),)


def _ichimoku(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    conversion, base, span_b = (
        talib.MIDPRICE(bars.high, bars.low, int(values[name])) for name in ("fast", "slow", "span")
    )
    return conversion, base, (conversion + base) / 2, span_b, bars.close.copy()


def _directional(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    hlc, window = (bars.high, bars.low, bars.close), int(values["bars"])
    return talib.ADX(*hlc, window), talib.PLUS_DI(*hlc, window), talib.MINUS_DI(*hlc, window)


def _aroon(bars: Bars, values: Values) -> tuple[FloatArray, ...]:
    down, up = talib.AROON(bars.high, bars.low, int(values["bars"]))
    return up, down


CALCULATIONS = {
    "supertrend": Calculation(_supertrend, lambda v: wilder(v["bars"]), Memory.TURNS),
    "sar": Calculation(_stop, lambda v: 64, Memory.TURNS),
    "ichimoku": Calculation(_ichimoku, lambda v: int(max(v["fast"], v["slow"], v["span"])) + 2),
    "adx": Calculation(_directional, lambda v: 3 * wilder(v["bars"])),
    "aroon": Calculation(_aroon, lambda v: int(v["bars"]) + 2),
    "vortex": Calculation(
        lambda b, v: talib.VORTEX(b.high, b.low, b.close, int(v["bars"])), lambda v: 2 * int(v["bars"]) + 4
    ),
}
"""How each is computed, by the study's id."""
