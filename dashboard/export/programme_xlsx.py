"""The programme as a workbook to fill in elsewhere and import again: a sheet a kind, a row an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.export.record_xlsx import DAYS, SheetColumn, fill_sheet
from dashboard.export.xlsx import MAX_CELL, new_workbook
from dashboard.i18n import Text, plain
from dashboard.payloads import member_names, pairing_name
from geodata.ledger_fields import MOST_CNY
from geodata.pairings import member_id_of
from geodata.programme_kinds import KINDS, MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dashboard.results import Results
    from geodata.programme_items import Item
    from geodata.programme_kinds import Field
    from layers.wording import Lang

    Cell = Callable[["Words", Field, Any, str], Any]

IDENTITY = ("item_id", "version", "kind")  # hidden columns, by which rows find their items
AFTER = ("changed", "changed_by")
SPARE = 200  # rows below the last that are checked as they are typed, for new items
WIDTH, LONG_WIDTH, TITLE_WIDTH, PAIRING_WIDTH = 16, 36, 34, 24
LONG = ("long", "texts", "shares", "web")
FORMS = {"day": "day", "money": "money", "number": "number", "percent": "percent"}


@dataclass(frozen=True)
class Words:
    """How values that are no text stand in cells, in one language.

    Parameters
    ----------
    pairings
        Pairing -> its name.
    members
        Pairing -> id of a member -> its name.
    titles
        Item -> title.
    """

    lang: Lang
    pairings: Mapping[str, str]
    members: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]

    def cell(self, field: Field, value: Any, pairing_id: str) -> Any:
        """Return a value of `field` as its cell holds it."""
        if value is None or value in ("", [], {}):
            return None
        written: Cell = _CELLS.get(field.type, _text)
        return written(self, field, value, pairing_id)

    def choice(self, field: Field, value: str) -> str:
        """Return the word of a value of a choice; one without a word stays as it is."""
        return Text(self.lang).of(
            "programme.status" if field.name == "status" else f"item.{field.name}", value
        )

    def pairing(self, pairing_id: str) -> str:
        """Return the name of a pairing; the id of one that is not there."""
        return self.pairings.get(pairing_id, plain(pairing_id))

    def share_of(self, member_id: str, pairing_id: str) -> str:
        """Return a member as shares name it."""
        name = self.members.get(pairing_id, {}).get(member_id)
        return member_id if name in (None, member_id) else f"{name} ({member_id})"


def words_of(results: Results, items: Sequence[Item], lang: Lang) -> Words:
    """Return how values stand in cells."""
    keys = [str(key) for key in results.summary.index]
    return Words(
        lang,
        {key: pairing_name(results, key, lang) for key in keys},
        {
            key: dict(
                zip(map(member_id_of, results.members[key]), member_names(results, key, lang), strict=True)
            )
            for key in keys
        },
        {item.item_id: plain(str(item.values["title"])) for item in items},
    )


def sheet_title(kind: str, lang: Lang) -> str:
    """Return the name of the sheet of a kind."""
    return Text(lang).of("programme.kind", kind)


def write_programme(items: Sequence[Item], path: Path, results: Results, lang: Lang) -> int:
    """Write `items` as a workbook, a sheet for each kind that has a form; return its rows.

    Rows that people add below become new items, of the kind of their sheet. No cell is a formula, whatever
    its text begins with.

    Raises
    ------
    BordergapError
        If it cannot be written.
    """
    words, count = words_of(results, items, lang), 0
    with new_workbook(path) as book:
        for kind in KINDS:
            rows = [_row(item, words) for item in items if item.kind == kind]
            columns = _columns(kind, words)
            sheet = fill_sheet(book, sheet_title(kind, lang), columns, rows, Text(lang), spare=SPARE)
            if rows and not count:
                sheet.activate()  # the book opens where there is something
            count += len(rows)
    return count


def _row(item: Item, words: Words) -> dict[str, Any]:
    fields = {field.name: field for field in KINDS[item.kind].all_fields}
    return {
        "item_id": item.item_id,
        "version": item.version,
        "kind": item.kind,
        "pairing": words.pairing(item.pairing_id),
        **{name: words.cell(field, item.values.get(name), item.pairing_id) for name, field in fields.items()},
        "changed": None if item.changed is None else item.changed[:16].replace("T", " "),
        "changed_by": item.changed_by,
    }


def _columns(kind: str, words: Words) -> list[SheetColumn]:
    text = Text(words.lang)
    return [
        *(SheetColumn(name, text(f"programme_file.{name}"), fixed=True, hidden=True) for name in IDENTITY),
        SheetColumn("pairing", text("item.pairing_id"), width=PAIRING_WIDTH),
        *(_column(field, words) for field in KINDS[kind].all_fields),
        *(SheetColumn(name, text(f"ledger_file.{name}"), fixed=True) for name in AFTER),
    ]


def _column(field: Field, words: Words) -> SheetColumn:
    head = Text(words.lang)(f"item.{field.name}")
    unit = {"percent": "%", "money": "CNY"}.get(field.type, field.unit)
    width = TITLE_WIDTH if field.name == "title" else LONG_WIDTH if field.type in LONG else WIDTH
    rule, told = _rule(field, words)
    return SheetColumn(
        field.name,
        f"{head} ({unit})" if unit else head,
        form=FORMS.get(field.type, "text"),
        width=width,
        rule=rule,
        told=told,
    )


def _rule(field: Field, words: Words) -> tuple[dict[str, Any] | None, str]:
    """Return what may be typed into the cells of a field, and the key of the sentence that says so."""
    if field.type == "choice":
        source = [words.choice(field, value) for value in field.choices]
        return {"validate": "list", "source": source}, "programme_file.fits_choice"
    if field.type == "day":
        return dict(DAYS), "ledger_file.fits_due"
    most = {"percent": 100.0, "money": MOST_CNY, "number": MOST}.get(field.type)
    if most is None:
        return None, ""
    within = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
    return within, "programme_file.fits_number"


def _text(_words: Words, _field: Field, value: Any, _pairing: str) -> str:
    return str(value)[:MAX_CELL]


def _day(_words: Words, _field: Field, value: Any, _pairing: str) -> Any:
    try:
        return date.fromisoformat(str(value))
    except ValueError:  # of an imported row
        return str(value)


def _number(_words: Words, _field: Field, value: Any, _pairing: str) -> Any:
    return float(value) if isinstance(value, int | float) else str(value)


def _choice(words: Words, field: Field, value: Any, _pairing: str) -> str:
    return words.choice(field, str(value))


def _texts(_words: Words, _field: Field, value: Any, _pairing: str) -> str:
    told = value if isinstance(value, list) else [value]
    return "\n".join(" ".join(str(each).split()) for each in told)[:MAX_CELL]


def _shares(words: Words, _field: Field, value: Any, pairing_id: str) -> str:
    if not isinstance(value, Mapping):
        return str(value)[:MAX_CELL]
    lines = (f"{words.share_of(key, pairing_id)}: {100 * share:.10g}%" for key, share in value.items())
    return "\n".join(lines)[:MAX_CELL]


def _item(words: Words, _field: Field, value: Any, _pairing: str) -> str:
    title = words.titles.get(str(value))
    return str(value) if title is None else f"{title} [{value}]"


_CELLS: dict[str, Cell] = {
    "day": _day,
    "number": _number,
    "percent": _number,
    "money": _number,
    "choice": _choice,
    "texts": _texts,
    "shares": _shares,
    "item": _item,
}
