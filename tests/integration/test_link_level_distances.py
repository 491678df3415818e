"""How far coins are from their levels reaches every window, also the one that comes later."""

import msgspec

from workstation.domain.events import LevelDistancesFound
from workstation.domain.level import LevelDistances
from workstation.link.level_telling import COINS_IN_A_PART, LevelTelling
from workstation.link.messages import LevelDistancesSaid, ToWindow
from workstation.services.bus import Bus

N = 2 * COINS_IN_A_PART + 1


class Window:
    """Hears what comes over the wire."""

    def __init__(self):
        self.heard: list[LevelDistancesSaid] = []

    def tell(self, message):
        wire = msgspec.msgpack.encode(message)
        self.heard.append(msgspec.msgpack.decode(wire, type=ToWindow))


def of(symbol: str, support: float | None = 1.0) -> LevelDistances:
    return LevelDistances(symbol, support, support, None, None)


def test_distances_are_told_in_parts_and_the_newest_to_who_comes_later():
    bus, there, late = Bus(), Window(), Window()
    telling = LevelTelling(bus, {there})
    bus.publish(LevelDistancesFound("1h", tuple(of(f"C{n}/USDT") for n in range(N))))
    bus.publish(LevelDistancesFound("1h", (of("C3/USDT", 2.0),)))
    assert [len(said.distances) for said in there.heard] == [COINS_IN_A_PART, COINS_IN_A_PART, 1, 1]
    telling.welcome(late)
    known = {one.symbol: one for said in late.heard for one in said.distances}
    assert len(known) == N
    assert (known["C3/USDT"], known["C4/USDT"]) == (of("C3/USDT", 2.0), of("C4/USDT"))
