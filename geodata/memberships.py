"""Which districts a point belongs to: one, or both where it lies on the line (METHOD 1 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata.strips import Strip, lon0_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

ON_LINE_M = 0.1  # METHOD 1: within this of the border is on the line
MARGIN_DEG = 1e-5  # a metre or more of latitude and, south of 84 degrees, 0.1 m of longitude


def memberships(points: Any, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the districts each point is of.

    Parameters
    ----------
    points
        Array of Points, EPSG:4326; null and empty ones belong nowhere.
    districts
        Of a clean coverage (`Coverage.districts`), EPSG:4326; uses `district_id`.

    Returns
    -------
    memberships
        `row` (position in `points`), `district_id`, `on_line`; sorted by row and district. A point within
        0.1 m of several districts, on the line between them or on land they both claim, has a row for each,
        with `on_line` true. A point outside of all districts has none.
    """
    places = np.asarray(points, dtype=object)
    known = np.flatnonzero(~(shapely.is_missing(places) | shapely.is_empty(places)))
    ids = districts["district_id"].to_numpy(dtype=object)
    shapes = np.asarray(districts.geometry.array, dtype=object)
    lon0 = lon0_of(shapes)
    longitude = shapely.get_x(places[known])
    found: list[NDArray[np.intp]] = []
    for meridian in np.unique(lon0):  # strips
        here = np.flatnonzero(lon0 == meridian)
        bounds = shapely.bounds(shapes[here])
        near = (longitude >= bounds[:, 0].min() - MARGIN_DEG) & (longitude <= bounds[:, 2].max() + MARGIN_DEG)
        strip = Strip(int(meridian))
        # Polygons ask, points are in the tree: only the asking side is prepared, and points are many.
        tree = shapely.STRtree(strip.project(places[known[near]]))
        district, point = tree.query(strip.project(shapes[here]), predicate="dwithin", distance=ON_LINE_M)
        found.append(np.stack([known[near][point], here[district]]))
    rows = np.concatenate(found, axis=1) if found else np.empty((2, 0), dtype=np.intp)
    result = pd.DataFrame({"row": rows[0], "district_id": ids[rows[1]]})
    result = result.sort_values(["row", "district_id"], ignore_index=True)
    result["on_line"] = result["row"].duplicated(keep=False).to_numpy()
    return result
