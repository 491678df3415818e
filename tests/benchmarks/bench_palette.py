"""Times the palette: from a key to the painted list, among every market of a large venue.

    python tests/benchmarks/bench_palette.py [--markets 13500] [--rounds 5]

Types symbols, parts of them, narratives, timeframes and commands, key by key, and deletes them again. Every
market has a price and a grade, every tenth its last day. Exit code 1 where p95 misses 30 ms a key.
"""

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from workstation.domain.grade import Grade
from workstation.domain.market import Market
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ticker import Ticker
from workstation.ui import theme as themes
from workstation.ui.bridge import World
from workstation.ui.commands import COMMANDS
from workstation.ui.keyboard.palette import Palette
from workstation.ui.keyboard.palette_rows import Sources
from workstation.ui.theme import DARK

BAR_MS = 30.0
TYPED = (
    "btc/usdt",
    "solusdt",
    "ethbtc",
    "pepe",
    "u",
    "15m",
    "go to the grades",
    ">log",
    "#nar",
    "xqzjwv",
    "1000",
)
LETTERS = np.array(list("ABCDEFGHIKLMNOPRSTUXZ"))
QUOTES = ("USDT", "BTC", "USDT:USDT")


def main() -> int:
    """Measure, print, and say whether the bar was kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markets", type=int, default=13_500)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    app = QApplication(["tidemark-bench"])
    themes.apply(app, DARK)
    window = QWidget()
    window.resize(1280, 800)
    world, sources = made_world(asked.markets), Sources()
    fill_sources(sources, world)
    palette = Palette(world, DARK, window, sources)
    window.show()
    palette.open()
    app.processEvents()
    took = np.array(
        [one for _ in range(asked.rounds) for text in TYPED for one in type_and_delete(palette, text)]
    )
    p50, p95 = np.percentile(took, (50, 95))
    print(
        f"{len(world.markets):,} markets, {len(took):,} keys: p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"worst {took.max():.1f} ms; the bar is p95 {BAR_MS:g} ms"
    )
    palette.dismiss()
    window.close()
    return 0 if p95 <= BAR_MS else 1


def made_world(n_markets: int) -> World:
    """Return a venue with that many markets, all with prices, and forty narratives."""
    rng = np.random.default_rng(13)
    symbols = ["BTC/USDT", "ETH/USDT", "ETH/BTC", "SOL/USDT", "PEPE/USDT"]
    while len(symbols) < 2 * n_markets:  # some come twice
        base = "".join(rng.choice(LETTERS, rng.integers(2, 7)).tolist())
        symbols += [f"{base}/{quote}" for quote in QUOTES]
    symbols = list(dict.fromkeys(symbols))[:n_markets]
    volumes = rng.lognormal(14, 2, len(symbols)).tolist()
    unknown = (None,) * 6
    return World(
        markets={s: Market(s, s.partition("/")[0], s.rpartition("/")[2]) for s in symbols},
        tickers={s: Ticker(s, 1.25, 2.5, v, 0) for s, v in zip(symbols, volumes, strict=True)},
        watchlist=tuple(symbols[:50]),
        narratives=tuple(
            IndexStanding(f"n{n}", f"Narrative number {n}", 0, 1000.0, 1.0, *unknown, 0, 0, 50, None, ())
            for n in range(40)
        ),
    )


def fill_sources(sources: Sources, world: World) -> None:
    """Give every market a grade and every tenth its last day, and offer every command."""
    day = np.cumsum(np.random.default_rng(7).normal(0, 1, 96))
    sources.grades = {symbol: Grade("binance", symbol, "1h", 0, 70, (), 900) for symbol in world.markets}
    sources.sparks = dict.fromkeys(list(world.markets)[::10], day)
    sources.actions = {command.id: QAction(command.title) for command in COMMANDS}


def type_and_delete(palette: Palette, text: str) -> list[float]:
    """Return what each key cost until the list was painted, milliseconds."""
    states = [text[:n] for n in range(1, len(text) + 1)] + [text[:n] for n in range(len(text) - 1, -1, -1)]
    took = []
    for state in states:
        began = perf_counter()
        palette.edit.setText(state)
        palette.repaint()
        took.append((perf_counter() - began) * 1000)
    return took


if __name__ == "__main__":
    sys.exit(main())
