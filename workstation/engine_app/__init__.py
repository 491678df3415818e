"""The engine's process: builds the rooms and introduces them to each other. Never imports Qt."""

from workstation.engine_app.house import run_engine
from workstation.engine_app.options import ALL, AUTO, PRACTICE, EngineOptions

__all__ = ["ALL", "AUTO", "PRACTICE", "EngineOptions", "run_engine"]
