"""The ledger as a workbook that is filled in elsewhere and imported again: one sheet, a row a gap."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import xlsxwriter

from dashboard.export.record_xlsx import DAYS, SheetColumn, fill_sheet
from dashboard.export.xlsx import MAX_CELL, PLAIN
from dashboard.gap_rows import gap_sentence
from dashboard.i18n import Text, plain
from dashboard.payloads import member_names, pairing_name
from geodata.ledger_fields import FIELDS, MOST_CNY, STATUSES
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from dashboard.results import Results
    from geodata.ledger import Entry

SHEET = "ledger"
IDENTITY = ("gap_id", "version")  # hidden columns, by which rows find their entries
ABOUT = ("pairing", "kind", "what", "side", "severity", "sentence", "presence")
AFTER = ("changed", "changed_by")
COLUMNS = (*IDENTITY, *ABOUT, *FIELDS, *AFTER)
WIDTHS = {"sentence": 56, "todo": 36, "notes": 36, "links": 36, "pairing": 22, "severity": 9, "due": 12}
WIDTH, LONG_WIDTH = 16, 28
FORMS = {"severity": "severity", "due": "day", "cost_cny": "money"}
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "due": (DAYS, "ledger_file.fits_due"),
    "cost_cny": (
        {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": MOST_CNY},
        "ledger_file.fits_cost_cny",
    ),
}


def write_ledger(
    gaps: gpd.GeoDataFrame, entries: Iterable[Entry], path: Path, results: Results, lang: Lang
) -> int:
    """Write `gaps`, and the entries of gaps that are found no longer, as a workbook; return its rows.

    Names of columns stand in a hidden row, ids and versions in hidden columns: by them the file is imported
    again, whatever its language and order. What was found is grey and refuses to be typed over; what is done
    about it is white. No cell is a formula, whatever its text begins with.

    Parameters
    ----------
    gaps
        As `dashboard.export.gis.with_sentences` returns them.
    """
    kept = {entry.gap_id: entry for entry in entries}
    names = results.names(lang)
    rows = [_row(gap, kept.pop(gap["gap_id"], None), results, lang) for gap in gaps.to_dict("records")]
    for entry in kept.values():
        gap = {**entry.gap, f"sentence_{lang}": _sentence(entry, results, names, lang)}
        rows.append(_row(gap, entry, results, lang))
    with xlsxwriter.Workbook(path, PLAIN) as book:
        fill_sheet(book, SHEET, _columns(Text(lang)), rows, Text(lang))
    return len(rows)


def _columns(text: Text) -> list[SheetColumn]:
    found = []
    for name in COLUMNS:
        field = FIELDS.get(name)
        rule, told = RULES.get(name, (None, ""))
        if name == "status":
            rule = {"validate": "list", "source": [text(f"ledger_file.status.{each}") for each in STATUSES]}
        found.append(
            SheetColumn(
                name,
                text(f"ledger_file.{name}"),
                form=FORMS.get(name, "text"),
                width=WIDTHS.get(name, LONG_WIDTH if field is not None and field.type == "long" else WIDTH),
                fixed=field is None,
                hidden=name in IDENTITY,
                rule=rule,
                told=told or f"ledger_file.fits_{name}",
            )
        )
    return found


def _row(gap: Mapping[str, Any], entry: Entry | None, results: Results, lang: Lang) -> dict[str, Any]:
    """Return a row of the sheet by column."""
    text, key = Text(lang), str(gap["pairing_id"])
    known = key in results.members
    members = member_names(results, key, lang) if known else ("a", "b")
    sides = {"a": members[0], "b": members[1], "both": text("side.both")}
    said = {name: field.default for name, field in FIELDS.items()} if entry is None else entry.values
    return {
        **{name: said[name] for name in FIELDS},
        "gap_id": str(gap["gap_id"]),
        "version": 0 if entry is None else entry.version,
        "pairing": pairing_name(results, key, lang) if known else plain(key),
        "kind": wording.word(wording.KIND_WORDS, gap["kind"], lang),
        "what": None if is_missing(gap["what"]) else plain(wording.thing(gap["what"], lang)),
        "side": sides[gap["side"]],
        "severity": gap["severity"],
        "sentence": plain(gap[f"sentence_{lang}"]),
        "presence": text(f"ledger_file.presence.{'found' if entry is None else entry.presence}"),
        "status": text(f"ledger_file.status.{said['status']}"),
        "due": None if said["due"] is None else date.fromisoformat(said["due"]),
        "links": links_text(said["links"]) or None,
        "changed": None if entry is None or entry.changed is None else entry.changed[:16].replace("T", " "),
        "changed_by": None if entry is None else entry.changed_by,
    }


def links_text(links: Iterable[Mapping[str, str]]) -> str:
    """Return attachments as a cell holds them: a line each, title and address parted by a bar."""
    return "\n".join(f"{link['title'].replace('|', '/')} | {link['url']}" for link in links)[:MAX_CELL]


def _sentence(entry: Entry, results: Results, names: Mapping[str, str], lang: Lang) -> str:
    """Return the sentence of a gap that is found no longer; its pairing may be gone, too."""
    members = results.members.get(entry.pairing_id)
    if members is None:
        return ""
    sides = {f"member_{side}": "+".join(members[place]) for place, side in enumerate("ab")}
    return gap_sentence({**entry.gap, **sides}, lang, names)
