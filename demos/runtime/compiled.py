"""The one way the suite compiles a loop: Numba, without the GIL, kept on disk between runs where that is possible."""

from collections.abc import Callable
from typing import Any

import numba

from demos.runtime.settings import settings


def compiled(function: Callable) -> Any:
    """Compile a function of arrays and numbers at its first call.

    The machine code is kept beside the source or in the user's cache folder (or NUMBA_CACHE_DIR); where neither can
    be written (a read-only install without a home), in the suite's cache folder; failing that, in memory only.
    """
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # "no locator available": nowhere to write
        pass
    numba.config.CACHE_DIR = str(settings().cache_dir / "numba")
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except (RuntimeError, OSError):
        return numba.njit(nogil=True, error_model="numpy")(function)
