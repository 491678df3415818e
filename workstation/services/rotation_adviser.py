"""Works out the advice of a day from what is stored: candles, grades, signals, and the advice before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workstation import __version__
from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.given_advice import AdviceMemory, GivenAdvice, hash_of_rules, rules_in_words
from workstation.domain.ledger import SignalEntry, SignalFilter
from workstation.domain.market import SeriesKey
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import is_index
from workstation.domain.ports import CandleReader
from workstation.domain.rotation import CASH, RotationRules, StandingSignal
from workstation.domain.signal import Direction, Signal
from workstation.engine.narratives.gate import GateState, gate_step
from workstation.engine.narratives.mood import stands_until_ms
from workstation.engine.narratives.panel import DAY_MS, MarketPanel, coin_of, join_panel
from workstation.engine.narratives.rotation import RotationState, advise
from workstation.engine.narratives.rotation_history import BTC, MarketHistory
from workstation.engine.resample import resample

HISTORY_DAYS = 200
SIGNALS_MS = 30 * DAY_MS
"""Older signals stand no more."""

_DAILY = "1d"


class JudgedLedger(Protocol):
    """Where grades and signals are read; its calls block."""

    def grade_values(self, venue: str, timeframe: str, at_ms: int) -> Mapping[str, int]:
        """Return the grades of all coins at a close, by symbol; empty where none were written."""
        ...

    def signals(self, wanted: SignalFilter | None = None, limit: int | None = None) -> list[SignalEntry]:
        """Return the signals that are wanted, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class AdviceGround:
    """What advice is asked about.

    Parameters
    ----------
    venue, timeframe : str
        Of the candles and grades.
    at_ms : int
        A close at 00:00 UTC, UTC milliseconds.
    book : NarrativeBook
    rules : RotationRules
    """

    venue: str
    timeframe: str
    at_ms: int
    book: NarrativeBook
    rules: RotationRules


class RotationAdviser:
    """Gives the advice of a day. Its calls block: they read the days of every coin of the venue.

    Parameters
    ----------
    reader : CandleReader
        Stored candles.
    ledger : JudgedLedger
        Grades and signals.
    """

    def __init__(self, reader: CandleReader, ledger: JudgedLedger) -> None:
        self._reader = reader
        self._ledger = ledger

    def given_at(self, ground: AdviceGround, before: GivenAdvice | None) -> GivenAdvice | None:
        """Return the advice of a close, built on the one before; None while BTC's last candle is missing."""
        series = dollar_series(self._reader, ground.venue, ground.timeframe)
        bitcoin = series.get(BTC)
        if bitcoin is None or not len(
            self._reader.read(bitcoin, ground.at_ms - bitcoin.bar_ms, ground.at_ms)
        ):
            return None
        panel = self._panel(series.values(), ground)
        history = MarketHistory.of(panel, ground.book, ground.rules, self._grades(panel, ground))
        state = _state(history, before, ground)
        advice, after = advise(state, history.at(-1, self._signals(ground)), ground.rules)
        memory = AdviceMemory(after.gate.turned_ms, after.look, after.ranks)
        rules = ground.rules
        return GivenAdvice(
            ground.venue, advice, rules_in_words(rules), hash_of_rules(rules), __version__, memory
        )

    def _panel(self, keys: Iterable[SeriesKey], ground: AdviceGround) -> MarketPanel:
        """Return the venue's days up to the close; of an earlier hour of the day there is no forming bar."""
        since_ms = ground.at_ms - HISTORY_DAYS * DAY_MS
        days: dict[str, CandleColumns] = {}
        for key in keys:
            candles = self._reader.read(key, since_ms, ground.at_ms)
            if len(candles):
                days[key.symbol] = resample(candles, key.timeframe, _DAILY, incomplete=True)
        return join_panel([days], _DAILY).panel

    def _grades(self, panel: MarketPanel, ground: AdviceGround) -> FloatArray:
        grade = np.full(panel.close.shape, np.nan)
        place = {coin: column for column, coin in enumerate(panel.coins)}
        for symbol, value in self._ledger.grade_values(ground.venue, ground.timeframe, ground.at_ms).items():
            named = coin_of(symbol)
            if named is not None and named[0] in place:
                grade[-1, place[named[0]]] = value
        return grade

    def _signals(self, ground: AdviceGround) -> dict[str, StandingSignal]:
        wanted = SignalFilter(
            venue=ground.venue, since_ms=ground.at_ms - SIGNALS_MS, until_ms=ground.at_ms + 1
        )
        return standing_signals((entry.signal for entry in self._ledger.signals(wanted)), ground.at_ms)


def standing_signals(signals: Iterable[Signal], at_ms: int) -> dict[str, StandingSignal]:
    """Return each coin's newest signal, where it still stands at a time."""
    newest: dict[str, Signal] = {}
    for signal in sorted(signals, key=lambda each: each.known_at_ms):
        named = coin_of(signal.key.symbol)
        if named is not None and signal.known_at_ms <= at_ms and signal.direction is not Direction.NEUTRAL:
            newest[named[0]] = signal
    return {
        coin: StandingSignal(int(each.direction), each.probability, each.base_rate)
        for coin, each in newest.items()
        if at_ms < stands_until_ms(each)
    }


def dollar_series(reader: CandleReader, venue: str, timeframe: str) -> dict[str, SeriesKey]:
    """Return one stored series of each coin that trades for dollars at a venue, by coin."""
    found: dict[str, SeriesKey] = {}
    for key in sorted(reader.series(), key=lambda each: (not each.symbol.endswith("/USDT"), each)):
        named = coin_of(key.symbol)
        if (
            key.venue == venue
            and key.timeframe == timeframe
            and named is not None
            and not is_index(key.symbol)
        ):
            found.setdefault(named[0], key)
    return found


def _state(history: MarketHistory, before: GivenAdvice | None, ground: AdviceGround) -> RotationState:
    """Return what the advice before remembers, carried on to this close.

    The gate is stepped through the closes at which nobody asked, and from the beginning of what is stored
    where there is no advice before; what is held drifted with the prices meanwhile.
    """
    state, since_ms = RotationState(), 0
    if before is not None:
        since_ms = before.advice.at_ms
        memory, held = before.memory, tuple(each for each in before.advice.targets if each.coin != CASH)
        gate = GateState(before.advice.is_open, memory.gate_turned_ms)
        state = RotationState(gate, memory.look, memory.look_ranks, held)
        state = state.drifted(_growth(history, since_ms))
    gate = state.gate
    for day in range(len(history) - 1):
        if history.close_ms[day] > since_ms:
            gate = gate_step(gate, history.gate_facts(day), ground.rules)
    return RotationState(gate, state.look, state.ranks, state.held)


def _growth(history: MarketHistory, since_ms: int) -> dict[str, float]:
    """Return new price over old by coin; a coin without one of them is not there."""
    row = int(np.searchsorted(history.close_ms, since_ms))
    if row >= len(history) or history.close_ms[row] != since_ms:
        return {}
    growth = history.last[-1] / history.last[row]
    return {coin: float(each) for coin, each in zip(history.coins, growth, strict=True) if np.isfinite(each)}
