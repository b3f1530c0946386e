"""The process that reads one file: `python -m geodata.ingest.child`, started by geodata.ingest.reading.

It is told by JSON on its standard input which `reader` is to read what, and answers in lines of JSON: how far
it is, and at last what it found or why it cannot. It has little memory and time, and no network where the
system lets a process do without. Its environment limits GDAL to a few drivers, which works only before the
library is loaded.
"""

from __future__ import annotations

import ctypes
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from geodata.errors import SourceError

try:
    import resource
except ModuleNotFoundError:  # Windows has no limits; the time limit of the parent stays
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 8 << 30  # address space, of which libraries and threads take one without using it
CPU_S = 1800
FILE_BYTES = 16 << 30
FILES = 256
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # unshare(2)


def main() -> None:
    """Answer the one question on standard input."""
    asked = json.load(sys.stdin)
    _limit(asked.get("memory_bytes") or MEMORY_BYTES)
    _leave_network()
    from geodata.ingest.handover import Handover  # noqa: PLC0415  # the limits must hold for its libraries

    out = Handover(Path(asked["out"]), _progress)
    try:
        # Each reader is a function `hand_over(asked, out)` in its module.
        extra: dict[str, Any] = import_module(f"geodata.ingest.{asked['reader']}").hand_over(asked, out) or {}
    except SourceError as error:
        _say({"problems": error.problems, "source": error.source})
    except OSError as error:
        problem = f"{error.strerror or error}; make room, or export the file again"
        _say({"problems": [problem], "source": asked["name"]})
    except MemoryError:
        _say({"problems": ["it needs more memory than a file may; split it"], "source": asked["name"]})
    else:
        _say({"tables": [table.said() for table in out.tables], **extra})


def _progress(done: int, total: int) -> None:
    _say({"done": done, "total": total})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _limit(memory_bytes: int) -> None:
    if resource is not None:
        for what, most in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, CPU_S),
            (resource.RLIMIT_FSIZE, FILE_BYTES),
            (resource.RLIMIT_NOFILE, FILES),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.getrlimit(what)
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (limit, hard))


def _leave_network() -> None:
    """Go into a network of nobody else, where the system lets us; the drivers' own locks stay in any case."""
    if sys.platform == "linux":
        unshare = getattr(ctypes.CDLL(None), "unshare", None)
        if unshare is not None and unshare(_NEW_NET) != 0:
            unshare(_NEW_USER | _NEW_NET)


if __name__ == "__main__":
    main()
