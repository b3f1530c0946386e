"""Work in processes beside the server: pages go first, and the work ends when the server does."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NICENESS = 10


def work_beside(end: Callable[[], object]) -> None:
    """Lower this process's priority, and call `end` in a thread once standard input ends.

    Whoever started this process holds the other end of that pipe, and it alone: it closes when that process
    goes, however it goes.
    """
    threading.Thread(target=_wait, args=(end,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _wait(end: Callable[[], object]) -> None:
    while os.read(0, 1):  # unbuffered: a buffer's lock would be held while the program ends
        pass
    end()
