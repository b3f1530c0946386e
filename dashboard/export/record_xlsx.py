"""A sheet of records that is filled in elsewhere and imported again: names and ids hidden, cells typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.xlsx import write
from geodata.ledger_fields import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.i18n import Text

HEAD_ROW, FIRST_ROW = 1, 2  # below the hidden names: heads for people, then the records
HEAD_HEIGHT = 32
# What a cell is -> its number format; all but these are text.
FORMATS = {
    "severity": "0.0",
    "day": "yyyy-mm-dd",
    "money": "#,##0.00",
    "number": "General",  # a point is shown only where digits follow it
    "percent": 'General"%"',
}
DAYS = {
    "validate": "date",
    "criteria": "between",
    "minimum": date(FIRST_YEAR, 1, 1),
    "maximum": date(LAST_YEAR, 12, 31),
}


@dataclass(frozen=True)
class SheetColumn:
    """A column of such a sheet.

    Parameters
    ----------
    name, head
        By which it is imported, and what people read.
    form
        What its cells are: `text`, or one of `FORMATS`.
    width
        In letters.
    fixed
        Whether it only tells, grey, and refuses to be typed over.
    hidden
        Whether nobody sees it.
    rule
        What may be typed, as XlsxWriter's `data_validation` takes it.
    told
        Key of the sentence that says so.
    """

    name: str
    head: str
    form: str = "text"
    width: int = 16
    fixed: bool = False
    hidden: bool = False
    rule: Mapping[str, Any] | None = None
    told: str = ""


def fill_sheet(
    book: Any,
    title: str,
    columns: Sequence[SheetColumn],
    rows: Sequence[Mapping[str, Any]],
    text: Text,
    *,
    spare: int = 0,
) -> Any:
    """Add a sheet with `rows` (values by the names of columns) and return it; no cell is a formula.

    `spare` rows below them are checked as they are, for what people add.
    """
    sheet = book.add_worksheet(title)
    styles = _styles(book)
    for place, column in enumerate(columns):
        style = styles[f"{'fixed ' if column.fixed else ''}{column.form}"]
        sheet.set_column(place, place, column.width, style, {"hidden": column.hidden})
        sheet.write_string(HEAD_ROW, place, column.head, styles["head"])
        for number, row in enumerate(rows, start=FIRST_ROW):  # a cell has no vectorised way in
            value = row[column.name]
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, style)
            else:
                write(sheet, number, place, value, style)
    name_columns(sheet, columns)
    sheet.set_row(HEAD_ROW, HEAD_HEIGHT)
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    take_only_what_fits(sheet, columns, last, text, spare=spare)
    shown = sum(column.hidden for column in columns) + 2
    sheet.freeze_panes(FIRST_ROW, shown)
    sheet.autofilter(HEAD_ROW, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    return sheet


def _styles(book: Any) -> dict[str, Any]:
    """Return the styles of cells, made once for a book: formats are few, and sheets may be many."""
    if not hasattr(book, "bordergap_styles"):
        top = {"valign": "top", "text_wrap": True}
        grey = {**top, "bg_color": "#EEF1F0", "font_color": "#444444"}
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        numbers = {form: {"num_format": number} for form, number in FORMATS.items()}
        book.bordergap_styles = {
            "head": book.add_format(head),
            "text": book.add_format({**top, "num_format": "@", "quote_prefix": True}),
            "fixed text": book.add_format({**grey, "num_format": "@"}),
            **{form: book.add_format({**top, **number}) for form, number in numbers.items()},
            **{f"fixed {form}": book.add_format({**grey, **number}) for form, number in numbers.items()},
        }
    styles: dict[str, Any] = book.bordergap_styles
    return styles


def name_columns(sheet: Any, columns: Sequence[SheetColumn]) -> None:
    """Write the names of all columns into a hidden row: by them, and by ids and versions, rows are read back.

    So neither the language of the file nor the order of its columns matters.
    """
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name)
    sheet.set_row(0, None, None, {"hidden": True})


def take_only_what_fits(
    sheet: Any, columns: Sequence[SheetColumn], last: int, text: Text, *, spare: int = 0
) -> None:
    """Let choices be chosen, days and numbers be such, and what only tells not be typed over.

    `last` is the number of the last row; `spare` rows below it are checked, too.
    """
    for place, column in enumerate(columns):
        # Not the protection of sheets, under which nobody could sort or filter rows any more.
        rule = {"validate": "custom", "value": "=FALSE", "ignore_blank": False}
        told, end = "ledger_file.fixed", last
        if not column.fixed:
            if column.rule is None:
                continue
            rule, told, end = dict(column.rule), column.told, last + spare
        message = {"error_title": text("ledger_file.refused"), "error_message": text(told)}
        sheet.data_validation(FIRST_ROW, place, end, place, {**rule, **message})
