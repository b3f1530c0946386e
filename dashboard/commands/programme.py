"""bordergap programme: list what pairings do together, exchange it as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.sheets import AS_JSON, AUTHOR, said_value, tell_rows, workbook_whole
from dashboard.commands.terminal import language, say, table, write_json
from dashboard.kept import Kept
from dashboard.programme import item_json
from dashboard.results import ResultsCache
from geodata.programme_kinds import KINDS
from layers.wording import LANGS, Lang

if TYPE_CHECKING:
    from geodata.programme_items import Item

EPILOG = """\b
Examples:
  bordergap programme atlas list --kind project --pairing 500112--500113
  bordergap programme atlas export -o programme.xlsx
  bordergap programme atlas import programme.xlsx

A row that is added to a sheet of the file becomes a new item of its kind; of one that was
copied clear the hidden id, in column A."""


@click.group("programme", epilog=EPILOG)
@click.argument(
    "workspace", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="WORKSPACE"
)
@click.pass_context
def command(context: click.Context, workspace: Path) -> None:
    """List what the pairings of WORKSPACE do together, and exchange it as a file."""
    context.obj = Kept(ResultsCache(workspace))


@command.command("list")
@click.option("--pairing", "pairings", multiple=True, metavar="P", help="Only this pairing; may be repeated.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="May be repeated.")
@AS_JSON
@click.pass_obj
def list_items(kept: Kept, *, pairings: tuple[str, ...], kinds: tuple[str, ...], as_json: bool) -> None:
    """List the items."""
    items = [
        item
        for item in kept.programme.items()
        if (not pairings or item.pairing_id in pairings) and (not kinds or item.kind in kinds)
    ]
    if as_json:
        write_json([plain_item(item) for item in items])
    elif items:
        header = ("item", "pairing", "kind", "title", "status", "CNY", "start", "end")
        click.echo(table(header, [_row(item) for item in items], right=(5,)))
    else:
        say("No item is there." if not (pairings or kinds) else "None.")


@command.command("export")
@click.option(
    "-o", "output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="XLSX file."
)
@click.option("--pairing", metavar="P", help="Only the items of this pairing.")
@click.option("--lang", type=click.Choice(LANGS), help="Language; that of the terminal unless given.")
@click.pass_obj
def export(kept: Kept, *, output: Path, pairing: str | None, lang: Lang | None) -> None:
    """Write the items to an XLSX file, a sheet for each kind, to be changed and imported again."""
    from dashboard.export.programme_xlsx import write_programme  # noqa: PLC0415 - takes its time to load

    items = [item for item in kept.programme.items() if pairing in (None, item.pairing_id)]
    with workbook_whole(output) as path:
        rows = write_programme(items, path, kept.results, lang or language())
    say(
        f"{rows:,} rows written to {output}; change the white columns or add rows, then: bordergap programme "
        f"{kept.results.workspace.path} import {output}"
    )


@command.command("import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@AUTHOR
@AS_JSON
@click.pass_obj
def import_file(kept: Kept, source: Path, *, author: str, as_json: bool) -> None:
    """Take over what was changed in FILE, an export of the programme, and say what became of each row."""
    from dashboard.programme_import import import_programme  # noqa: PLC0415 - takes its time to load

    reports = import_programme(source, kept.programme, kept.results, author=author)
    tell_rows(reports, source.name, key="item_id", as_json=as_json)


def plain_item(item: Item) -> dict[str, object]:
    """Return an item as JSON shows it."""
    told = item_json(item)
    return {"item_id": item.item_id, **told.pop("values"), **told}


def _row(item: Item) -> tuple[str, ...]:
    values = item.values
    said = [said_value(values.get(name)) for name in ("title", "status", "amount_cny", "start", "end")]
    return (item.item_id, item.pairing_id, item.kind, *said)
