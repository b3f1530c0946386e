"""Follow-up and programme as workbooks: taken away with all rows one may see, brought back row by row."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from dashboard.access import current
from dashboard.downloads import sent_and_removed
from dashboard.export.ledger_xlsx import SHEET, write_ledger
from dashboard.export.programme_xlsx import write_programme
from dashboard.ledger_import import import_ledger
from dashboard.ledger_rows import explained
from dashboard.programme_import import import_programme
from dashboard.programme_routes import seen_items
from dashboard.record_answers import answered, asked_language, kept_or_told, problem_text, refuse_told
from dashboard.uploads import TooSlowError, pieces, place
from geodata.errors import SourceError, told_as
from geodata.intake_store import display_name

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask

    from dashboard.kept import Kept
    from dashboard.sheet_import import RowReport
    from layers.wording import Lang

LARGEST_SHEET = 20_000_000  # bytes; a workbook of a hundred thousand gaps


def sheet_routes(kept: Kept) -> Blueprint:
    """Return the routes of the workbook."""
    routes = Blueprint("sheets", __name__)

    @routes.get("/ledger/export.xlsx")
    def export() -> flask.Response:
        results, person, lang = kept.results, current(), asked_language()

        def write(file: Path) -> None:
            entries = [each for each in kept.ledger.entries() if person.may("see", each.pairing_id)]
            write_ledger(explained(results, results.gaps), entries, file, results, lang)

        return kept_or_told(lambda: _sent("bordergap-ledger.xlsx", write))

    @routes.get("/programme/export.xlsx")
    def programme() -> flask.Response:
        lang = asked_language()

        def write(file: Path) -> None:
            write_programme(seen_items(kept), file, kept.results, lang)

        return kept_or_told(lambda: _sent("bordergap-programme.xlsx", write))

    @routes.post("/ledger/import")
    def bring_back() -> flask.Response:
        return _taken_back(lambda file, author: import_ledger(file, kept.ledger, author=author))

    @routes.post("/programme/import")
    def bring_back_programme() -> flask.Response:
        return _taken_back(
            lambda file, author: import_programme(file, kept.programme, kept.results, author=author)
        )

    return routes


def _sent(name: str, write: Callable[[Path], None]) -> flask.Response:
    """Return a workbook, written whole before any of it is sent."""
    folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
    try:
        file = folder / name
        write(file)
        return sent_and_removed(file, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _taken_back(take: Callable[[Path, str], list[RowReport]]) -> flask.Response:
    """Return what became of each row of the workbook that the browser sends."""
    lang, person = asked_language(), current()
    if person.holds is not None:
        message = "Your account may change some of the pairings; this file holds rows of all."
        refuse_told(403, "rights", message)
    folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
    try:
        file = folder / "sheet.xlsx"  # named by us, whatever the browser calls it
        _receive(file)
        return kept_or_told(lambda: _imported(file, person.name, lang, take))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _receive(file: Path) -> None:
    """Write what the browser sends to `file`; 413 if too large, 408 if too slow, 503 in a crowd."""
    size = 0
    try:
        with place(), file.open("wb") as target:
            for piece in pieces():
                size += len(piece)
                if size > LARGEST_SHEET:
                    refuse_told(413, "size", f"Send a workbook of at most {LARGEST_SHEET:,} bytes.")
                target.write(piece)
    except TooSlowError:
        refuse_told(408, "slow", "The workbook came too slowly; send it again.")


def _imported(
    file: Path, author: str, lang: Lang, take: Callable[[Path, str], list[RowReport]]
) -> flask.Response:
    try:
        with told_as(file.name, display_name(request.args.get("name", file.name))):
            reports = take(file, author)
    except SourceError as error:
        refuse_told(400, "sheet", str(error))
    return answered({"rows": [_told(each, lang) for each in reports]})


def _told(report: RowReport, lang: Lang) -> dict[str, Any]:
    return {
        "sheet": "" if report.sheet == SHEET else report.sheet,  # that file has no other
        "row": report.row,
        "id": report.id,
        "result": report.result.split(" ", maxsplit=1)[0],
        "reason": " ".join(problem_text(each, lang) for each in report.problems) or (report.changed_by or ""),
    }
