"""A price as it is written in a sentence."""

import math

SIGNIFICANT = 8
"""Digits of a price that somebody paid."""


def price_text(price: float, significant: int = SIGNIFICANT) -> str:
    """Return a price in full, thousands apart and never as a power of ten: ``"49,910.49"``, ``"0.00001127"``.

    Parameters
    ----------
    price : float
        Quote currency.
    significant : int
        Digits at most; zeros at the end of decimals are left out.
    """
    magnitude = math.floor(math.log10(abs(price))) if price else 0
    whole, _, decimals = f"{price:,.{max(significant - 1 - magnitude, 0)}f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
