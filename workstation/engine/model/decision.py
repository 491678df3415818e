"""When a lean becomes a signal: it speaks once, then waits.

A bar leans to a side when enough families vote for it and none against, the score lies among the furthest of
those before, and the calibrated probability clears the base rate. No bar leans where those of the year before
that families and scores favoured were not right beyond chance: without skill a model is silent, however far
out its scores lie.

The first bar that leans speaks. After that nothing is said for as long as the signal lasts; and the same side
speaks again only after its score has come back from the outermost, or after the other side has spoken. So one
long move is one signal, not many of them.
"""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.features.compiled import compiled
from workstation.engine.features.factor_family import SideArray
from workstation.engine.model.family_vote import CountArray

NEVER = -(2**62)
"""A slot before every other."""


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """When a bar leans, and when a side may speak again.

    Parameters
    ----------
    bullish, bearish : float
        Scores from which on (up to which) a bar leans, -1..1.
    bullish_rest, bearish_rest : float
        Scores below (above) which a side that has spoken rests; nearer to the middle.
    min_agree : int
        Families that must vote with it; none may vote against it.
    margin : float
        By how much its probability must exceed the base rate, 0..1.
    cool_down : int
        Bars after a signal in which nothing more is said.
    sure_lift : float or None
        By how much earlier leanings hit above the base rate at the least, -1..1, see `settlement.sure_lift`:
        nothing leans unless it is above zero. None: not known, and no condition.

    Raises
    ------
    UsageError
        The scores are not in order, or a number is negative.
    """

    bullish: float
    bearish: float
    bullish_rest: float
    bearish_rest: float
    min_agree: int
    margin: float
    cool_down: int
    sure_lift: float | None = None

    def __post_init__(self) -> None:
        if not self.bearish <= self.bearish_rest <= self.bullish_rest <= self.bullish:
            raise UsageError(f"Scores of a decision must rise from bearish to bullish, got {self}.")
        if self.min_agree < 0 or self.margin < 0 or self.cool_down < 0:
            raise UsageError(f"min_agree, margin and cool_down must be 0 or more, got {self}.")

    @property
    def may_speak(self) -> bool:
        """Whether anything leans at all, see `sure_lift`."""
        return self.sure_lift is None or self.sure_lift > 0

    def leans(
        self, score: FloatArray, lifts: tuple[FloatArray, FloatArray], votes: tuple[CountArray, CountArray]
    ) -> SideArray:
        """Return 1 where a bar leans bullish, -1 bearish, 0 neither, shape (n,).

        Parameters
        ----------
        score : ndarray of float64, shape (n,)
            -1..1.
        lifts : two ndarray of float64, shape (n,)
            Calibrated probabilities of up and of down, less their base rates.
        votes : two ndarray of int64, shape (n,)
            Families that vote bullish and bearish.
        """
        if not self.may_speak:
            return np.zeros(len(score), np.int8)
        side = self.agrees(score, votes)
        clears = np.where(side > 0, lifts[0] >= self.margin, lifts[1] >= self.margin)
        return np.where(clears, side, 0).astype(np.int8)

    def agrees(self, score: FloatArray, votes: tuple[CountArray, CountArray]) -> SideArray:
        """Return 1 where score and families favour bullish, -1 bearish, 0 neither, shape (n,).

        Parameters as of `leans`, which asks the probabilities, too.
        """
        for_up, for_down = votes
        bullish = (score >= self.bullish) & (for_up >= self.min_agree) & (for_down == 0)
        bearish = (score <= self.bearish) & (for_down >= self.min_agree) & (for_up == 0)
        side: SideArray = bullish.astype(np.int8) - bearish.astype(np.int8)
        return side


@dataclass(frozen=True, slots=True)
class DecisionState:
    """What a coin's next bar must know of those before it.

    Parameters
    ----------
    spoke : int
        Slot of its newest signal, or `NEVER`.
    side : int
        Of that signal: 1, -1; 0 while there is none, or once that side rests.
    """

    spoke: int = NEVER
    side: int = 0


def decide(
    slots: IntArray,
    leans: SideArray,
    scores: FloatArray,
    rules: DecisionRules,
    state: DecisionState = DecisionState(),
) -> tuple[SideArray, DecisionState]:
    """Return which bars of one coin speak, and what the next bar must know.

    A history in one piece, in pieces, or bar by bar gives the same.

    Parameters
    ----------
    slots : ndarray of int64, shape (n,)
        Number of each bar, strictly rising; bars may be missing.
    leans : ndarray of int8, shape (n,)
        As `DecisionRules.leans` gives them.
    scores : ndarray of float64, shape (n,)
        -1..1; NaN where nothing is judged.
    state : DecisionState
        After the bars before; none by default.

    Returns
    -------
    ndarray of int8, shape (n,)
        1 a bullish signal, -1 a bearish one, 0 none.
    DecisionState
        After the last bar.
    """
    said = np.zeros(len(slots), np.int8)
    limits = (rules.bullish_rest, rules.bearish_rest, rules.cool_down)
    spoke, side = _run(slots, leans, scores, limits, (state.spoke, state.side), said)
    return said, DecisionState(int(spoke), int(side))


@compiled
def _run(
    slots: IntArray,
    leans: SideArray,
    scores: FloatArray,
    limits: tuple[float, float, int],
    state: tuple[int, int],
    said: SideArray,
) -> tuple[int, int]:
    bullish_rest, bearish_rest, cool_down = limits
    spoke, side = state
    for i in range(len(slots)):
        rests = scores[i] < bullish_rest if side > 0 else scores[i] > bearish_rest
        if rests:
            side = 0
        if leans[i] != 0 and leans[i] != side and slots[i] - spoke >= cool_down:
            said[i] = leans[i]
            spoke, side = int(slots[i]), int(leans[i])
    return spoke, side
