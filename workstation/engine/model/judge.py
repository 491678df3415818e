"""Judging bars with a trained model: how likely each side is, how families vote, and what leans."""

from workstation.domain.candle import FloatArray
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.forest import Forest
from workstation.engine.model.meaning import Judgement
from workstation.engine.model.panel import Float32Array


class Judge:
    """A model that judges any number of bars of any number of coins at once.

    Parameters
    ----------
    model : SignalModel
        Its trees are loaded here, once.

    Raises
    ------
    BadModel
        Its trees cannot be read.
    """

    def __init__(self, model: SignalModel) -> None:
        self.model = model
        self.forest = Forest(model.forests, model.recipe)
        self._cuts: dict[int, FloatArray] = {}

    def judge(self, values: FloatArray | Float32Array) -> Judgement:
        """Return what the model says of some bars; of each the same alone and among others.

        Parameters
        ----------
        values : ndarray, shape (n, n_points)
            Data points by column, in the order of the recipe; NaN where unknown.
        """
        return self.model.meaning.read(self.forest.opinions(values))

    def cuts(self, column: int) -> FloatArray:
        """Return the values at which the model tells states of a data point apart, rising, each once."""
        if column not in self._cuts:
            self._cuts[column] = self.forest.cuts(column)
        return self._cuts[column]
