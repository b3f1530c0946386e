"""The map as a MapLibre style: which sources there are, and how each layer of them is drawn.

The style holds no geometry. Sources start empty; assets/map.js gives them their addresses, and answers
filters and selection by changing filters and feature states, without the server. The canonical layers are put
between districts and borders once they are switched on, by assets/layers.js.
It names no glyphs and no sprite: letters are drawn from the reader's own fonts, marks by assets/marks.js.
"""

from __future__ import annotations

from typing import Any

from dashboard.maps.drawing import (
    border_layers,
    district_layers,
    gap_layers,
    label_layers,
)
from dashboard.maps.palette import PAPER, PEOPLE_BREAKS, SEVERITY, SEVERITY_BREAKS, SHARE_BREAKS, Theme

_NOTHING = {"type": "FeatureCollection", "features": []}
# Layer ids by the page they belong to, and by the switch that shows them.
PAGE_LAYERS = {
    "overview": ("borders-casing", "borders", "outlines", "names"),
    "pairing": ("borders-quiet", "around", "members", "member-names"),
}
# By switch, the layers of what is found and of the districts; a finding that is chosen stays in view.
SWITCHES: dict[str, tuple[str, ...]] = {
    "gaps": ("gap-areas", "gap-outlines", "gap-marks"),
    "segments": ("segments-casing", "segments"),
    "borders": ("borders-casing", "borders", "borders-quiet", "around"),
    "zones": ("zones",),
    "districts": ("districts", "outlines", "region", "members", "names", "member-names"),
}
LOWEST_FOUND = "borders-casing"  # canonical layers are drawn below it
LOWEST_DRAWN = "outlines"  # the base map covers the ground of the districts and nothing else
# Zoom, pixels where nothing is found, pixels where something is.
BORDER_WIDTHS = ((5, 1.0, 2.0), (8, 1.8, 4.2), (11, 3.5, 7.0))
SOURCES = ("districts", "borders", "members", "around", "zones", "segments", "gaps", "cursor")


def map_style(theme: Theme) -> dict[str, Any]:
    """Return the style of `theme`; both themes have the same layers in the same order."""
    paper, ramp = PAPER[theme], SEVERITY[theme]
    return {
        "version": 8,
        "transition": {"duration": 0, "delay": 0},  # a filter answers at once; paper does not wait
        "sources": {name: {"type": "geojson", "data": _NOTHING} for name in SOURCES},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": paper.ground}},
            *district_layers(paper),
            *border_layers(paper, ramp),
            *gap_layers(paper, ramp, theme),
            *label_layers(paper, theme),
        ],
    }


def border_colours(theme: Theme) -> dict[str, list[Any]]:
    """Return by metric the expression that colours the borders of the overview."""
    return {
        "worst": _classes("worst", 1, SEVERITY_BREAKS, theme),
        "share": _classes("share", 100, SHARE_BREAKS, theme),
        "people": _classes("people", 1, PEOPLE_BREAKS, theme),
    }


def border_widths() -> dict[str, list[Any]]:
    """Return by metric the width of the borders of the overview: what nothing is found on steps back."""
    return {name: _width(["<=", ["to-number", ["get", name]], 0]) for name in border_colours("light")}


def _width(is_quiet: list[Any]) -> list[Any]:
    stops = [part for zoom, quiet, loud in BORDER_WIDTHS for part in (zoom, ["case", is_quiet, quiet, loud])]
    return ["interpolate", ["linear"], ["zoom"], *stops]


def _classes(name: str, factor: int, breaks: tuple[int, ...], theme: Theme) -> list[Any]:
    """Return a step expression in the severity ramp; the border's own grey where nothing is affected."""
    ramp = SEVERITY[theme]
    value = ["*", factor, ["to-number", ["get", name]]]
    steps = [part for limit, colour in zip(breaks, ramp[1:], strict=True) for part in (limit, colour)]
    return ["case", ["<=", value, 0], PAPER[theme].border, ["step", value, ramp[0], *steps]]
