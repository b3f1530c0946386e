"""The one page the browser loads, and the libraries it names, in a folder that changes with their versions.

Dash versions the files it names itself, but not those that they load later (Plotly, the grid, the graph).
These take their folder from the script that asks for them, so the version stands in the folder.
"""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any, cast

import dash
from flask import Blueprint, abort, request

from dashboard.bundle import HASH_LETTERS, address
from dashboard.headers import FOR_EVER
from dashboard.i18n import TAGS, language
from geodata.version import versions

if TYPE_CHECKING:
    import flask

    from layers.wording import Lang

SUITES = "_dash-component-suites/"
PLOTLY = ("plotly", "package_data/plotly.min.js")
LIBRARIES = "lib/"
# No word stands here: the language is known a moment later.
PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}
<title>{title}</title>
{favicon}
<link rel="preload" as="script" href="{plotly}" id="plotly-address">
{css}
<link rel="stylesheet" href="{own_css}">
</head>
<body>
<div id="react-entry-point"><div class="_dash-loading"></div></div>
<noscript>{without_script}</noscript>
<footer>
{config}
{scripts}
<script src="{own_js}"></script>
{renderer}
</footer>
</body>
</html>
"""
WITHOUT_SCRIPT = "bordergap needs JavaScript · bordergap 需要启用 JavaScript"


class Dashboard(dash.Dash):
    """Dash with a page of our own, whose libraries browsers may keep for ever."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]  # called by names only
        """Return the page; `parts` are what Dash puts on it."""
        prefix = self.config.requests_pathname_prefix
        kept = f"{prefix}{LIBRARIES}{libraries_digest(self)}/{SUITES}"
        named = {**parts, "scripts": parts["scripts"].replace(f'"{prefix}{SUITES}', f'"{kept}')}
        return PAGE.format(
            **named,
            lang=TAGS[reader_language()],
            plotly=f"{kept}{'/'.join(PLOTLY)}",
            own_css=prefix + address("page.css"),
            own_js=prefix + address("page.js"),
            without_script=WITHOUT_SCRIPT,
        )


def reader_language() -> Lang:
    """Return the language the browser prefers."""
    return language(None, request.headers.get("Accept-Language", ""))


def libraries_digest(app: dash.Dash) -> str:
    """Return a digest of the versions of all libraries that the page may load."""
    names = sorted({*app.registered_paths, PLOTLY[0]})
    used = [f"{name} {sys.modules[name].__version__}" for name in names if name in sys.modules]
    return hashlib.sha256("\n".join([*used, versions()["bordergap"]]).encode()).hexdigest()[:HASH_LETTERS]


def library_routes(app: dash.Dash) -> Blueprint:
    """Return the route of the libraries; another version than the one in use is not there."""
    routes = Blueprint("libraries", __name__)

    @routes.get(f"/{LIBRARIES}<version>/{SUITES}<package>/<path:file>")
    def library(version: str, package: str, file: str) -> flask.Response:
        if version != libraries_digest(app):
            abort(404, "Another version of the program is in use; reload the page.")
        backend: Any = app.backend
        answer = backend.serve_component_suites(app, package, file)
        if answer.status_code == 200:  # noqa: PLR2004
            answer.headers["Cache-Control"] = FOR_EVER
        return cast("flask.Response", answer)

    return routes
