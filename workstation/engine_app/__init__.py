"""The engine's process: builds the rooms and introduces them to each other. Never imports Qt."""

from workstation.engine_app.options import ALL, AUTO, PRACTICE, EngineOptions
from workstation.engine_app.running import run_engine

__all__ = ["ALL", "AUTO", "PRACTICE", "EngineOptions", "run_engine"]
