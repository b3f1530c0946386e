"""The process that lets GDAL read one file: `python -m geodata.ingest.ogr_child`, see geodata.ingest.ogr.

It is told by JSON on its standard input: `path`, `driver`, `layer`, `encoding`, `together` (all tables as
one), `fids` (number the rows as the file does), `out`, and answers in JSON.
Its environment limits GDAL to a few drivers, which works only before the library is loaded.
"""

from __future__ import annotations

import json
import sys

try:
    import resource
except ModuleNotFoundError:  # Windows has no limits; the time limit of the parent stays
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 8 << 30  # address space; a province of roads takes about 2 GB
CPU_S = 900
FILE_BYTES = 8 << 30


def main() -> None:
    """Answer the one question on standard input."""
    asked = json.load(sys.stdin)
    _limit()
    from geodata.ingest.ogr_tables import answer  # noqa: PLC0415  # the limits must hold for its libraries

    json.dump(answer(asked), sys.stdout)


def _limit() -> None:
    if resource is not None:
        for what, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_S),
            (resource.RLIMIT_FSIZE, FILE_BYTES),
        ):
            _, hard = resource.getrlimit(what)
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (limit, hard))


if __name__ == "__main__":
    main()
