"""Programme: what pairings do together, as a scoreboard and as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.pages.controls import dashed, grid

if TYPE_CHECKING:
    from dashboard.i18n import Text


def layout(text: Text) -> html.Main:
    """Return the page; assets/programme.js fills it in."""
    return html.Main(
        [
            html.Div(
                [
                    html.H1(text("programme.heading")),
                    html.Span(id="programme-add"),
                    _files(text),
                ],
                className="programme-top",
            ),
            html.Div(id="programme-undo", className="programme-undo", role="status"),
            html.P(text("programme.lead"), className="lead"),
            html.Div(id="programme-empty"),
            html.Div(
                [
                    html.Section(id="programme-board", className="programme-board"),
                    html.Section(id="programme-rates", className="programme-board"),
                    html.Section(
                        [
                            html.Div(
                                [
                                    html.H2(text("programme.items")),
                                    html.Span(
                                        id="programme-count", className="count", **dashed(aria_live="polite")
                                    ),
                                ],
                                className="programme-head",
                            ),
                            html.Div(_filters(text), className="bar"),
                            html.Div(id="programme-sheet", className="programme-sheet"),
                            grid(
                                "programme-grid",
                                _columns(text),
                                label=text("programme.items"),
                                row_height=58,
                                empty=text("programme.no_match"),
                            ),
                        ],
                        className="programme-list",
                    ),
                ],
                id="programme-some",
                hidden=True,
            ),
        ],
        id="programme",
        className="document wide",
    )


def _files(text: Text) -> html.Details:
    """Return the menu of files: the items to take away, and a sheet with them to bring back."""
    return html.Details(
        [
            html.Summary(
                [text("ledger.files"), html.Span(" ▾", **dashed(aria_hidden="true"))], className="plain"
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.A(text("programme.xlsx"), id="programme-file-xlsx", download=""),
                            html.Button(
                                text("programme.csv"), className="plain", **dashed(data_act="programme-csv")
                            ),
                        ],
                        className="files-row",
                    ),
                    html.Div(id="programme-import"),
                ],
                className="files-body",
            ),
        ],
        id="programme-files",
        className="files",
    )


def _filters(text: Text) -> list[Any]:
    return [
        dmc.Select(
            id=f"programme-{name}",
            label=text(label),
            placeholder=text("facet.any"),
            data=[],
            searchable=True,
            clearable=True,
            size="xs",
            className="grow",
        )
        for name, label in (("pairing", "column.pairing"), ("item", "facet.kind"))
    ]


def _columns(text: Text) -> list[dict[str, Any]]:
    """Return the columns of the list."""

    def plain(field: str, shown: str, key: str, width: int) -> dict[str, Any]:
        return {
            "field": field,
            "headerName": text(key),
            "width": width,
            "cellRenderer": "TextCell",
            "cellRendererParams": {"field": shown},
        }

    return [
        {
            "field": "title",
            "headerName": text("programme.column.title"),
            "flex": 1,
            "minWidth": 230,
            "cellRenderer": "ItemCell",
            "cellRendererParams": {"map": text("programme.map")},
        },
        plain("pairing_text", "pairing_text", "column.pairing", 170),
        plain("kind_text", "kind_text", "facet.kind", 100),
        plain("status_text", "status_text", "ledger.status", 86),
        {**plain("amount", "amount_text", "programme.column.amount", 110), "type": "rightAligned"},
        {**plain("count", "count_text", "programme.column.count", 84), "type": "rightAligned"},
        plain("time", "time", "programme.column.time", 190),
    ]
