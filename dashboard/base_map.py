"""Tiles of a base map from elsewhere: fetched by the server, which alone knows the provider's key."""

from __future__ import annotations

import http.client
import os
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.metadata import version
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from geodata.display import KEY
from geodata.errors import BordergapError

if TYPE_CHECKING:
    from email.message import Message

    from geodata.display import BaseMap

LARGEST_BYTES = 2_000_000
SILENCE_S = 5.0  # of the provider, before giving up
LONGEST_S = 8.0  # for one tile, however it trickles in
AT_ONCE = 2  # threads of a worker that may wait for the provider; the others serve the pages
REST_S = 15.0  # after a failure nobody waits for the provider again
_CHUNK = 65_536
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif")
VECTOR = "application/vnd.mapbox-vector-tile"
_NOT_THERE = (204, 404)


class BaseMapError(BordergapError):
    """The provider of the base map did not give a tile."""


@dataclass(frozen=True)
class Tile:
    """A tile as the provider sent it; `encoding` is gzip where it is compressed."""

    data: bytes
    mimetype: str
    encoding: str | None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Goes nowhere but where `display.toml` says."""

    def redirect_request(self, *_: Any) -> None:
        """Follow no redirection; it comes out as an error."""


class BaseMapSource:
    """The provider as one worker process sees it."""

    def __init__(self) -> None:
        self._seats = threading.BoundedSemaphore(AT_ONCE)
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._rests_until = 0.0

    def tile(self, base_map: BaseMap, sheet: int, place: tuple[int, int, int]) -> Tile | None:
        """Return a tile of the given sheet, None where the provider has none.

        Parameters
        ----------
        base_map
            What `display.toml` says.
        sheet
            Which of its addresses.
        place
            Zoom, column and row, within the levels of the base map.

        Raises
        ------
        BaseMapError
            If the provider fails, is silent, or sends something that is no tile.
        """
        if time.monotonic() < self._rests_until:
            raise BaseMapError("the base map's provider failed a moment ago; it is asked again soon")
        address = tile_address(base_map, sheet, place)
        if not self._seats.acquire(timeout=LONGEST_S):
            raise BaseMapError("too many tiles of the base map at once")
        try:
            return self._fetched(address, is_vector=base_map.kind == "vector")
        except urllib.error.HTTPError as refused:
            with refused:
                if refused.code in _NOT_THERE:
                    return None
            self._rest()
            raise BaseMapError(
                f"the base map's provider answers {refused.code}"
            ) from None  # no address: the key
        except (OSError, http.client.HTTPException) as error:
            self._rest()
            raise BaseMapError("the base map's provider cannot be reached") from error
        finally:
            self._seats.release()

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + REST_S

    def _fetched(self, address: str, *, is_vector: bool) -> Tile | None:
        headers = {"User-Agent": f"bordergap/{version('bordergap')}"}
        if is_vector:
            headers["Accept-Encoding"] = "gzip"
        request = urllib.request.Request(address, headers=headers)  # noqa: S310  # display.py lets http(s) pass
        with self._opener.open(request, timeout=SILENCE_S) as answer:
            data = _read(answer, time.monotonic() + LONGEST_S)
            head: Message = answer.headers
            if not data or answer.status in _NOT_THERE:
                return None
        sent = head.get_content_type()
        encoding = head.get("Content-Encoding")
        if not is_vector and sent not in PICTURES:
            raise BaseMapError(f"the base map's provider sends {sent}, which is no picture")
        if encoding not in (None, "gzip", "identity"):
            raise BaseMapError(f"the base map's provider sends tiles packed as {encoding}")
        return Tile(data, VECTOR if is_vector else sent, "gzip" if encoding == "gzip" else None)


def tile_address(base_map: BaseMap, sheet: int, place: tuple[int, int, int]) -> str:
    """Return the provider's address of a tile.

    Raises
    ------
    BaseMapError
        If the environment variable that holds the key is not set.
    """
    address = base_map.tiles[sheet]
    if base_map.key is not None:
        key = os.environ.get(base_map.key, "").strip()
        if not key:
            raise BaseMapError(f"environment variable {base_map.key} is not set; it holds the base map's key")
        address = address.replace(KEY, quote(key, safe=""))
    for name, number in zip("zxy", place, strict=True):
        address = address.replace(f"{{{name}}}", str(number))
    return address


def has_key(base_map: BaseMap) -> bool:
    """Return whether the server has the key that the base map needs."""
    return base_map.key is None or bool(os.environ.get(base_map.key, "").strip())


def _read(answer: IO[bytes], until: float) -> bytes:
    """Return what is sent, unless it is too much or takes too long."""
    parts, size = [], 0
    while part := answer.read(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > LARGEST_BYTES:
            raise BaseMapError(f"the base map's provider sends more than {LARGEST_BYTES:,} bytes a tile")
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts)
