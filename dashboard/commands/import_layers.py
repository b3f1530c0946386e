"""bordergap import: a file, a folder of layers or an OSM extract, into a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.proposal import accepted, as_dict, as_text, proposals_of
from dashboard.commands.terminal import WORKSPACE, printable, progress_bar, say, write_json
from dashboard.commands.terminal import table as as_table
from geodata.datum import DATUMS, UNSHIFTED
from geodata.errors import UsageError
from geodata.ingest import import_source
from geodata.ingest.dictionary import dictionary
from geodata.ingest.importer import SETTINGS_FILE
from geodata.ingest.mapping import Mapping, read_mapping, write_mapping
from geodata.model import LAYERS
from geodata.versions import Changes
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.datum import Said
    from geodata.ingest.recognise import Proposal
    from geodata.intake import IntakeRecord

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EPILOG = """\b
Examples:
  bordergap import atlas region.osm.pbf --admin-level 6
  bordergap import atlas folder/
  bordergap import atlas postgresql://planner@gis.example/plans --table public.roads
  bordergap import atlas clinics.csv --layer facilities --map kind=type --map name=title
  bordergap import atlas 道路.zip --propose
  bordergap import atlas roads.gpkg --dry-run
  bordergap import atlas 道路.zip --accept --save-mapping roads.toml

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


