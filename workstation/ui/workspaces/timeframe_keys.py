"""The timeframes that have a key."""

TIMEFRAME_KEYS = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w")
"""Timeframes with a button and a key of their own, in the order of ``Ctrl+1`` to ``Ctrl+8``."""
