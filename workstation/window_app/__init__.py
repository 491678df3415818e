"""The window's process: builds the window, joins it to an engine, and ends both in order."""

from workstation.window_app.options import WindowOptions
from workstation.window_app.running import run_window

__all__ = ["WindowOptions", "run_window"]
