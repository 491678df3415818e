"""The hit record of signals that were raised at the time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workstation.domain.ledger import HitRecord, RecordGroup, SignalEntry
from workstation.domain.signal import Direction, Signal, SignalOrigin

_LABELS: dict[RecordGroup, Callable[[Signal], str]] = {
    RecordGroup.DIRECTION: lambda signal: "bullish" if signal.direction is Direction.BULLISH else "bearish",
    RecordGroup.TIMEFRAME: lambda signal: signal.key.timeframe,
    RecordGroup.REGIME: lambda signal: "unknown" if signal.regime is None else signal.regime.value,
    RecordGroup.SYMBOL: lambda signal: signal.key.symbol,
    RecordGroup.VENUE: lambda signal: signal.key.venue,
    RecordGroup.MODEL: lambda signal: signal.model_hash or "no model",
}


@dataclass(slots=True)
class _Sums:
    n: int = 0
    n_hits: int = 0
    n_open: int = 0
    n_corrected: int = 0
    n_with_base: int = 0
    base_rates: float = 0.0
    net_pct: float = 0.0

    def add(self, entry: SignalEntry) -> None:
        if entry.outcome is None:
            self.n_open += 1
            return
        self.n += 1
        self.n_hits += entry.outcome.is_hit
        self.n_corrected += bool(entry.correction)
        self.net_pct += entry.outcome.net_pct
        if entry.signal.base_rate is not None:
            self.n_with_base += 1
            self.base_rates += entry.signal.base_rate

    def record(self, group: tuple[str, ...]) -> HitRecord:
        n = self.n
        base_rate = self.base_rates / n if n and self.n_with_base == n else None
        net_mean_pct = self.net_pct / n if n else None
        return HitRecord(group, n, self.n_hits, self.n_open, self.n_corrected, base_rate, net_mean_pct)


def hit_records(entries: Iterable[SignalEntry], group_by: Sequence[RecordGroup]) -> list[HitRecord]:
    """Return the record of each sort of signal, the one with the most outcomes first.

    Only signals of `SignalOrigin.LIVE` count: one that was worked out later from history is no proof.
    """
    sums: dict[tuple[str, ...], _Sums] = {}
    for entry in entries:
        if entry.signal.origin is SignalOrigin.LIVE:
            group = tuple(_LABELS[each](entry.signal) for each in group_by)
            sums.setdefault(group, _Sums()).add(entry)
    records = [each.record(group) for group, each in sums.items()]
    return sorted(records, key=lambda record: (-record.n, record.group))
