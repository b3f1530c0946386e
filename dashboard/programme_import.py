"""Take a workbook of the programme back: what was changed or added, and what became of each row."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.letters import is_in_cell
from dashboard.export.programme_xlsx import IDENTITY, sheet_title, words_of
from dashboard.sheet_import import RowAsk, take_over
from geodata.programme_items import Item
from geodata.programme_kinds import KINDS
from geodata.record_sheet import cell_text, read_sheets, version_of
from geodata.records import Problem
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dashboard.export.programme_xlsx import Words
    from dashboard.results import Results
    from dashboard.sheet_import import RowReport
    from geodata.programme_items import ProgrammeItems
    from geodata.programme_kinds import Field
    from geodata.record_sheet import SheetRow
    from geodata.records import Ask, Conflict, Refused

_TWICE = Problem(
    "id", "copied", "it stands in the file twice; keep one row, or clear the hidden id of a copied one"
)
_REMOVED = Problem(
    "id", "removed", "this item was removed; to have it again, add it as a new row with another title"
)
_PER_CENT = re.compile(r"(.+?)\s*[:：]\s*(\d+(?:\.\d+)?)\s*[%％]?")
_ID_AT_END = re.compile(r".*[\[(]([^\[\]()]+)[\])]")
_KIND_OF = {
    **{kind: kind for kind in KINDS},
    **{sheet_title(kind, lang): kind for kind in KINDS for lang in LANGS},
}


def import_programme(
    path: Path, programme: ProgrammeItems, results: Results, *, author: str
) -> list[RowReport]:
    """Take over what was changed in the workbook `path`, each row wholly or not at all.

    A row's changes are what differs from the item as it was when the file was written, so what others
    changed meanwhile stays; where the row changes an item that others changed, it is a conflict and left out.
    A row without an id is a new item, whose id is made of what it says: imported again, it is the same one.
    What was removed meanwhile stays so.

    Raises
    ------
    SourceError
        If the file is no workbook of the programme.
    DatabaseError
        If the database cannot be written.
    """
    rows = read_sheets(path, IDENTITY, remedy="take a file made by programme export", new_rows=True)
    versions = {
        str(row.cells["item_id"]): version
        for row in rows
        if "item_id" in row.cells and (version := version_of(row)) is not None
    }
    bases = programme.values_at(versions)
    items = programme.items(removed=True)
    removed = {item.item_id for item in items if item.is_removed}
    words = [words_of(results, [item for item in items if not item.is_removed], lang) for lang in LANGS]

    def read(row: SheetRow) -> RowAsk:
        if "item_id" not in row.cells:
            asked = _new(row, words)
        else:
            item_id = str(row.cells["item_id"])
            problems, wanted = _changed(row, bases.get(item_id), words)
            asked = RowAsk(item_id, versions.get(item_id, 0), problems, wanted)
        is_lost = asked.id in removed and asked.wanted
        return replace(asked, problems=[*asked.problems, _REMOVED]) if is_lost else asked

    def change(asks: Sequence[Ask], key: str) -> list[tuple[str, int] | Conflict | Refused]:
        outcomes = programme.change_many(asks, author=author, key=key, cause="import")
        return [(each.item_id, each.version) if isinstance(each, Item) else each for each in outcomes]

    def now() -> dict[str, int]:
        return {item.item_id: item.version for item in programme.items()}

    return take_over(rows, read, change, now, author=author, twice=_TWICE)


def _new(row: SheetRow, words: Sequence[Words]) -> RowAsk:
    """Return what a row without an id asks for: a new item of the kind of its sheet."""
    kind = _KIND_OF.get(str(row.cells.get("kind", row.sheet)))
    if kind is None:
        told = f"no kind of item is called {row.sheet!r}; write it into a sheet of the export"
        return RowAsk("", 0, [Problem("kind", "no_kind", told)], {})
    pairing_id = _pairing(row.cells.get("pairing"), words)
    if pairing_id is None:
        told = "there is no such pairing; write it as other rows of the sheet do"
        return RowAsk("", 0, [Problem("pairing_id", "no_pairing", told)], {})
    problems, values = _values(row, kind, pairing_id, {}, words)
    said = json.dumps([kind, pairing_id, values], ensure_ascii=False, sort_keys=True, default=str)
    wanted = {"kind": kind, "pairing_id": pairing_id, **values}
    return RowAsk(f"i-{hashlib.sha256(said.encode()).hexdigest()[:32]}", 0, problems, wanted)


def _changed(
    row: SheetRow, base: Mapping[str, Any] | None, words: Sequence[Words]
) -> tuple[list[Problem], dict[str, Any]]:
    """Return what speaks against a row, and what it would change of the item it was made from."""
    if base is None or str(base["kind"]) not in KINDS:
        told = "no such item, or its hidden columns were changed; export anew and copy your columns over"
        return [Problem("item_id", "unknown", told)], {}
    pairing_id = str(base["pairing_id"])
    problems, wanted = _values(row, str(base["kind"]), pairing_id, base, words)
    # A name that no pairing has now is one of before: districts are renamed.
    cell = row.cells.get("pairing")
    others = _pairing(cell, words) is not None and not _names(cell, pairing_id, words)
    if "pairing" in row.columns and (others or not _text(cell)):
        told = "an item keeps its pairing; remove it and add it as a new row"
        problems.append(Problem("pairing_id", "fixed_pairing", told))
    return problems, wanted


def _values(
    row: SheetRow, kind: str, pairing_id: str, base: Mapping[str, Any], words: Sequence[Words]
) -> tuple[list[Problem], dict[str, Any]]:
    """Return which fields have a cell that does not say what `base` does, and what they say."""
    problems, wanted = [], {}
    for field in KINDS[kind].all_fields:
        if field.name not in row.columns:
            continue
        if field.name in row.formulas:
            told = "the cell is a formula; put its value there"
            problems.append(Problem(field.name, "formula", told))
            continue
        cell, before = row.cells.get(field.name), base.get(field.name)
        if not any(_same(cell, each.cell(field, before, pairing_id)) for each in words):
            wanted[field.name] = _said(field, cell, pairing_id, words)
    return problems, wanted


def _same(cell: Any, before: Any) -> bool:
    """Return whether a cell still holds what was written into it."""
    if before is None or cell is None:
        return before is None and (cell is None or not str(cell).strip())
    if isinstance(before, float):
        return isinstance(cell, int | float) and float(cell) == before
    if isinstance(before, date):
        return isinstance(cell, date) and date(cell.year, cell.month, cell.day) == before
    return is_in_cell(cell_text(cell), before)


def _said(field: Field, cell: Any, pairing_id: str, words: Sequence[Words]) -> Any:
    """Return what a cell says, as the field takes it; what cannot be read stays, and is refused there."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if field.type in ("day", "number", "percent", "money"):
        return cell
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day).isoformat()
    return _read(field, str(cell_text(cell)).strip(), pairing_id, words)


