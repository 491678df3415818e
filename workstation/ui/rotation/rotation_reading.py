"""What the panels of advice and paper accounts show of the past, read in another thread than the window's."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import StoreError
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.market import SeriesKey
from workstation.domain.narrative_index import IndexRules, is_index
from workstation.domain.paper_account import PaperFill, nearest_decimal
from workstation.domain.paper_standing import PaperStanding
from workstation.domain.ports import CandleReader
from workstation.ui.widgets.return_line import ReturnLine
from workstation.ui.words.date_words import day_words

N_ADVICE = 200
"""Newest advice that is read."""

_DAY_MS = 86_400_000
_RIPENING_DAYS = 60  # an index holds no coin younger than thirty days


@dataclass(frozen=True, slots=True)
class RotationWanted:
    """What is to be read.

    Parameters
    ----------
    venue, timeframe : str
        Where the coins trade, and the bars that the universe is kept in; empty where that is not known.
    account : PaperStanding or None
        The account that is looked at.
    coins : tuple of str
        Whose newest prices are wanted.
    now_ms : int
        The venue's clock, UTC milliseconds; what needs all coins is worked out once a day.
    """

    venue: str
    timeframe: str
    account: PaperStanding | None
    coins: tuple[str, ...]
    now_ms: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class RotationRead:
    """What was read.

    Parameters
    ----------
    advice : tuple of AdviceEntry
        Newest first.
    prices : mapping of str to Decimal
        The last stored closes, by coin.
    account_id : int
        Whose past it is; 0 for none.
    fills : tuple of PaperFill
        Newest first.
    lines : tuple of ReturnLine
        The account, BTC and equal weight, as far as they are there.
    equal_weight : tuple of (int, int, ReturnLine or None)
        Account and day for which equal weight was worked out, and what it was.
    trouble : str
        What could not be read, in a sentence; empty where all was.
    """

    advice: tuple[AdviceEntry, ...] = ()
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    account_id: int = 0
    fills: tuple[PaperFill, ...] = ()
    lines: tuple[ReturnLine, ...] = ()
    equal_weight: tuple[int, int, ReturnLine | None] = (0, 0, None)
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RotationPlaces:
    """Files that are read.

    Parameters
    ----------
    ledger, papers, candles : Path
        Advice, paper accounts and closed candles; each may be missing, which is an empty one.
    """

    ledger: Path
    papers: Path
    candles: Path


def read_rotation(places: RotationPlaces, wanted: RotationWanted, before: RotationRead) -> RotationRead:
    """Return advice, prices and the past of an account; `before` is what was read last.

    Raises
    ------
    StoreError
        A file cannot be read.
    """
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.ledger_reader import LedgerReader

    with LedgerReader(places.ledger) as ledger:
        advice = tuple(reversed(ledger.advice(wanted.venue, N_ADVICE)))
        trouble = " ".join(ledger.damage()[:1])
    with CandleStore(places.candles, read_only=True) as candles:
        read = RotationRead(advice, _prices(candles, wanted), trouble=trouble)
        if wanted.account is None:
            return read
        fills, own, trouble = _own_past(places.papers, wanted.account, wanted.now_ms)
        since_ms = wanted.account.account.created_ms
        equal = before.equal_weight
        day = wanted.now_ms // _DAY_MS
        if equal[:2] != (wanted.account.id, day):
            equal = (wanted.account.id, day, _equal_weight(candles, wanted, since_ms))
        lines = (own, _btc(candles, wanted, since_ms), equal[2])
    return replace(
        read,
        account_id=wanted.account.id,
        fills=fills,
        lines=tuple(line for line in lines if line is not None),
        equal_weight=equal,
        trouble=trouble or read.trouble,
    )


def _own_past(
    papers: Path, standing: PaperStanding, now_ms: int
) -> tuple[tuple[PaperFill, ...], ReturnLine, str]:
    """Return an account's trades, newest first, what it was worth, and what is damaged of them."""
    from workstation.storage.paper_account_store import PaperAccountStore

    fills: tuple[PaperFill, ...] = ()
    trouble = ""
    with PaperAccountStore(papers, read_only=True) as store:
        try:
            tradings = store.tradings(standing.id)
            fills = tuple(fill for trading in tradings for fill in trading.fills)[::-1]
        except StoreError as error:
            trouble = str(error)
        worths = [(each.at_ms, each.total) for each in store.worths(standing.id)]
    if standing.total is not None and now_ms > standing.account.created_ms:
        worths.append((now_ms, standing.total))
    at_ms = np.array([standing.account.created_ms, *(at_ms for at_ms, _ in worths)], np.int64)
    start = float(standing.account.start_balance)
    part = np.array([1.0, *(float(total) / start for _, total in worths)])
    return fills, ReturnLine("This account", at_ms, part), trouble


