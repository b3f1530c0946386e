"""The web application: pages, addresses of geometry, and what every answer carries."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from dash import ClientsideFunction, Input, Output, State, set_props
from dash.exceptions import DependencyException
from flask import request
from werkzeug.exceptions import NotFound

from dashboard.access import guard
from dashboard.atlas_routes import atlas_routes
from dashboard.bundle import bundle_routes
from dashboard.compression import compress
from dashboard.data_routes import data_routes
from dashboard.downloads import download_routes
from dashboard.embed_routes import embed_routes
from dashboard.frame import frame_routes, layout
from dashboard.headers import FOR_EVER, protect
from dashboard.i18n import Text, language
from dashboard.index import Dashboard, library_routes
from dashboard.kept import Kept
from dashboard.layer_routes import layer_routes
from dashboard.ledger_routes import ledger_routes
from dashboard.ledger_sheets import sheet_routes
from dashboard.login_routes import access_routes, login_routes
from dashboard.office_routes import office_routes
from dashboard.oidc_routes import oidc_routes
from dashboard.page_routes import page_routes
from dashboard.pages import documents
from dashboard.pages.wiring import CLIENTSIDE
from dashboard.people import People, PersonalResults
from dashboard.picture_routes import picture_routes
from dashboard.programme_routes import programme_routes
from dashboard.routes import geo_routes
from dashboard.share_routes import share_routes
from dashboard.watching import watch
from geodata.access_settings import read_access
from geodata.database import Database
from geodata.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dash
    import flask
    from dash.development.base_component import Component

    from dashboard.results import ResultsCache

LOG = logging.getLogger(__name__)
RESULTS = "bordergap.results"
SAME_FOR_ALL = ("/_dash-layout", "/_dash-dependencies")  # asked for at every visit, and seldom another


def create_app(workspace_path: Path | str, *, for_others: bool = False) -> dash.Dash:
    """Return the dashboard of one workspace; `create_app(path).server` is the WSGI application.

    Parameters
    ----------
    for_others
        Whether it can be reached from other machines: then nobody is let in without an account.

    Raises
    ------
    WorkspaceError
        If there is no workspace at `workspace_path`.
    SettingsError
        If its `access.toml` does not fit.
    """
    root = Path(workspace_path)
    cache = PersonalResults(root)
    people = People(cache, read_access(root), Database(root), for_others=for_others)
    kept = Kept(cache)
    app = Dashboard(
        __name__,
        title="bordergap",
        update_title="",
        serve_locally=True,
        assets_ignore=r"\.(js|css)$",  # bundled
        suppress_callback_exceptions=True,  # the frame comes once the language is known
        on_error=_failed,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    server = app.server
    server.extensions[RESULTS] = cache  # for who serves it: dashboard/ahead.py
    compress(server)
    for routes in (
        geo_routes(cache),
        layer_routes(cache),
        page_routes(cache),
        download_routes(cache),
        frame_routes(cache),
        picture_routes(cache),
        library_routes(app),
        bundle_routes(),
        embed_routes(cache, lambda: _may_frame(cache)),
        share_routes(cache),
        atlas_routes(cache),
        ledger_routes(kept),
        sheet_routes(kept),
        programme_routes(kept),
        access_routes(people),
        login_routes(people, root.resolve().name),
        office_routes(people, cache),
        data_routes(cache),
    ):
        server.register_blueprint(routes)
    watch(server, people)
    guard(server, people)
    server.register_blueprint(oidc_routes(server, people, root))
    server.register_error_handler(DependencyException, lambda _: NotFound())  # a library we do not have
    app.layout = lambda: layout(cache)
    _connect(app, cache)
    protect(server, app.csp_hashes(), lambda: _may_frame(cache))
    server.after_request(_kept)
    # Dash registers its component files during the first request; a second one at the same time, from another
    # thread, would be refused a file.
    server.test_client().get("/")
    people.is_starting = False
    return app


def _connect(app: dash.Dash, cache: ResultsCache) -> None:
    """Connect the frame: what needs the server here, what the browser does alone in assets/pages.js."""

    @app.callback(
        Output("document", "children"),
        Input("document-name", "data"),
        State("boot", "data"),
        prevent_initial_call=True,
    )
    def show_document(page: str | None, boot: dict[str, str]) -> Component:
        """Draw a page that is a text: what the data are, what is measured."""
        return documents.page(page, cache.current(), Text(language(boot["lang"])))

    for name, outputs, inputs in CLIENTSIDE:
        app.clientside_callback(ClientsideFunction("bordergap", name), *outputs, *inputs)  # type: ignore[no-untyped-call]


def _may_frame(cache: ResultsCache) -> Sequence[str]:
    """Return the origins that may frame an embed: nobody while `display.toml` cannot be read."""
    try:
        return cache.current().workspace.display.frame_ancestors
    except SettingsError:
        return ()


def _failed(error: Exception) -> None:
    """Tell the reader that an answer failed, and the log why; what is on the page stays."""
    LOG.error("a callback failed", exc_info=error)
    set_props("failure", {"data": {"key": "error.failed"}})


def _kept(response: flask.Response) -> flask.Response:
    """Let browsers keep what they have: for ever where the address changes with the content."""
    if request.path.startswith("/assets/") and request.args.get("m"):
        response.headers["Cache-Control"] = FOR_EVER
    elif request.path in SAME_FOR_ALL and response.status_code == 200:  # noqa: PLR2004
        response.headers["Cache-Control"] = "no-cache"  # keep it, but ask
        response.add_etag()
    return response
