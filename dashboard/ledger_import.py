"""Take a workbook of the ledger back: what was changed in it, row by row, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.export.ledger_columns import IDENTITY, links_text
from dashboard.export.letters import is_in_cell
from dashboard.i18n import Text
from dashboard.sheet_import import RowAsk, take_over
from geodata.ledger import Entry
from geodata.ledger_fields import FIELDS, STATUSES, UnfitError, value_of
from geodata.record_sheet import SheetRow, cell_text, read_sheets, version_of
from geodata.records import Problem
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dashboard.sheet_import import RowReport
    from geodata.ledger import Ledger
    from geodata.records import Ask, Conflict, Refused


def import_ledger(path: Path, ledger: Ledger, *, author: str) -> list[RowReport]:
    """Take over what was changed in the workbook `path`, of the ledger or of a report, row by row.

    Each row is taken over wholly or not at all. A column that is not there changes nothing.

    A row's changes are what differs from the entry as it was when the file was written. So what others
    changed meanwhile stays; where the row changes an entry that others changed, it is a conflict and left
    out. The same file imported again changes nothing.

    Raises
    ------
    SourceError
        If the file is no workbook of the ledger or of a report.
    DatabaseError
        If the ledger cannot be written.
    """
    rows = read_sheets(path, IDENTITY, remedy="take a file of ledger export or of report")
    versions = {str(row.cells["gap_id"]): version for row in rows if (version := version_of(row)) is not None}
    bases = ledger.values_at(versions)

    def read(row: SheetRow) -> RowAsk:
        gap_id = str(row.cells["gap_id"])
        problems, wanted = _wanted(row, bases.get(gap_id))
        return RowAsk(gap_id, versions.get(gap_id, 0), problems, wanted)

    def change(asks: Sequence[Ask], key: str) -> list[tuple[str, int] | Conflict | Refused]:
        outcomes = ledger.change_many(asks, author=author, key=key, cause="import")
        return [(each.gap_id, each.version) if isinstance(each, Entry) else each for each in outcomes]

    def now() -> dict[str, int]:
        return {entry.gap_id: entry.version for entry in ledger.entries()}

    return take_over(rows, read, change, now, author=author)


def _wanted(row: SheetRow, base: Mapping[str, Any] | None) -> tuple[list[Problem], dict[str, Any]]:
    """Return what speaks against a row, and what it would change of the entry it was made from."""
    if base is None:
        text = "no such gap, or its hidden columns were changed; export anew and copy your columns over"
        return [Problem("gap_id", "unknown", text)], {}
    problems = [
        Problem(name, "formula", "the cell is a formula; put its value there")
        for name in row.formulas
        if name in FIELDS
    ]
    wanted: dict[str, Any] = {}
    for name in FIELDS:
        if name in row.formulas or name not in row.columns:
            continue
        try:
            value = value_of(name, _said(name, row.cells.get(name), base))
        except UnfitError as unfit:
            problems.append(Problem(name, unfit.code, str(unfit), unfit.values))
            continue
        if value != base.get(name):
            wanted[name] = value
    return problems, wanted


def _said(name: str, cell: Any, base: Mapping[str, Any]) -> Any:
    """Return what a cell says, as the field takes it."""
    if name == "status":
        return base[name] if cell is None else _STATUS_OF.get(str(cell).strip().casefold(), cell)
    if name == "links":
        if cell is None or is_in_cell(cell, links_text(base[name])):
            return base[name] if cell is not None else None
        return [_link(line) for line in str(cell).splitlines() if line.strip()]
    if cell is None or FIELDS[name].type not in {"text", "long"}:
        return cell
    said = cell_text(cell)
    return base[name] if is_in_cell(said, base[name] or "") else said


def _link(line: str) -> dict[str, str]:
    title, bar, url = line.rpartition("|")
    return {"title": title.strip() if bar else "", "url": url.strip()}


_STATUS_OF: dict[str, str] = {
    **dict(zip(STATUSES, STATUSES, strict=True)),
    **{
        Text(lang)(f"ledger_file.status.{status}").casefold(): status for lang in LANGS for status in STATUSES
    },
}
