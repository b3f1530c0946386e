"""What the menu "Share" asks for: reports as files, and addresses that show a border on other pages."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request

from dashboard.access import noted, requires
from dashboard.downloads import asked_filters, sent_and_removed
from dashboard.embed import SHORTEST_S, addresses_of, new_embed, when
from dashboard.export.report import report_of
from dashboard.export.report_files import RENDERERS, safe_names, write_report
from dashboard.gap_filters import Filters
from dashboard.i18n import language
from geodata.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask

    from dashboard.results import ResultsCache

ENDINGS = tuple(ending.removeprefix(".") for ending in RENDERERS)
AT_ONCE = 1  # reports written at a time: each uses memory and a core, and pages are to be answered meanwhile
WAITING = 3
PATIENCE_S = 30.0
LARGEST_REQUEST = 20_000  # bytes
_TURNS = BoundedSemaphore(AT_ONCE)
_PLACES = BoundedSemaphore(AT_ONCE + WAITING)
BUSY = "Other reports are being written; try again in a moment."


def share_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of reports and of new embeds."""
    routes = Blueprint("share", __name__)

    @routes.get(f"/report/<path:pairing_id>.<any({','.join(ENDINGS)}):ending>")
    def report(pairing_id: str, ending: str) -> flask.Response:
        results = cache.current()
        if pairing_id not in results.members:
            abort(404, "There is no such pairing in this workspace.")
        filters = Filters.of(asked_filters())
        if filters.stretch_km is not None and pairing_id not in results.borders.index:
            abort(400, "km: only a pairing with a border of its own has stretches.")
        lang = language(request.args.get("lang"), request.headers.get("Accept-Language", ""))
        folder = Path(tempfile.mkdtemp(prefix="bordergap-"))
        try:
            file = folder / f"bordergap-{safe_names([pairing_id])[0]}.{ending}"
            with _turn():
                write_report(report_of(results, [pairing_id], lang=lang, filters=filters), results, file)
            return sent_and_removed(file, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    @routes.post("/share/embed")
    def embed() -> tuple[flask.Response, int] | flask.Response:
        results = cache.current()
        asked = _asked_object()
        pairing, gap, seconds = asked.get("pairing"), asked.get("gap") or None, asked.get("seconds")
        if not isinstance(pairing, str) or not isinstance(seconds, int) or not isinstance(gap, str | None):
            abort(400, f"Give pairing, gap and seconds (a number from {SHORTEST_S}).")
        lang = language(str(asked.get("lang")))
        requires("edit", pairing)
        try:
            link, token = new_embed(results, pairing, lang=lang, lasts_s=seconds, gap_id=gap)
        except UsageError as error:
            abort(400, str(error))
        except WorkspaceError as error:
            abort(409, str(error))
        noted("share.embed", f"{link.pairing} {link.id}")
        display = results.workspace.display
        root = (display.address or request.url_root).rstrip("/") + "/"
        addresses = addresses_of(root, results, link, token)
        answer = jsonify(
            {
                "id": link.id,
                "link": addresses.page,
                "iframe": addresses.iframe,
                "image": addresses.image,
                "expires": when(link).isoformat(),
                "framable": bool(display.frame_ancestors),
            }
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


@contextmanager
def _turn() -> Iterator[None]:
    """Be one of the few that write a report now; 503 where too many wait, or for too long."""
    if not _PLACES.acquire(blocking=False):
        abort(503, BUSY)
    try:
        if not _TURNS.acquire(timeout=PATIENCE_S):
            abort(503, BUSY)
        try:
            yield
        finally:
            _TURNS.release()
    finally:
        _PLACES.release()


def _asked_object() -> dict[str, Any]:
    """Return the JSON object of the request."""
    if (request.content_length or 0) > LARGEST_REQUEST:
        abort(413, "Send a small JSON object.")
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400, "Send a JSON object.")
    return asked
