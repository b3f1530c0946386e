"""Bodies compressed once for all who come for them, and the answers made of them."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING, NamedTuple, cast

import brotli
from flask import Response, request

from dashboard.headers import FOR_EVER

if TYPE_CHECKING:
    import flask

JSON = "application/json"
# Brotli at its best halves lists of places, and takes 0.3 s for 100 kB; in a hurry it takes what gzip does.
BEST, HASTY = 11, 5
LONG = 400_000  # bytes, beyond which even who makes bodies ahead is in a hurry


class Packed(NamedTuple):
    """A body by coding of contents; browsers take `br` where the way to the server is encrypted, or short."""

    br: bytes | None
    gzip: bytes


def pack(body: bytes, *, ahead: bool = False) -> Packed:
    """Return a body in each coding, as small as it gets if it is made `ahead` of being asked for."""
    quality = BEST if ahead and len(body) <= LONG else HASTY
    return Packed(brotli.compress(body, quality=quality), gzip.compress(body, mtime=0))


def packed_answer(packed: Packed, mimetype: str = JSON) -> flask.Response:
    """Return a compressed body that its address names for ever, or 304 where the browser has it."""
    coding, body = _taken(packed)
    response = Response(body, mimetype=mimetype)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER
    response.set_etag("-".join(filter(None, (hashlib.sha256(packed.gzip).hexdigest()[:32], coding))))
    return cast("flask.Response", response.make_conditional(request))


def _taken(packed: Packed) -> tuple[str, bytes]:
    """Return the coding that the browser gets, and the body in it."""
    if packed.br is not None and request.accept_encodings["br"] > 0:
        return "br", packed.br
    if request.accept_encodings["gzip"] > 0:
        return "gzip", packed.gzip
    return "", gzip.decompress(packed.gzip)
