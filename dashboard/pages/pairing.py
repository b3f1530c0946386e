"""Pairing: one border, its gaps, worst first, and why each of them is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.maps.figures import profile_figure
from dashboard.pages.controls import dashed, facet, grid

if TYPE_CHECKING:
    from dashboard.i18n import Text

DIRECTIONS = ("along", "across")
FACETS = ("domain", "kind", "side", "provenance")


def left(text: Text) -> list[Any]:
    """Return filters with live counts."""
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
                html.Div(id="new-filter", className="new-filter"),
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
                    stretch_inputs(text),
                ],
                className="profile-head",
            ),
            html.P(id="profile-about", className="profile-about", **dashed(aria_live="polite")),
            html.Div(
                [
                    dcc.Graph(
                        id="profile-graph",
                        figure=profile_figure(),
                        config={"displayModeBar": False, "doubleClick": False},
                        responsive=True,
                        className="profile-graph",
                    ),
                    # What follows the pointer; assets/brush.js moves it.
                    html.Div(
                        [
                            html.Div(className=f"over-{name}", hidden=True)
                            for name in ("gap", "brush", "cursor", "values")
                        ],
                        id="profile-over",
                        **dashed(aria_hidden="true"),
                    ),
                ],
                className="profile-plot",
            ),
        ],
        id="profile",
        className="only-pairing profile",
        hidden=True,
    )


def stretch_inputs(text: Text) -> html.Div:
    """Return two fields for a stretch of the border, for those who do not drag over the profile."""
    fields = [
        dmc.NumberInput(
            id=f"stretch-{end}",
            value="",
            min=0,
            decimalScale=2,
            size="xs",
            hideControls=True,
            debounce=True,
            className="stretch-input",
            placeholder=text(f"stretch.{end}_empty"),
            **dashed(aria_label=text(f"stretch.{end}")),
        )
        for end in ("from", "to")
    ]
    return html.Div(
        [fields[0], html.Span("–", **dashed(aria_hidden="true")), fields[1], html.Span(text("unit.km"))],
        id="stretch-inputs",
        className="stretch-inputs",
        title=text("stretch.hint"),
        role="group",
        **dashed(aria_label=text("stretch.group")),
    )


def right(text: Text) -> list[Any]:
    """Return the heading of the pairing, its gaps, and the detail of one."""
    columns = [
        {
            "field": "severity",
            "headerName": text("column.severity"),
            "width": 73,
            "cellRenderer": "SeverityCell",
        },
        {
            "field": "kind_text",
            "headerName": text("column.gap"),
            "flex": 1,
            "minWidth": 130,
            "cellRenderer": "GapCell",
        },
        {"field": "side", "headerName": text("column.side"), "width": 46, "cellRenderer": "SideCell"},
        {
            "field": "chainage",
            "headerName": text("column.chainage"),
            "width": 54,
            "cellRenderer": "KmCell",
            "cellRendererParams": {"whole": text("column.whole")},
            "type": "rightAligned",
        },
        {
            "field": "people",
            "headerName": text("column.people"),
            "width": 76,
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
                html.Div(
                    [
                        dmc.TextInput(
                            id="gap-words",
                            value="",
                            size="xs",
                            debounce=150,
                            placeholder=text("gaps.find"),
                            className="gap-words",
                            **dashed(aria_label=text("gaps.find")),
                        ),
                        html.Div(id="stretch-chips", className="chips", **dashed(aria_live="polite")),
                    ],
                    className="narrow-row",
                ),
                grid("gaps-grid", columns, label=text("gaps.title"), row_height=54, empty=text("gaps.empty")),
                html.Div(id="not-computed", className="not-computed"),
                html.Article(id="detail", className="detail", **dashed(aria_live="polite")),
            ],
            className="only-pairing fill",
        )
    ]
