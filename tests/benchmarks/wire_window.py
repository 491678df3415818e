"""The window of the benchmarks: the real program, with a probe on its chart and on its loop.

Not a command of its own: a benchmark starts it. Arguments: file for the record, then those of ``tidemark``.
The record is lines ``WORD VALUES``: ``window`` (first frame of the window), ``chart`` (first frame with
candles), ``paint OPEN VOLUME`` (a candle was painted), ``gap MS`` (between two beats of 16 ms), ``lag MS`` (a
call came late), each with the time in nanoseconds last; ``modules`` once at the first frame.
"""

import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

HEAVY = ("ccxt", "pandas", "numba", "lightgbm", "pyarrow", "aiohttp", "desktop_notifier", "talib")


class Probe:
    """Writes down what happens and when."""

    def __init__(self, file) -> None:
        self._file = file
        self._seen: set[str] = set()
        self._last_candle = None

    def note(self, *words: object) -> None:
        """Write a line, the time last."""
        self._file.write(f"{' '.join(map(str, words))} {time.monotonic_ns()}\n")

    def once(self, word: str) -> None:
        """Write a line the first time."""
        if word not in self._seen:
            self._seen.add(word)
            self.note(word)
            if word == "window":
                self.note("modules", ",".join(name for name in HEAVY if name in sys.modules) or "-")

    def painted(self, view) -> None:
        """Note a frame of the chart."""
        self.once("window")
        candle = view.last_painted_candle
        if candle is None:
            return
        self.once("chart")
        if candle != self._last_candle:
            self._last_candle = candle
            self.note("paint", candle.open_time, repr(candle.volume))


def watch(probe: Probe) -> None:
    """Put the probe on the chart and on the loop."""
    from PySide6.QtCore import Qt, QTimer

    from workstation.ui.main_window import MainWindow

    plain = MainWindow.start

    def start(window: MainWindow) -> None:
        plain(window)
        window.chart.frame_painted.connect(lambda: probe.painted(window.chart))
        last = [time.monotonic_ns()]

        def beat() -> None:
            now = time.monotonic_ns()
            probe.note("gap", (now - last[0]) / 1e6)
            last[0] = now

        timer = QTimer(window, interval=16, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start()
        window.destroyed.connect(timer.stop)
        loop = asyncio.get_running_loop()

        def late(due: float) -> None:
            probe.note("lag", (loop.time() - due) * 1e3)
            loop.call_later(0.05, late, loop.time() + 0.05)

        loop.call_later(0.05, late, loop.time() + 0.05)

    MainWindow.start = start


def main() -> int:
    """Run the program under the probe."""
    with Path(sys.argv[1]).open("w", buffering=1) as file:
        probe = Probe(file)
        watch_when_imported(probe)
        from workstation.cli.command_line import run

        return run(sys.argv[2:])


def watch_when_imported(probe: Probe) -> None:
    """Put the probe on once the window's modules are there, so that importing them is timed as it is."""
    from workstation.cli import commands

    plain = commands.open_window

    def window(asked):
        import workstation.window_app  # noqa: F401  as the command does, in its own time

        watch(probe)
        return plain(asked)

    commands.open_window = window


if __name__ == "__main__":
    sys.exit(main())
