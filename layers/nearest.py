"""The nearest border of each person's district: whose desert they are part of (METHOD 5, service_desert)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.strips import Strip
from layers.frame import LENGTH_DECIMALS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def district_across(
    population: gpd.GeoDataFrame, memberships: pd.DataFrame, borders: gpd.GeoDataFrame, *, zone_m: float
) -> pd.Series:
    """Return for each person near a border of their own district the district across the nearest one.

    Parameters
    ----------
    population
        Canonical layer, EPSG:4326.
    memberships
        `row`, `district_id` of `population`, one row a person.
    borders
        Of pairs of districts, EPSG:4326: `member_a`, `member_b` (district ids), `lon0`.
    zone_m
        Farther than this from a border is near none; see `Settings.zone_m`.

    Returns
    -------
    across
        District id by row of `population`; the smaller id on a tie (distances to 0.01 m, each in the
        border's own strip). People near none are left out.
    """
    points = np.asarray(population.geometry.array, dtype=object)
    home = np.full(len(points), None, dtype=object)  # some live outside of all districts
    home[memberships["row"].to_numpy()] = memberships["district_id"].to_numpy(dtype=object)
    found = [_near(points, home, rows, int(str(lon0)), zone_m) for lon0, rows in borders.groupby("lon0")]
    if not found:
        return pd.Series(dtype=object)
    candidates = pd.concat(found, ignore_index=True).sort_values(["row", "distance_m", "across"])
    nearest = candidates.drop_duplicates("row")
    return pd.Series(nearest["across"].to_numpy(dtype=object), index=population.index[nearest["row"]])


def _near(
    points: NDArray[np.object_],
    home: NDArray[np.object_],
    borders: gpd.GeoDataFrame,
    lon0: int,
    zone_m: float,
) -> pd.DataFrame:
    """Return `row`, `across`, `distance_m` of people within the zone of a border of one strip."""
    strip = Strip(lon0)
    lines, places = strip.project(borders.geometry.array), strip.project(points)
    border, row = shapely.STRtree(places).query(lines, predicate="dwithin", distance=zone_m)
    a, b = (borders[name].to_numpy(dtype=object)[border] for name in ("member_a", "member_b"))
    own = home[row]
    mine = (own == a) | (own == b)
    border, row = border[mine], row[mine]
    return pd.DataFrame(
        {
            "row": row,
            "across": np.where(own[mine] == a[mine], b[mine], a[mine]),
            "distance_m": np.round(shapely.distance(lines[border], places[row]), LENGTH_DECIMALS),
        }
    )
