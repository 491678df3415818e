"""What became of rotation advice, by the stored candles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from workstation.domain.given_advice import OUTCOME_WITHIN_MS, AdviceEntry, AdviceOutcome, GivenAdvice
from workstation.domain.market import SeriesKey
from workstation.domain.narrative import NarrativeBook
from workstation.domain.ports import CandleReader
from workstation.engine.narratives.panel import DAY_MS
from workstation.engine.narratives.rotation_history import BTC
from workstation.services.rotation_adviser import dollar_series

COST_PCT = 0.15
"""Fee and slippage on what is bought or sold, percent; as the backtest takes them."""


@dataclass(frozen=True, slots=True)
class _Move:
    """What a coin's price did over a span, and whether it traded to its end."""

    pct: float
    is_whole: bool


def spans(entries: Sequence[AdviceEntry], now_ms: int) -> list[tuple[AdviceEntry, int]]:
    """Return the advice whose span has passed and whose outcome is not written, each with the span's end."""
    due = []
    for i, entry in enumerate(entries):
        at_ms = entry.given.advice.at_ms
        following = entries[i + 1].given.advice.at_ms if i + 1 < len(entries) else at_ms + OUTCOME_WITHIN_MS
        until_ms = min(following, at_ms + OUTCOME_WITHIN_MS)
        if entry.outcome is None and until_ms <= now_ms:
            due.append((entry, until_ms))
    return due


def outcome_of(
    given: GivenAdvice, until_ms: int, reader: CandleReader, timeframe: str, book: NarrativeBook
) -> AdviceOutcome:
    """Return what advice brought until a time; what the stored candles do not tell is None.

    Everything is bought at the first open of the day after the decision. A coin that stopped trading counts
    with its last price. Costs are taken of what was changed; the others are held all the while and pay none.

    Parameters
    ----------
    given : GivenAdvice
    until_ms : int
        End of the span, UTC milliseconds.
    reader : CandleReader
        Stored candles; the calls block.
    timeframe : str
        Of the candles.
    book : NarrativeBook
        Whose coins the equal weight holds.
    """
    series = dollar_series(reader, given.venue, timeframe)
    at_ms = given.advice.at_ms
    together = {coin for shares in book.shares_at(at_ms).values() for coin in shares}
    wanted = {*given.weights, *together, BTC}
    moves = {
        coin: move
        for coin, key in series.items()
        if coin in wanted and (move := _move(reader, key, at_ms, until_ms)) is not None
    }
    cost_pct = COST_PCT * given.turnover
    known = [moves[coin].pct for coin in sorted(together & moves.keys())]
    return AdviceOutcome(
        until_ms,
        _targets_pct(given, moves, cost_pct),
        cost_pct,
        moves[BTC].pct if BTC in moves else None,
        sum(known) / len(known) if known else None,
        len(known),
        _note(given.weights, moves),
    )


def _move(reader: CandleReader, key: SeriesKey, at_ms: int, until_ms: int) -> _Move | None:
    candles = reader.read(key, at_ms, until_ms)
    if not len(candles) or candles.open_time[0] >= at_ms + DAY_MS:
        return None
    first, last = float(candles.open[0]), float(candles.close[-1])
    if not (first > 0 and last > 0):
        return None
    is_whole = int(candles.open_time[-1]) + key.bar_ms > until_ms - DAY_MS
    return _Move(100.0 * (last / first - 1.0), is_whole)


def _targets_pct(given: GivenAdvice, moves: dict[str, _Move], cost_pct: float) -> float | None:
    if any(coin not in moves for coin in given.weights):
        return None
    return sum(weight * moves[coin].pct for coin, weight in given.weights.items()) - cost_pct


def _note(coins: Collection[str], moves: dict[str, _Move]) -> str:
    missing = sorted(coin for coin in coins if coin not in moves)
    ended = sorted(coin for coin in coins if coin in moves and not moves[coin].is_whole)
    said = []
    if missing:
        said.append(f"No price is stored of {', '.join(missing)}, so what the targets brought is not known.")
    if ended:
        said.append(f"{', '.join(ended)} traded no more; the last price counts.")
    return " ".join(said)
