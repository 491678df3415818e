"""Times the second start: from the process to the first frame, and to the chart painted from disk.

    python tests/benchmarks/bench_second_start.py [--runs N]

A first start on the practice market fills the store; then the program is started N times as a trader would,
on the offscreen platform, and closed again. Prints medians, what heavy libraries were loaded at the first
frame, and the memory of both processes. Exit code 1 where a bar is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil

from tests.fakes.patience import PATIENCE_S
from tests.fakes.processes import PROJECT, wait_for
from workstation.storage.paths import Paths

HERE = Path(__file__).resolve().parent
FIRST_FRAME_S, CHART_S = 0.8, 1.0


def start(home: Path, seen: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the program under the probe; return it and when, in nanoseconds."""
    began = time.monotonic_ns()
    process = subprocess.Popen(
        [sys.executable, HERE / "wire_window.py", str(seen)],
        env={**os.environ, "TIDEMARK_HOME": str(home)},
        stderr=subprocess.DEVNULL,  # Qt's offscreen platform complains of what it cannot do
        cwd=PROJECT,
    )
    return process, began


def first(seen: Path, word: str) -> list[str] | None:
    """Return the first line of the record that begins with a word."""
    lines = seen.read_text().splitlines() if seen.exists() else []
    return next((line.split() for line in lines if line.startswith(f"{word} ")), None)


def end(process: subprocess.Popen[bytes]) -> None:
    """Close the program and wait until it is gone."""
    process.terminate()
    process.wait(PATIENCE_S)


def main() -> int:
    """Print what was seen; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=11)
    asked = parser.parse_args()
    frames, charts, modules = [], [], set()
    with tempfile.TemporaryDirectory() as folder:
        home, seen = Path(folder) / "home", Path(folder) / "seen"
        Paths.below(home).settings_file.write_text('[venue]\nname = "practice"\n')
        process, _ = start(home, seen)
        wait_for(lambda: first(seen, "chart"))
        time.sleep(min(15, 2 * asked.runs))  # the watchlist's history is stored by then
        memory = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for one in memory:
            name = next((word for word in ("serve", "sandbox") if word in one.cmdline()), "window")
            print(f"memory of the {name} process: {one.memory_info().rss / 1e6:.0f} MB")
        end(process)
        for _ in range(asked.runs):
            seen.unlink()
            process, began = start(home, seen)
            charts.append((int(wait_for(lambda: first(seen, "chart"))[-1]) - began) / 1e9)
            frames.append((int(first(seen, "window")[-1]) - began) / 1e9)
            modules.add(first(seen, "modules")[1])
            time.sleep(0.5)
            end(process)
    for what, times, bar in (
        ("first frame", frames, FIRST_FRAME_S),
        ("chart from disk", charts, CHART_S),
    ):
        verdict = "met" if statistics.median(times) <= bar else "MISSED"
        print(
            f"{what:<16} median {statistics.median(times):.3f} s, "
            f"{min(times):.3f} to {max(times):.3f} s over {len(times)} starts; bar {bar} s {verdict}"
        )
    print(f"heavy libraries at the first frame: {', '.join(sorted(modules))}")
    missed = statistics.median(frames) > FIRST_FRAME_S or statistics.median(charts) > CHART_S
    return 1 if missed or modules != {"-"} else 0


if __name__ == "__main__":
    sys.exit(main())
