"""Pairing: one border, its gaps, worst first, and why each of them is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.maps.figures import profile_figure
from dashboard.maps.style import SWITCHES
from dashboard.pages.controls import dashed, facet, grid, panel
from layers import wording

if TYPE_CHECKING:
    from dashboard.i18n import Text
    from dashboard.results import Results

DIRECTIONS = ("along", "across")
FACETS = ("domain", "kind", "side", "provenance")


def left(text: Text, results: Results) -> list[Any]:
    """Return filters with live counts, and the switches of the layers, which are their legend too."""
    held = [name for name in SWITCHES if name == "zones" or results.workspace.has_layer(name)]
    switches = [
        dmc.Checkbox(
            value=name,
            size="xs",
            label=html.Span(
                [
                    html.Span(className=f"key key-{name}", **dashed(aria_hidden="true")),
                    text("layer.zones")
                    if name == "zones"
                    else wording.word(wording.LAYER_WORDS, name, text.lang),
                ],
                className="option",
            ),
        )
        for name in reversed(held)
    ]
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H2(text("filters")),
                        html.Button(
                            text("filters.reset"),
                            id="reset",
                            className="link small",
                            hidden=True,
                            **dashed(data_act="reset"),
                        ),
                    ],
                    className="list-head",
                ),
                html.Fieldset(
                    [
                        html.Legend([text("facet.severity"), html.Output(id="severity-said")]),
                        html.Div(
                            id="severity-histogram", className="histogram", **dashed(aria_hidden="true")
                        ),
                        dmc.Slider(
                            id="severity",
                            min=0,
                            max=90,
                            step=5,
                            value=0,
                            label=None,
                            size="sm",
                            updatemode="drag",
                            thumbLabel=text("facet.severity"),
                        ),
                    ]
                ),
                *(facet(name, text(f"facet.{name}")) for name in FACETS),
                panel(
                    text("layers"),
                    dmc.CheckboxGroup(switches, id="layers", value=[], className="facet switches"),
                    html.P(text("layers.about"), className="about"),
                    id="layers-panel",
                ),
            ],
            className="only-pairing filters",
        )
    ]


def profile(text: Text) -> html.Section:
    """Return the band below the map: one measurable along the border, or across it."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(text("profile.title")),
                    dmc.Select(
                        id="measure",
                        data=[],
                        size="xs",
                        searchable=True,
                        allowDeselect=False,
                        className="measure",
                        **dashed(aria_label=text("profile.measure")),
                    ),
                    dmc.SegmentedControl(
                        id="direction",
                        data=[{"value": name, "label": text(f"profile.{name}")} for name in DIRECTIONS],
                        value=DIRECTIONS[0],
                        size="xs",
                    ),
                    html.Span(id="profile-unit", className="count"),
                ],
                className="profile-head",
            ),
            dcc.Graph(
                id="profile-graph",
                figure=profile_figure(),
                config={"displayModeBar": False, "doubleClick": False},
                clear_on_unhover=True,
                responsive=True,
                className="profile-graph",
            ),
        ],
        id="profile",
        className="only-pairing profile",
        hidden=True,
    )


def right(text: Text) -> list[Any]:
    """Return the heading of the pairing, its gaps, and the detail of one."""
    columns = [
        {
            "field": "severity",
            "headerName": text("column.severity"),
            "width": 78,
            "cellRenderer": "SeverityCell",
        },
        {
            "field": "kind_text",
            "headerName": text("column.gap"),
            "flex": 1,
            "minWidth": 150,
            "cellRenderer": "GapCell",
        },
        {"field": "side", "headerName": text("column.side"), "width": 56, "cellRenderer": "SideCell"},
        {
            "field": "people",
            "headerName": text("column.people"),
            "width": 82,
            "cellRenderer": "TextCell",
            "type": "rightAligned",
            "cellRendererParams": {"field": "people_short"},
        },
    ]
    return [
        html.Div(
            [
                html.Div(id="pairing-head", className="pairing-head"),
                html.Div(
                    [
                        html.H2(text("gaps.title")),
                        html.Span(id="gaps-count", className="count", **dashed(aria_live="polite")),
                    ],
                    className="list-head",
                ),
                grid("gaps-grid", columns, label=text("gaps.title"), row_height=54, empty=text("gaps.empty")),
                html.Div(id="not-computed", className="not-computed"),
                html.Article(id="detail", className="detail", **dashed(aria_live="polite")),
            ],
            className="only-pairing fill",
        )
    ]
