"""The frame of every page: header, the one map, side panels; what the browser needs to know to fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard import payloads
from dashboard.approval import review_note
from dashboard.i18n import TAGS, Text
from dashboard.import_words import imported
from dashboard.maps.figures import map_figure, profile_figure
from dashboard.maps.palette import PAPER, SEVERITY, SHAPES
from dashboard.maps.style import PAGE_LAYERS, map_style
from dashboard.pages import briefing, compare, ledger, overview, pairing, programme
from dashboard.pages.controls import dashed, mark
from dashboard.pages.layers_panel import layers_panel
from dashboard.pages.share import share_menu
from dashboard.pages.still import Still, still
from dashboard.pages.views import views_menu
from dashboard.pages.wiring import OF_THEIR_OWN
from dashboard.routes import addresses
from dashboard.spoken import spoken
from geodata.model import DOMAINS
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from dashboard.maps.palette import Theme
    from dashboard.results import Results
    from layers.wording import Lang

PAGES = ("overview", "pairing", "compare", "ledger", "programme", "data", "method")
DOCUMENT = "document"  # where pages are that the server draws
THEMES: tuple[Theme, ...] = ("light", "dark")
SELECT_SHOWS = 50  # options of the search box at a time


def shell(results: Results, lang: Lang) -> Still:
    """Return the whole frame in one language."""
    text = Text(lang)
    whole = html.Div(
        [
            dcc.Store(id="boot", data=boot(results, lang)),
            dcc.Store(id="overview"),
            dcc.Store(id="compared"),
            dcc.Store(id="programme-data"),
            dcc.Store(id="document-name"),
            dcc.Store(id="view"),
            dcc.Store(id="survey"),
            *(dcc.Store(id=f"{page}-state") for page in OF_THEIR_OWN),
            html.A(text("skip"), href="#list", className="skip"),
            header(results, text),
            html.Main(
                [
                    html.Aside(
                        [*overview.left(results, text), *pairing.left(text), layers_panel(text)],
                        id="left",
                        className="side",
                        **dashed(aria_label=text("region.left")),
                    ),
                    centre(results, text),
                    html.Aside(
                        [*overview.right(results, text), *pairing.right(text)],
                        id="list",
                        className="side",
                        tabIndex="-1",
                        **dashed(aria_label=text("region.list")),
                    ),
                    briefing.panel(text),
                ],
                id="stage",
            ),
            compare.layout(text),
            ledger.layout(text),
            programme.layout(text),
            html.Main(id=DOCUMENT, className="document", tabIndex="0"),  # so that arrow keys scroll it
            html.Div(id="message", role="status", **dashed(aria_live="polite")),
        ],
        id="shell",
        className="shell",
        lang=TAGS[lang],
    )
    return still(whole, but=(DOCUMENT,))


def boot(results: Results, lang: Lang) -> dict[str, Any]:
    """Return what the browser keeps for the whole visit: words, addresses, styles. No geometry."""
    return {
        "lang": lang,
        "words": spoken(lang),
        "kinds": {name: wording.word(wording.KIND_WORDS, name, lang) for name in wording.KIND_WORDS},
        "domains": {name: wording.word(wording.DOMAIN_WORDS, name, lang) for name in DOMAINS},
        "provenances": {
            name: wording.word(wording.PROVENANCE_WORDS, name, lang) for name in wording.PROVENANCE_WORDS
        },
        "things": {
            **{name: wording.word(wording.VALUE_WORDS, name, lang) for name in wording.VALUE_WORDS},
            **{name: wording.thing(name, lang) for name in wording.THING_WORDS},
        },
        "addresses": addresses(results, lang),
        "bounds": results.bounds,
        "styles": {theme: map_style(theme)["layers"] for theme in THEMES},
        "colours": {
            theme: {"ramp": SEVERITY[theme], "ink": PAPER[theme].ink, "halo": PAPER[theme].halo}
            for theme in THEMES
        },
        "profile_layout": profile_figure().layout.to_plotly_json(),
        "shapes": SHAPES,
        "bare": results.is_bare,
        "untold": results.untold_domains,
        "groups": PAGE_LAYERS,
    }


def header(results: Results, text: Text) -> html.Header:
    """Return the bar on top: where one is, where one can go, in which language."""
    other: Lang = "zh" if text.lang == "en" else "en"
    return html.Header(
        [
            html.A(
                [html.Span(className="logo", **dashed(aria_hidden="true")), html.Span("bordergap")],
                href="#",
                className="brand",
                **dashed(aria_label=text("nav.home"), data_act="page", data_page="overview"),
            ),
            html.Span(results.workspace.path.name, className="workspace"),
            dmc.Select(
                id="find",
                data=[],
                searchable=True,
                clearable=True,
                limit=SELECT_SHOWS,
                placeholder=find_hint(results, text),
                nothingFoundMessage=text("find.nothing"),
                filter={"function": "findOptions"},
                renderOption={"function": "findOption"},
                selectFirstOptionOnChange=True,
                maxDropdownHeight=360,
                size="sm",
                className="find",
                comboboxProps={"shadow": "md"},
                **dashed(aria_label=text("find.placeholder")),
            ),
            html.Nav(
                [
                    html.Button(
                        [html.Span(id="menu-page"), html.Span("▾", **dashed(aria_hidden="true"))],
                        id="menu",
                        className="plain menu",
                        **dashed(aria_expanded="false", aria_controls="nav-list", data_act="menu"),
                    ),
                    html.Div(
                        [
                            html.Button(
                                text(f"nav.{name}"),
                                id=f"nav-{name}",
                                className="link",
                                **dashed(data_act="page", data_page=name),
                            )
                            for name in PAGES
                        ],
                        id="nav-list",
                        className="nav-list",
                    ),
                ],
                id="nav",
                className="nav",
                **dashed(aria_label=text("nav.label")),
            ),
            html.Div(
                [
                    views_menu(text),
                    share_menu(text),
                    html.Button(
                        "◐",
                        className="plain round",
                        title=text("theme"),
                        **dashed(aria_label=text("theme"), data_act="theme"),
                    ),
                    html.Button(
                        text("other_language"),
                        className="plain",
                        lang=TAGS[other],
                        **dashed(data_act="language", data_lang=other),
                    ),
                    html.Details(id="account", className="views", hidden=True),  # of assets/account.js
                ],
                className="tools",
            ),
        ],
        className="topbar",
    )


def find_hint(results: Results, text: Text) -> str:
    """Return what the search box says while it is empty: two neighbours of the workspace as an example."""
    neighbours = results.summary.index[results.summary["kind"] == "adjacent"]
    if not len(neighbours):
        return text("find.placeholder")
    names = payloads.member_names(results, neighbours[0], text.lang)
    return text("find.example", names=" ".join(names))


def centre(results: Results, text: Text) -> html.Div:
    """Return the map with what stands on it, and the band below it."""
    return html.Div(
        [
            html.Div(
                [
                    dcc.Graph(
                        id="map",
                        figure=map_figure(results.bounds),
                        config={"displayModeBar": False, "scrollZoom": True, "doubleClick": False},
                        responsive=True,
                    ),
                    html.Div(id="map-hint", className="hint", hidden=True, role="tooltip"),
                    html.Div(map_buttons(text), className="map-buttons"),
                    html.Div(id="wall-legend", className="wall-legend"),
                    html.Div(made_up(results, text), className="map-notices"),
                    html.Div(
                        [html.Div(map_legend(results, text), className="map-legend"), review(results, text)],
                        className="map-foot",
                    ),
                    html.Div(
                        [
                            html.Div(
                                [
                                    html.Div(id="map-north", className="north", title=text("map.north")),
                                    html.Div(id="map-scale", className="scale"),
                                ],
                                className="map-measure",
                            ),
                            html.Div(
                                attribution(results, text.lang),
                                id="map-attribution",
                                className="map-attribution",
                            ),
                        ],
                        className="map-corner",
                    ),
                ],
                className="map-frame",
            ),
            pairing.profile(text),
            dmc.SegmentedControl(
                id="tab",
                data=[
                    {"value": name, "label": text(f"tab.{name}")}
                    for name in ("list", "detail", "profile", "filters")
                ],
                value="list",
                fullWidth=True,
                className="tabs",
            ),
        ],
        id="centre",
    )


def map_buttons(text: Text) -> list[html.Button]:
    """Return the buttons on the map."""
    names = (
        ("zoom-in", "+", "map.zoom_in"),
        ("zoom-out", "−", "map.zoom_out"),
        ("zoom-home", "⌂", "map.home"),
        ("credits", "ⓘ", "map.credits"),
    )
    return [
        html.Button(
            sign,
            title=text(key),
            className=f"map-button button-{name}",
            **dashed(aria_label=text(key), data_act=name),
        )
        for name, sign, key in names
    ]


def made_up(results: Results, text: Text) -> list[html.Div]:
    """Return what every map says where its findings rest on data that are not measured."""
    for name in ("generated", "fallback"):
        if (results.summary["provenance"] == name).any():
            return [html.Div(text(f"map.{name}"), className="notice generated")]
    return []


def review(results: Results, text: Text) -> html.Div:
    """Return the line in the lower left of every map: its approval number, or that it has none."""
    note = review_note(results, text.lang)
    return html.Div(note.text, className=f"notice review {note.kind}")


def _nothing(results: Results, name: str) -> str:
    """Return the word for a line without colour."""
    if results.is_bare:
        return "legend.nothing_computed"
    return "legend.nothing_found" if name == "worst" else "legend.nothing"


def map_legend(results: Results, text: Text) -> list[Any]:
    """Return the legend: what line colours and marks mean; the browser shows the part that applies."""
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Span(text(f"legend.{name}")),
                        html.Span(
                            [
                                html.Span(className="swatch none"),
                                text(_nothing(results, name)),
                            ],
                            className="legend-item",
                        ),
                    ],
                    className="legend-title",
                ),
                html.Div(
                    [html.Span(className=f"swatch severity-{level}") for level in range(5)], className="ramp"
                ),
                html.Div(
                    [html.Span(label) for label in text(f"legend.{name}_steps").split("|")],
                    className="ramp-steps",
                ),
            ],
            className=f"legend-part only-{name}",
        )
        for name in ("worst", "share", "people", "severity")
    ] + [
        html.Div(
            [
                html.Span(
                    [mark(domain), wording.word(wording.DOMAIN_WORDS, domain, text.lang)],
                    className="legend-item",
                    **dashed(data_domain=domain),
                )
                for domain in DOMAINS
            ],
            className="legend-part legend-marks only-severity",
        )
    ]


def attribution(results: Results, lang: Lang) -> str:
    """Return the credits that the intake records ask for, each once."""
    asked = [str(each) for each in results.intake.get("attribution", []) if not is_missing(each)]
    base_map = results.workspace.display.base_map
    asked += [] if base_map is None else [base_map.attribution]
    credits_ = [imported(part.strip(), lang) for each in asked for part in each.split(";") if part.strip()]
    return "\u00a0· ".join(dict.fromkeys(credits_))
