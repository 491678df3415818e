"""Compilation of the arithmetic: written in Python, run as machine code.

Compiling takes some seconds once; numba keeps the result on disk. Nothing is reordered or fused
(``fastmath`` stays off), so the same rows give the same bits on every run and in every batch.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return `function` as machine code; other threads run meanwhile, and ``1 / 0`` is infinite."""
    return cast(_Function, njit(cache=True, nogil=True, error_model="numpy")(function))
