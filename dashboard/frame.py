"""What there is before the language is known, and the frame in each language by address, kept by browsers."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import dash_mantine_components as dmc
import plotly.utils
from dash import dcc, html
from flask import Blueprint, abort, has_request_context

from dashboard.bundle import HASH_LETTERS
from dashboard.i18n import FALLBACK, catalogue
from dashboard.index import reader_language
from dashboard.packing import Packed, pack, packed_answer
from dashboard.pages.shell import shell
from layers.wording import LANGS

if TYPE_CHECKING:
    import flask
    from dash.development.base_component import Component

    from dashboard.results import Results, ResultsCache
    from geodata.display import Display
    from layers.wording import Lang

ACCENT = "#1F5F5B"
FONTS = (
    '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif'
)
THEME = {
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
}
KEPT_FRAMES = 8
# Said where the frame itself cannot be had.
_WORDS = ("error.frame", "error.reload", "error.failed")


def layout(cache: ResultsCache) -> Component:
    """Return what the browser gets first: where the frame is in each language, and a place for it."""
    results = cache.current()
    provider: Component = dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="frames", data=frames(results)),
            dcc.Store(id="asked-language"),
            dcc.Store(id="state"),
            dcc.Store(id="failure"),
            html.Div(id="root"),
        ],
        defaultColorScheme="auto",
        theme=THEME,
    )
    return provider


def frames(results: Results) -> dict[str, object]:
    """Return the addresses of the frame, by language; the reader's own, and the words for failures."""
    display = results.workspace.display
    return {
        "own": reader_language() if has_request_context() else FALLBACK,
        "addresses": {lang: f"frame/{_body(results, lang, display)[1]}.{lang}.json" for lang in LANGS},
        "words": {lang: {key: catalogue(lang)[key] for key in _WORDS} for lang in LANGS},
    }


def frame_routes(cache: ResultsCache) -> Blueprint:
    """Return the route of the frame; one that has been replaced is not there any more."""
    routes = Blueprint("frame", __name__)

    @routes.get("/frame/<digest>.<any(zh,en):lang>.json")
    def frame(digest: str, lang: Lang) -> flask.Response:
        results = cache.current()
        asked = (results, lang, results.workspace.display)
        if digest != _body(*asked)[1]:
            abort(404, "This page has been replaced; reload it.")
        return packed_answer(packed(*asked))

    return routes


@lru_cache(maxsize=KEPT_FRAMES)
def _body(results: Results, lang: Lang, _display: Display) -> tuple[bytes, str]:
    """Return the frame as JSON, and its digest; made again once results or display change."""
    text = plotly.utils.PlotlyJSONEncoder(separators=(",", ":"), ensure_ascii=False).encode(
        shell(results, lang)
    )
    body = text.encode()
    return body, hashlib.sha256(body).hexdigest()[:HASH_LETTERS]


@lru_cache(maxsize=KEPT_FRAMES)
def packed(results: Results, lang: Lang, display: Display) -> Packed:
    """Return the frame as it is sent. The first time takes half a second."""
    return pack(_body(results, lang, display)[0], ahead=True)
