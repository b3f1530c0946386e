"""Addresses of what the pages without a map show, and of what can be taken away from them as a file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, abort, request

from dashboard.finding import find_body
from dashboard.ledger_rows import ledger_body
from dashboard.members import EVERYTHING, compare_body
from dashboard.packing import Packed, pack, packed_answer
from dashboard.programme import programme_body

if TYPE_CHECKING:
    from collections.abc import Callable

    import flask

    from dashboard.results import Results, ResultsCache
    from layers.wording import Lang

KEPT_BODIES = 64
BODIES: dict[str, Callable[[Results, Lang], dict[str, Any]]] = {
    "find": find_body,
    "ledger": ledger_body,
    "programme": programme_body,
}
FIRST = "find"  # what every reader gets


def page_routes(cache: ResultsCache) -> Blueprint:
    """Return the routes of the bodies of pages; an address of results that are no more answers 410."""
    routes = Blueprint("pages", __name__)

    @routes.get(f"/geo/<stamp>/<any({','.join(BODIES)}):name>.<any(zh,en):lang>.json")
    def body(stamp: str, name: str, lang: Lang) -> flask.Response:
        return packed_answer(packed(results_of(cache, stamp), name, lang))

    @routes.get("/geo/<stamp>/compare.<any(zh,en):lang>.json")
    def comparison(stamp: str, lang: Lang) -> flask.Response:
        results = results_of(cache, stamp)
        asked, one, other = (request.args.get(name, "") for name in ("id", "one", "other"))
        if asked and asked != EVERYTHING and asked not in results.summary.index:
            abort(404, "There is no such pairing in this workspace.")
        return packed_answer(_compared(results, lang, asked, one, other))

    return routes


def results_of(cache: ResultsCache, stamp: str) -> Results:
    """Return the results an address speaks of; 410 once another run has replaced them."""
    results = cache.current()
    if stamp != results.stamp:
        abort(410, "These results have been replaced by another run; reload the page.")
    return results


@lru_cache(maxsize=KEPT_BODIES)
def _compared(results: Results, lang: Lang, asked: str, one: str, other: str) -> Packed:
    """Return a comparison as compressed JSON."""
    return pack(
        orjson.dumps(compare_body(results, lang, asked, one, other), option=orjson.OPT_SERIALIZE_NUMPY)
    )


@lru_cache(maxsize=KEPT_BODIES)
def packed(results: Results, name: str, lang: Lang) -> Packed:
    """Return a body as compressed JSON; made once a run."""
    body = orjson.dumps(BODIES[name](results, lang), option=orjson.OPT_SERIALIZE_NUMPY)
    return pack(body, ahead=name == FIRST)
