"""Prices and volumes as whole units, so that text on the wire parses back to the very same float.

A price of 0.1234 with four decimals is 1,234 ticks; a volume of 5.5 with one decimal is 55 lots. All sums in
the practice market are sums of whole numbers.
"""

import numpy as np

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import BadCandleFile

WIRE_DECIMALS = 8
"""The venue writes at least so many decimals."""

_MOST_DECIMALS = 22  # the last power of ten that a float holds exactly
_EXACT_IN_FLOAT = 2**53
_LARGEST_UNIT_COUNT = 2**62


def decimals_of(values: FloatArray) -> int:
    """Return how many decimals the values need, so that each is a whole number of units.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite, zero or more.

    Raises
    ------
    BadCandleFile
        No number of decimals up to 22 gives back every value bit for bit.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        if _are_whole(values, decimals):
            return decimals
    raise BadCandleFile(
        f"Values between {values.min()} and {values.max()} cannot be written with {_MOST_DECIMALS} decimals "
        "or fewer without losing digits; such a file cannot be replayed exactly."
    )


def _are_whole(values: FloatArray, decimals: int) -> bool:
    scale = 10.0**decimals
    scaled = np.rint(values * scale)
    if not np.array_equal(scaled / scale, values) or scaled.max(initial=0.0) >= _LARGEST_UNIT_COUNT:
        return False
    beyond = scaled >= _EXACT_IN_FLOAT  # here the division above may round twice: ask the text itself
    return all(
        float(text_of(int(units), decimals)) == value
        for units, value in zip(scaled[beyond].tolist(), values[beyond].tolist(), strict=True)
    )


def units_of(values: FloatArray, decimals: int) -> IntArray:
    """Return values as whole units of ``10 ** -decimals``, shape (n,)."""
    return np.rint(values * 10.0**decimals).astype(np.int64)


def text_of(units: int, decimals: int) -> str:
    """Return units as the venue writes them: plain digits, at least eight decimals, nothing lost."""
    sign, digits = ("-", str(-units)) if units < 0 else ("", str(units))
    if decimals:
        digits = digits.rjust(decimals + 1, "0")
        whole, fraction = digits[:-decimals], digits[-decimals:]
    else:
        whole, fraction = digits, ""
    return f"{sign}{whole}.{fraction.ljust(WIRE_DECIMALS, '0')}"
