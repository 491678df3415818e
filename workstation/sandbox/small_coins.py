"""Coins beyond the sixty: as many as are wanted, with made-up names, from busy to almost asleep."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from workstation.sandbox.coins import COINS, NARRATIVES, Coin
from workstation.sandbox.market_walk import generator_of
from workstation.sandbox.source import FEWEST_LOTS, MOST_TRADES

MOST_COINS = 5_000
"""A market of more would show nothing new."""

_CONSONANTS, _VOWELS = "BDFGHJKLMNPRSTVZ", "AEIOU"
_N_NAMES = len(_CONSONANTS) ** 3 * len(_VOWELS) ** 2
_STRIDE = 31_337  # a prime: it scatters the names over the alphabet and meets each once
_BUSIEST, _TENFOLD_LESS_EVERY = 8e5, 600  # quote currency an hour; a thousand coins pass 500,000 a day
_TYPICAL_TRADE = 200.0  # quote currency


@dataclass(frozen=True, slots=True)
class SmallCoin:
    """One coin, and how many trades one of its hours holds at most."""

    coin: Coin
    most_trades: int


def small_coins(n: int) -> tuple[SmallCoin, ...]:
    """Return the first `n` small coins, busiest first; the same whatever `n` is and whatever the seed."""
    dice = generator_of("small coins").random((n, 5))
    known = {coin.base for coin in COINS}
    names = (name for name in map(_name, range(1, _N_NAMES)) if name not in known)
    return tuple(_coin(i, name, dice[i].tolist()) for i, name in enumerate(islice(names, n)))


def _name(i: int) -> str:
    """Return a name of five letters; two numbers never share one."""
    rest = i * _STRIDE % _N_NAMES
    letters = []
    for alphabet in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS):
        rest, letter = divmod(rest, len(alphabet))
        letters.append(alphabet[letter])
    return "".join(letters)


def _coin(rank: int, name: str, dice: list[float]) -> SmallCoin:
    turnover = _BUSIEST * 10.0 ** (-rank / _TENFOLD_LESS_EVERY)
    coin = Coin(
        base=name,
        narrative=NARRATIVES[int(dice[0] * len(NARRATIVES))],
        price=float(np.float64(10.0 ** (5 * dice[1] - 3)).round(5)),
        beta=0.85 + 0.45 * dice[2],
        volatility=0.9 + 0.9 * dice[3],
        turnover=turnover * (0.8 + 0.4 * dice[4]),
    )
    return SmallCoin(coin, min(max(int(turnover / _TYPICAL_TRADE), FEWEST_LOTS), MOST_TRADES))
