"""Our own scripts and styles: one file of each, as small as they get, at an address that changes with it.

One by one they cost a first visit sixty answers, and twice the bytes.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

import brotli
from flask import Blueprint, Response, abort, request
from rcssmin import cssmin
from rjsmin import jsmin

from dashboard.headers import FOR_EVER

if TYPE_CHECKING:
    import flask

Ending = Literal["js", "css"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)
MIMETYPES: dict[str, str] = {"js": "text/javascript", "css": "text/css"}
FOLDER = Path(__file__).parent / "assets"
HASH_LETTERS = 12
_SMALLER = {"js": jsmin, "css": cssmin}
# By coding of contents, each as thorough as it can be; the best first.
_PACKERS = {"br": brotli.compress, "gzip": partial(gzip.compress, mtime=0)}


def address(ending: Ending) -> str:
    """Return where the file is, below the root of the server."""
    digest = hashlib.sha256(whole(ending)).hexdigest()[:HASH_LETTERS]
    return f"bundle/{digest}.{ending}"


@lru_cache(len(ENDINGS))
def whole(ending: Ending) -> bytes:
    """Return all files of `FOLDER` with an ending, by name, without comments and needless spaces."""
    texts = (file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob(f"*.{ending}")))
    return "\n".join(_SMALLER[ending](text) for text in texts).encode()


@lru_cache(len(ENDINGS) * len(_PACKERS))
def packed(ending: Ending, coding: str) -> bytes:
    """Return the file in a coding of contents: `br` or `gzip`. The first time takes most of a second."""
    return cast("bytes", _PACKERS[coding](whole(ending)))


def bundle_routes() -> Blueprint:
    """Return the route of the two files; others than those in use are not there."""
    routes = Blueprint("bundle", __name__)

    @routes.get(f"/bundle/<version>.<any({','.join(ENDINGS)}):ending>")
    def bundle(version: str, ending: Ending) -> flask.Response:
        if address(ending) != f"bundle/{version}.{ending}":
            abort(404, "Another version of the program is in use; reload the page.")
        coding = next((each for each in _PACKERS if request.accept_encodings[each] > 0), None)
        answer = Response(packed(ending, coding) if coding else whole(ending), mimetype=MIMETYPES[ending])
        if coding:
            answer.headers["Content-Encoding"] = coding
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = FOR_EVER
        return answer

    return routes
