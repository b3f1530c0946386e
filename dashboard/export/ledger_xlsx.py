"""The ledger as a workbook that is filled in elsewhere and imported again: one sheet, a row a gap."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from xlsxwriter.exceptions import XlsxWriterException

from dashboard.export.ledger_columns import (
    FIRST_ROW,
    HEAD_ROW,
    follow_up_cells,
    name_columns,
    take_only_what_fits,
)
from dashboard.export.xlsx import new_workbook, write
from dashboard.gap_rows import gap_sentence
from dashboard.i18n import Text, plain
from dashboard.payloads import member_names, pairing_name
from geodata.errors import BordergapError
from geodata.ledger_fields import FIELDS
from geodata.ledger_sheet import SHEET
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from dashboard.results import Results
    from geodata.ledger import Entry

HIDDEN = ("gap_id", "version")
ABOUT = ("pairing", "kind", "what", "side", "severity", "sentence", "presence")
AFTER = ("changed", "changed_by")
COLUMNS = (*HIDDEN, *ABOUT, *FIELDS, *AFTER)
WIDTHS = {"sentence": 56, "todo": 36, "notes": 36, "links": 36, "pairing": 22, "severity": 9, "due": 12}
WIDTH, LONG_WIDTH = 16, 28
HEAD_HEIGHT = 32
DATE, MONEY = "yyyy-mm-dd", "#,##0.00"


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
    try:
        with new_workbook(path) as book:
            _fill(book, rows, Text(lang))
    except (XlsxWriterException, OSError) as error:
        raise BordergapError(f"the workbook was not written: {error}; check the free space") from error
    return len(rows)


def _fill(book: Any, rows: list[dict[str, Any]], text: Text) -> None:
    sheet = book.add_worksheet(SHEET)
    top = {"valign": "top", "text_wrap": True}
    grey = {**top, "bg_color": "#EEF1F0", "font_color": "#444444"}
    styles = {
        "about": book.add_format({**grey, "num_format": "@"}),
        "severity": book.add_format({**grey, "num_format": "0.0"}),
        "text": book.add_format({**top, "num_format": "@", "quote_prefix": True}),
        "due": book.add_format({**top, "num_format": DATE}),
        "cost_cny": book.add_format({**top, "num_format": MONEY}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
    }
    style_of = {name: styles.get(name) or styles["text" if name in FIELDS else "about"] for name in COLUMNS}
    for place, name in enumerate(COLUMNS):
        long = FIELDS[name].type == "long" if name in FIELDS else False
        width = WIDTHS.get(name, LONG_WIDTH if long else WIDTH)
        sheet.set_column(place, place, width, style_of[name], {"hidden": name in HIDDEN})
        sheet.write_string(HEAD_ROW, place, text(f"ledger_file.{name}"), styles["head"])
        for number, row in enumerate(rows, start=FIRST_ROW):  # a cell has no vectorised way in
            value = row[name]
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, style_of[name])
            else:
                write(sheet, number, place, value, style_of[name])
    name_columns(sheet, COLUMNS)
    sheet.set_row(HEAD_ROW, HEAD_HEIGHT)
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    take_only_what_fits(sheet, COLUMNS, last, text)
    sheet.freeze_panes(FIRST_ROW, len(HIDDEN) + 2)
    sheet.autofilter(HEAD_ROW, 0, last, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)


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
