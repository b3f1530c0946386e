"""What every answer tells the browser: what may run, be asked for, be framed; nothing is left to guessing."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from flask import request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import flask

FOR_EVER = "public, max-age=31536000, immutable"  # where the address changes with the content
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
NOBODY = "'none'"
# Files that are no documents need no list of what they may do: it would be a fifth of a first visit.
NO_DOCUMENTS = ("application/json", "text/javascript", "application/javascript", "text/css")
NOTHING = "default-src 'none'; frame-ancestors 'none'"
OPENER = "Cross-Origin-Opener-Policy"
EMBED = "embed"  # the blueprint whose pages others may show in a frame
# A source of a policy ends at these: a host that holds one would add a rule of its own.
_ENDS_A_SOURCE = re.compile(r"[\s;,'\"]")


def content_policy(script_hashes: Iterable[str], frame_ancestors: Sequence[str] = ()) -> str:
    """Return the Content Security Policy of every page.

    Parameters
    ----------
    script_hashes
        Hashes of the inline scripts, quoted as a policy has them; every other script is a file of ours.
    frame_ancestors
        Origins that may show a page in a frame; nobody unless given.

    Raises
    ------
    ValueError
        If an origin holds a letter that would end it.

    Notes
    -----
    - Scripts: no `unsafe-inline`, no `unsafe-eval`; Plotly's maps and charts of lines run without.
    - Styles: Mantine, AG Grid, MapLibre and Plotly write style elements while they run, and take no nonce
      that Dash could hand them. Nothing from outside is ever written as HTML, so no foreign one comes in.
    - `worker-src blob:` MapLibre reads geometry in a worker that it makes from its own text.
    """
    wrong = [origin for origin in frame_ancestors if not origin or _ENDS_A_SOURCE.search(origin)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no origin; write it as https://portal.example")
    rules = {
        "default-src": NOBODY,
        "script-src": " ".join(["'self'", *script_hashes]),
        "script-src-attr": NOBODY,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "object-src": NOBODY,
        "base-uri": NOBODY,
        "form-action": "'self'",
        "frame-src": "'self'",
        "frame-ancestors": " ".join(frame_ancestors) or NOBODY,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def protect(
    server: flask.Flask, script_hashes: Sequence[str], frame_ancestors: Callable[[], Sequence[str]]
) -> None:
    """Put the headers on every answer of `server`, errors included.

    Parameters
    ----------
    server
        The application.
    script_hashes
        See `content_policy`.
    frame_ancestors
        Returns the origins that may frame an embed, as they are configured now; other pages nobody may.
    """

    def headers(response: flask.Response) -> flask.Response:
        origins = tuple(frame_ancestors()) if request.blueprint == EMBED else ()
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        policy = NOTHING if response.mimetype in NO_DOCUMENTS else content_policy(script_hashes, origins)
        response.headers.setdefault("Content-Security-Policy", policy)
        if not origins:
            response.headers.setdefault("X-Frame-Options", "DENY")  # it knows no list: the policy alone does
        if _is_trustworthy():
            response.headers.setdefault(OPENER, "same-origin")
        return response

    server.after_request(headers)


def _is_trustworthy() -> bool:
    """Return whether the browser takes this address for safe: elsewhere it would complain of the header."""
    host: Any = request.host.rsplit(":", 1)[0].strip("[]")
    if request.is_secure or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
