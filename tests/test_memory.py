"""Memory: what is free goes back to the system, though something still stands at its end."""

from __future__ import annotations

import platform

import psutil
import pytest

from geodata.memory import give_back

MANY, BYTES = 100_000, 2_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is free")
def test_room_of_many_small_objects_goes_back() -> None:
    objects = [bytes(BYTES) for _ in range(MANY)]
    last = objects[-1]  # at the end of the heap: nothing below it is given back by itself
    del objects
    before = psutil.Process().memory_info().rss

    give_back()

    assert len(last) == BYTES
    assert before - psutil.Process().memory_info().rss > MANY * BYTES / 2
