"""Times the analysis of the sample at 1, 2, 4 and 8 times as many roads, facilities and people.

    python tests/benchmarks/analysis_growth.py [--scales 1,2,4,8] [--rounds 3] [--folder DIR]
                                               [--markdown FILE]

CPU seconds by check (engine serial), each analysis in a process of its own; the scales take turns, the table
has the median of the rounds. Growth: b of seconds = a × size^b, by least squares, where size is the number of
roads, facilities and people's places. `first` computes everything, `again` is the same with
nothing changed. Regions are made by `geodata.sample.build`; with `--folder` they are kept there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from measuring import CpuByStep, exponent, figures, in_new_process, medians, table

from geodata.ingest import import_source
from geodata.sample import REGION
from geodata.workspace import Workspace
from layers.run import analyse

LAYERS = ("roads", "facilities", "population")
GOALS = "four times the data in at most 4.5 times the time; nothing changed: at most a tenth"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scales", default="1,2,4,8")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--one", type=Path, metavar="WORKSPACE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        click.echo(json.dumps(one(given.one)))
        return
    scales = [int(scale) for scale in given.scales.split(",")]
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        made = {scale: workspace(folder, scale) for scale in scales}
        text = report(measured(made, given.rounds))
    click.echo(text)
    if given.markdown:
        given.markdown.write_text(text + "\n", encoding="utf-8")


def workspace(folder: Path, scale: int) -> Path:
    """Return a workspace of the sample region at `scale`, made in `folder` unless it is there."""
    source, made = REGION, folder / f"workspace-{scale}"
    if made.exists():
        return made
    if scale > 1:
        source = folder / f"region-{scale}"
        build = [sys.executable, "-m", "geodata.sample.build", "--scale", str(scale), str(source)]
        subprocess.run(build, check=True)
    import_source(Workspace.create(made), str(source))
    return made


def one(folder: Path) -> dict[str, Any]:
    """Return what an analysis of everything, and another one with nothing changed, took in this process."""
    found = Workspace.open(folder)
    steps = CpuByStep()
    analyse(found, engine="serial", progress=steps, force=True)
    seconds = steps.close()
    before = time.process_time()
    analyse(found, engine="serial")
    again = time.process_time() - before
    rows = {name: len(found.read_layer(name)) for name in LAYERS}
    return {"seconds": seconds, "again": again, "features": sum(rows.values()), **rows}


def measured(made: dict[int, Path], rounds: int) -> dict[int, dict[str, Any]]:
    """Return by scale the medians of `rounds`, in which the scales take turns."""
    kept: dict[int, list[dict[str, Any]]] = {scale: [] for scale in made}
    for _ in range(rounds):
        for scale, folder in made.items():
            result, peak_gb = in_new_process(__file__, "--one", str(folder))
            kept[scale].append({**result, "peak_gb": peak_gb})
            click.echo(f"{scale} ×: {sum(result['seconds'].values()):.1f} CPU s, {peak_gb:.2f} GB", err=True)
    return {scale: _median(results) for scale, results in kept.items()}


def _median(results: list[dict[str, Any]]) -> dict[str, Any]:
    steps = {step: [result["seconds"][step] for result in results] for step in results[0]["seconds"]}
    numbers = {name: [result[name] for result in results] for name in results[0] if name != "seconds"}
    return {**medians(numbers), "seconds": medians(steps)}


def report(found: dict[int, dict[str, Any]]) -> str:
    """Return the table: CPU seconds by step and scale, and how they grow."""
    runs = list(found.values())
    sizes = [run["features"] for run in runs]
    totals = [sum(run["seconds"].values()) for run in runs]

    def row(name: str, values: list[float]) -> list[str]:
        return [name, *map(figures, values), figures(exponent(sizes, values))]

    steps = sorted(runs[-1]["seconds"], key=lambda step: -runs[-1]["seconds"][step])
    rows = [row(step, [run["seconds"].get(step, 0.0) for run in runs]) for step in steps]
    rows += [
        row("**first**", totals),
        row("again", [run["again"] for run in runs]),
        [
            "again / first",
            *(f"{run['again'] / total:.1%}" for run, total in zip(runs, totals, strict=True)),
            "",
        ],
        row("peak memory, GB", [run["peak_gb"] for run in runs]),
        *(
            [name, *(f"{run[name]:.0f}" for run in runs), ""]
            for name in ("roads", "facilities", "population")
        ),
    ]
    growth = [
        f"{times:.2f} × the features in {seconds:.2f} × the time ({later} against {earlier})"
        for earlier, later in zip(found, list(found)[2:], strict=False)
        for times in [found[later]["features"] / found[earlier]["features"]]
        for seconds in [
            sum(found[later]["seconds"].values()) / sum(found[earlier]["seconds"].values()),
        ]
    ]
    head = ["CPU s", *(f"{scale} ×" for scale in found), "growth"]
    return "\n\n".join([table(head, rows), "\n".join(growth), f"Goals: {GOALS}."])


if __name__ == "__main__":
    main()
