"""The body of an upload piece by piece: cut off at its limit, and where it comes too slowly."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import ClientDisconnected

from dashboard.record_answers import refuse_told

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2  # files on their way to one process: each keeps a thread
LARGEST_MB = "BORDERGAP_UPLOAD_MB"  # environment variable
_MEGABYTE = 1 << 20
_USUAL_MB = 2_048
_PIECE = 1 << 16
_PATIENCE_S = 20.0  # before an upload has to be as fast as the slowest line
_SLOWEST = 4_096  # bytes a second
_LOOKED_EVERY_S = 1.0
_PLACES = threading.BoundedSemaphore(AT_ONCE)


class TooSlowError(Exception):
    """An upload that keeps others waiting."""


def largest_upload() -> int:
    """Return how many bytes an upload may have."""
    try:
        return int(os.environ.get(LARGEST_MB, _USUAL_MB)) * _MEGABYTE
    except ValueError:
        return _USUAL_MB * _MEGABYTE


@contextlib.contextmanager
def place() -> Iterator[None]:
    """Keep one of the places for files on their way; 503 where all are taken."""
    if not _PLACES.acquire(blocking=False):
        refuse_told(503, "busy", "Other files are being sent; try again in a moment.")
    try:
        yield
    finally:
        _PLACES.release()


def pieces() -> Iterator[bytes]:
    """Yield the body of the request; memory holds one piece.

    Raises
    ------
    TooSlowError
        If it comes slower than _SLOWEST bytes a second after _PATIENCE_S, or ends before its length.
    """
    watch = _Watch(request.environ)
    length = request.content_length
    try:
        while piece := request.stream.read(
            min(_PIECE, _PIECE if length is None else length - watch.size or 1)
        ):
            watch.size += len(piece)
            yield piece
    except (OSError, ClientDisconnected) as error:  # the other side has gone, or was too slow
        raise TooSlowError from error
    finally:
        watch.end()
    if watch.gave_up or (length is not None and watch.size < length):
        raise TooSlowError


class _Watch:
    """Shuts the way in of a connection whose upload comes too slowly: reading then ends.

    A read waits for its whole piece; nobody but another thread can see that it waits too long.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        self.size = 0
        self.gave_up = False
        self._socket: Any = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        self._done = threading.Event()
        if self._socket is not None:
            threading.Thread(target=self._look, daemon=True).start()

    def end(self) -> None:
        """Watch no more."""
        self._done.set()

    def _look(self) -> None:
        start = time.monotonic()
        while not self._done.wait(min(_LOOKED_EVERY_S, _PATIENCE_S)):
            waited = time.monotonic() - start - _PATIENCE_S
            # What waits in a piece that is not whole yet counts for nothing: one piece more is allowed for.
            if waited > 0 and self.size + _PIECE / 2 < waited * _SLOWEST:
                self.gave_up = True
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RD)
                return
