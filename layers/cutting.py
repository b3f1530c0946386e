"""Lines and polygons cut by the parts of the ground beside a border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.frame import LENGTH_DECIMALS, ON_LINE_M, BorderFrame, Side

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
SIDES: tuple[Side, ...] = ("a", "b")
ROUNDING_M = 0.005  # lengths are compared after rounding to 0.01 m: what is searched first lies this near
LEAST_AREA_M2 = 1.0  # METHOD 5: polygons under 1 m² after cutting are ignored
LEAST_LENGTH_M = 1.0  # shorter contact is a crossing, not a stretch on the line


def cut(regions: Any, features: Any) -> pd.DataFrame:
    """Return what of each feature lies in each region: `region`, `feature` (positions), `geometry`.

    Features that a region covers are not cut: most are, and cutting is what takes time. Each is cut alone,
    so that duplicates do not merge.
    """
    regions = np.asarray(regions, dtype=object)
    features = np.asarray(features, dtype=object)
    region, feature = shapely.STRtree(features).query(regions, predicate="intersects")
    parts = features[feature]
    shapely.prepare(regions)
    crosses = ~shapely.covers(regions[region], parts)
    parts[crosses] = shapely.intersection(parts[crosses], regions[region[crosses]])
    found = pd.DataFrame({"region": region, "feature": feature, "geometry": parts})
    return found.sort_values(["region", "feature"], ignore_index=True)


def cut_further(found: pd.DataFrame, regions: Any) -> pd.DataFrame:
    """Return what `cut` has `found`, cut by smaller regions, each inside the one of before."""
    regions = np.asarray(regions, dtype=object)
    shapely.prepare(regions)
    region, parts = found["region"].to_numpy(np.intp), found["geometry"].to_numpy(dtype=object)
    meets = shapely.intersects(regions[region], parts)
    region, parts = region[meets], parts[meets]
    crosses = ~shapely.covers(regions[region], parts)
    parts[crosses] = shapely.intersection(parts[crosses], regions[region[crosses]])
    return pd.DataFrame({"region": region, "feature": found["feature"][meets].to_numpy(), "geometry": parts})


def stretches_on_line(frame: BorderFrame, lines: Any) -> pd.DataFrame:
    """Return the stretches of `lines` that run on a border: `line`, `segment_row`, `geometry`."""
    segments = np.asarray(frame.segments.geometry.array, dtype=object)
    lines = np.asarray(lines, dtype=object)
    row, line = shapely.STRtree(lines).query(segments, predicate="dwithin", distance=ON_LINE_M)
    near, where = np.unique(row, return_inverse=True)
    strips = shapely.buffer(segments[near], ON_LINE_M, cap_style="flat")
    shared = shapely.intersection(lines[line], strips[where])
    long = shapely.length(shared) >= LEAST_LENGTH_M
    return pd.DataFrame({"line": line[long], "segment_row": row[long], "geometry": shared[long]})


def parts_by_side(frame: BorderFrame, polygons: Any, distance_m: float) -> pd.DataFrame:
    """Return polygons cut at the line, within `distance_m` of a border.

    Returns
    -------
    parts
        `pair`, `side`, `feature` (position), `geometry`, `area_m2`; parts under 1 m² are left out.
    """
    found = []
    for side in SIDES:
        parts = cut(frame.within(side, distance_m), polygons).rename(columns={"region": "pair"})
        found.append(parts.assign(side=side, area_m2=shapely.area(parts["geometry"].to_numpy(dtype=object))))
    table = pd.concat(found, ignore_index=True)
    table = table[table["area_m2"] >= LEAST_AREA_M2]
    return table.sort_values(["pair", "feature", "side"], ignore_index=True)


def geometry_of(layer: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the geometries of `layer` as an array."""
    return np.asarray(layer.geometry.array, dtype=object)


def holders(parks: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, sides: pd.DataFrame) -> pd.DataFrame:
    """Return the parks of each side: `pair`, `side`, `row` (index label of `parks`), sorted.

    A park is of the member that holds most of it; one that a district outside the pair holds most of is of
    neither. A tie goes to side a, the smaller id.
    """
    geometry = geometry_of(parks)
    parts = cut(geometry_of(districts), geometry)
    areal = np.isin(shapely.get_type_id(geometry), POLYGONS)[parts["feature"].to_numpy(np.intp)]
    parts["share"] = np.where(areal, shapely.area(parts["geometry"].to_numpy(object)), 1.0)
    parts["district_id"] = districts["district_id"].to_numpy(object)[parts["region"].to_numpy(np.intp)]
    parts["most"] = parts.groupby("feature")["share"].transform("max")
    of_side = parts.merge(sides, on="district_id")
    of_side = of_side.groupby(["pair", "feature", "side"], as_index=False).agg(
        share=("share", "sum"), most=("most", "max")
    )
    of_side["share"] = of_side["share"].round(LENGTH_DECIMALS)
    chosen = of_side[of_side["share"] >= of_side["most"].round(LENGTH_DECIMALS)]
    chosen = chosen.sort_values(["pair", "feature", "share", "side"], ascending=[True, True, False, True])
    chosen = chosen.drop_duplicates(["pair", "feature"])
    row = parks.index.to_numpy()[chosen["feature"].to_numpy(np.intp)]
    return chosen.assign(row=row).sort_values(["pair", "side", "row"], ignore_index=True)[
        ["pair", "side", "row"]
    ]
