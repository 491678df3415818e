"""The real program in real processes."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.fakes.patience import PATIENCE_S

PROJECT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def tidemark(*arguments: str, home: Path | None = None, display: str = "") -> Iterator[subprocess.Popen[str]]:
    """Run ``tidemark ARGUMENTS`` while the block lasts, its window on an X display if one is named."""
    env = dict(os.environ)
    if display:
        env |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    if home is not None:
        env["TIDEMARK_HOME"] = str(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "workstation", *arguments],
        cwd=PROJECT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


@contextlib.contextmanager
def practice_exchange(*arguments: str) -> Iterator[str]:
    """Run ``tidemark sandbox ARGUMENTS`` and give its address."""
    with tidemark("sandbox", "--port", "0", *arguments) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        if not first.startswith("listening on "):
            assert process.stderr is not None
            raise RuntimeError(process.stderr.read())
        yield first.removeprefix("listening on ")


def wait_for(condition, within_s: float = PATIENCE_S, every_s: float = 0.05):
    """Return the first true answer of `condition`.

    Raises
    ------
    TimeoutError
        There was none in time.
    """
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if answer := condition():
            return answer
        time.sleep(every_s)
    raise TimeoutError(f"{getattr(condition, '__name__', 'the condition')} did not hold within {within_s} s")
