"""The one place that reads the wall clock."""

import time


class SystemClock:
    """The clock of the machine we run on."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        return time.time_ns() // 1_000_000
