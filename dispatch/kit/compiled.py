"""Functions over arrays, compiled to machine code by numba; they let the interpreter go while they run."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """
    Return the function compiled. What was compiled once is kept: in ``NUMBA_CACHE_DIR``, else beside the module.

    Where neither can be written it is compiled anew by each process, at its start.
    """
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder for what was compiled can be written
        return cast(Function, numba.njit(nogil=True)(function))
