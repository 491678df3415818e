"""How an engine ends by itself: after its recording, and when no window needs it any more."""

import asyncio

import pytest

from tests.fakes.patience import until
from workstation.engine_app import measuring, recording_end
from workstation.engine_app.measuring import measure_while_needed
from workstation.engine_app.recording_end import end_of_recording

ENDS_MS = 1_705_507_200_000  # 2024-01-17 16:00 UTC


class Clock:
    """A venue's clock, set by hand."""

    def __init__(self):
        self.now, self.is_trusted, self.n_asked = ENDS_MS, False, 0

    def now_ms(self):
        self.n_asked += 1
        return self.now


@pytest.fixture(autouse=True)
def seconds_are_short(monkeypatch):
    monkeypatch.setattr(recording_end, "LAST_BARS_S", 0.0)
    monkeypatch.setattr(recording_end, "LATE_BARS_S", 0.05)
    monkeypatch.setattr(recording_end, "_LOOKS_EVERY_S", 0.001)
    monkeypatch.setattr(measuring, "_EVERY_S", 0.001)


async def test_a_recording_ends_by_a_trusted_clock_and_once_its_histories_are_loaded():
    clock, is_whole = Clock(), []
    clock.now -= 1
    said = []

    async def wait():
        said.append(await end_of_recording(ENDS_MS, clock, lambda: bool(is_whole)))

    async def go_on():
        clock.is_trusted = True
        await until(lambda: clock.n_asked > 3)
        assert not said
        clock.now += 1
        is_whole.append(1)

    await asyncio.gather(wait(), go_on())
    assert said[0].startswith("The recording ended at 2024-01-17 16:00 UTC.")


async def test_histories_that_never_come_are_not_waited_for():
    clock = Clock()
    clock.is_trusted = True
    assert "ended" in await end_of_recording(ENDS_MS, clock, lambda: False)


class Desk:
    """Tells vitals to nobody."""

    def __init__(self, n_looks):
        self.told, self.n_looks = [], n_looks

    @property
    def has_windows(self):
        return len(self.told) < self.n_looks

    def tell_vitals(self, vitals):
        self.told.append(vitals)


async def test_an_engine_is_measured_and_goes_on_as_long_as_it_has_a_window():
    desk, sent = Desk(n_looks=5), iter(range(0, 10_000, 7))
    await measure_while_needed(desk, lambda: next(sent), linger_s=0.005)
    assert len(desk.told) >= 5
    assert [vitals.messages_per_s for vitals in desk.told[1:4]] == [7.0, 7.0, 7.0]
    assert desk.told[0].memory_bytes > 1_000_000
