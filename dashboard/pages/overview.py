"""Overview: every border at a glance, and the pairings ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages.controls import dashed, grid, panel
from layers import wording

if TYPE_CHECKING:
    from dashboard.i18n import Text
    from dashboard.results import Results

METRICS = ("worst", "share", "people")


def left(results: Results, text: Text) -> list[Any]:
    """Return what the overview shows left of the map."""
    return [
        html.Div(
            [
                html.H1(text("overview.title"), className="headline"),
                html.P(text("overview.lead"), className="lead"),
                html.Dl(id="overview-facts", className="facts"),
                lacking(results, text),
                panel(
                    text("overview.colour_by"),
                    dmc.SegmentedControl(
                        id="metric",
                        data=[{"value": name, "label": text(f"metric.{name}")} for name in METRICS],
                        value=METRICS[0],
                        fullWidth=True,
                        size="xs",
                    ),
                    html.P(id="metric-about", className="about"),
                ),
                panel(text("overview.by_domain"), html.Div(id="overview-domains", className="bars")),
                html.Section(id="agreed", className="panel"),
            ],
            className="only-overview",
        )
    ]


def lacking(results: Results, text: Text) -> html.Div | None:
    """Return what could not be computed for want of layers, and where to bring them in."""
    if not results.uncomputed:
        return None
    layers = [wording.word(wording.LAYER_WORDS, layer, text.lang) for layer in results.lacking]
    kinds = [wording.word(wording.KIND_WORDS, kind.name, text.lang) for kind in results.uncomputed]
    listed = {"layers": wording.listed(layers, text.lang), "kinds": wording.listed(kinds, text.lang)}
    return html.Div(
        [
            html.P(text("overview.bare") if results.is_bare else text("overview.lacking", **listed)),
            html.Button(
                text("overview.bring"), className="plain", **dashed(data_act="page", data_page="data")
            ),
        ],
        id="overview-lacking",
        className="lacking",
    )


def right(results: Results, text: Text) -> list[Any]:
    """Return the ranking right of the map."""
    none = text("overview.nothing" if results.is_bare else "overview.no_gaps")
    columns = [
        {
            "field": "name",
            "headerName": text("column.pairing"),
            "flex": 1,
            "minWidth": 150,
            "cellRenderer": "PairingCell",
            "cellRendererParams": {"noFindings": none},
        },
        {"field": "worst", "headerName": text("column.worst"), "width": 76, "cellRenderer": "SeverityCell"},
        {
            "field": "share",
            "headerName": text("column.share"),
            "width": 72,
            "cellRenderer": "TextCell",
            "type": "rightAligned",
            "cellRendererParams": {"field": "share_text"},
        },
        {
            "field": "people",
            "headerName": text("column.people"),
            "width": 90,
            "cellRenderer": "TextCell",
            "type": "rightAligned",
            "cellRendererParams": {"field": "people_short"},
        },
    ]
    return [
        html.Div(
            [
                html.Div(
                    [html.H2(text("overview.ranking")), html.Span(id="ranking-count", className="count")],
                    className="list-head",
                ),
                html.Div(id="ranking-of", className="chips"),
                grid(
                    "pairings-grid",
                    columns,
                    label=text("overview.ranking"),
                    row_height=54,
                    empty=text("overview.empty"),
                ),
            ],
            className="only-overview fill",
        )
    ]
