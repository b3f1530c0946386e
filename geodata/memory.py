"""Memory that the C library keeps for itself, handed back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Hand back what is free but kept: glibc holds on to the room of millions of small objects.

    See malloc_trim(3). Other C libraries have no such call, and nothing happens.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
