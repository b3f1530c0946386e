"""Our own scripts and styles: as few files and as small as they get, at addresses that change with them.

One by one they cost a first visit sixty answers, and twice the bytes.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from flask import Blueprint, abort
from rcssmin import cssmin
from rjsmin import jsmin

from dashboard.packing import Packed, pack, packed_answer

if TYPE_CHECKING:
    import flask

Part = Literal["page.js", "page.css", "documents.js"]
PARTS: tuple[Part, ...] = get_args(Part)
FOLDER = Path(__file__).parent / "assets"
# What pages that are a text need besides (assets/documents.js asks for it): most readers never come to them.
FOLDERS: dict[Part, Path] = {"page.js": FOLDER, "page.css": FOLDER, "documents.js": FOLDER / "documents"}
MIMETYPES: dict[str, str] = {"js": "text/javascript", "css": "text/css"}
HASH_LETTERS = 12
_SMALLER = {"js": jsmin, "css": cssmin}


@lru_cache(len(PARTS))
def address(part: Part) -> str:
    """Return where the file is, below the root of the server."""
    digest = hashlib.sha256(whole(part)).hexdigest()[:HASH_LETTERS]
    return f"bundle/{digest}.{_ending(part)}"


@lru_cache(len(PARTS))
def whole(part: Part) -> bytes:
    """Return all files of a part, by name, without comments and needless spaces."""
    files = sorted(FOLDERS[part].glob(f"*.{_ending(part)}"))
    return "\n".join(_SMALLER[_ending(part)](file.read_text(encoding="utf-8")) for file in files).encode()


@lru_cache(len(PARTS))
def packed(part: Part) -> Packed:
    """Return the file as it is sent. The first time takes most of a second."""
    return pack(whole(part), ahead=True)


def _ending(part: Part) -> str:
    return part.rpartition(".")[2]


def bundle_routes() -> Blueprint:
    """Return the route of the files; others than those in use are not there."""
    routes = Blueprint("bundle", __name__)

    @routes.get(f"/bundle/<version>.<any({','.join(MIMETYPES)}):ending>")
    def bundle(version: str, ending: str) -> flask.Response:
        part = next((each for each in PARTS if address(each) == f"bundle/{version}.{ending}"), None)
        if part is None:
            abort(404, "Another version of the program is in use; reload the page.")
        return packed_answer(packed(part), MIMETYPES[ending])

    return routes
