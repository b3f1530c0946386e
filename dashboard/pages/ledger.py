"""Ledger: every gap of every pairing as one list to sort, filter and take away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.downloads import ENDINGS
from dashboard.pages.controls import dashed, grid
from geodata.ledger_fields import STATUSES

if TYPE_CHECKING:
    from dashboard.i18n import Text

VIEWS = ("list", "board", "wall", "calendar", "authorities")
FACETS = ("kind", "domain", "side", "provenance")
DUES = ("late", "week", "month", "dated", "none")
LEAST = (0, 20, 40, 60, 80)  # severities to begin with
WAIT_MS = 200  # after the last letter, before words filter


def layout(text: Text) -> html.Main:
    """Return the page; rows, filters and views are filled in by assets/ledger.js and its neighbours."""
    return html.Main(
        [
            html.Div(
                [
                    html.H1(text("ledger.title")),
                    html.Span(id="ledger-count", className="count", **dashed(aria_live="polite")),
                    _views(text),
                    _files(text),
                ],
                className="ledger-head",
            ),
            html.Div(
                id="ledger-strip", className="ledger-strip", role="group", **_label(text("ledger.strip"))
            ),
            html.Details(
                [html.Summary(text("filters")), html.Div(_filters(text), className="bar")],
                className="ledger-filters",
            ),
            html.Div(id="ledger-failed"),
            html.Div(id="ledger-bulk", className="ledger-bulk", role="region", **_label(text("bulk.title"))),
            html.Div(
                [
                    grid(
                        "ledger-grid",
                        _columns(text),
                        label=text("ledger.title"),
                        row_height=56,
                        empty=text("gaps.empty"),
                        many=True,
                    ),
                    *(
                        html.Div(
                            id=f"ledger-{name}",
                            className=f"ledger-view ledger-{name}",
                            role="region",
                            tabIndex="0",
                            **_label(text(f"ledger.view.{name}")),
                        )
                        for name in VIEWS
                        if name not in ("list", "wall")
                    ),
                    html.Aside(
                        id="ledger-entry",
                        className="ledger-entry",
                        hidden=True,
                        **_label(text("follow.title")),
                    ),
                ],
                className="ledger-body",
            ),
            html.Div(id="ledger-said", className="visually-hidden", role="status"),
        ],
        id="ledger",
        className="ledger",
    )


def _label(said: str) -> dict[str, Any]:
    return dashed(aria_label=said)


def _views(text: Text) -> html.Div:
    return html.Div(
        [
            html.Button(
                text(f"ledger.view.{name}"),
                id=f"ledger-view-{name}",
                className="view-tab",
                **dashed(data_act="ledger-view", data_view=name, aria_pressed="false"),
            )
            for name in VIEWS
        ],
        className="view-tabs",
        role="group",
        **_label(text("ledger.views")),
    )


def _files(text: Text) -> html.Details:
    """Return the menu of files: the list to take away, and the sheet with the follow-up to bring back."""
    return html.Details(
        [
            html.Summary(
                [text("ledger.files"), html.Span(" ▾", **dashed(aria_hidden="true"))], className="plain"
            ),
            html.Div(
                [
                    html.H3(text("ledger.files_follow")),
                    html.Div(
                        [
                            html.A(text("ledger.file.xlsx"), id="ledger-file-xlsx", download=""),
                            html.Button(
                                text("ledger.file.csv"), className="plain", **dashed(data_act="ledger-csv")
                            ),
                        ],
                        className="files-row",
                    ),
                    html.Div(id="ledger-import"),
                    html.H3(text("ledger.files_gaps")),
                    html.Div(
                        [
                            html.A(ending.upper(), id=f"ledger-{ending}", className="plain", download="")
                            for ending in ENDINGS
                        ],
                        className="files-row",
                    ),
                ],
                className="files-body",
            ),
        ],
        id="ledger-files",
        className="files",
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
        dmc.Select(
            id="ledger-who",
            label=text("ledger.who"),
            placeholder=text("facet.any"),
            data=[],
            searchable=True,
            clearable=True,
            size="xs",
            className="grow",
        ),
        dmc.Select(
            id="ledger-due",
            label=text("follow.due"),
            placeholder=text("facet.any"),
            data=[{"value": name, "label": text(f"due.{name}")} for name in DUES],
            clearable=True,
            size="xs",
            className="grow",
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
            "width": 150,
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
            **_edited("status", text("ledger.status"), 132, "agSelectCellEditor"),
            "cellRenderer": "StatusCell",
            "cellEditorParams": {"values": list(STATUSES)},
            "valueFormatter": {"function": "bordergapStatus(params.value)"},
            "comparator": {"function": "bordergapByStatus"},
        },
        {**_edited("lead", text("follow.lead"), 130, "agTextCellEditor")},
        {
            **_edited("due", text("follow.due"), 112, "agDateStringCellEditor"),
            "cellRenderer": "DueCell",
        },
        {**_edited("todo", text("follow.todo"), 190, "agLargeTextCellEditor"), "cellEditorPopup": True},
        {
            **_edited("cost_cny", text("follow.cost_cny"), 110, "agNumberCellEditor"),
            "cellRenderer": "TextCell",
            "cellRendererParams": {"field": "cost_text"},
            "cellEditorParams": {"min": 0},
            "type": "rightAligned",
        },
    ]


def _edited(field: str, name: str, width: int, editor: str) -> dict[str, Any]:
    """Return a column whose cells those who may edit change in place."""
    return {
        "field": field,
        "headerName": name,
        "width": width,
        "editable": {"function": "bordergapEditable(params)"},
        "singleClickEdit": True,
        "cellEditor": editor,
        "cellRenderer": "PlainCell",
        "cellClass": {"function": "bordergapCellClass(params)"},
    }
