"""One valid polygon for each district: rows of one id dissolved, rings mended (METHOD 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import CrsError
from geodata.model import STORED_CRS
from geodata.strips import measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPORTED_SHARE = 0.001  # METHOD 3.1: a district whose area changes by more is reported
REPAIRED_COLUMNS = ("district_id", "area_before_m2", "area_after_m2", "reason")


def repaired_districts(districts: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return one row a district with valid polygons, and the districts whose area that changed by over 0.1 %.

    Parameters
    ----------
    districts
        Canonical layer, EPSG:4326; rows of one `district_id` are one district.

    Returns
    -------
    districts
        Sorted by `district_id`, all columns kept (of several rows the first known value); one without any
        area is left out. Valid rows that stand alone keep their geometry as it is.
    repaired
        `district_id`, `area_before_m2`, `area_after_m2`, `reason`.

    Raises
    ------
    CrsError
        If `districts` is not in EPSG:4326.
    """
    if districts.crs != STORED_CRS:
        raise CrsError(f"districts: expected {STORED_CRS}, got {districts.crs}")
    stored = shapely.force_2d(np.asarray(districts.geometry.array, dtype=object))
    stored[shapely.is_missing(stored)] = shapely.Polygon()
    polygons = stored.copy()
    broken = ~shapely.is_valid(stored)
    polygons[broken] = _polygons_only(shapely.make_valid(stored[broken]))
    ids, district = np.unique(districts["district_id"].to_numpy(dtype=str), return_inverse=True)
    repaired = _reported(ids, district, stored, polygons, broken)

    columns = districts.drop(columns=districts.geometry.name)
    columns["district_id"] = columns["district_id"].astype(str)
    result = columns.groupby("district_id", sort=True, as_index=False).first()[list(columns.columns)]
    order = np.argsort(district, kind="stable")
    first = np.searchsorted(district[order], np.arange(len(ids)))
    shapes = polygons[order][first]
    several = np.flatnonzero(np.bincount(district, minlength=len(ids)) > 1)
    # One call a district of several rows: few.
    shapes[several] = [shapely.union_all(polygons[district == k]) for k in several]
    whole = ~shapely.is_empty(shapes)
    return gpd.GeoDataFrame(
        result[whole].reset_index(drop=True), geometry=shapes[whole], crs=STORED_CRS
    ), repaired


def _polygons_only(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the polygons among the parts of each geometry."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    inner, of = shapely.get_parts(parts, return_index=True)  # make_valid may nest a multipolygon
    areal = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    result = np.full(len(geometries), shapely.MultiPolygon(), dtype=object)
    return np.asarray(shapely.multipolygons(inner[areal], indices=owner[of[areal]], out=result), dtype=object)


def _reported(
    ids: NDArray[np.str_],
    district: NDArray[np.intp],
    stored: NDArray[np.object_],
    polygons: NDArray[np.object_],
    broken: NDArray[np.bool_],
) -> pd.DataFrame:
    """Return the districts whose repair changed their area by more than `REPORTED_SHARE`."""
    affected = np.unique(district[broken])
    rows = np.isin(district, affected)
    before = np.bincount(district[rows], measured(stored[rows], shapely.area), len(ids))[affected]
    after = np.bincount(district[rows], measured(polygons[rows], shapely.area), len(ids))[affected]
    first = pd.Series(stored[broken]).groupby(district[broken]).first()
    table = pd.DataFrame(
        {
            "district_id": ids[affected].astype(object),
            "area_before_m2": before,
            "area_after_m2": after,
            "reason": shapely.is_valid_reason(first.to_numpy(dtype=object)),
        },
        columns=list(REPAIRED_COLUMNS),
    )
    changed = np.abs(after - before) > REPORTED_SHARE * np.maximum(before, after)
    return pd.DataFrame(table[changed].reset_index(drop=True))
