"""Compare: members of a pair or group side by side, and all pairs of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboard.matrix import MEASURES
from dashboard.pages.controls import dashed

if TYPE_CHECKING:
    from dashboard.i18n import Text


def layout(text: Text) -> html.Main:
    """Return the page; what is compared is drawn by assets/compare.js."""
    return html.Main(
        [
            html.H1(id="compare-name"),
            html.P(text("compare.lead"), className="lead"),
            html.Div(
                [
                    dmc.Select(
                        id="compare-choice",
                        label=text("compare.choose"),
                        data=[],
                        searchable=True,
                        allowDeselect=False,
                        size="sm",
                        className="grow",
                    ),
                    *(
                        dmc.Select(
                            id=f"compare-{name}",
                            label=text(f"compare.{name}"),
                            data=[],
                            searchable=True,
                            clearable=True,
                            filter={"function": "memberOptions"},
                            size="sm",
                            className=f"grow compare-pick compare-pick-{name}",
                        )
                        for name in ("one", "other")
                    ),
                ],
                className="bar",
            ),
            html.Div(id="compare-members", className="compare-members", **dashed(aria_live="polite")),
            html.Section(
                [
                    html.H2(text("compare.matrix")),
                    html.P(text("compare.matrix_about"), className="about"),
                    html.Div(
                        [_measure(text), html.Div(id="compare-legend", className="legend-part")],
                        className="bar",
                    ),
                    html.Div(id="compare-matrix", className="matrix-scroll"),
                ],
                id="compare-pairs",
                className="compare-pairs",
                hidden=True,
            ),
            html.Section(id="compare-sources", className="compare-sources"),
        ],
        id="compare",
        className="document wide",
    )


def _measure(text: Text) -> Any:
    """Return the choice of what cells are coloured by."""
    return html.Div(
        dmc.SegmentedControl(
            id="compare-cell",
            data=[{"value": name, "label": text(f"compare.cell.{name}")} for name in MEASURES],
            value=next(iter(MEASURES)),
            size="xs",
        ),
        role="group",
        **dashed(aria_label=text("compare.cell")),
    )
