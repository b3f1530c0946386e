"""Districts drawn by hand in metres of a strip, put where the canonical layers have them: in degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.borders import find_borders
from geodata.boundaries import Coverage, clean_districts
from geodata.model import LAYERS, STORED_CRS
from geodata.settings import Settings
from geodata.strips import Strip

if TYPE_CHECKING:
    from collections.abc import Mapping

STRIP = Strip(108)
ORIGIN = (500_000.0, 3_300_000.0)  # central meridian, about 30 degrees north


def stored(geometries: Any) -> Any:
    """Return geometries drawn in metres around (0, 0) in EPSG:4326."""
    return STRIP.unproject(shapely.transform(np.asarray(geometries, dtype=object), lambda xy: xy + ORIGIN))


def drawn(geometries: Any) -> Any:
    """Return an array of geometries, or one, in EPSG:4326 in metres around (0, 0)."""
    moved = shapely.transform(STRIP.project(geometries), lambda xy: xy - ORIGIN)
    return moved if np.ndim(moved) else moved.item()


def districts(shapes: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return the canonical layer of districts from polygons in metres by id."""
    table = pd.DataFrame({"district_id": list(shapes), "name": list(shapes)})
    table = table.reindex(columns=list(LAYERS["districts"].column_names))
    return gpd.GeoDataFrame(table, geometry=stored(list(shapes.values())), crs=STORED_CRS)


def clean(shapes: Mapping[str, Any], **settings: Any) -> Coverage:
    """Return the cleaned coverage of polygons in metres by id."""
    return clean_districts(districts(shapes), Settings(**settings))


def borders(shapes: Mapping[str, Any], **more: Any) -> gpd.GeoDataFrame:
    """Return the borders of polygons in metres by id, after cleaning."""
    return find_borders(clean(shapes).districts, **{"min_piece_m": 10.0, **more})


def lengths(found: gpd.GeoDataFrame) -> dict[str, tuple[float, int]]:
    """Return (length to the decimetre, pieces) by pairing."""
    return {row.pairing_id: (round(row.length_m, 1), row.pieces) for row in found.itertuples()}
