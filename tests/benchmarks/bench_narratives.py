"""Times narratives at an hour's close: indices, standings and ranks of 1,000 coins in 40 narratives.

    python tests/benchmarks/bench_narratives.py [--coins 1000] [--narratives 40] [--hours 200] [--days 200]

Begins with some days of hourly history, then takes one close after the other: every index carried on, every
figure of every narrative, ranks and holdings, weekly rebalances among them. Then the relative rotation graph
of three and a half years of days, and one step of scrubbing through it. Exit code 1 where a bar is missed.
"""

import argparse
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import IndexRules
from workstation.engine.narratives.index_live import LiveIndices
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.relative_rotation import relative_rotation
from workstation.engine.narratives.standing import Mood

HOUR_MS = DAY_MS // 24
CLOSE_MS, FRAME_MS = 200.0, 16.7
BARS_OF_GRAPH, TAIL = 1_280, 12


def main() -> int:
    """Measure, print, and say whether the bars were kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--coins", type=int, default=1_000)
    parser.add_argument("--narratives", type=int, default=40)
    parser.add_argument("--hours", type=int, default=200)
    parser.add_argument("--days", type=int, default=200)
    asked = parser.parse_args()
    panel = made_market(asked.coins, 24 * asked.days + asked.hours)
    book = made_book(panel.coins, asked.narratives)
    is_quick = time_closes(panel, book, asked.hours)
    return 0 if time_graph(asked.narratives) and is_quick else 1


def made_market(n_coins: int, n_hours: int) -> MarketPanel:
    """Return hourly bars of coins that walk at random; one bar in fifty is missing."""
    rng = np.random.default_rng(20240201)
    coins = ("BTC", *(f"C{n}" for n in range(1, n_coins)))
    close = 10 * np.exp(np.cumsum(rng.normal(0, 0.01, (n_hours, n_coins)), axis=0))
    open_ = np.vstack([close[:1], close[:-1]])
    dollars = rng.lognormal(12, 1, close.shape)
    for column in (open_, close, dollars):
        column[rng.random(close.shape) < 0.02] = np.nan
    close_ms = (np.arange(n_hours, dtype=np.int64) + 19_700 * 24) * HOUR_MS
    return MarketPanel(close_ms, coins, open_, close, dollars, np.full(close.shape, np.nan), HOUR_MS)


def made_book(coins: tuple[str, ...], n_narratives: int) -> NarrativeBook:
    """Return narratives of which every coin is in one, and every third in two."""
    found = []
    for n in range(n_narratives):
        own = [coin for i, coin in enumerate(coins) if i % n_narratives == n]
        also = [coin for i, coin in enumerate(coins) if i % 3 == 0 and (i * 7 + 1) % n_narratives == n]
        members = tuple(Membership(coin) for coin in dict.fromkeys(own + also))
        found.append(Narrative(f"narrative-{n}", f"Narrative {n}", members))
    return NarrativeBook(tuple(found))


def time_closes(panel: MarketPanel, book: NarrativeBook, n_hours: int) -> bool:
    """Time one close after the other; return whether p95 keeps to the bar."""
    mood = Mood(dict.fromkeys(panel.coins[::5], 1), dict.fromkeys(panel.coins, 50))
    n_before = len(panel.close_ms) - n_hours
    began = perf_counter()
    live = LiveIndices(panel[:n_before], book, IndexRules())
    begun_s = perf_counter() - began
    took, n_held = np.empty(n_hours), 0
    for n in range(n_hours):
        row = n_before + n
        bar: FloatArray = np.stack(
            [c[row] for c in (panel.open, panel.close, panel.dollar_volume, panel.cap)]
        )
        began = perf_counter()
        live.take(int(panel.close_ms[row]), bar)
        stood = live.standings(mood)
        took[n] = 1e3 * (perf_counter() - began)
        n_held = sum(len(standing.holdings) for standing in stood)
    p95 = float(np.quantile(took, 0.95))
    print(f"{len(panel.coins):,} coins in {len(book.narratives)} narratives, {n_held:,} holdings")
    print(f"    history of {n_before:,} hours indexed in {begun_s:.2f} s")
    print(
        f"    an hour's close: median {np.median(took):.1f} ms, p95 {p95:.1f} ms, worst {took.max():.1f} ms; "
        f"bar p95 {CLOSE_MS:g} ms {verdict(p95 <= CLOSE_MS)}"
    )
    return p95 <= CLOSE_MS


def time_graph(n_narratives: int) -> bool:
    """Time the graph of all times and one step of scrubbing; return whether p95 keeps to a frame."""
    rng = np.random.default_rng(7)
    values = 1_000 * np.exp(np.cumsum(rng.normal(0, 0.03, (BARS_OF_GRAPH, n_narratives)), axis=0))
    names = tuple(f"n{n}" for n in range(n_narratives))
    times = np.arange(BARS_OF_GRAPH, dtype=np.int64) * DAY_MS
    began = perf_counter()
    graph = relative_rotation(times, names, values, values.mean(axis=1))
    whole_ms = 1e3 * (perf_counter() - began)
    took = []
    for step in range(BARS_OF_GRAPH):
        began = perf_counter()
        graph.tails(step, TAIL)
        graph.quadrants(step)
        took.append(1e3 * (perf_counter() - began))
    p95 = float(np.quantile(took, 0.95))
    print(f"relative rotation of {BARS_OF_GRAPH:,} days")
    print(f"    computed for all times in {whole_ms:.1f} ms")
    print(f"    one step of scrubbing: p95 {p95:.3f} ms; bar {FRAME_MS:g} ms {verdict(p95 <= FRAME_MS)}")
    return p95 <= FRAME_MS


def verdict(is_kept: bool) -> str:
    """Return how a bar went."""
    return "met" if is_kept else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
