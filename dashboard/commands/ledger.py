"""bordergap ledger: list and change the follow-up of gaps, exchange it as a file, keep copies."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.sheets import AS_JSON, AUTHOR, said_value, tell_rows, workbook_whole
from dashboard.commands.terminal import language, printable, say, table, write_json
from dashboard.results import ResultsCache
from geodata.errors import UsageError
from geodata.ledger_fields import FIELDS, STATUSES
from geodata.workspace import Workspace
from layers.follow_up import hold_ledger
from layers.wording import KIND_WORDS, LANGS, Lang, is_missing, thing, word

if TYPE_CHECKING:
    from geodata.ledger import Entry

EPILOG = """\b
Examples:
  bordergap ledger atlas list --status assigned --status in_progress
  bordergap ledger atlas set 93b1c0d2e4f5a607 status=assigned lead=交通局 due=2027-03-31
  bordergap ledger atlas history 93b1c0d2e4f5a607
  bordergap ledger atlas export -o ledger.xlsx
  bordergap ledger atlas import ledger.xlsx
  bordergap ledger atlas backup /backups/ledger-2027-03-31.sqlite
  bordergap ledger atlas restore /backups/ledger-2027-03-31.sqlite

The ledger is kept in the workspace, or in the PostgreSQL that BORDERGAP_DATABASE names:
  export BORDERGAP_DATABASE=postgresql://name:password@host/database"""
PRESENCES = ("found", "gone", "returned", "moved")
GAP_ID = click.argument("gap_id", metavar="GAP")


@click.group("ledger", epilog=EPILOG)
@click.argument(
    "workspace", type=click.Path(exists=True, file_okay=False, path_type=str), metavar="WORKSPACE"
)
@click.pass_context
def command(context: click.Context, workspace: str) -> None:
    """List and change what is done about the gaps of WORKSPACE."""
    context.obj = Workspace.open(workspace)


