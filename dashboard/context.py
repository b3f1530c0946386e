"""The canonical layers as the map draws them: few columns, marks for what is not measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from dashboard.i18n import plain
from dashboard.maps import geojson

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.workspace import Workspace

# What the map draws and says of a feature; the rest stays in the workspace.
SHOWN: dict[str, tuple[str, ...]] = {
    "roads": ("road_class", "name"),
    "facilities": ("kind", "name"),
    "assets": ("kind", "name"),
    "parks": ("name", "status"),
    "landuse": ("landuse_class", "name"),
    "population": ("people", "name"),
}


def layer_rows(workspace: Workspace, layer: str) -> gpd.GeoDataFrame:
    """Return the features of `layer` with the columns that are shown, EPSG:4326.

    `provenance` is that of the feature, else of its layer, and null for what is measured. Features without a
    place are left out.
    """
    rows: Any = workspace.read_layer(layer, columns=[*SHOWN[layer], "provenance"])
    record = workspace.intake_of(layer)
    own = rows["provenance"].astype(object)
    told = own.where(own.notna(), None if record is None else record.provenance)
    rows = rows[[*(name for name in SHOWN[layer] if name in rows), "geometry"]]
    rows = rows.assign(provenance=told.where(told.notna() & (told != "measured"), None))
    if "name" in rows:
        rows["name"] = rows["name"].astype(object).map(plain, na_action="ignore")
    nowhere = shapely.is_missing(rows.geometry) | shapely.is_empty(rows.geometry)
    shown: gpd.GeoDataFrame = rows[~nowhere]
    return shown.reset_index(drop=True)


def layer_body(workspace: Workspace, layer: str) -> dict[str, Any]:
    """Return a whole layer as GeoJSON, to about a metre: for layers light enough to be sent at once."""
    rows: Any = layer_rows(workspace, layer)
    values = rows.drop(columns="geometry").astype(object)
    properties = [
        {name: value for name, value in row.items() if value is not None}
        for row in values.where(values.notna(), None).to_dict("records")
    ]
    return geojson.collection(geojson.rounded(rows.geometry, geojson.EXACT_DECIMALS), properties)
