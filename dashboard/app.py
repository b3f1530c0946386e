"""The web application: pages, addresses of geometry, and what every answer carries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, dcc, html
from flask import request

from dashboard.compression import compress
from dashboard.i18n import Text, language
from dashboard.pages import documents
from dashboard.pages.shell import shell
from dashboard.pages.wiring import CLIENTSIDE
from dashboard.results import ResultsCache
from dashboard.routes import FOR_EVER, geo_routes

if TYPE_CHECKING:
    import flask
    from dash.development.base_component import Component

ACCENT = "#1F5F5B"
FONTS = (
    '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'
)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


def create_app(workspace_path: Path | str) -> dash.Dash:
    """Return the dashboard of one workspace; `create_app(path).server` is the WSGI application.

    Raises
    ------
    WorkspaceError
        If there is no workspace at `workspace_path`.
    """
    cache = ResultsCache(Path(workspace_path))
    app = dash.Dash(
        __name__,
        title="bordergap",
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,  # the frame comes once the language is known
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    server = app.server
    compress(server)
    server.register_blueprint(geo_routes(cache))
    server.after_request(_headers)
    app.layout = frame()
    _connect(app, cache)
    # Dash registers its component files during the first request; a second one at the same time, from another
    # thread, would be refused a file.
    server.test_client().get("/")
    return app


def frame() -> Component:
    """Return what is there before the language is known: the address and a place for the rest."""
    provider: Component = dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="asked-language"),
            dcc.Store(id="state"),
            html.Div(id="root"),
        ],
        defaultColorScheme="auto",
        theme={
            "fontFamily": FONTS,
            "headings": {"fontFamily": FONTS},
            "primaryColor": "accent",
            "colors": {
                "accent": [
                    "#EAF4F2",
                    "#D3E7E4",
                    "#A8CFCA",
                    "#7AB5AF",
                    "#549E97",
                    "#3A8B84",
                    "#2A7A74",
                    ACCENT,
                    "#184E4B",
                    "#103D3A",
                ]
            },
            "primaryShade": {"light": 7, "dark": 4},
            "defaultRadius": "sm",
        },
    )
    return provider


def _connect(app: dash.Dash, cache: ResultsCache) -> None:
    """Connect the frame: what needs the server here, what the browser does alone in assets/pages.js."""

    @app.callback(Output("root", "children"), Input("asked-language", "data"))
    def show_frame(asked: str | None) -> Component:
        """Draw the frame in the language asked for, else in the browser's."""
        return shell(cache.current(), language(asked, request.headers.get("Accept-Language", "")))

    @app.callback(
        Output("document", "children"),
        Input("document-name", "data"),
        State("boot", "data"),
        prevent_initial_call=True,
    )
    def show_document(page: str | None, boot: dict[str, str]) -> Component | list[Component]:
        """Draw a page that is a text: what the data are, what is measured."""
        return documents.page(page, cache.current(), Text(language(boot["lang"])))

    for name, outputs, inputs in CLIENTSIDE:
        app.clientside_callback(ClientsideFunction("bordergap", name), *outputs, *inputs)  # type: ignore[no-untyped-call]


def _headers(response: flask.Response) -> flask.Response:
    """Put on every answer what keeps browsers from guessing, framing and telling others."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/assets/") and request.args.get("m"):
        response.headers["Cache-Control"] = FOR_EVER  # its address changes with its content
    return response
