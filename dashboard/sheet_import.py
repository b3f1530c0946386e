"""What becomes of each row of a workbook that comes back: taken over, unchanged, in conflict, refused."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geodata.records import Ask, Conflict, Problem, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geodata.record_sheet import SheetRow
    from geodata.records import Record

Result = Literal["taken over", "unchanged", "conflict", "refused"]
RESULTS: tuple[Result, ...] = ("taken over", "unchanged", "conflict", "refused")
TWICE = Problem("id", "twice", "it stands in the file twice; keep one row")


@dataclass(frozen=True)
class RowReport:
    """What became of one row of the file.

    Parameters
    ----------
    sheet, row
        Where it stands: the sheet's name, its number there.
    id
        Of the record.
    problems
        Of a row refused: field, reason and remedy.
    wanted
        What the file would change.
    current
        Of a conflict, the values that stand there now, by the fields of `wanted`, and who wrote them.
    """

    sheet: str
    row: int
    id: str
    result: Result
    problems: tuple[Problem, ...] = ()
    wanted: Mapping[str, Any] | None = None
    current: Mapping[str, Any] | None = None
    changed_by: str | None = None


@dataclass(frozen=True)
class RowAsk:
    """What a row asks for: of which record, made from which version, what speaks against it."""

    id: str
    version: int
    problems: Sequence[Problem]
    wanted: Mapping[str, Any]


def take_over(
    rows: Sequence[SheetRow],
    read: Callable[[SheetRow], RowAsk],
    change: Callable[[Sequence[Ask], str], Sequence[tuple[str, int] | Conflict | Refused]],
    versions: Callable[[], Mapping[str, int]],
    *,
    author: str,
    twice: Problem = TWICE,
) -> list[RowReport]:
    """Take over what rows ask for, each wholly or not at all, and say what became of each, in their order.

    Of rows of the same record none is taken over that wants a change: which of them is meant nobody knows.

    Parameters
    ----------
    read
        Tells what a row asks for.
    change
        Makes the changes under a key; returns id and version of each record, or why it did not.
    versions
        Returns the versions of the records as they stand.
    author
        Who brings the file.
    twice
        What is said of rows of the same record.
    """
    told = [read(row) for row in rows]
    times = Counter(each.id for each in told)
    reports: dict[int, RowReport] = {}
    asked: dict[str, tuple[int, Ask]] = {}
    for place, (row, each) in enumerate(zip(rows, told, strict=True)):
        problems = tuple(each.problems)
        if each.wanted and times[each.id] > 1:
            problems = (*problems, twice)
        if problems:
            reports[place] = _report(row, each.id, "refused", problems, each.wanted)
        elif not each.wanted:
            reports[place] = _report(row, each.id, "unchanged")
        else:
            asked[each.id] = (place, Ask(each.id, each.wanted, each.version))
    asks = [ask for _, ask in asked.values()]
    before = versions() if asks else {}
    key = f"import-{hashlib.sha256(f'{author}{asks}'.encode()).hexdigest()}"
    outcomes = change(asks, key) if asks else []
    for (place, ask), outcome in zip(asked.values(), outcomes, strict=True):
        reports[place] = _outcome(rows[place], ask, outcome, before)
    return [reports[place] for place in sorted(reports)]


def counts(reports: Sequence[RowReport]) -> dict[Result, int]:
    """Return how many rows were taken over, unchanged, in conflict, refused."""
    return {result: sum(each.result == result for each in reports) for result in RESULTS}


def _outcome(
    row: SheetRow, ask: Ask, outcome: tuple[str, int] | Conflict | Refused, before: Mapping[str, int]
) -> RowReport:
    if isinstance(outcome, Refused):
        return _report(row, ask.id, "refused", outcome.problems, ask.changes)
    if isinstance(outcome, Conflict):
        current: Record = outcome.current
        there = {name: current.fields.get(name) for name in ask.changes}
        return RowReport(
            row.sheet, row.number, ask.id, "conflict", (), ask.changes, there, current.changed_by
        )
    id_, version = outcome
    result: Result = "unchanged" if before.get(id_, 0) >= version else "taken over"
    return _report(row, ask.id, result, (), ask.changes)


def _report(
    row: SheetRow,
    id_: str,
    result: Result,
    problems: tuple[Problem, ...] = (),
    wanted: Mapping[str, Any] | None = None,
) -> RowReport:
    return RowReport(row.sheet, row.number, id_, result, problems, wanted)
