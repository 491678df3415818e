"""What every test stands on."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported anywhere
os.environ.setdefault("QT_API", "pyside6")

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of recorded market data, or skip."""
    folder = Path(os.environ.get("TIDEMARK_RECORDINGS", PROJECT.parent / "shared" / "data"))
    if not (folder / "MANIFEST.md").is_file():
        pytest.skip(f"needs the recorded market data, which is not at {folder} (set TIDEMARK_RECORDINGS)")
    return folder
