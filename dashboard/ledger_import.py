"""Take a workbook of the ledger back: what was changed in it, row by row, and what became of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dashboard.export.ledger_columns import links_text
from dashboard.i18n import Text
from geodata.ledger_fields import FIELDS, STATUSES, UnfitError, value_of
from geodata.ledger_sheet import SheetRow, read_sheet
from geodata.records import Ask, Conflict, Problem, Refused
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geodata.ledger import Entry, Ledger
    from geodata.records import Record

Result = Literal["taken over", "unchanged", "conflict", "refused"]
RESULTS: tuple[Result, ...] = ("taken over", "unchanged", "conflict", "refused")


@dataclass(frozen=True)
class RowReport:
    """What became of one row of the file.

    Parameters
    ----------
    sheet, row
        Where it stands: the title of its sheet, its number there.
    problems
        Of a row refused: field, reason and remedy.
    wanted
        What the file would change.
    current
        Of a conflict, the values that stand there now, by the fields of `wanted`, and who wrote them.
    """

    sheet: str
    row: int
    gap_id: str
    result: Result
    problems: tuple[Problem, ...] = ()
    wanted: Mapping[str, Any] | None = None
    current: Mapping[str, Any] | None = None
    changed_by: str | None = None


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
    rows = read_sheet(path)
    reports: dict[tuple[str, int], RowReport] = {}
    asked: dict[str, tuple[SheetRow, Ask]] = {}
    versions = {str(row.cells["gap_id"]): version for row in rows if (version := _version(row)) is not None}
    bases = ledger.values_at(versions)
    for row in rows:
        gap_id = str(row.cells["gap_id"])
        problems, wanted = _wanted(row, bases.get(gap_id))
        if gap_id in asked:
            problems = [Problem("gap_id", "twice", "this gap stands in the file twice; keep one row")]
        if problems:
            reports[row.place] = RowReport(*row.place, gap_id, "refused", tuple(problems), wanted)
        elif not wanted:
            reports[row.place] = RowReport(*row.place, gap_id, "unchanged")
        else:
            asked[gap_id] = (row, Ask(gap_id, wanted, versions[gap_id]))
    asks = [ask for _, ask in asked.values()]
    before = {entry.gap_id: entry.version for entry in ledger.entries()} if asks else {}
    key = f"import-{hashlib.sha256(f'{author}{asks}'.encode()).hexdigest()}"
    outcomes = ledger.change_many(asks, author=author, key=key, cause="import") if asks else []
    for (row, ask), outcome in zip(asked.values(), outcomes, strict=True):
        reports[row.place] = _report(row, ask, outcome, before)
    return [reports[row.place] for row in rows]


def counts(reports: Sequence[RowReport]) -> dict[Result, int]:
    """Return how many rows were taken over, unchanged, in conflict, refused."""
    return {result: sum(each.result == result for each in reports) for result in RESULTS}


def _report(
    row: SheetRow, ask: Ask, outcome: Entry | Conflict | Refused, before: Mapping[str, int]
) -> RowReport:
    if isinstance(outcome, Refused):
        return RowReport(*row.place, ask.id, "refused", outcome.problems, ask.changes)
    if isinstance(outcome, Conflict):
        current: Record = outcome.current
        there = {name: current.fields.get(name) for name in ask.changes}
        return RowReport(*row.place, ask.id, "conflict", (), ask.changes, there, current.changed_by)
    same = before.get(outcome.gap_id, 0) >= outcome.version
    return RowReport(*row.place, ask.id, "unchanged" if same else "taken over", (), ask.changes)


def _version(row: SheetRow) -> int | None:
    value = row.cells["version"] or 0
    return int(value) if isinstance(value, int | float) and value == int(value) and value >= 0 else None


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
        if name in row.formulas or name not in row.cells:
            continue
        try:
            value = value_of(name, _said(name, row.cells[name], base))
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
        if cell is None or str(cell).strip() == links_text(base[name]):
            return base[name] if cell is not None else None
        return [_link(line) for line in str(cell).splitlines() if line.strip()]
    if FIELDS[name].type in {"text", "long"} and isinstance(cell, int | float):
        return f"{cell:g}" if isinstance(cell, float) and not cell.is_integer() else str(int(cell))
    return cell


def _link(line: str) -> dict[str, str]:
    title, bar, url = line.rpartition("|")
    return {"title": title.strip() if bar else "", "url": url.strip()}


_STATUS_OF: dict[str, str] = {
    **dict(zip(STATUSES, STATUSES, strict=True)),
    **{
        Text(lang)(f"ledger_file.status.{status}").casefold(): status for lang in LANGS for status in STATUSES
    },
}
