"""A small ledger with a row of every kind, and what may be done to its file behind its back."""

from contextlib import contextmanager

import apsw

from workstation.domain.grade import Grade, GradeComponent
from workstation.domain.ledger import Correction, ModelChange, ModelEvent
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier, Outcome
from workstation.domain.signal import (
    Contribution,
    Direction,
    Family,
    FamilyVote,
    Flip,
    Reading,
    Regime,
    Signal,
    SignalOrigin,
)

HOUR = 3_600_000
KEY = SeriesKey("binance", "BTC/USDT", "1h")
NOW = 1_700_000_000_000


class StepClock:
    """A millisecond later each time it is asked."""

    def __init__(self, now_ms=NOW):
        self.at_ms = now_ms

    def now_ms(self):
        self.at_ms += 1
        return self.at_ms


def plain_signal(i=0, direction=Direction.BULLISH, key=KEY, **changes):
    values = {"closed": True, "origin": SignalOrigin.LIVE, "engine_version": "1"} | changes
    return Signal(key, i * key.bar_ms, 100.5, direction, values.pop("votes", ()), **values)


def full_signal(i=0, **changes):
    """Return a signal with every field in use."""
    reading = Reading("momentum.rsi_14", 28.125)
    whole = {
        "votes": (FamilyVote(Family.MOMENTUM, Direction.BULLISH, 0.5, (reading,), i),),
        "probability": 0.41,
        "base_rate": 0.31,
        "horizon_bars": 24,
        "contributions": (Contribution("volume.cmf_20", float("-inf"), -0.25),),
        "flips": (Flip("volume.cmf_20", 0.5, 0.25),),
        "regime": Regime.BEAR,
        "model_hash": "ab" * 32,
    }
    return plain_signal(i, **(whole | changes))


def outcome(i=0, barrier=Barrier.TARGET, net_pct=1.5):
    return Outcome(barrier, 100.0, 102.0, (i + 24) * HOUR, net_pct + 0.3, net_pct)


def grade(symbol="BTC/USDT", at_ms=HOUR, value=61, names=("momentum", "volatility"), **changes):
    parts = tuple(GradeComponent(name, 12.5 + i, 1 / len(names)) for i, name in enumerate(names))
    return Grade("binance", symbol, "1h", at_ms, value, parts, changes.pop("n_coins", 2), **changes)


def write_each_kind(ledger):
    """Write seven rows: genesis, model, signal, grades, outcome, correction, signal."""
    ledger.add_model_event(ModelEvent(ModelChange.CHAMPION, "ab", "First."))
    signal_row = ledger.add_signal(plain_signal(1, base_rate=0.3))
    ledger.add_grades([grade(), grade("ETH/USDT", value=3, change_24h=-2.0)])
    outcome_row = ledger.add_outcome(signal_row, outcome(1))
    ledger.add_correction(Correction(outcome_row, "Bad tick.", outcome(1, Barrier.STOP, -2.0)))
    ledger.add_signal(plain_signal(2, Direction.BEARISH))


@contextmanager
def tampering(path):
    """Give a connection that no trigger stops; what it does is not synced."""
    connection = apsw.Connection(str(path))
    try:
        connection.pragma("synchronous", "OFF")
        for verb in ("UPDATE", "DELETE", "INSERT"):
            connection.execute(f"DROP TRIGGER IF EXISTS entry_{verb}")
        yield connection
    finally:
        connection.close()
