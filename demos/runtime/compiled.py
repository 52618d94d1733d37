"""The one way the suite compiles a loop: Numba, without the GIL, kept on disk between runs where that is possible."""

from collections.abc import Callable
from typing import Any

import numba
import numba.core.config

from demos.runtime.settings import settings

# One thread a call: callers run calls side by side, and Numba's own threads may neither be entered twice nor forked.
# "contract" allows fused multiply-add and nothing that reorders sums.
OPTIONS: Any = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def compiled(function: Callable) -> Any:
    """Compile a function of arrays and numbers at its first call.

    The machine code is kept beside the source or in the user's cache folder (or NUMBA_CACHE_DIR); where neither can
    be written (a read-only install without a home), in the suite's cache folder; failing that, in memory only.
    """
    try:
        return numba.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # "no locator available": nowhere to write
        pass
    config: Any = numba.core.config
    config.CACHE_DIR = str(settings().cache_dir / "numba")
    try:
        return numba.njit(cache=True, **OPTIONS)(function)
    except (RuntimeError, OSError):
        return numba.njit(**OPTIONS)(function)
