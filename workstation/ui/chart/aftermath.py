"""What price did after a signal of which no outcome is written down: read off the chart's own candles."""

from workstation.domain.market import slot_of
from workstation.domain.signal import Signal
from workstation.ui.chart.pyramid import Pyramid
from workstation.ui.words.number_format import percent
from workstation.ui.words.signal_words import horizon_words

USUAL_BARS = 24
"""As far as is looked where a signal states no horizon."""


def move_words(pyramid: Pyramid, signal: Signal, newest_closed: int) -> str:
    """Return how far price went within the signal's horizon, and the extremes on the way.

    Parameters
    ----------
    pyramid : Pyramid
        The candles of the signal's series.
    signal : Signal
        From whose close it is measured.
    newest_closed : int
        Slot of the newest candle that can no longer change.

    Returns
    -------
    str
        "+1.80 % after 24 h, between −0.40 % and +3.10 %"; "so far" where the horizon is not over; empty where
        no candle has closed after it.
    """
    n_bars, key = signal.horizon_bars or USUAL_BARS, signal.key
    slot = slot_of(signal.open_time, key.timeframe)
    end = min(slot + n_bars, newest_closed)
    bars = [bar for at in range(slot + 1, end + 1) if (bar := pyramid.bar(at)) is not None]
    if not bars:
        return ""
    went, low, high = (
        percent((value / signal.price - 1.0) * 100.0)
        for value in (bars[-1][3], min(bar[2] for bar in bars), max(bar[1] for bar in bars))
    )
    passed = horizon_words((end - slot) * key.bar_ms)
    when = f"after {passed}" if end == slot + n_bars else f"in {passed} so far"
    return f"{went} {when}, between {low} and {high}"