def _prices(candles: CandleReader, wanted: RotationWanted) -> dict[str, Decimal]:
    """Return the last stored close of every coin that is wanted."""
    found: dict[str, Decimal] = {}
    for coin in wanted.coins if wanted.timeframe else ():
        last = candles.read_last(SeriesKey(wanted.venue, f"{coin}/USDT", wanted.timeframe), 1)
        if len(last) and last.close[-1] > 0:
            found[coin] = nearest_decimal(last.close[-1])
    return found


def _btc(candles: CandleReader, wanted: RotationWanted, since_ms: int) -> ReturnLine | None:
    if not wanted.timeframe:
        return None
    key = SeriesKey(wanted.venue, "BTC/USDT", wanted.timeframe)
    bars = candles.read(key, since_ms - _DAY_MS)
    return _line("BTC", bars.open_time + key.bar_ms, bars.close, since_ms)


def _line(title: str, at_ms: IntArray, value: FloatArray, since_ms: int) -> ReturnLine | None:
    """Return values as parts of the last one known when the account began, or else of the first after."""
    is_known = np.isfinite(value) & (value > 0)
    at_ms, value = at_ms[is_known], value[is_known]
    first = max(0, int(np.searchsorted(at_ms, since_ms, side="right")) - 1)
    if len(at_ms) - first < 2:
        return None
    if at_ms[first] > since_ms + _DAY_MS:
        title = f"{title} since {day_words(int(at_ms[first]))}"
    return ReturnLine(title, np.maximum(at_ms[first:], since_ms), value[first:] / value[first])


def _equal_weight(candles: CandleReader, wanted: RotationWanted, since_ms: int) -> ReturnLine | None:
    """Return the equal-weight index of all coins by day, rebalanced weekly, its costs paid."""
    from workstation.engine.narratives.panel import coin_of, join_panel
    from workstation.engine.narratives.relative_rotation import Benchmark, benchmark_values
    from workstation.ui.narratives.narrative_reading import daily_bars

    since = (since_ms // _DAY_MS - _RIPENING_DAYS) * _DAY_MS
    daily: dict[str, CandleColumns] = {}
    for key in candles.series():
        is_wanted = (key.venue, key.timeframe) == (wanted.venue, wanted.timeframe)
        if is_wanted and not is_index(key.symbol) and coin_of(key.symbol) is not None:
            bars = daily_bars(candles.read(key, since))
            if len(bars):
                daily[key.symbol] = bars
    if not daily:
        return None
    panel = join_panel([daily], "1d").panel
    values = benchmark_values(panel, Benchmark.EQUAL_WEIGHT, IndexRules())
    return _line("Equal weight", panel.close_ms, values, since_ms)


def fills_csv(fills: Sequence[PaperFill], currency: str) -> str:
    """Return trades as CSV, oldest first; money and units exactly as they were."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["time_utc", "coin", "side", "units", f"price_{currency}", f"fee_{currency}", "cash_change", "reason"]
    )
    for fill in sorted(fills, key=lambda each: each.at_ms):
        moment = datetime.fromtimestamp(fill.at_ms / 1000, UTC).isoformat(timespec="seconds")
        numbers = (fill.units, fill.price, fill.fee, fill.cash_change)
        units, price, fee, cash = (f"{number:f}" for number in numbers)
        row = [moment, _harmless(fill.coin), fill.side.value, units, price, fee, cash, _harmless(fill.reason)]
        writer.writerow(row)
    return out.getvalue()


def _harmless(text: str) -> str:
    """Return foreign text so that a spreadsheet does not take it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
