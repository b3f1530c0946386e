"""Workbooks that commands write and take back: written whole or not at all, each row told of."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.terminal import say, write_json
from dashboard.export.whole import written_whole
from geodata.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from dashboard.sheet_import import RowReport

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
AUTHOR = click.option(
    "--author",
    envvar="USER",
    default="local",
    show_default=True,
    help="Who decides, as the history names it.",
)


def workbook_whole(output: Path) -> AbstractContextManager[Path]:
    """Give a file to write a workbook to, which takes the place of `output` once it is whole."""
    if output.suffix.lower() != ".xlsx":
        raise UsageError(f"{output} must end with .xlsx")
    return written_whole(output)


def tell_rows(reports: Sequence[RowReport], name: str, *, key: str, as_json: bool) -> None:
    """Say what became of each row of the file `name`; SourceError where some were left out.

    `key` is what the id of a record is called in JSON.
    """
    from dashboard.sheet_import import counts  # noqa: PLC0415 - takes its time to load

    if as_json:
        told = [asdict(report) for report in reports]
        write_json([{key if each == "id" else each: row[each] for each in row} for row in told])
    else:
        for report in reports:
            where = f"{report.sheet}, row {report.row}, {report.id}"
            if report.result == "refused":
                for problem in report.problems:
                    say(f"{where}: refused; {problem.field}: {problem.text}")
            elif report.result == "conflict":
                say(
                    f"{where}: {report.changed_by} changed it meanwhile; "
                    f"there now: {_pairs(report.current)}; in the file: {_pairs(report.wanted)}"
                )
        say(", ".join(f"{count:,} {result}" for result, count in counts(reports).items()))
    if any(report.result in {"refused", "conflict"} for report in reports):
        raise SourceError(name, ["rows were left out, as told above; the others are taken over"])


def said_value(value: Any) -> str:
    """Return a value of a record as a command says it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(
            str(each.get("url", each)) if isinstance(each, dict) else str(each) for each in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{name} {share:g}" for name, share in value.items())
    return f"{value:,.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


def _pairs(values: Any) -> str:
    return ", ".join(f"{name}={said_value(value)}" for name, value in (values or {}).items())
