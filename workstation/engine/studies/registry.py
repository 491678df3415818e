"""Every study a chart can show, by name. Loads nothing heavy: what computes them is in `calculation`."""

from types import MappingProxyType

from workstation.domain.study import Output, Parameter, Place, Shape, Study

_AVERAGES, _BANDS, _TREND = "Averages", "Bands and channels", "Trend"
_MOMENTUM, _VOLUME, _VOLATILITY = "Momentum", "Volume", "Volatility"


def _bars(default: int, name: str = "bars", title: str = "Bars", least: int = 2) -> Parameter:
    return Parameter(name, title, default, least)


def _times(default: float, title: str = "Width") -> Parameter:
    return Parameter("width", title, default, 0.1, 10.0, is_whole=False)


def _average(id_: str, title: str, short: str, bars: int, role: str) -> Study:
    output = Output("average", short, role)
    return Study(id_, title, short, _AVERAGES, Place.PRICE, (_bars(bars),), (output,))


def _band(
    id_: str, title: str, short: str, parameters: tuple[Parameter, ...], role: str, group: str = _BANDS
) -> Study:
    outputs = (
        Output("upper", "Upper", role),
        Output("middle", "Middle", "muted"),
        Output("lower", "Lower", role),
    )
    return Study(id_, title, short, group, Place.PRICE, parameters, outputs, band=("upper", "lower"))


def _pane(
    id_: str,
    title: str,
    short: str,
    group: str,
    parameters: tuple[Parameter, ...],
    role: str,
    guides: tuple[float, ...] = (),
    limits: tuple[float, ...] = (),
) -> Study:
    output = Output("value", short, role)
    return Study(id_, title, short, group, Place.PANE, parameters, (output,), guides=guides, limits=limits)