class _ValueMap(click.ParamType[tuple[str, str, str]]):
    """`field:value=meaning`: that value of the source means this one of the model."""

    name = "field:value=meaning"

    def convert(
        self, value: str | tuple[str, str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str, str]:
        if isinstance(value, tuple):
            return value
        field, colon, rest = value.partition(":")
        given, equals, meaning = rest.rpartition("=")
        if not (field and colon and given and equals and meaning):
            self.fail(f"{value!r} is not of the form field:value=meaning", param, ctx)
        return field, given, meaning


@click.command("import", epilog=EPILOG)
@WORKSPACE
@click.argument("source", required=False)
@click.option("--layer", type=click.Choice(list(LAYERS)), help="Layer of a single file; else by its name.")
@click.option(
    "--table", help="Table of a database, sheet of a workbook, file in a zip, where there are several."
)
@click.option("--map", "field_map", type=_FieldMap(), multiple=True, help="Take a field from another column.")
@click.option("--crs", help="CRS of the coordinates where the file does not say, e.g. EPSG:4490.")
@click.option(
    "--value",
    "value_map",
    type=_ValueMap(),
    multiple=True,
    help="Take a value for another, e.g. surface:三合土=dirt.",
)
@click.option(
    "--swap-axes/--no-swap-axes", default=None, help="The first coordinate is the northing or latitude."
)
@click.option("--mapping", "mapping_file", type=_FILE, help="Take options from a saved mapping.")
@click.option("--save-mapping", type=click.Path(path_type=Path), help="Save what is used as a mapping.")
@click.option("--propose", "only_propose", is_flag=True, help="Show what the file seems to hold; no import.")
@click.option("--accept", "--yes", "accept", is_flag=True, help="Take the proposal, where it is clear.")
@click.option(
    "--datum", type=click.Choice([*DATUMS, UNSHIFTED]), help="The coordinates are shifted like this, or not."
)
@click.option("--encoding", help="Encoding of the text where the file does not say, e.g. gb18030.")
@click.option("--admin-level", type=click.IntRange(1, 12), help="OSM level of the districts, e.g. 6 or 8.")
@click.option(
    "--undo", type=click.Choice(list(LAYERS)), help="Put back the layer as it was before; no SOURCE."
)
@click.option("--cell", "cell_m", type=click.FloatRange(min=1), help="Of a raster: metres of a cell.")
@click.option("--add", is_flag=True, help="Keep the rows that are there, and add these.")
@click.option("--dry-run", is_flag=True, help="Do all of it and tell what would change, but store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the intake records as JSON.")
def command(  # noqa: PLR0917  # click hands every option over
    workspace: str,
    source: str | None,
    layer: str | None,
    table: str | None,
    field_map: tuple[tuple[str, str], ...],
    value_map: tuple[tuple[str, str, str], ...],
    swap_axes: bool | None,  # noqa: FBT001
    mapping_file: Path | None,
    save_mapping: Path | None,
    only_propose: bool,  # noqa: FBT001
    accept: bool,  # noqa: FBT001
    crs: str | None,
    datum: Said | None,
    encoding: str | None,
    admin_level: int | None,
    undo: str | None,
    cell_m: float | None,
    add: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Take SOURCE into WORKSPACE: a file, a folder of layer files, an OSM extract or a database's table."""
    opened = Workspace.open(workspace)
    if undo is not None:
        _put_back(opened, undo, workspace, as_json=as_json, dry_run=dry_run)
        return
    if source is None:
        raise UsageError("say what to import: a file, a folder or the address of a database")
    saved = Mapping() if mapping_file is None else read_mapping(mapping_file)
    said = saved.but(
        layer=layer,
        table=table,
        crs=crs,
        datum=datum,
        swap_axes=swap_axes,
        encoding=encoding,
        admin_level=admin_level,
        fields=dict(field_map),
        values=_by_field(value_map),
    )
    left: tuple[str, ...] = ()
    if only_propose or accept:
        found = proposals_of(opened, source, said, dictionary(opened.path))
        if only_propose:
            _show(found, workspace, source, as_json=as_json)
            if save_mapping is not None and len(found) == 1:
                write_mapping(save_mapping, found[0].mapping().but(**said.as_dict()))
            return
        said, left = accepted(found, said), found[0].look.left
    with progress_bar() as progress:
        records = import_source(
            opened,
            source,
            layer=said.layer,
            table=said.table,
            field_map=said.fields,
            value_map=said.values,
            crs=said.crs,
            datum=said.datum,
            swap_axes=said.swap_axes,
            encoding=said.encoding,
            admin_level=said.admin_level,
            cell_m=cell_m,
            add=add,
            progress=progress,
            rehearsal=opened.changes_to if dry_run else None,
        )
    if save_mapping is not None:
        write_mapping(save_mapping, said)
    # A proposal alone knows why other tables cannot be used.
    for line in left:
        if not any(line in record.notes for record in records):
            say(line)
    _told(records, workspace, as_json=as_json, stored=not dry_run)
    if dry_run and (Path(source) / SETTINGS_FILE).is_file():
        say(f"{SETTINGS_FILE} would take the place of the settings")


def _put_back(opened: Workspace, layer: str, workspace: str, *, as_json: bool, dry_run: bool) -> None:
    """Put a layer back as it was before."""
    if dry_run:
        raise UsageError("--dry-run is for an import, not for --undo; leave one of them out")
    _told([opened.restore_layer(layer)], workspace, as_json=as_json)


def _by_field(value_map: Sequence[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    for field, given, meaning in value_map:
        values.setdefault(field, {})[given] = meaning
    return values


def _told(records: Sequence[IntakeRecord], workspace: str, *, as_json: bool, stored: bool = True) -> None:
    """Print what was taken in, or would be."""
    if as_json:
        write_json([record.as_dict() for record in records])
        return
    click.echo(intake_table(records))
    for record in records:
        for line in (*record.notes, *changed_lines(record)):
            say(f"{record.layer}: {line}")
    if stored:
        say(f"Next: bordergap analyse {workspace}")
    else:
        say("Nothing is stored: this was a dry run. To import it so, leave --dry-run out")


def _show(found: Sequence[Proposal], workspace: str, source: str, *, as_json: bool) -> None:
    """Print what is proposed for the tables of a source."""
    if as_json:
        write_json([{**as_dict(proposal), "left": proposal.look.left} for proposal in found])
        return
    texts = [as_text(proposal, workspace, source) for proposal in found]
    left = "\n".join(found[0].look.left)  # of all tables the same
    click.echo(printable("\n\n".join([*texts, *([left] if left else [])])))


def changed_lines(record: IntakeRecord) -> list[str]:
    """Return what has changed against the version before, in words; nothing for the first version."""
    if record.changes is None:
        return []
    found = Changes.of_json(record.changes)
    if not found:
        return ["nothing has changed against the version before"]
    words = {"added": "added", "removed": "removed", "moved": "moved", "altered": "altered otherwise"}
    counts = {name: getattr(found, name) for name in words}
    told = [
        f"{counts[name]:,} {word}{_examples(found, name)}" for name, word in words.items() if counts[name]
    ]
    return [f"against the version before: {'; '.join(told)}"]


def _examples(found: Changes, name: str) -> str:
    """Return some ids in brackets."""
    shown = found.examples.get(name, [])
    more = ", …" if getattr(found, name) > len(shown) else ""
    return f" ({', '.join(shown)}{more})" if shown else ""


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
