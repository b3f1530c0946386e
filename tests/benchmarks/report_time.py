"""Times reports of a workspace: one pairing's PDF, and atlases of growing length with their memory.

    python tests/benchmarks/report_time.py WORKSPACE [--sizes 5 10 20 40]

WORKSPACE is one that `bordergap demo --no-serve` has made. Each report is written by the command itself, in a
process of its own, so that loading the program counts. CPU seconds are those of all its processes, and so is
memory: the most they held together, and the most that the largest of them held.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from measuring import table, watched

sys.path.insert(0, str(Path(__file__).parents[2]))

from dashboard.results import ResultsCache

KB, MB = 1024, 1024**2
HEADS = ("report", "seconds", "CPU seconds", "a chapter", "memory, MB", "largest, MB", "file, MB")


def main() -> None:
    """Print one row a report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[5, 10, 20, 40])
    asked = parser.parse_args()
    results = ResultsCache(asked.workspace).current()
    adjacent = [key for key in results.members if results.summary.loc[key, "kind"] == "adjacent"]
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            measured(asked.workspace, adjacent[:size], Path(folder) / f"{size}.pdf")
            for size in (1, *asked.sizes)
        ]
    click.echo(table(HEADS, rows))


def measured(workspace: Path, pairings: list[str], path: Path) -> tuple[str, ...]:
    """Return a row of the table for the report on `pairings`."""
    chosen = [part for key in pairings for part in ("--pairing", key)]
    command = [sys.executable, "-m", "dashboard.cli", "report", str(workspace), *chosen, "-o", str(path)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    with watched(process.pid) as peak:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"the report on {len(pairings)} pairings failed; run: {' '.join(command)}")
    cpu = used.ru_utime + used.ru_stime
    return (
        f"{len(pairings)} chapter{'s' if len(pairings) > 1 else ''}",
        f"{took:.1f}",
        f"{cpu:.1f}",
        f"{cpu / len(pairings):.1f}",
        f"{peak.held / MB:,.0f}",
        f"{used.ru_maxrss / KB:,.0f}",
        f"{path.stat().st_size / MB:.1f}",
    )


if __name__ == "__main__":
    main()
