"""Read sheets of records back from a workbook: which rows there are, and what stands in each."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geodata.errors import SourceError
from geodata.ingest.xlsx import require_safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_ROWS = 200_000
_HEADER_WITHIN = 5  # rows from the top
_FORMULA = "f"


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet.

    Parameters
    ----------
    sheet, number
        Where it stands.
    columns
        Those of the sheet; one that is not there says nothing, an empty cell says that there is no value.
    cells
        By column, what is not empty.
    formulas
        The columns that hold a formula.
    """

    sheet: str
    number: int
    columns: frozenset[str]
    cells: dict[str, Any]
    formulas: tuple[str, ...]


def read_sheets(
    path: Path, identity: Sequence[str], *, remedy: str, new_rows: bool = False
) -> list[SheetRow]:
    """Return the rows of all sheets that have a row with the names of columns, which workbooks of ours hide.

    A sheet without it is about something else.

    Parameters
    ----------
    identity
        Columns by which rows find their records: id and version first.
    remedy
        Where a file that fits comes from.
    new_rows
        Whether rows without an id are given, too; else they are passed over.

    Raises
    ------
    SourceError
        If it is no workbook, unsafe, or has no such sheet.
    """
    name = path.name
    require_safe(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, no matter here
            book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise SourceError(name, [f"{error}; the workbook is damaged, save it again"]) from error
    try:
        found = [_rows(sheet, name, identity, new_rows=new_rows) for sheet in book.worksheets]
    finally:
        book.close()
    if all(rows is None for rows in found):
        missing = ", ".join(identity)
        raise SourceError(name, [f"no sheet has a row that names the columns {missing}; {remedy}"])
    rows = [row for each in found if each is not None for row in each]
    if len(rows) > MOST_ROWS:
        raise SourceError(name, [f"it has more than {MOST_ROWS:,} rows; import it in parts"])
    return rows


def _rows(sheet: Any, name: str, identity: Sequence[str], *, new_rows: bool) -> list[SheetRow] | None:
    """Return the rows of a sheet, None where none of the first ones names the columns."""
    sheet.reset_dimensions()  # what it says of its size may be wrong
    key, version = identity[:2]
    header: list[str] = []
    found: list[SheetRow] = []
    below_names = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if not header:
            names = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
            if set(identity) <= set(names):
                header, below_names = names, number + 1
            elif number == _HEADER_WITHIN:
                break
            continue
        cells = {
            each: cell for each, cell in zip(header, row, strict=False) if each and cell.value is not None
        }
        if number == below_names and not (version in cells and isinstance(cells[version].value, int | float)):
            continue  # the heads that people read
        if key in cells or (new_rows and cells):
            formulas = tuple(each for each, cell in cells.items() if cell.data_type == _FORMULA)
            values = {each: cell.value for each, cell in cells.items()}
            found.append(SheetRow(str(sheet.title), number, frozenset(header), values, formulas))
        if len(found) > MOST_ROWS:
            raise SourceError(name, [f"it has more than {MOST_ROWS:,} rows; import it in parts"])
    return found if header else None


def version_of(row: SheetRow) -> int | None:
    """Return the version a row was made from, 0 where it says none; None for what is none."""
    value = row.cells.get("version", 0)
    return int(value) if isinstance(value, int | float) and value == int(value) and value >= 0 else None


def cell_text(cell: Any) -> Any:
    """Return what stands in a cell of text: a number that a spreadsheet made of it as it was typed."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return repr(cell) if isinstance(cell, float) and not cell.is_integer() else str(int(cell))
    return cell
