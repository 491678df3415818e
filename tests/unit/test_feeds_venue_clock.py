"""The venue's time: never ahead, carried by a clock that only rises."""

from tests.fakes.feeds_household import StillClock
from workstation.feeds.venue_clock import VenueClock

VENUE = 1_800_000_000_000


class Lab:
    """A venue whose clock runs at `speed`, reached over trips of the given seconds."""

    def __init__(self, speed=1.0):
        self.now_s = 50.0
        self.speed = speed
        self.wall = StillClock()
        self.trips = iter(())
        self.clock = VenueClock(self.wall, speed, lambda: self.now_s)

    def venue_ms(self):
        return VENUE + int(self.now_s * 1000 * self.speed)

    def let_pass(self, seconds):
        self.now_s += seconds
        self.wall.ms += int(seconds * 1000)

    async def ask(self):
        there, back = next(self.trips)
        self.let_pass(there)
        answer = self.venue_ms()
        self.let_pass(back)
        return answer


async def test_before_the_first_answer_it_is_the_computers_clock_and_not_trusted():
    lab = Lab()
    assert lab.clock.now_ms() == lab.wall.ms
    assert not lab.clock.is_trusted


async def test_it_is_never_ahead_and_behind_by_less_than_it_admits():
    lab = Lab(speed=3600.0)
    lab.trips = iter([(0.3, 0.4), (0.01, 0.02), (0.5, 0.1)])
    await lab.clock.measure(lab.ask)
    lab.let_pass(100.0)
    assert lab.clock.is_trusted
    assert 0 <= lab.venue_ms() - lab.clock.now_ms() <= 0.03 * 3_600_000
    assert lab.venue_ms() <= lab.clock.latest_true_ms()


async def test_a_slow_answer_does_not_replace_a_quick_one_until_that_is_old():
    lab = Lab()
    lab.trips = iter([(0.01, 0.01)])
    await lab.clock.measure(lab.ask, n_samples=1)
    lab.trips = iter([(0.1, 2.0)])
    await lab.clock.measure(lab.ask, n_samples=1)
    assert lab.venue_ms() - lab.clock.now_ms() <= 11
    lab.let_pass(601)
    assert not lab.clock.is_trusted
    lab.trips = iter([(0.1, 0.2)])
    await lab.clock.measure(lab.ask, n_samples=1)
    assert lab.clock.is_trusted
    assert 190 <= lab.venue_ms() - lab.clock.now_ms() <= 201


async def test_a_jump_of_the_computers_clock_moves_nothing_but_asks_for_a_new_answer():
    lab = Lab()
    lab.trips = iter([(0.0, 0.0)])
    await lab.clock.measure(lab.ask, n_samples=1)
    lab.wall.ms -= 3_600_000
    assert lab.clock.now_ms() == lab.venue_ms()
    assert not lab.clock.is_trusted
