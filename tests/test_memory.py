"""Memory: what is free goes back to the system, though something still stands in between."""

from __future__ import annotations

import platform

import psutil
import pytest

from geodata.memory import give_back

MANY, BYTES = 100_000, 2_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is free")
def test_room_of_many_small_objects_goes_back() -> None:
    objects = [bytes(BYTES) for _ in range(MANY)]
    here_and_there = objects[::1000]  # up to the end of the heap: nothing goes back by itself
    del objects
    before = psutil.Process().memory_info().rss

    give_back()

    assert len(here_and_there) == MANY / 1000
    assert before - psutil.Process().memory_info().rss > MANY * BYTES / 2
