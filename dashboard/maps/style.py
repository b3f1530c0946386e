"""The map as a MapLibre style: which sources there are, and how each layer of them is drawn.

The style holds no geometry. Sources start empty; assets/map.js gives them their addresses, and answers
filters and selection by states of features, without the server. The canonical layers are put
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
from dashboard.maps.palette import PAPER, SEVERITY, Theme

_NOTHING = {"type": "FeatureCollection", "features": []}
# Layer ids by the page they belong to, and by the switch that shows them. What has sources of a pairing's own
# shows nothing on other pages: hidden and shown, it would be laid out anew.
PAGE_LAYERS = {
    "overview": ("borders-casing", "borders", "outlines", "names"),
    "pairing": ("borders-quiet",),
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
SOURCES = ("districts", "borders", "members", "around", "zones", "segments", "gaps", "chosen", "cursor")
IDS = {"gaps": {"promoteId": "number"}}  # a gap's shape and its mark have their state in common


def map_style(theme: Theme) -> dict[str, Any]:
    """Return the style of `theme`; both themes have the same layers in the same order."""
    paper, ramp = PAPER[theme], SEVERITY[theme]
    return {
        "version": 8,
        "transition": {"duration": 0, "delay": 0},  # a filter answers at once; paper does not wait
        "sources": {name: {"type": "geojson", "data": _NOTHING, **IDS.get(name, {})} for name in SOURCES},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": paper.ground}},
            *district_layers(paper),
            *border_layers(paper, ramp),
            *gap_layers(paper, ramp, theme),
            *label_layers(paper, theme),
        ],
    }
