"""Columns of follow-up in a workbook: what they hold, what they take, and by what they are read back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.record_xlsx import DAYS, SheetColumn
from dashboard.export.xlsx import MAX_CELL
from geodata.ledger_fields import FIELDS, MOST_CNY, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dashboard.i18n import Text
    from geodata.ledger import Entry

IDENTITY = ("gap_id", "version")  # by which rows find their entries
WIDTHS = {"sentence": 56, "todo": 36, "notes": 36, "links": 36, "pairing": 22, "severity": 9, "due": 12}
WIDTH, LONG_WIDTH = 16, 28  # letters
_FORMS = {"severity": "severity", "due": "day", "cost_cny": "money"}
_RULES: dict[str, dict[str, Any]] = {
    "due": DAYS,
    "cost_cny": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": MOST_CNY},
}


def ledger_column(name: str, head: str, text: Text) -> SheetColumn:
    """Return the column of that name and head: for people to fill in where it is one of `FIELDS`."""
    field, rule = FIELDS.get(name), _RULES.get(name)
    if name == "status":
        rule = {"validate": "list", "source": [text(f"ledger_file.status.{each}") for each in STATUSES]}
    return SheetColumn(
        name,
        head,
        form=_FORMS.get(name, "text"),
        width=WIDTHS.get(name, LONG_WIDTH if field is not None and field.type == "long" else WIDTH),
        fixed=field is None,
        hidden=name in IDENTITY,
        rule=rule,
        told=f"ledger_file.fits_{name}",
    )


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