_ALL = (
    _average("sma", "Simple moving average", "SMA", 20, "accent"),
    _average("ema", "Exponential moving average", "EMA", 20, "warning"),
    _average("wma", "Weighted moving average", "WMA", 20, "practice"),
    _average("dema", "Double exponential moving average", "DEMA", 20, "accent"),
    _average("tema", "Triple exponential moving average", "TEMA", 20, "warning"),
    _average("trima", "Triangular moving average", "TRIMA", 20, "practice"),
    _average("kama", "Kaufman adaptive moving average", "KAMA", 10, "live"),
    _average("hma", "Hull moving average", "HMA", 20, "practice"),
    _average("vwma", "Volume weighted moving average", "VWMA", 20, "live"),
    _average("linreg", "Linear regression line end", "LinReg", 20, "accent"),
    Study(
        "vwap",
        "Volume weighted average price of the day (UTC)",
        "VWAP",
        _AVERAGES,
        Place.PRICE,
        (),
        (Output("average", "VWAP", "practice"),),
    ),
    _band("bollinger", "Bollinger bands", "BB", (_bars(20), _times(2.0)), "accent"),
    _band(
        "keltner",
        "Keltner channel",
        "KC",
        (_bars(20), _bars(10, "atr_bars", "Bars of the range"), _times(2.0)),
        "warning",
    ),
    _band("donchian", "Donchian channel", "DC", (_bars(20),), "live"),
    Study(
        "supertrend",
        "Supertrend",
        "Supertrend",
        _TREND,
        Place.PRICE,
        (_bars(10), _times(3.0)),
        (Output("up", "Below a rise", "rise"), Output("down", "Above a fall", "fall")),
    ),
    Study(
        "sar",
        "Parabolic stop and reverse",
        "SAR",
        _TREND,
        Place.PRICE,
        (
            Parameter("step", "Step", 0.02, 0.001, 0.5, is_whole=False),
            Parameter("most", "Largest step", 0.2, 0.01, 1.0, is_whole=False),
        ),
        (Output("stop", "SAR", "accent", Shape.DOTS),),
    ),
    Study(
        "ichimoku",
        "Ichimoku cloud",
        "Ichimoku",
        _TREND,
        Place.PRICE,
        (
            _bars(9, "fast", "Conversion"),
            _bars(26, "slow", "Base"),
            _bars(52, "span", "Leading span"),
            _bars(26, "shift", "Drawn later by", least=1),
        ),
        (
            Output("conversion", "Conversion", "accent"),
            Output("base", "Base", "warning"),
            Output("span_a", "Leading A, drawn ahead", "rise", drawn_later="shift"),
            Output("span_b", "Leading B, drawn ahead", "fall", drawn_later="shift"),
            Output("lagging", "Close, drawn back", "muted", Shape.DOTS, drawn_later="-shift"),
        ),
        band=("span_a", "span_b"),
    ),
    Study(
        "adx",
        "Average directional index",
        "ADX",
        _TREND,
        Place.PANE,
        (_bars(14),),
        (Output("adx", "ADX", "warning"), Output("plus", "+DI", "rise"), Output("minus", "−DI", "fall")),
        guides=(20.0, 40.0),
    ),
    Study(
        "aroon",
        "Aroon",
        "Aroon",
        _TREND,
        Place.PANE,
        (_bars(25),),
        (Output("up", "Up", "rise"), Output("down", "Down", "fall")),
        guides=(30.0, 70.0),
        limits=(0.0, 100.0),
    ),
    Study(
        "vortex",
        "Vortex",
        "Vortex",
        _TREND,
        Place.PANE,
        (_bars(14),),
        (Output("plus", "+VI", "rise"), Output("minus", "−VI", "fall")),
        guides=(1.0,),
    ),
    _pane(
        "rsi",
        "Relative strength index",
        "RSI",
        _MOMENTUM,
        (_bars(14),),
        "practice",
        (30.0, 70.0),
        (0.0, 100.0),
    ),
    Study(
        "macd",
        "Moving average convergence divergence",
        "MACD",
        _MOMENTUM,
        Place.PANE,
        (_bars(12, "fast", "Fast"), _bars(26, "slow", "Slow"), _bars(9, "signal", "Signal line", least=1)),
        (
            Output("histogram", "Histogram", "rise", Shape.HISTOGRAM),
            Output("macd", "MACD", "accent"),
            Output("signal", "Signal line", "warning"),
        ),
        guides=(0.0,),
    ),
    _pane(
        "ppo",
        "Percentage price oscillator",
        "PPO",
        _MOMENTUM,
        (_bars(12, "fast", "Fast"), _bars(26, "slow", "Slow")),
        "accent",
        (0.0,),
    ),
    Study(
        "stochastic",
        "Stochastic",
        "Stoch",
        _MOMENTUM,
        Place.PANE,
        (
            _bars(14, least=1),
            _bars(3, "smooth", "Smoothing", least=1),
            _bars(3, "signal", "Signal line", least=1),
        ),
        (Output("k", "%K", "accent"), Output("d", "%D", "warning")),
        guides=(20.0, 80.0),
        limits=(0.0, 100.0),
    ),
    Study(
        "stochrsi",
        "Stochastic of the relative strength index",
        "StochRSI",
        _MOMENTUM,
        Place.PANE,
        (
            _bars(14, "rsi_bars", "Bars of the RSI"),
            _bars(14),
            _bars(3, "smooth", "Smoothing", least=1),
            _bars(3, "signal", "Signal line", least=1),
        ),
        (Output("k", "%K", "accent"), Output("d", "%D", "warning")),
        guides=(20.0, 80.0),
        limits=(0.0, 100.0),
    ),
    _pane("cci", "Commodity channel index", "CCI", _MOMENTUM, (_bars(20),), "accent", (-100.0, 100.0)),
    _pane("willr", "Williams %R", "%R", _MOMENTUM, (_bars(14),), "practice", (-80.0, -20.0), (-100.0, 0.0)),
    _pane("roc", "Rate of change, percent", "ROC", _MOMENTUM, (_bars(10, least=1),), "accent", (0.0,)),
    _pane("momentum", "Momentum", "Mom", _MOMENTUM, (_bars(10, least=1),), "accent", (0.0,)),
    _pane("trix", "Triple smoothed rate of change", "TRIX", _MOMENTUM, (_bars(15),), "practice", (0.0,)),
    _pane(
        "ultimate",
        "Ultimate oscillator",
        "UO",
        _MOMENTUM,
        (_bars(7, "short", "Short"), _bars(14, "medium", "Medium"), _bars(28, "long", "Long")),
        "warning",
        (30.0, 70.0),
        (0.0, 100.0),
    ),
    _pane("mfi", "Money flow index", "MFI", _VOLUME, (_bars(14),), "live", (20.0, 80.0), (0.0, 100.0)),
    _pane("obv", "On-balance volume", "OBV", _VOLUME, (), "accent"),
    _pane("cmf", "Chaikin money flow", "CMF", _VOLUME, (_bars(20),), "live", (0.0,)),
    Study(
        "volume_sma",
        "Average volume",
        "Avg vol",
        _VOLUME,
        Place.VOLUME,
        (_bars(20),),
        (Output("average", "Average volume", "warning"),),
    ),
    _pane("atr", "Average true range", "ATR", _VOLATILITY, (_bars(14, least=1),), "warning"),
    _pane("natr", "Average true range, percent", "NATR", _VOLATILITY, (_bars(14, least=1),), "warning"),
    _pane(
        "bandwidth",
        "Width of the Bollinger bands, percent",
        "BB width",
        _VOLATILITY,
        (_bars(20), _times(2.0)),
        "accent",
    ),
    _pane(
        "zscore",
        "Distance from the average in deviations",
        "Z",
        _VOLATILITY,
        (_bars(20),),
        "practice",
        (-2.0, 0.0, 2.0),
    ),
)

STUDIES = MappingProxyType({study.id: study for study in _ALL})
"""Every study by its id, in the order of a list: averages first."""
