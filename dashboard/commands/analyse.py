"""bordergap analyse: run the checks of a workspace."""

from __future__ import annotations

import click

from dashboard.commands.terminal import WORKSPACE, progress_bar, say, write_json
from geodata.workspace import Workspace
from layers.engine import ENGINES, Engine
from layers.run import analyse

EPILOG = """\b
Examples:
  bordergap analyse atlas
  bordergap analyse atlas --pairing 500112--500105
  bordergap analyse atlas --sensitivity
  bordergap analyse atlas --engine dask --scheduler tcp://10.0.0.1:8786

What has not changed since the last run is not computed again."""


@click.command("analyse", epilog=EPILOG)
@WORKSPACE
@click.option("--pairing", "pairings", multiple=True, metavar="P", help="Only this pairing; may be repeated.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="processes",
    show_default=True,
    help="All cores of this machine, this process alone, or the workers of a Dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Address of the Dask scheduler, for the engine dask.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Use at most N processes, or workers."
)
@click.option(
    "--sensitivity",
    is_flag=True,
    help="Look again with zone_m, boundary_tolerance_m and the thresholds 25 % smaller and larger, "
    "and tell which gaps are still found.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the record of the run as JSON.")
def command(
    *,
    workspace: str,
    pairings: tuple[str, ...],
    engine: Engine,
    scheduler: str | None,
    workers: int | None,
    sensitivity: bool,
    as_json: bool,
) -> None:
    """Run the checks on every border of WORKSPACE and keep the findings."""
    opened = Workspace.open(workspace)
    with progress_bar() as progress:
        record = analyse(
            opened,
            pairings=list(pairings) or None,
            engine=engine,
            workers=workers,
            scheduler=scheduler,
            stability=sensitivity,
            progress=progress,
        )
    if as_json:
        write_json(record)
        return
    say(run_line(opened))
    if sensitivity:
        say(stability_line(opened))
    say(f"Next: bordergap gaps {workspace}   or   bordergap serve {workspace}")


def run_line(workspace: Workspace) -> str:
    """Return what the last run found, in one line."""
    borders, gaps = workspace.read_table("borders"), workspace.read_table("gaps")
    left = workspace.read_table("not_computed")
    kilometres = borders["length_m"].sum() / 1000
    line = f"{len(gaps):,} gaps on {len(borders):,} borders ({kilometres:,.1f} km)"
    return (
        f"{line}; {len(left):,} things not computed, see: bordergap doctor {workspace.path}"
        if len(left)
        else line
    )


def stability_line(workspace: Workspace) -> str:
    """Return how many gaps are found whatever the settings, in one line."""
    stability = workspace.read_table("sensitivity")["stability"]
    firm = int((stability == 1).sum())
    return f"{firm:,} of {len(stability):,} gaps are found with every setting 25 % smaller and larger, too"
