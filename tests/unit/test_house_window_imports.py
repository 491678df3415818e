"""What the window process loads before its first frame: nothing that it does not draw with."""

import json
import os
import subprocess
import sys

HEAVY = {"ccxt", "pandas", "numba", "lightgbm", "pyarrow", "aiohttp", "desktop_notifier"}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after one statement."""
    code = (
        f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_the_window_loads_nothing_heavy_before_its_first_frame() -> None:
    loaded = loaded_by("import workstation.window_app")
    assert "PySide6" in loaded
    assert not loaded & HEAVY


def test_the_engine_process_never_loads_qt() -> None:
    loaded = loaded_by("import workstation.engine_app")
    assert not loaded & {"PySide6", "shiboken6", "qasync"}


def test_saying_the_version_loads_neither_window_nor_engine() -> None:
    loaded = loaded_by("import workstation.__main__")
    assert not loaded & (HEAVY | {"PySide6", "numpy"})
