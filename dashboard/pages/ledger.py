"""Ledger: every gap of every pairing as one list to sort, filter and take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.downloads import ENDINGS
from dashboard.ledger_rows import FACETS
from dashboard.pages.controls import dashed, grid

if TYPE_CHECKING:
    from dashboard.i18n import Text

LEAST = (0, 20, 40, 60, 80)  # severities to begin with
WAIT_MS = 200  # after the last letter, before words filter


def layout(text: Text) -> html.Main:
    """Return the page; rows and filters are filled in by assets/ledger.js."""
    return html.Main(
        [
            html.Div(
                [
                    html.H1(text("ledger.title")),
                    html.Span(id="ledger-count", className="count", **dashed(aria_live="polite")),
                    html.Div(
                        [
                            html.Span(text("ledger.export"), className="count"),
                            *(
                                html.A(ending.upper(), id=f"ledger-{ending}", className="plain", download="")
                                for ending in ENDINGS
                            ),
                        ],
                        className="exports",
                    ),
                ],
                className="ledger-head",
            ),
            html.P(text("ledger.status_about"), className="about"),
            html.Details(
                [html.Summary(text("filters")), html.Div(_filters(text), className="bar")],
                open=True,
                className="ledger-filters",
            ),
            html.Div(id="ledger-failed"),
            grid(
                "ledger-grid",
                _columns(text),
                label=text("ledger.title"),
                row_height=56,
                empty=text("gaps.empty"),
            ),
        ],
        id="ledger",
        className="ledger",
    )


def _filters(text: Text) -> list[Any]:
    return [
        dmc.TextInput(
            id="ledger-words", label=text("ledger.words"), debounce=WAIT_MS, size="xs", className="grow"
        ),
        dmc.Select(
            id="ledger-pairing",
            label=text("column.pairing"),
            data=[],
            searchable=True,
            clearable=True,
            limit=50,
            filter={"function": "findOptions"},
            nothingFoundMessage=text("find.nothing"),
            size="xs",
            className="grow",
        ),
        *(
            dmc.MultiSelect(
                id=f"ledger-{name}",
                label=text(f"facet.{name}"),
                placeholder=text("facet.any"),
                data=[],
                clearable=True,
                searchable=True,
                hidePickedOptions=True,
                size="xs",
                className="grow",
            )
            for name in FACETS
        ),
        html.Div(
            [
                html.Span(text("facet.severity"), className="label", id="ledger-severity-label"),
                dmc.SegmentedControl(
                    id="ledger-severity",
                    data=[
                        {"value": str(least), "label": f"≥ {least}" if least else text("facet.any")}
                        for least in LEAST
                    ],
                    value="0",
                    size="xs",
                    **dashed(aria_labelledby="ledger-severity-label"),
                ),
            ]
        ),
        html.Button(
            text("filters.reset"),
            id="ledger-reset",
            className="link small",
            **dashed(data_act="ledger-reset"),
        ),
    ]


def _columns(text: Text) -> list[dict[str, Any]]:
    """Return the columns of the list."""
    return [
        {
            "field": "severity",
            "headerName": text("column.severity"),
            "width": 84,
            "cellRenderer": "SeverityCell",
            "sortingOrder": ["desc", "asc", None],
        },
        {
            "field": "kind_text",
            "headerName": text("column.gap"),
            "flex": 3,
            "minWidth": 190,
            "cellRenderer": "LedgerCell",
        },
        {
            "field": "pairing_text",
            "headerName": text("column.pairing"),
            "flex": 1,
            "minWidth": 170,
            "cellRenderer": "TextCell",
            "cellRendererParams": {"field": "pairing_text"},
        },
        {"field": "side", "headerName": text("column.side"), "width": 60, "cellRenderer": "SideCell"},
        {
            "field": "people",
            "headerName": text("column.people"),
            "width": 88,
            "cellRenderer": "TextCell",
            "type": "rightAligned",
            "cellRendererParams": {"field": "people_short"},
        },
        {
            "field": "chainage",
            "headerName": text("detail.chainage"),
            "width": 96,
            "cellRenderer": "TextCell",
            "type": "rightAligned",
            "cellRendererParams": {"field": "chainage_text"},
        },
        {
            "field": "status",
            "headerName": text("ledger.status"),
            "width": 84,
            "sortable": False,
            "cellRenderer": "TextCell",
            "cellRendererParams": {"field": "status_text"},
        },
    ]
