"""The map as a MapLibre style: which sources there are, and how each layer of them is drawn.

The style holds no geometry. Sources start empty; assets/map.js gives them their addresses, and answers
filters, switches and selection by changing filters, visibility and feature states, without the server.
It names no glyphs and no sprite: letters are drawn from the reader's own fonts, marks by assets/marks.js.
"""

from __future__ import annotations

from typing import Any

from dashboard.maps.drawing import (
    border_layers,
    context_layers,
    district_layers,
    gap_layers,
    label_layers,
)
from dashboard.maps.palette import PAPER, PEOPLE_BREAKS, SEVERITY, SHARE_BREAKS, Theme

_NOTHING = {"type": "FeatureCollection", "features": []}
# Canonical layers that can be switched on, from bottom to top.
CONTEXT_LAYERS = ("landuse", "parks", "population", "roads", "assets", "facilities")
# Layer ids by the page they belong to, and by the switch that shows them.
PAGE_LAYERS = {
    "overview": ("borders-casing", "borders", "outlines", "names"),
    "pairing": ("borders-quiet", "around", "members", "member-names"),
}
SWITCHES: dict[str, tuple[str, ...]] = {
    "zones": ("zones",),
    "landuse": ("landuse", "landuse-points"),
    "parks": ("parks", "parks-points"),
    "population": ("population",),
    "roads": ("roads",),
    "assets": ("assets", "assets-lines"),
    "facilities": ("facilities", "facilities-lines"),
}
NAMED_LAYERS = ("facilities", "assets", "parks", "parks-points", "population", "roads", "landuse")
SOURCES = (
    "districts",
    "borders",
    "members",
    "around",
    "zones",
    "segments",
    "gaps",
    "cursor",
    *CONTEXT_LAYERS,
)


def map_style(theme: Theme) -> dict[str, Any]:
    """Return the style of `theme`; both themes have the same layers in the same order."""
    paper, ramp = PAPER[theme], SEVERITY[theme]
    return {
        "version": 8,
        "sources": {name: {"type": "geojson", "data": _NOTHING} for name in SOURCES},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": paper.ground}},
            *district_layers(paper),
            *context_layers(paper),
            *border_layers(paper, ramp),
            *gap_layers(paper, ramp, theme),
            *label_layers(paper, theme),
        ],
    }


def border_colours(theme: Theme) -> dict[str, list[Any]]:
    """Return by metric the expression that colours the borders of the overview."""
    return {
        "share": _classes("share", 100, SHARE_BREAKS, theme),
        "people": _classes("people", 1, PEOPLE_BREAKS, theme),
    }


def _classes(name: str, factor: int, breaks: tuple[int, ...], theme: Theme) -> list[Any]:
    """Return a step expression in the severity ramp; the border's own grey where nothing is affected."""
    ramp = SEVERITY[theme]
    value = ["*", factor, ["to-number", ["get", name]]]
    steps = [part for limit, colour in zip(breaks, ramp[1:], strict=True) for part in (limit, colour)]
    return ["case", ["<=", value, 0], PAPER[theme].border, ["step", value, ramp[0], *steps]]
