"""Read the follow-up in a workbook back: which rows there are, and what stands in each."""

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

SHEET = "ledger"  # of a file of the ledger alone; reports have a sheet a domain
IDENTITY = ("gap_id", "version")  # hidden columns, by which rows find their entries
MOST_ROWS = 200_000
_HEADER_WITHIN = 5  # rows from the top
_FORMULA = "f"


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet: where it stands, its cells by column (None: empty), the columns with a formula."""

    sheet: str
    number: int
    cells: dict[str, Any]
    formulas: tuple[str, ...]

    @property
    def place(self) -> tuple[str, int]:
        """Its sheet and its number there."""
        return self.sheet, self.number


def read_sheet(path: Path) -> list[SheetRow]:
    """Return the rows of all sheets that have a gap.

    The columns are told by the row of their names, which the workbook keeps hidden; a sheet without it is
    about something else.

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
        rows: list[SheetRow] = []
        named = False
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what it says of its size may be wrong
            found = _rows(sheet, name)
            named |= found is not None
            rows += found or []
    finally:
        book.close()
    if not named:
        missing = " and ".join(IDENTITY)
        text = (
            f"no sheet has a row that names the columns {missing}; take a file of ledger export or of report"
        )
        raise SourceError(name, [text])
    return rows


def _rows(sheet: Any, name: str) -> list[SheetRow] | None:
    """Return the rows of a sheet that have a gap; None where no row names its columns."""
    header: list[str] = []
    found: list[SheetRow] = []
    below_names = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if not header:
            names = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
            if set(IDENTITY) <= set(names):
                header, below_names = names, number + 1
            elif number == _HEADER_WITHIN:
                return None
            continue
        cells = {key: cell for key, cell in zip(header, row, strict=False) if key and cell.value is not None}
        values = dict.fromkeys(filter(None, header)) | {key: cell.value for key, cell in cells.items()}
        if number == below_names and not isinstance(values["version"], int | float):
            continue  # the heads that people read
        if values["gap_id"] is not None:
            formulas = tuple(key for key, cell in cells.items() if cell.data_type == _FORMULA)
            found.append(SheetRow(sheet.title, number, values, formulas))
        if len(found) > MOST_ROWS:
            raise SourceError(name, [f"it has more than {MOST_ROWS:,} rows; import it in parts"])
    return found if header else None
