"""bordergap import: a file, a folder of layers or an OSM extract, into a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.commands.terminal import WORKSPACE, progress_bar, say, write_json
from dashboard.commands.terminal import table as as_table
from geodata.ingest import import_source
from geodata.model import LAYERS
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.datum import Datum
    from geodata.intake import IntakeRecord

EPILOG = """\b
Examples:
  bordergap import atlas region.osm.pbf --admin-level 6
  bordergap import atlas folder/
  bordergap import atlas clinics.csv --layer facilities --map kind=type --map name=title

A folder holds files named after the layers (districts.gpkg, roads.geojson, facilities.csv, ...), and may hold
pairings.json, config.json (settings) and sources.json (where each layer comes from)."""


class _FieldMap(click.ParamType[tuple[str, str]]):
    """`field=column`: the model's field is taken from that column of the source."""

    name = "field=column"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        field, equals, column = value.partition("=")
        if not (field and equals and column):
            self.fail(f"{value!r} is not of the form field=column", param, ctx)
        return field, column


@click.command("import", epilog=EPILOG)
@WORKSPACE
@click.argument("source")
@click.option("--layer", type=click.Choice(list(LAYERS)), help="Layer of a single file; else by its name.")
@click.option("--table", help="Table of a database or sheet of a workbook, where there are several.")
@click.option("--map", "field_map", type=_FieldMap(), multiple=True, help="Take a field from another column.")
@click.option("--crs", help="CRS of the coordinates where the file does not say, e.g. EPSG:4490.")
@click.option("--datum", type=click.Choice(["gcj02", "bd09"]), help="The coordinates are shifted like this.")
@click.option("--encoding", help="Encoding of the text where the file does not say, e.g. gb18030.")
@click.option("--admin-level", type=click.IntRange(1, 12), help="OSM level of the districts, e.g. 6 or 8.")
@click.option("--json", "as_json", is_flag=True, help="Print the intake records as JSON.")
def command(  # noqa: PLR0917  # click hands every option over
    workspace: str,
    source: str,
    layer: str | None,
    table: str | None,
    field_map: tuple[tuple[str, str], ...],
    crs: str | None,
    datum: Datum | None,
    encoding: str | None,
    admin_level: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Take SOURCE into WORKSPACE: a file, a folder of layer files, or an OSM extract (.osm.pbf, .osm)."""
    opened = Workspace.open(workspace)
    with progress_bar() as progress:
        records = import_source(
            opened,
            source,
            layer=layer,
            table=table,
            field_map=dict(field_map),
            crs=crs,
            datum=datum,
            encoding=encoding,
            admin_level=admin_level,
            progress=progress,
        )
    if as_json:
        write_json([record.as_dict() for record in records])
        return
    click.echo(intake_table(records))
    for record in records:
        for note in record.notes:
            say(f"{record.layer}: {note}")
    say(f"Next: bordergap analyse {workspace}")


def intake_table(records: Sequence[IntakeRecord]) -> str:
    """Return what was taken in as a table for a terminal."""
    header = ("layer", "read", "accepted", "repaired", "quarantined", "source")
    rows = [
        (
            record.layer,
            f"{record.rows_read:,}",
            f"{record.accepted:,}",
            f"{record.repaired:,}",
            f"{record.quarantined:,}",
            record.source or "",
        )
        for record in records
    ]
    return as_table(header, rows, right=(1, 2, 3, 4))
