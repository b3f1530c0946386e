"""Addresses of pictures: `/map/<pairing>.png?…`, for documents and wikis to link."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, request

from dashboard.approval import review_note
from dashboard.downloads import asked_filters
from dashboard.export.cartography.sheet import LAYERS
from dashboard.export.picture_size import MM_PER_INCH
from dashboard.export.pictures import map_picture
from dashboard.gap_filters import Filters
from dashboard.i18n import Text, language
from geodata.errors import UsageError

if TYPE_CHECKING:
    import flask

    from dashboard.results import Results, ResultsCache
    from layers.wording import Lang

DPI = 144  # pixels of the address are those of a screen with two to a point
WIDTH, HEIGHT = (200, 1000, 4000), (150, 667, 4000)  # pixels: least, unless asked, most
MIMETYPES = {"png": "image/png", "svg": "image/svg+xml"}
KEPT_BYTES = 64_000_000
AT_ONCE = 1  # pictures a process draws at a time, so that pages are still answered
WAITING = 8  # requests that may wait for their turn
PATIENCE_S = 20.0
OVERVIEW = "overview"


class Pictures:
    """Pictures drawn before, by what was asked; the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)

    def get(self, key: str, results: Results, asked: dict[str, Any]) -> bytes:
        """Return the picture of `key`; drawn now unless it was before, 503 where too many wait."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        if not self._places.acquire(blocking=False):
            abort(_busy())
        try:
            if not self._turns.acquire(timeout=PATIENCE_S):
                abort(_busy())
            try:
                picture = map_picture(results, **asked)
            finally:
                self._turns.release()
        finally:
            self._places.release()
        with self._lock:
            self._kept[key] = picture
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return picture


def picture_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of pictures.

    `/map/<pairing>.png` (or `.svg`; `overview` for the whole workspace) takes `lang`, `w` and `h` (pixels),
    `gap` (an id), `layers` (names parted by commas), `legend=0`, `title`, and the filters of reports, which
    the picture then names. What the workspace does not have is answered with 404, a value that does not fit
    with 400; both say why.
    """
    routes = Blueprint("pictures", __name__)
    pictures = Pictures()

    @routes.get("/map/<path:pairing_id>.<any(png,svg):ending>")
    def picture(pairing_id: str, ending: str) -> flask.Response:
        results = cache.current()
        asked = _asked(results, pairing_id, ending)
        note = review_note(results, asked["lang"]).text  # may change without another run
        key = hashlib.sha256(repr((results.stamp, note, sorted(asked.items()))).encode()).hexdigest()[:32]
        response = Response(mimetype=MIMETYPES[ending])
        response.set_etag(key)
        response.headers["Cache-Control"] = (
            "private, no-cache"  # asked again, answered with 304 while it holds
        )
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a wiki may show it
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        if key not in request.if_none_match:
            try:
                response.set_data(pictures.get(key, results, asked))
            except UsageError as error:
                abort(404, str(error))
        return cast("flask.Response", response.make_conditional(request))

    return routes


def _asked(results: Results, pairing_id: str, ending: str) -> dict[str, Any]:
    """Return what a request asks of `map_picture`, checked."""
    query = request.args
    if pairing_id != OVERVIEW and pairing_id not in results.members:
        abort(404, "There is no such pairing in this workspace.")
    names = query["layers"].split(",") if query.get("layers") else [] if "layers" in query else None
    if names is not None and (unknown := set(names) - set(LAYERS)):
        abort(400, f"{len(unknown)} of the layers are unknown; layers are {', '.join(LAYERS)}.")
    size = (_pixels("w", WIDTH), _pixels("h", HEIGHT))
    lang = language(query.get("lang"), request.headers.get("Accept-Language", ""))
    return {
        **_filtered(results, pairing_id, lang),
        "pairing_id": None if pairing_id == OVERVIEW else pairing_id,
        "lang": lang,
        "size_mm": (size[0] * MM_PER_INCH / DPI, size[1] * MM_PER_INCH / DPI),
        "format": ending,
        "dpi": DPI,
        "gap_id": query.get("gap") or None,
        "layers": names,
        "legend": query.get("legend") != "0",
        "title": query.get("title", "")[:200] or None,
    }


def _filtered(results: Results, pairing_id: str, lang: Lang) -> dict[str, Any]:
    """Return which gaps a map shows and what it says of that; nothing where all pass, or one is named."""
    filters = Filters.of(asked_filters())
    said = filters.said(lang)
    if not said or request.args.get("gap"):
        return {}
    if filters.stretch_km is not None and pairing_id not in results.borders.index:
        abort(400, "km: only a pairing with a border of its own has stretches.")
    keys = None if pairing_id == OVERVIEW else {pairing_id, *results.inner_pairings(pairing_id)}
    gaps = results.gaps if keys is None else results.gaps[results.gaps["pairing_id"].isin(keys)]
    kept = gaps[filters.keep(gaps, results, lang, filters.entries(results))]
    return {"gaps": kept["gap_id"].tolist(), "note": Text(lang)("report.filtered", filters=said)}


def _pixels(name: str, limits: tuple[int, int, int]) -> int:
    """Return a side of the picture from the query; 400 for one beyond its limits."""
    least, usual, most = limits
    text = request.args.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):  # noqa: PLR2004
        abort(400, f"{name} is a number of pixels from {least} to {most}.")
    return int(text)


def _busy() -> Response:
    return Response(
        "Too many pictures are being drawn; try again soon.",
        status=503,
        mimetype="text/plain",
        headers={"Retry-After": "5"},
    )
