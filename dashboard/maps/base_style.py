"""The style of a vector base map, cut down to what can be drawn without asking another host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.maps.context_drawing import BASE_MAP
from dashboard.maps.drawing import FONT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TYPES = ("fill", "line", "circle", "symbol")
_KEPT = ("type", "source-layer", "minzoom", "maxzoom", "filter", "paint", "layout")
# Pictures come from a sprite, which would be asked for elsewhere.
_PICTURES = ("fill-pattern", "line-pattern")


def vector_styles(layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the layers of a MapLibre style that draw vector tiles, with our source and our letters.

    Backgrounds, pictures of a sprite and layers of other kinds are left out.
    """
    drawn = []
    for number, layer in enumerate(layers):
        if layer.get("type") not in _TYPES or not isinstance(layer.get("source-layer"), str):
            continue
        kept: dict[str, Any] = {name: layer[name] for name in _KEPT if name in layer}
        kept["paint"] = _without(layer.get("paint"), _PICTURES)
        kept["layout"] = {
            name: value
            for name, value in _without(layer.get("layout"), ()).items()
            if not name.startswith("icon-")
        }
        if kept["type"] == "symbol":
            if "text-field" not in kept["layout"]:
                continue
            kept["layout"]["text-font"] = FONT
        drawn.append({**kept, "id": f"{BASE_MAP}-{number}", "source": BASE_MAP})
    return drawn


def _without(values: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in dict(values or {}).items() if name not in names}
