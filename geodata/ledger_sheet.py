"""Read the sheet `ledger` of a workbook back: which rows there are, and what stands in each."""

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
    from pathlib import Path

SHEET = "ledger"
IDENTITY = ("gap_id", "version")  # hidden columns, by which rows find their entries
MOST_ROWS = 200_000
_HEADER_WITHIN = 5  # rows from the top
_FORMULA = "f"


@dataclass(frozen=True)
class SheetRow:
    """One row of the sheet: its number there, its cells by column, the columns that hold a formula."""

    number: int
    cells: dict[str, Any]
    formulas: tuple[str, ...]


def read_sheet(path: Path) -> list[SheetRow]:
    """Return the rows of the sheet `ledger` that have a gap.

    The columns are told by the row of their names, which the workbook keeps hidden.

    Raises
    ------
    SourceError
        If it is no workbook, unsafe, or has no such sheet or row.
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
        sheet = next((each for each in book.worksheets if each.title == SHEET), None)
        if sheet is None:
            raise SourceError(name, [f"it has no sheet {SHEET!r}; take a file made by ledger export"])
        sheet.reset_dimensions()  # what it says of its size may be wrong
        return _rows(sheet, name)
    finally:
        book.close()


def _rows(sheet: Any, name: str) -> list[SheetRow]:
    header: list[str] = []
    found: list[SheetRow] = []
    below_names = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if not header:
            names = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
            if set(IDENTITY) <= set(names):
                header, below_names = names, number + 1
            elif number == _HEADER_WITHIN:
                break
            continue
        if number == below_names and not isinstance(row[header.index("version")].value, int | float):
            continue  # the heads that people read
        cells = {key: cell for key, cell in zip(header, row, strict=False) if key and cell.value is not None}
        if "gap_id" in cells:
            formulas = tuple(key for key, cell in cells.items() if cell.data_type == _FORMULA)
            found.append(SheetRow(number, {key: cell.value for key, cell in cells.items()}, formulas))
        if len(found) > MOST_ROWS:
            raise SourceError(name, [f"it has more than {MOST_ROWS:,} rows; import it in parts"])
    if not header:
        missing = ", ".join(IDENTITY)
        raise SourceError(name, [f"no row names the columns {missing}; export anew and copy into that file"])
    return found
