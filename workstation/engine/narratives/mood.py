"""What was said about coins that still stands: signals whose time has not passed."""

from collections.abc import Iterable, Mapping

from workstation.domain.signal import Signal
from workstation.engine.narratives.panel import DAY_MS, coin_of

STANDS_MS = DAY_MS
"""How long a signal without a horizon stands."""


def stands_until_ms(signal: Signal) -> int:
    """Return when a signal no longer stands, UTC milliseconds: after its horizon, a day where it has none."""
    if signal.horizon_bars is None:
        return signal.known_at_ms + STANDS_MS
    return signal.known_at_ms + signal.horizon_bars * signal.key.bar_ms


def leans_of(signals: Iterable[Signal], at_ms: int) -> Mapping[str, int]:
    """Return how each coin leans at a time by its newest signal; coins of which none stands are not there.

    Parameters
    ----------
    signals : iterable of Signal
        On any series, in any order; those that were not known yet are left out.
    at_ms : int
        UTC milliseconds.

    Returns
    -------
    mapping of str to int
        By coin: +1 bullish, -1 bearish.
    """
    newest: dict[str, Signal] = {}
    for signal in signals:
        named = coin_of(signal.key.symbol)
        if named is None or not signal.closed or signal.known_at_ms > at_ms:
            continue
        coin, _ = named
        if coin not in newest or signal.known_at_ms >= newest[coin].known_at_ms:
            newest[coin] = signal
    return {coin: int(signal.direction) for coin, signal in newest.items() if at_ms < stands_until_ms(signal)}
