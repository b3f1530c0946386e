"""Addresses of what the pages without a map show, and of what can be taken away from them as a file."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, abort

from dashboard.finding import find_body
from dashboard.routes import packed_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask

    from dashboard.results import Results, ResultsCache
    from layers.wording import Lang

KEPT_BODIES = 64
BODIES: dict[str, Callable[[Results, Lang], dict[str, Any]]] = {"find": find_body}


def page_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of the bodies of pages; an address of results that are no more answers 404."""
    routes = Blueprint("pages", __name__)

    @routes.get(f"/geo/<stamp>/<any({','.join(BODIES)}):name>.<any(zh,en):lang>.json")
    def body(stamp: str, name: str, lang: Lang) -> flask.Response:
        return packed_answer(_packed(results_of(cache, stamp), name, lang))

    return routes


def results_of(cache: ResultsCache, stamp: str) -> Results:
    """Return the results an address speaks of; 404 once another run has replaced them."""
    results = cache.current()
    if stamp != results.stamp:
        abort(404, "These results have been replaced by another run; reload the page.")
    return results


@lru_cache(maxsize=KEPT_BODIES)
def _packed(results: Results, name: str, lang: Lang) -> bytes:
    """Return a body as compressed JSON; made once a run."""
    return gzip.compress(
        orjson.dumps(BODIES[name](results, lang), option=orjson.OPT_SERIALIZE_NUMPY), mtime=0
    )
