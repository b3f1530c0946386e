"""Memory that libraries keep for themselves, handed back to the system."""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa


def give_back() -> None:
    """Hand back what is free but kept: Arrow's pool, and glibc's room of millions of small objects.

    See malloc_trim(3). Other C libraries have no such call, and nothing happens.
    """
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