def _read(field: Field, said: str, pairing_id: str, words: Sequence[Words]) -> Any:
    """Return what a text says, by the type of its field."""
    if field.type == "choice":
        return next((v for v in field.choices for each in words if said in (v, each.choice(field, v))), said)
    if field.type == "texts":
        return [line.strip() for line in said.splitlines() if line.strip()]
    if field.type == "shares":
        return _shares(said, pairing_id, words)
    return _item(said, words) if field.type == "item" else said


def _shares(said: str, pairing_id: str, words: Sequence[Words]) -> Any:
    """Return shares written a line each, member and per cent."""
    found: dict[str, float] = {}
    for line in filter(None, (each.strip() for each in said.splitlines())):
        parts = _PER_CENT.fullmatch(line)
        member = None if parts is None else _member(parts[1], pairing_id, words)
        if parts is None or member is None:
            return said
        found[member] = round(float(parts[2]) / 100, 12)
    return found


def _member(said: str, pairing_id: str, words: Sequence[Words]) -> str | None:
    for each in words:
        for member_id, name in each.members.get(pairing_id, {}).items():
            if said in (member_id, name, each.share_of(member_id, pairing_id)):
                return member_id
    return None


def _item(said: str, words: Sequence[Words]) -> str:
    """Return the id of the item a cell names: by title and id, by id, or by a title that one item has."""
    titles = words[0].titles
    named = _ID_AT_END.fullmatch(said)
    if said in titles or named is None or named[1] not in titles:
        found = [item_id for item_id, title in titles.items() if title == said]
        return found[0] if len(found) == 1 else said
    return named[1]


def _pairing(cell: Any, words: Sequence[Words]) -> str | None:
    """Return the pairing a cell names: by id, or by a name that one pairing has."""
    said = _text(cell)
    for each in words:
        found = [key for key, name in each.pairings.items() if said in (key, name)]
        if len(found) == 1 or said in found:
            return said if said in found else found[0]
    return None


def _names(cell: Any, pairing_id: str, words: Sequence[Words]) -> bool:
    """Return whether a cell names that pairing, as the export does or by its id."""
    return _text(cell) in {pairing_id, *(each.pairing(pairing_id) for each in words)}


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell_text(cell)).strip()
