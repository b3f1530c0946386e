"""The list of layers beside the map; assets/layers.js fills it from the address of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from dashboard.pages.controls import dashed

if TYPE_CHECKING:
    from dashboard.i18n import Text


def layers_panel(text: Text) -> html.Section:
    """Return the heading and an empty list: what there is to switch is known when the page is shown."""
    return html.Section(
        [
            html.H2(text("layers"), id="layers-title"),
            html.Ul(id="layers", className="layers", **dashed(aria_labelledby="layers-title")),
        ],
        id="layers-panel",
        className="panel layers-panel",
    )
