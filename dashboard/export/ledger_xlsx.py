"""The ledger as a workbook that is filled in elsewhere and imported again: one sheet, a row a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.export.ledger_columns import IDENTITY, follow_up_cells, ledger_column
from dashboard.export.record_xlsx import fill_sheet
from dashboard.export.xlsx import new_workbook
from dashboard.gap_rows import gap_sentence
from dashboard.i18n import Text, plain
from dashboard.payloads import member_names, pairing_name
from geodata.ledger_fields import FIELDS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from dashboard.results import Results
    from geodata.ledger import Entry

SHEET = "ledger"
ABOUT = ("pairing", "kind", "what", "side", "severity", "sentence", "presence")
AFTER = ("changed", "changed_by")
COLUMNS = (*IDENTITY, *ABOUT, *FIELDS, *AFTER)


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

    Raises
    ------
    BordergapError
        If it cannot be written.
    """
    kept = {entry.gap_id: entry for entry in entries}
    names = results.names(lang)
    rows = [_row(gap, kept.pop(gap["gap_id"], None), results, lang) for gap in gaps.to_dict("records")]
    for entry in kept.values():
        gap = {**entry.gap, f"sentence_{lang}": _sentence(entry, results, names, lang)}
        rows.append(_row(gap, entry, results, lang))
    text = Text(lang)
    columns = [ledger_column(name, text(f"ledger_file.{name}"), text) for name in COLUMNS]
    with new_workbook(path) as book:
        fill_sheet(book, SHEET, columns, rows, text)
    return len(rows)


def _row(gap: Mapping[str, Any], entry: Entry | None, results: Results, lang: Lang) -> dict[str, Any]:
    """Return a row of the sheet by column."""
    text, key = Text(lang), str(gap["pairing_id"])
    known = key in results.members
    members = member_names(results, key, lang) if known else ("a", "b")
    sides = {"a": members[0], "b": members[1], "both": text("side.both")}
    return {
        **follow_up_cells(entry, text),
        "gap_id": str(gap["gap_id"]),
        "pairing": pairing_name(results, key, lang) if known else plain(key),
        "kind": wording.word(wording.KIND_WORDS, gap["kind"], lang),
        "what": None if is_missing(gap["what"]) else plain(wording.thing(gap["what"], lang)),
        "side": sides[gap["side"]],
        "severity": gap["severity"],
        "sentence": plain(gap[f"sentence_{lang}"]),
        "presence": text(f"ledger_file.presence.{'found' if entry is None else entry.presence}"),
        "changed": None if entry is None or entry.changed is None else entry.changed[:16].replace("T", " "),
        "changed_by": None if entry is None else entry.changed_by,
    }


def _sentence(entry: Entry, results: Results, names: Mapping[str, str], lang: Lang) -> str:
    """Return the sentence of a gap that is found no longer; its pairing may be gone, too."""
    members = results.members.get(entry.pairing_id)
    if members is None:
        return ""
    sides = {f"member_{side}": "+".join(members[place]) for place, side in enumerate("ab")}
    return gap_sentence({**entry.gap, **sides}, lang, names)
