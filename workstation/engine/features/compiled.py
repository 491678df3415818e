"""Compilation of the arithmetic: written in Python, run as machine code.

Compiling takes some seconds once; numba keeps the result on disk. Nothing is reordered or fused
(``fastmath`` stays off), so the same rows give the same bits on every run and in every batch.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Array = TypeVar("_Array")


def compiled(function: _Function) -> _Function:
    """Return `function` as machine code; other threads run meanwhile, and ``1 / 0`` is infinite."""
    return cast(_Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def _lend(typing_context: Any, array: types.Array) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = make_array(array)(context, builder, arguments[0])  # type: ignore[no-untyped-call]  # numba's
        nobody = cgutils.get_null_value(view.meminfo.type)  # type: ignore[no-untyped-call]
        view.meminfo = view.parent = nobody
        return view._getvalue()

    return array(array), emit


lent = cast(Callable[[_Array], _Array], intrinsic(_lend))
"""Inside compiled code: the same array, whose users are not counted.

Each column that is cut out of an array adds one to a counter in memory and takes it off again, and each time
the processor waits for everything it had begun: half the time of one more bar. Whoever lends keeps the array.
"""