@command.command("list")
@click.option("--pairing", "pairings", multiple=True, metavar="P", help="Only this pairing; may be repeated.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES), help="May be repeated.")
@click.option(
    "--presence",
    "presences",
    multiple=True,
    type=click.Choice(PRESENCES),
    help="What the last analysis says: gone is to be confirmed as resolved. May be repeated.",
)
@click.option("--due-before", metavar="DAY", help="Only what is due before this day: 2027-03-31.")
@AS_JSON
@click.pass_obj
def list_entries(
    workspace: Workspace,
    *,
    pairings: tuple[str, ...],
    statuses: tuple[Any, ...],
    presences: tuple[Any, ...],
    due_before: str | None,
    as_json: bool,
) -> None:
    """List the gaps that were taken up."""
    hold_ledger(workspace)
    entries = workspace.ledger.entries(
        pairings=pairings or None, statuses=statuses or None, presences=presences or None
    )
    if due_before is not None:
        entries = [entry for entry in entries if (fields_of(entry)["due"] or "9999") < due_before]
    if as_json:
        write_json([plain_entry(entry) for entry in entries])
    elif entries:
        header = ("gap", "pairing", "kind", "what", "status", "presence", "lead", "due")
        click.echo(table(header, [_row(entry) for entry in entries]))
    else:
        say("No gap was taken up." if not (pairings or statuses or presences or due_before) else "None.")


@command.command("show")
@GAP_ID
@AS_JSON
@click.pass_obj
def show(workspace: Workspace, gap_id: str, *, as_json: bool) -> None:
    """Show the entry of one GAP."""
    hold_ledger(workspace)
    _show(_entry(workspace, gap_id), as_json=as_json)


@command.command("set")
@GAP_ID
@click.argument("assignments", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option(
    "--version", type=int, metavar="N", help="Change it only if it still has this version, as shown before."
)
@AUTHOR
@AS_JSON
@click.pass_obj
def set_fields(
    workspace: Workspace,
    gap_id: str,
    *,
    assignments: tuple[str, ...],
    version: int | None,
    author: str,
    as_json: bool,
) -> None:
    """Change fields of the entry of one GAP; an empty value says nothing."""
    if wrong := [each for each in assignments if each.partition("=")[0] not in FIELDS or "=" not in each]:
        raise UsageError(f"{wrong[0]!r} is no FIELD=VALUE; fields are {', '.join(FIELDS)}")
    changes: dict[str, Any] = {}
    for each in assignments:
        name, _, value = each.partition("=")
        changes[name] = [{"url": url} for url in value.split()] if name == "links" else value
    before = _entry(workspace, gap_id)
    changed = workspace.ledger.change(
        gap_id,
        changes,
        version=before.version if version is None else version,
        author=author,
        key=uuid.uuid4().hex,
    )
    _show(changed, as_json=as_json)


@command.command("history")
@GAP_ID
@AS_JSON
@click.pass_obj
def history(workspace: Workspace, gap_id: str, *, as_json: bool) -> None:
    """List every change of the entry of one GAP, the first one first."""
    changes = workspace.ledger.history(_entry(workspace, gap_id).gap_id)
    if as_json:
        write_json([asdict(change) for change in changes])
        return
    rows = [
        (
            each.at[:19].replace("T", " "),
            each.author,
            each.cause,
            each.field,
            said_value(each.old),
            said_value(each.new),
        )
        for each in changes
    ]
    click.echo(table(("UTC", "author", "cause", "field", "before", "after"), rows) if rows else "No changes.")


@command.command("export")
@click.option(
    "-o", "output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="XLSX file."
)
@click.option(
    "--pairing", metavar="P", help="Only the gaps of this pairing; of a group, of its inner borders."
)
@click.option("--lang", type=click.Choice(LANGS), help="Language; that of the terminal unless given.")
@click.pass_obj
def export(workspace: Workspace, *, output: Path, pairing: str | None, lang: Lang | None) -> None:
    """Write all gaps with their follow-up to an XLSX file, to be filled in and imported again."""
    from dashboard.commands.gaps import explained  # noqa: PLC0415 - takes its time to load
    from dashboard.export.ledger_xlsx import write_ledger  # noqa: PLC0415

    hold_ledger(workspace)
    results = ResultsCache(workspace.path).current()
    gaps = explained(results, pairing)
    about = None if pairing is None else {pairing, *results.inner_pairings(pairing)}
    with workbook_whole(output) as path:
        rows = write_ledger(gaps, workspace.ledger.entries(pairings=about), path, results, lang or language())
    say(
        f"{rows:,} rows written to {output}; fill in the white columns, then: bordergap ledger "
        f"{workspace.path} import {output}"
    )


@command.command("import")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@AUTHOR
@AS_JSON
@click.pass_obj
def import_file(workspace: Workspace, source: Path, *, author: str, as_json: bool) -> None:
    """Take over what was changed in FILE, and say what became of each row.

    FILE is an export of the ledger, or the workbook of a report (bordergap report ... -o list.xlsx).
    """
    from dashboard.ledger_import import import_ledger  # noqa: PLC0415 - takes its time to load

    reports = import_ledger(source, workspace.ledger, author=author)
    tell_rows(reports, source.name, key="gap_id", as_json=as_json)


@command.command("backup")
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.pass_obj
def backup(workspace: Workspace, target: Path | None) -> None:
    """Write a copy of ledger and programme to FILE, while others go on working."""
    from geodata.database_copy import backup as write_backup  # noqa: PLC0415 - loads Alembic

    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    written = write_backup(workspace.database, target or workspace.path / f"ledger-backup-{at}.sqlite")
    say(f"Copy written to {written}")


@command.command("restore")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def restore(workspace: Workspace, source: Path) -> None:
    """Put the copy FILE in place of ledger and programme; what is there is kept as another file."""
    from geodata.database_copy import restore as put_back  # noqa: PLC0415 - loads Alembic

    kept = put_back(workspace.database, source)
    say(f"{source} is in place." + (f" What was there before: {kept}" if kept else ""))


def fields_of(entry: Entry) -> dict[str, Any]:
    """Return what people said, by field."""
    return dict(entry.values)


def plain_entry(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON shows it."""
    about = {
        name: getattr(entry, name) for name in ("gap_id", "pairing_id", "version", "presence", "moved_from")
    }
    return {
        **about,
        **fields_of(entry),
        "changed": entry.changed,
        "changed_by": entry.changed_by,
        "gap": dict(entry.gap),
    }


def _entry(workspace: Workspace, gap_id: str) -> Entry:
    entry = workspace.ledger.entry(gap_id)
    if entry is None:
        raise UsageError(f"no gap {gap_id!r}; bordergap gaps {workspace.path} --json lists their ids")
    return entry


def _show(entry: Entry, *, as_json: bool) -> None:
    if as_json:
        write_json(plain_entry(entry))
        return
    about = {"gap": entry.gap_id, "pairing": entry.pairing_id, "kind": _kind(entry), "what": _what(entry)}
    about |= {"presence": entry.presence, "version": str(entry.version)}
    if entry.changed:
        about["changed"] = f"{entry.changed[:19]} UTC, {entry.changed_by}"
    said = {name: said_value(value) for name, value in fields_of(entry).items() if value not in (None, [])}
    for name, value in (about | said).items():
        click.echo(printable(f"{name:<13} {value}"))


def _row(entry: Entry) -> tuple[str, ...]:
    said = fields_of(entry)
    return (
        entry.gap_id,
        entry.pairing_id,
        _kind(entry),
        _what(entry),
        entry.status,
        entry.presence,
        said["lead"] or said["owner_a"] or said["owner_b"] or "",
        said["due"] or "",
    )


def _kind(entry: Entry) -> str:
    return word(KIND_WORDS, entry.gap["kind"], language())


def _what(entry: Entry) -> str:
    return "" if is_missing(entry.gap.get("what")) else thing(entry.gap["what"], language())
