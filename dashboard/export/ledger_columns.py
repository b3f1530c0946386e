"""Columns of follow-up in a workbook: what they hold, what they take, and by what they are read back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.xlsx import MAX_CELL
from geodata.ledger_fields import FIELDS, FIRST_YEAR, LAST_YEAR, MOST_CNY, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dashboard.i18n import Text
    from geodata.ledger import Entry

HEAD_ROW, FIRST_ROW = 1, 2  # below the hidden names: heads for people, then the gaps


def follow_up_cells(entry: Entry | None, text: Text) -> dict[str, Any]:
    """Return by name what cells say of an entry: `version`, and each of `FIELDS` as import takes it back."""
    said = {name: field.default for name, field in FIELDS.items()} if entry is None else entry.values
    return {
        **{name: said[name] for name in FIELDS},
        "version": 0 if entry is None else entry.version,
        "status": text(f"ledger_file.status.{said['status']}"),
        "due": None if said["due"] is None else date.fromisoformat(said["due"]),
        "links": links_text(said["links"]) or None,
    }


def links_text(links: Iterable[Mapping[str, str]]) -> str:
    """Return attachments as a cell holds them: a line each, title and address parted by a bar."""
    return "\n".join(f"{link['title'].replace('|', '/')} | {link['url']}" for link in links)[:MAX_CELL]


def name_columns(sheet: Any, columns: Sequence[str]) -> None:
    """Write the names of all columns into a hidden row: by them, and by ids and versions, rows are read back.

    So neither the language of the file nor the order of its columns matters.
    """
    for place, name in enumerate(columns):
        sheet.write_string(0, place, name)
    sheet.set_row(0, None, None, {"hidden": True})


def take_only_what_fits(sheet: Any, columns: Sequence[str], last: int, text: Text) -> None:
    """Let statuses be chosen, days and amounts be such, and what was found not be typed over.

    Parameters
    ----------
    last
        Number of the last row.
    """
    # Not the protection of sheets, under which nobody could sort or filter rows any more.
    fixed = {"validate": "custom", "value": "=FALSE", "ignore_blank": False}
    for place, name in enumerate(columns):
        rule = _RULES.get(name) if name in FIELDS else fixed
        if name == "status":
            rule = {"validate": "list", "source": [text(f"ledger_file.status.{each}") for each in STATUSES]}
        if rule is None:
            continue
        told = "fixed" if rule is fixed else f"fits_{name}"
        message = {"error_title": text("ledger_file.refused"), "error_message": text(f"ledger_file.{told}")}
        sheet.data_validation(FIRST_ROW, place, last, place, {**rule, **message})


_RULES: dict[str, dict[str, Any]] = {
    "due": {
        "validate": "date",
        "criteria": "between",
        "minimum": date(FIRST_YEAR, 1, 1),
        "maximum": date(LAST_YEAR, 12, 31),
    },
    "cost_cny": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": MOST_CNY},
}
