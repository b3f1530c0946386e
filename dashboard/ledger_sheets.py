"""The follow-up as a workbook: taken away with all rows one may see, brought back row by row."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from dashboard.access import current, refuse
from dashboard.downloads import sent_and_removed
from dashboard.export.ledger_xlsx import write_ledger
from dashboard.ledger_import import import_ledger
from dashboard.ledger_rows import explained
from dashboard.record_answers import answered, asked_language, kept_or_told, problem_text
from geodata.errors import SourceError
from geodata.ledger_sheet import SHEET

if TYPE_CHECKING:
    import flask

    from dashboard.kept import Kept
    from dashboard.ledger_import import RowReport
    from layers.wording import Lang

LARGEST_SHEET = 20_000_000  # bytes; a workbook of a hundred thousand gaps
CHUNK = 1 << 20


def sheet_routes(kept: Kept) -> Blueprint:
    """Return the routes of the workbook."""
    routes = Blueprint("sheets", __name__)

    @routes.get("/ledger/export.xlsx")
    def export() -> flask.Response:
        lang = asked_language()
        return kept_or_told(lambda: _exported(kept, lang))

    @routes.post("/ledger/import")
    def bring_back() -> flask.Response:
        lang, person = asked_language(), current()
        if person.holds is not None:
            refuse(
                403, "rights", "Your account may change some of the pairings; this file holds rows of all."
            )
        folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
        try:
            file = folder / "ledger.xlsx"  # named by us, whatever the browser calls it
            _receive(file)
            return kept_or_told(lambda: _imported(kept, file, person.name, lang))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return routes


def _exported(kept: Kept, lang: Lang) -> flask.Response:
    results, person = kept.results, current()
    entries = [each for each in kept.ledger.entries() if person.may("see", each.pairing_id)]
    folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
    try:
        file = folder / "bordergap-ledger.xlsx"
        write_ledger(explained(results, results.gaps), entries, file, results, lang)
        return sent_and_removed(file, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _receive(file: Path) -> None:
    """Write what the browser sends to `file`; 413 where it is too large, however long it says it is."""
    size = 0
    with file.open("wb") as target:
        while chunk := request.stream.read(CHUNK):
            size += len(chunk)
            if size > LARGEST_SHEET:
                refuse(413, "size", f"Send a workbook of at most {LARGEST_SHEET:,} bytes.")
            target.write(chunk)


def _imported(kept: Kept, file: Path, author: str, lang: Lang) -> flask.Response:
    try:
        reports = import_ledger(file, kept.ledger, author=author)
    except SourceError as error:
        refuse(400, "sheet", str(error))
    return answered({"rows": [_told(each, lang) for each in reports]})


def _told(report: RowReport, lang: Lang) -> dict[str, Any]:
    return {
        "sheet": "" if report.sheet == SHEET else report.sheet,
        "row": report.row,
        "gap_id": report.gap_id,
        "result": report.result.split(" ", maxsplit=1)[0],
        "reason": " ".join(problem_text(each, lang) for each in report.problems) or (report.changed_by or ""),
    }
