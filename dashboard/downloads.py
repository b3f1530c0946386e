"""Files to take away: gaps as a table or for a GIS, and the rows that were quarantined."""

from __future__ import annotations

import io
import shutil
import tempfile
from math import nan
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, request, send_file

from dashboard.export.gis import write_gaps
from dashboard.export.quarantine import has_shapes, write_quarantine
from dashboard.gap_filters import Filters, read_stretch
from dashboard.import_words import imported
from dashboard.ledger_rows import chosen_gaps, explained
from dashboard.page_routes import results_of
from geodata.formulas import neutral
from geodata.ledger_fields import STATUSES
from geodata.model import DOMAINS, LAYERS, PROVENANCES, SIDES
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask
    import pandas as pd

    from dashboard.results import ResultsCache
    from layers.wording import Lang

ENDINGS = ("xlsx", "csv", "geojson", "gpkg")
AT_ONCE = 2  # exports written at a time; each holds its rows in memory
PATIENCE_S = 20.0  # before a further one is asked to come back
VALUES = {
    "kind": tuple(KINDS),
    "domain": DOMAINS,
    "side": SIDES,
    "provenance": PROVENANCES,
    "status": STATUSES,
}
_TURNS = BoundedSemaphore(AT_ONCE)


def download_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of files; what the workspace does not have answers 404, a wrong filter 400."""
    routes = Blueprint("downloads", __name__)

    @routes.get(f"/export/<stamp>/gaps.<any({','.join(ENDINGS)}):ending>")
    def gaps(stamp: str, ending: str) -> flask.Response:
        results = results_of(cache, stamp)
        asked = asked_filters()
        if asked["pairing"] and asked["pairing"] not in results.summary.index:
            abort(404, "There is no such pairing in this workspace.")
        lang: Lang = "en" if request.args.get("lang") == "en" else "zh"
        rows = explained(results, chosen_gaps(results, lang, Filters.of(asked), asked["pairing"]))
        name = f"bordergap-gaps.{ending}"
        return _written(name, lambda file: write_gaps(rows, file, results, lang=lang))

    @routes.get(f"/export/<stamp>/quarantine-<any({','.join(LAYERS)}):layer>.<any(csv,gpkg):ending>")
    def quarantine(stamp: str, layer: str, ending: str) -> flask.Response:
        rows = results_of(cache, stamp).workspace.quarantine(layer)
        if rows is None:
            abort(404, "No rows of this layer were quarantined.")
        lang: Lang = "en" if request.args.get("lang") == "en" else "zh"
        told = rows.assign(reason=[imported(reason, lang) for reason in rows["reason"]])
        if ending == "gpkg":
            return _on_a_map(told, layer)
        text = told.rename(columns=neutral).map(neutral).to_csv(index=False, lineterminator="\r\n")
        return send_file(
            io.BytesIO(text.encode("utf-8-sig")),  # the mark without which Excel garbles Chinese
            mimetype="text/csv",
            as_attachment=True,
            download_name=f"bordergap-quarantine-{layer}.csv",
        )

    return routes


def _on_a_map(rows: pd.DataFrame, layer: str) -> flask.Response:
    """Return rows that were set aside as a GeoPackage."""
    if not has_shapes(rows):
        abort(404, "These rows have no geometry; take the CSV.")
    return _written(f"bordergap-quarantine-{layer}.gpkg", lambda file: write_quarantine(rows, file))


def _written(name: str, write: Callable[[Path], object]) -> flask.Response:
    """Return a file that is written when it is its turn, and gone once it is sent."""
    folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
    try:
        if not _TURNS.acquire(timeout=PATIENCE_S):
            abort(503, "Other files are being written; try again in a moment.")
        try:
            write(folder / name)
        finally:
            _TURNS.release()
        return sent_and_removed(folder / name, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sent_and_removed(file: Path, folder: Path) -> flask.Response:
    """Return the answer that hands out `file`; once it is sent, or the reader gone, `folder` goes."""
    response = send_file(file, as_attachment=True, download_name=file.name)
    response.headers["Cache-Control"] = "private, no-store"
    # Else the server takes the bare file, and closing is told to nobody.
    response.direct_passthrough = False
    response.call_on_close(lambda: shutil.rmtree(folder, ignore_errors=True))
    return response


def asked_filters() -> dict[str, Any]:
    """Return pairing and filters of the request, as `Filters.of` takes them; 400 for what means nothing."""
    lists = {name: [value for value in request.args.get(name, "").split(",") if value] for name in VALUES}
    for name, values in lists.items():
        if unknown := sorted(set(values) - set(VALUES[name])):
            abort(400, f"{name}: {unknown[0]!r} is none of {', '.join(VALUES[name])}")
    try:
        severity = float(request.args.get("severity") or 0.0)
    except ValueError:
        severity = nan
    if not 0 <= severity <= 100:  # noqa: PLR2004, severity goes from 0 to 100; refuses what is no number too
        abort(400, "severity: give a number from 0 to 100")
    stretch = request.args.get("km", "")
    try:
        stretch_km = read_stretch(stretch) if stretch else None
    except ValueError as error:
        abort(400, f"km: {error}")
    return {
        "pairing": request.args.get("id", ""),
        "new": request.args.get("new") == "1",
        "km": stretch_km,
        "severity": severity,
        **{name: request.args.get(name, "")[:200] for name in ("find", "words")},
        **lists,
    }
