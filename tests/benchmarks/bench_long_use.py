"""Uses the window for hours without a rest, and counts what it holds after every twenty minutes of that.

    python tests/benchmarks/bench_long_use.py [--hours 8 | --minutes N] [--cycle 20] [--seed N]

A scripted trader does 40 things a minute (8 hours are 19,200) in a real window over a store on disk: switches
markets, timeframes and workspaces, draws and takes back, adds and removes studies and charts, floats, docks
and hides, opens menus and dialogs, screens, dismisses alerts, changes colours. Prices, candles, books and
alerts come from a stream of the benchmark's own, so that only the window can grow; time goes as fast as the
machine can. After each cycle he clears his desk, and everything is counted: objects, active timers, threads,
connections, parts of charts, open files, memory. Exit code 1 where memory at rest (once the window has given
back what lies free, as it does every minute) grew by more than 2 % after the first hour, or where anything is
left over or no chart in sight.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest

from tests.benchmarks.long_use_census import MB, Census, Memory, count, measure, settle
from tests.benchmarks.long_use_market import LocalMarket
from tests.benchmarks.long_use_trader import ACTIONS_A_MINUTE, Deed, Trader
from workstation.ui.application import make_application
from workstation.ui.freed_memory import give_back, keep_one_heap

WARM_UP_MIN = 60
MOST_GROWTH_PCT = 2.0
TIMEFRAMES = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")


class Session:
    """Cycles of use, and what was there after each.

    Parameters
    ----------
    market : LocalMarket
        Where prices come from.
    trader : Trader
        Who uses the window.
    n_warm : int
        Cycles of the warm-up.

    Attributes
    ----------
    warm, last : Census
        What there was after the warm-up and after the last cycle. Those between are not kept: a megabyte of
        them in eight hours would pass for the window's.
    measured : list of Memory
        After every cycle.
    unseen : Counter of str
        How often the chart that commands act upon was out of sight once a minute, by what was done before.
    """

    def __init__(self, market: LocalMarket, trader: Trader, n_warm: int) -> None:
        self._market, self._trader, self._n_warm = market, trader, n_warm
        self.warm: Census
        self.last: Census
        self.measured: list[Memory] = []
        self.unseen: Counter[str] = Counter()

    def cycle(self, n_actions: int) -> None:
        """Do so many things, go home, and count; before the first, look at everything once."""
        if not self.measured:
            self._let_pass(self._trader.see_everything())
        for number, deed in enumerate(self._trader.deeds(n_actions), 1):
            self._let_pass(deed())
            self._market.go_on(60 / ACTIONS_A_MINUTE)
            if number % ACTIONS_A_MINUTE == 0:
                give_back()  # the program's own timer does, every minute
                self._look()
        self._let_pass(self._trader.go_home())
        self._market.rest()
        self._look()
        settle(lambda seconds: QTest.qWait(max(1, round(1000 * seconds))))
        self.last = count()
        self.measured.append(measure())
        if len(self.measured) == self._n_warm:
            self.warm = self.last

    def _look(self) -> None:
        QTest.qWait(1)
        if not self._trader.sees_the_chart:
            self.unseen[self._trader.last] += 1

    def _let_pass(self, deed: Deed) -> None:
        for _ in deed:
            QTest.qWait(1)


def main() -> int:
    """Use the window, print, and say whether the bars were kept."""
    asked = _asked()
    minutes = asked.minutes or 60 * asked.hours
    n_cycles = max(2, round(minutes / asked.cycle))
    n_warm = min(n_cycles - 1, max(1, round(WARM_UP_MIN / asked.cycle)))
    failures: list[str] = []
    qInstallMessageHandler(_note)
    keep_one_heap()
    application = make_application(["tidemark-bench"])
    with tempfile.TemporaryDirectory() as folder:
        market = LocalMarket(Path(folder), TIMEFRAMES, asked.bars)
        trader = Trader(market.open(), asked.seed)
        session, began = Session(market, trader, n_warm), time.monotonic()
        print(_HEADINGS)
        with _errors_noted(lambda words: failures.append(f"{trader.last}: {words}")):
            for number in range(1, n_cycles + 1):
                session.cycle(round(asked.cycle * ACTIONS_A_MINUTE))
                print(_row(number * asked.cycle, session), flush=True)
        took = time.monotonic() - began
        market.close()
    application.processEvents()
    print(
        f"{trader.n_done:,} actions, as in {trader.n_done / ACTIONS_A_MINUTE / 60:.1f} hours, in {took:.0f} s"
    )
    return 1 if _missed(session, failures, n_warm) else 0


@contextmanager
def _errors_noted(note: Callable[[str], None]) -> Iterator[None]:
    """Note what goes wrong in what Qt calls, in place of printing it."""
    before = sys.excepthook
    sys.excepthook = lambda kind, error, _trace: note(f"{kind.__name__}: {error}")
    try:
        yield
    finally:
        sys.excepthook = before


def _note(_kind: QtMsgType, _where: object, words: str) -> None:
    """Print what Qt complains of, but not that the offscreen platform has no window manager."""
    if not words.startswith("This plugin does not support"):
        print(words, file=sys.stderr)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=1.0, help="of use; 8 is the bar's")
    parser.add_argument("--minutes", type=float, default=0.0, help="of use, in place of hours")
    parser.add_argument("--cycle", type=float, default=20.0, help="minutes between two counts")
    parser.add_argument("--bars", type=int, default=3_000, help="of history in each series")
    parser.add_argument("--seed", type=int, default=1, help="of what the trader chooses")
    return parser.parse_args()


_HEADINGS = (
    "   use    RSS    own at rest C heap    Python objects timers threads listeners chart  ours files\n"
    "   min     MB     MB      MB     MB    blocks                                  parts"
)


def _row(minutes: float, session: Session) -> str:
    """Return what there was after a cycle."""
    counted, took = session.last, session.measured[-1]
    sizes = f"{took.rss / MB:6.1f} {took.own / MB:6.1f} {took.trimmed / MB:7.1f} {took.heap / MB:6.1f}"
    return (
        f"{minutes:6g} {sizes} {took.blocks:9,} {counted.objects.total():7,} {counted.timers.total():6}"
        f" {counted.threads:7} {counted.connections.total():9,} {counted.chart_parts.total():5,}"
        f" {counted.python.total():5,} {counted.files:5}"
    )


def _missed(session: Session, failures: list[str], n_warm: int) -> bool:
    """Print the verdicts; return whether a bar was missed."""
    warm, last = session.measured[n_warm - 1], session.measured[-1]
    grown_pct = 100 * (last.trimmed / warm.trimmed - 1)
    verdict = "met" if grown_pct <= MOST_GROWTH_PCT else "MISSED"
    print(
        f"memory at rest after the warm-up ({n_warm} of {len(session.measured)} cycles) "
        f"{warm.trimmed / MB:.1f} MB, at the end {last.trimmed / MB:.1f} MB: {grown_pct:+.2f} %; "
        f"bar +{MOST_GROWTH_PCT:g} % {verdict}"
    )
    print(
        f"  before the window gave back what lies free: {100 * (last.own / warm.own - 1):+.2f} %; "
        f"C heap in use {100 * (last.heap / max(warm.heap, 1) - 1):+.2f} %, "
        f"Python blocks {100 * (last.blocks / warm.blocks - 1):+.2f} %"
    )
    grown = (session.last.python - session.warm.python).most_common(5)
    print(f"  most grown of our own: {', '.join(f'{name.rpartition(chr(46))[2]} +{n}' for name, n in grown)}")
    dangling = session.last.dangling(session.warm)
    print(f"left over: {'nothing' if not dangling else ''}")
    for line in dangling:
        print(f"  {line}")
    for line, times in Counter(failures).most_common():
        print(f"error in {line} ({times} times)")
    for deed, times in session.unseen.most_common():
        print(f"no chart in sight after: {deed} ({times} times)")
    return grown_pct > MOST_GROWTH_PCT or bool(dangling) or bool(failures) or bool(session.unseen)


if __name__ == "__main__":
    sys.exit(main())
