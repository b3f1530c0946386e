"""Small pieces that several pages are built of."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.maps.palette import SHAPES


def dashed(**values: str) -> dict[str, Any]:
    """Return attributes whose names have a hyphen: `dashed(aria_label="x")` is `aria-label`."""
    return {name.replace("_", "-"): value for name, value in values.items()}


def mark(domain: str, level: int | None = None) -> html.Span:
    """Return the shape of a domain; coloured by severity class where one is given."""
    tone = "" if level is None else f" severity-{level}"
    return html.Span(className=f"mark mark-{SHAPES[domain]}{tone}", **dashed(aria_hidden="true"))


def panel(title: str, *children: Any, id: str | None = None, className: str = "") -> html.Section:  # noqa: A002, N803
    """Return a titled section of a side panel."""
    named: dict[str, Any] = {"id": id} if id else {}
    return html.Section([html.H2(title), *children], className=f"panel {className}".strip(), **named)


def facet(name: str, title: str) -> html.Fieldset:
    """Return a group of tick boxes whose options and counts the browser fills in."""
    return html.Fieldset(
        [html.Legend(title), html.Div(id=f"facet-{name}", className="facet")], id=f"facet-{name}-group"
    )


def grid(
    id: str,  # noqa: A002
    columns: list[dict[str, Any]],
    *,
    label: str,
    row_height: int,
    empty: str,
    many: bool = False,
) -> html.Div:
    """Return a grid of one selectable row, or many; rows come from the browser's store.

    Parameters
    ----------
    id
        Of the grid.
    columns
        AG Grid column definitions; cells are drawn by components of assets/grid.js, never from HTML.
    label
        What the grid lists, for screen readers.
    row_height
        Pixels.
    empty
        What to say and do when there are no rows.
    many
        Whether rows are ticked, as many as one likes, rather than chosen by a click.
    """
    selection: dict[str, Any] = (
        {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True, "selectAll": "filtered"}
        if many
        else {"mode": "singleRow", "checkboxes": False}
    )
    return html.Div(
        dag.AgGrid(
            id=id,
            columnDefs=columns,
            rowData=[],
            getRowId="params.data.id",
            columnSize=None,
            defaultColDef={
                "sortable": True,
                "resizable": False,
                "suppressMovable": True,
                "suppressHeaderMenuButton": True,
            },
            dashGridOptions={
                "rowSelection": {**selection, "enableClickSelection": not many},
                "rowHeight": row_height,
                "headerHeight": 32,
                "animateRows": False,
                "suppressCellFocus": False,
                "localeText": {"noRowsToShow": empty, "noMatchingRows": empty, "ariaLabelGrid": label},
                "overlayNoRowsTemplate": None,
                "enableBrowserTooltips": True,
            },
            style={"height": "100%", "width": "100%"},
        ),
        className="grid",
        role="region",
        **dashed(aria_label=label),
    )
