"""Context layers of a pairing: what lies around its border, for the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.maps import geojson
from geodata.model import LAYERS
from geodata.strips import Strip

if TYPE_CHECKING:
    import geopandas as gpd

    from dashboard.results import Results

DEPTH_ZONES = 5  # as deep as the interior belt reaches (METHOD 1)
SIMPLER_THAN_M = 20.0
# What the map draws and says of a feature; the rest stays in the workspace.
SHOWN = {
    "roads": ("road_class", "name", "ref", "surface"),
    "facilities": ("kind", "name", "capacity"),
    "assets": ("kind", "name"),
    "parks": ("name", "status"),
    "landuse": ("landuse_class", "name"),
    "population": ("people", "name"),
}


def context_body(results: Results, pairing_id: str, layer: str) -> dict[str, Any]:
    """Return the features of `layer` within five zone depths of a pairing's border, as GeoJSON.

    A layer that the workspace lacks, and a pairing without a border, give no features.
    """
    if pairing_id not in results.borders.index or not results.workspace.has_layer(layer):
        return geojson.collection([], [])
    strip, band = _surroundings(results, pairing_id)
    degrees = strip.unproject([band])[0]
    west, south, east, north = shapely.bounds(degrees).tolist()
    rows: Any = results.workspace.read_layer(layer, bbox=(west, south, east, north))
    near = shapely.intersects(degrees, np.asarray(rows.geometry, dtype=object))
    rows = rows[near]
    shapes = shapely.simplify(strip.project(rows.geometry.array), SIMPLER_THAN_M / 4)
    columns = [name for name in SHOWN[layer] if name in rows and name in LAYERS[layer].column_names]
    kept = rows[[*columns, *(["provenance"] if "provenance" in rows else [])]].astype(object)
    properties = [
        {name: value for name, value in row.items() if value is not None}
        for row in kept.where(kept.notna(), None).to_dict("records")
    ]
    return geojson.collection(geojson.rounded(strip.unproject(shapes), geojson.EXACT_DECIMALS), properties)


def _surroundings(results: Results, pairing_id: str) -> tuple[Strip, Any]:
    border: gpd.GeoDataFrame = results.borders.loc[[pairing_id]]
    west, _, east, _ = border.total_bounds
    strip = Strip.of_longitudes(west, east)
    line = shapely.simplify(strip.project(border.geometry.array), 5 * SIMPLER_THAN_M)[0]
    return strip, shapely.buffer(line, DEPTH_ZONES * results.workspace.settings.zone_m, quad_segs=8)
