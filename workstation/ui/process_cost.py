"""What this process costs: share of a core, and memory."""

import time

import psutil

_SHORTEST_S = 0.5


class ProcessCost:
    """Reads processor time and memory of this process; asked more often, it repeats its last answer."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._read_at = time.monotonic()
        self._busy_s = self._busy()
        self._last = (0.0, self._process.memory_info().rss)

    def read(self) -> tuple[float, int]:
        """Return percent of one core since the last reading, and resident bytes."""
        now = time.monotonic()
        if now - self._read_at >= _SHORTEST_S:
            busy_s = self._busy()
            cpu_pct = 100 * (busy_s - self._busy_s) / (now - self._read_at)
            self._last = (cpu_pct, self._process.memory_info().rss)
            self._read_at, self._busy_s = now, busy_s
        return self._last

    def _busy(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)
