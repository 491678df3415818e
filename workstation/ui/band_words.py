"""What coins with a grade did next, in words."""

from workstation.domain.ledger import LEAST_N
from workstation.domain.model_card import Figure

UNKNOWN_RECORD = (
    "What coins with this grade did next is not known yet: the model's card does not tell, "
    "and grades are too young here to have a record of their own."
)
_HORIZON = "over the next 7 days"


def band_words(low: int, figure: Figure | None) -> str:
    """Return what coins graded like this did next, with how many and how sure.

    Parameters
    ----------
    low : int
        The band's lowest grade.
    figure : Figure or None
        Share that beat the median coin, 0..1 or percent; None where nobody knows.
    """
    if figure is None:
        return UNKNOWN_RECORD
    high = 100 if low >= 90 else low + 9
    who = f"Coins graded {low}–{high}"
    if figure.n < LEAST_N:
        return f"{who}: only {figure.n} cases so far; fewer than {LEAST_N} prove nothing."
    scale = 100.0 if figure.high <= 1.0 else 1.0
    share, least, most = (scale * each for each in (figure.value, figure.low, figure.high))
    return (
        f"{who} beat the median coin {_HORIZON} in {share:.0f} % of {figure.n:,} cases "
        f"(95 %: {least:.0f}–{most:.0f} %)."
    )
