"""What other pages may show of a workspace: a border or a gap, its map, and the oEmbed answer about both.

Each of these addresses carries a token, and gives what the token names and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from markupsafe import Markup

from dashboard.approval import review_note
from dashboard.embed import SIZE, Refused, addresses_of, iframe, opened
from dashboard.export.page import asset, colours, digest, domain_marks, harmless_json
from dashboard.export.page_map import CONTEXT, map_data
from dashboard.export.page_words import WORDS
from dashboard.export.picture_size import MM_PER_INCH
from dashboard.export.report_appendix import run_time
from dashboard.export.report_chapter import chapter_of
from dashboard.export.report_model import MARKED
from dashboard.gap_filters import Filters
from dashboard.headers import EMBED
from dashboard.i18n import TAGS, Text, catalogue
from dashboard.payloads import pairing_name
from dashboard.picture_routes import DPI, MIMETYPES, Pictures
from geodata.errors import UsageError, WorkspaceError
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import flask

    from dashboard.export.report_model import Chapter, Finding
    from dashboard.results import Results, ResultsCache
    from geodata.embed_store import EmbedLink
    from layers.wording import Lang

LOG = logging.getLogger(__name__)
TEMPLATES = Path(__file__).parent / "export" / "templates"
LISTED = 10  # gaps told in words; the map shows them all
PICTURE = (1100, 660)  # pixels; at two to a point, so that its words are as large as those of the page
OEMBED_LEAST = 200  # pixels a side
PATH = "/embed/"
SCRIPTS = ("page_parts.js", "page_map.js", "embed.js")
MAP_WORDS = ("map", "zoom_in", "zoom_out", "home", "north", "km", "m", "names", "layers", "layer_gaps")
WIDTHS_PT = (2200.0, 1350.0, 750.0)  # paper of the map: the first that is light enough
SURROUNDINGS = (2.7, 1.5)  # width and height of the paper: most frames are wide, and show what lies beside
MOST_LETTERS = 250_000  # of all its paths; some 90 kB once compressed


def embed_routes(results_now: ResultsCache, frame_ancestors: Callable[[], Sequence[str]]) -> Blueprint:
    """Return the routes of embeds; a token that does not hold is answered with 403, in both languages.

    Parameters
    ----------
    frame_ancestors
        Returns the origins that may show an embed in a frame, as they are configured now.
    """
    routes = Blueprint(EMBED, __name__, template_folder=TEMPLATES)
    pictures = Pictures()

    @routes.errorhandler(Refused)
    def refused(error: Refused) -> flask.Response:
        said = [
            (TAGS[lang], Text(lang)(f"embed.{error.reason}"), Text(lang)(f"embed.{error.reason}_remedy"))
            for lang in LANGS
        ]
        page = render_template("embed_refused.html", css=_css(), said=said)
        return _answer(make_response(page, 403), frame_ancestors())

    @routes.get(f"{PATH}<path:pairing_id>")
    def page(pairing_id: str) -> flask.Response:
        results = results_now.current()
        link = _link(results, pairing_id, request.args.get("token", ""))
        return _answer(make_response(_page(results, link)), frame_ancestors())

    @routes.get("/embed-map/<path:pairing_id>.<any(png,svg):ending>")
    def picture(pairing_id: str, ending: str) -> flask.Response:
        results = results_now.current()
        link = _link(results, pairing_id, request.args.get("token", ""))
        asked = {
            "pairing_id": link.pairing,
            "gap_id": link.gap,
            "lang": link.lang,
            "layers": link.layers,
            "size_mm": tuple(side * MM_PER_INCH / DPI for side in PICTURE),
            "format": ending,
            "dpi": DPI,
        }
        note = review_note(results, _lang(link)).text
        key = hashlib.sha256(repr((results.stamp, note, sorted(asked.items()))).encode()).hexdigest()[:32]
        try:
            drawn = pictures.get(key, results, asked)
        except UsageError as error:  # the gap is no more since another run
            abort(404, str(error))
        response = Response(drawn, mimetype=MIMETYPES[ending])
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a page elsewhere may show it
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        response.headers["Cache-Control"] = "private, no-store"  # else it would outlive the link
        return response

    @routes.get("/oembed")
    def oembed() -> flask.Response:
        if request.args.get("format", "json") != "json":
            abort(501, "oEmbed answers come as JSON; ask with format=json.")
        results = results_now.current()
        pairing_id, token = _asked_address(request.args.get("url", ""))
        link = _link(results, pairing_id, token)
        size = (_side("maxwidth", SIZE[0]), _side("maxheight", SIZE[1]))
        title = pairing_name(results, link.pairing, _lang(link))
        here = addresses_of(_root(results), results, link, token)
        answer = {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": "bordergap",
            "provider_url": _root(results),
            "html": iframe(here.page, title, size),
            "width": size[0],
            "height": size[1],
        }
        response = jsonify(answer)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return routes


def _link(results: Results, pairing_id: str, token: str) -> EmbedLink:
    """Return the link a request shows; refuses what was not given out, and everything when in doubt."""
    try:
        embeds = results.workspace.embeds.read()
    except WorkspaceError:
        LOG.exception("the file of embeds cannot be used: all links are refused")
        raise Refused("revoked") from None
    link = opened(embeds, token, pairing_id)
    if link.pairing not in results.members:
        abort(404, "This pairing is no more in the workspace.")
    return link


def _page(results: Results, link: EmbedLink) -> str:
    """Return the page of an embed."""
    lang = _lang(link)
    text = Text(lang)
    chapter = chapter_of(results, link.pairing, lang=lang, filters=Filters(), entries={})
    findings = [one for one in chapter.findings if link.gap in (None, one.gap_id)]
    if link.gap is not None and not findings:
        abort(404, "This gap is no more in the workspace.")
    shown, token, name = findings[:LISTED], request.args["token"], quote(link.pairing, safe="")
    here = addresses_of(_root(results), results, link, token)
    made = run_time(results)
    query = {"id": link.pairing, **({"gap": link.gap} if link.gap else {}), "lang": lang}
    return render_template(
        "embed.html",
        tag=TAGS[lang],
        css=_css(),
        script=_script(),
        data=Markup(harmless_json(_data(results, link, chapter, findings))),  # noqa: S704
        text=text,
        chapter=chapter,
        count=text("embed.count", count=len(findings)),
        mark=text(f"map.{chapter.provenance}") if chapter.provenance in MARKED else "",
        findings=shown,
        more=text("embed.more", count=len(findings) - len(shown)) if len(findings) > len(shown) else "",
        picture=f"{request.script_root}/embed-map/{name}.svg?{urlencode({'token': token})}",
        size=PICTURE,
        alt=text("embed.alt", name=chapter.title),
        review=review_note(results, lang).text,
        made="" if made is None else text("embed.made", date=made.date().isoformat()),
        app=f"{_root(results)}pairing?{urlencode(query)}",
        oembed=f"{_root(results)}oembed?{urlencode({'url': here.page, 'format': 'json'})}",
    )


def _data(results: Results, link: EmbedLink, chapter: Chapter, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return what the map of an embed draws: gaps and layers of its link, as fine as is light enough."""
    lang = _lang(link)
    texts = catalogue(lang)
    about = dataclasses.replace(chapter.map, gaps=tuple(one.gap_id for one in findings))
    shown = dataclasses.replace(chapter, map=about)
    layers = ("zones", *CONTEXT) if link.layers is None else link.layers
    for width in WIDTHS_PT:
        drawn = map_data(results, shown, lang, layers=layers, width=width, surroundings=SURROUNDINGS)
        if sum(len(part["path"]) for layer in drawn["layers"] for part in layer["parts"]) <= MOST_LETTERS:
            break
    for layer in drawn["layers"]:
        layer["on"] = layer["on"] or layer["name"] in (link.layers or ())
    told = ("gap_id", "rank", "domain", "title", "severity_class")
    gaps = [
        {**{name: getattr(finding, name) for name in told}, **gap}
        for finding, gap in zip(findings, drawn.pop("gaps"), strict=True)
    ]
    return {
        "words": {name: texts[WORDS[name]] for name in MAP_WORDS},
        "domains": domain_marks(lang),
        "chapter": {
            "alt": Text(lang)("embed.alt", name=chapter.title),
            "sides": chapter.sides,
            "map": drawn,
            "findings": gaps,
            "chosen": link.gap,
        },
    }


