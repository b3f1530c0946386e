"""A report on all pairings, or on those of one district, as it is asked for in the browser."""

from __future__ import annotations

from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from dashboard.atlas import Order, streamed
from dashboard.downloads import asked_filters
from dashboard.gap_filters import Filters
from dashboard.i18n import language
from dashboard.share_routes import BUSY, ENDINGS

if TYPE_CHECKING:
    from dashboard.results import ResultsCache

AT_ONCE = 1  # beside single reports: it is nice to them, and uses what they leave
_PLACES = BoundedSemaphore(AT_ONCE)


def atlas_routes(cache: ResultsCache) -> Blueprint:
    """Return the route of atlases; `dashboard.atlas` says what its answer is made of."""
    routes = Blueprint("atlas", __name__)

    @routes.get(f"/atlas.<any({','.join(ENDINGS)}):ending>")
    def written(ending: str) -> Response:
        results = cache.current()
        district = request.args.get("district", "")
        pairings = [
            pairing
            for pairing, members in results.members.items()
            if not district or any(district in member for member in members)
        ]
        if not pairings:
            abort(404, "There is no such pairing in this workspace.")
        filters = Filters.of(asked_filters())
        if filters.stretch_km is not None:
            abort(400, "km: only a single pairing has stretches.")
        lang = language(request.args.get("lang"), request.headers.get("Accept-Language", ""))
        only = None if results.only is None else sorted(results.only)
        order = Order(str(results.workspace.path.resolve()), only, pairings, f".{ending}", lang, filters)
        if not _PLACES.acquire(blocking=False):
            abort(503, BUSY)
        place = ExitStack()
        place.callback(_PLACES.release)
        answer = Response(streamed(order), mimetype="application/octet-stream")
        answer.headers["Cache-Control"] = "private, no-store"
        answer.call_on_close(place.close)
        return answer

    return routes
