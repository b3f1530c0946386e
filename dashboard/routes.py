"""Addresses of geometry and rows: named by content hash, compressed once, kept by browsers for ever."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, abort, request

from dashboard import bundle, payloads
from dashboard.maps import shapes
from dashboard.packing import Packed, pack, packed_answer
from dashboard.profiles import profiles_body

if TYPE_CHECKING:
    import flask

    from dashboard.results import Results, ResultsCache
    from layers.wording import Lang

KEPT_BODIES = 512  # some 10 kB each, in two codings
IN_EVERY_LANGUAGE = ("districts", "borders")
FIRST = (*IN_EVERY_LANGUAGE, "overview")  # what every reader gets


def addresses(results: Results, lang: Lang) -> dict[str, str]:
    """Return where the browser finds each body, relative to the application's root."""
    base = f"geo/{results.stamp}"
    return {
        **{name: f"{base}/{name}.json" for name in IN_EVERY_LANGUAGE},
        "overview": f"{base}/overview.{lang}.json",
        "pairing": f"{base}/pairing.{lang}.json",
        "profiles": f"{base}/profiles.{lang}.json",
        "layers": f"layers.{lang}.json",
        "documents": bundle.address("documents.js"),
        **{name: f"{base}/{name}.{lang}.json" for name in ("find", "compare", "ledger", "programme")},
        "export": f"export/{results.stamp}/gaps",
    }


def geo_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of the bodies; each answers 404 to anything the workspace does not have.

    Results that another run has replaced are 410.
    """
    routes = Blueprint("geo", __name__)

    def current(stamp: str) -> Results:
        results = cache.current()
        if stamp != results.stamp:
            abort(410, "These results have been replaced by another run; reload the page.")
        return results

    @routes.get("/geo/<stamp>/<any(districts,borders):name>.json")
    def shared(stamp: str, name: str) -> flask.Response:
        return packed_answer(packed(current(stamp), name))

    @routes.get("/geo/<stamp>/overview.<any(zh,en):lang>.json")
    def overview(stamp: str, lang: Lang) -> flask.Response:
        return packed_answer(packed(current(stamp), "overview", lang))

    @routes.get("/geo/<stamp>/<any(pairing,profiles):name>.<any(zh,en):lang>.json")
    def pairing(stamp: str, name: str, lang: Lang) -> flask.Response:
        results = current(stamp)
        return packed_answer(packed(results, name, lang, known_pairing(results)))

    @routes.get("/geo/<path:_anything>")
    def unknown(_anything: str) -> flask.Response:
        abort(404, "There is nothing at this address.")

    return routes


def known_pairing(results: Results) -> str:
    """Return the pairing the request asks for; 404 where the workspace has none of that id."""
    pairing_id = request.args.get("id", "")
    if pairing_id not in results.summary.index:
        abort(404, "There is no such pairing in this workspace.")
    return pairing_id


@lru_cache(maxsize=KEPT_BODIES)
def packed(results: Results, name: str, lang: Lang = "en", pairing_id: str = "") -> Packed:
    """Return a body as compressed JSON; made once a run."""
    if name == "districts":
        body = shapes.districts_shape(results)
    elif name == "borders":
        body = shapes.borders_shape(results)
    elif name == "overview":
        body = payloads.overview_body(results, lang)
    elif name == "pairing":
        body = payloads.pairing_body(results, pairing_id, lang)
    else:
        body = profiles_body(results, pairing_id, lang)
    return pack(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), ahead=name in FIRST)