def _answer(response: flask.Response, origins: Sequence[str]) -> flask.Response:
    """Put on a page what it may do: its own script and styles, by their hashes, and its picture; no more."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src 'self'; script-src {digest(_script())}; style-src {digest(_css())}; "
        "base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {' '.join(origins) or chr(39) + 'none' + chr(39)}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@cache
def _css() -> Markup:
    """Return the styles of embeds, our own file."""
    return Markup("\n".join([colours(), asset("page_map.css"), asset("embed.css")]))  # noqa: S704


@cache
def _script() -> Markup:
    """Return the script of embeds, our own files."""
    return Markup("\n".join(asset(name) for name in SCRIPTS))  # noqa: S704


def _root(results: Results) -> str:
    """Return the public address of the dashboard: as configured, else as it was asked for."""
    address = results.workspace.display.address or request.url_root
    return address.rstrip("/") + "/"


def _asked_address(url: str) -> tuple[str, str]:
    """Return pairing and token of the address an oEmbed request is about; 404 for one that is no embed."""
    try:
        parts = urlsplit(url[:8000])
    except ValueError:
        abort(404, "This is no address of an embed.")
    before, found, name = parts.path.partition(PATH)
    if not found or not name or before.strip("/") not in ("", request.script_root.strip("/")):
        abort(404, "This is no address of an embed.")
    return unquote(name), parse_qs(parts.query).get("token", [""])[0]


def _side(name: str, usual: int) -> int:
    """Return a side of the frame: as usual, or the most that is asked for."""
    most = request.args.get(name, type=int)
    return usual if most is None else max(OEMBED_LEAST, min(usual, most))


def _lang(link: EmbedLink) -> Lang:
    return "en" if link.lang == "en" else "zh"
