"""Compression of answers: scripts and styles once, everything else as it is made."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from flask import request
from flask_compress import Compress

if TYPE_CHECKING:
    import flask

MIMETYPES = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/json",
    "image/svg+xml",
]
STATIC = ("/lib/", "/_dash-component-suites/", "/assets/", "/login-page/")
KEPT = 128  # scripts and styles of libraries; there are some 40


def compress(server: flask.Flask) -> None:
    """Let `server` compress its answers.

    Files are read before they are compressed: flask-compress would leave a streamed file open, and compress
    the 5 MB of plotly.js anew for every reader.
    """
    server.config["COMPRESS_MIMETYPES"] = MIMETYPES
    server.config["COMPRESS_CACHE_KEY"] = _key
    server.config["COMPRESS_CACHE_BACKEND"] = _Kept
    Compress(server)
    server.after_request(_read_file)  # runs before what was registered earlier


def _key(asked: flask.Request) -> str:
    """Return what the compressed answer is kept under; empty for answers that are made anew each time."""
    return asked.full_path if asked.method == "GET" and asked.path.startswith(STATIC) else ""


def _read_file(response: flask.Response) -> flask.Response:
    if response.is_streamed and response.mimetype in MIMETYPES and request.path.startswith(STATIC):
        response.direct_passthrough = False
        response.get_data()
    return response


class _Kept:
    """The last compressed files, by algorithm and address."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return what is kept under `key`."""
        with self._lock:
            return self._kept.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Keep `value`, unless it is an answer without an address of its own."""
        if key.endswith(";"):
            return
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
