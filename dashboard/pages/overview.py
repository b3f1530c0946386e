"""Overview: every border at a glance, and the pairings ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages.controls import grid, panel

if TYPE_CHECKING:
    from dashboard.i18n import Text

METRICS = ("worst", "share", "people")


def left(text: Text) -> list[Any]:
    """Return what the overview shows left of the map."""
    return [
        html.Div(
            [
                html.H1(text("overview.title"), className="headline"),
                html.P(text("overview.lead"), className="lead"),
                html.Dl(id="overview-facts", className="facts"),
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


def right(text: Text) -> list[Any]:
    """Return the ranking right of the map."""
    columns = [
        {
            "field": "name",
            "headerName": text("column.pairing"),
            "flex": 1,
            "minWidth": 150,
            "cellRenderer": "PairingCell",
            "cellRendererParams": {"noFindings": text("overview.no_gaps")},
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
