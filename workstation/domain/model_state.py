"""Whether a model judges, and what is noticed about it while it does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelState:
    """How the model of a name is doing, for the trader.

    Parameters
    ----------
    name : str
        Such as ``"signals-1h"``; see `workstation.domain.model_card.ModelCard`.
    model_hash : str
        Of the champion; empty where there is none.
    is_judging : bool
        Whether signals, or grades, are made with it now.
    reason : str
        One sentence: why it is not judging; empty where it is.
    drift : tuple of str
        Sentences about inputs or probabilities that are no longer like those that it was trained on; empty
        where nothing was noticed.
    """

    name: str
    model_hash: str
    is_judging: bool
    reason: str = ""
    drift: tuple[str, ...] = ()
