"""What the checks of roads share: which roads count, what makes pieces one road, how roads are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import LAYERS, ROAD_CLASSES, base_road_class
from layers.frame import ON_LINE_M
from layers.stretches import ROUNDING_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

NAMES_OF_ONE_ROAD = ("feature_id", "name", "ref")  # pieces that share one of these are of one road


def drivable(frame: BorderFrame) -> gpd.GeoDataFrame:
    """Return the roads of a block one can drive on: of a class METHOD 4 names, `*_link` as the class.

    Without a road layer there are none.
    """
    return frame.once("drivable", lambda: _drivable(frame))


def drivable_tree(frame: BorderFrame) -> shapely.STRtree:
    """Return the tree of the geometries of `drivable`."""
    return frame.once("drivable_tree", lambda: shapely.STRtree(drivable(frame).geometry.array))


def ranks(roads: gpd.GeoDataFrame | pd.DataFrame) -> NDArray[np.float64]:
    """Return the rank of each road's class (1 motorway to 8 track); NaN where it has none."""
    known = {name: road.rank for name, road in ROAD_CLASSES.items() if road.rank is not None}
    return np.asarray(base_classes(roads).map(known).astype(np.float64))


def base_classes(roads: gpd.GeoDataFrame | pd.DataFrame) -> pd.Series[Any]:
    """Return the class each road counts as (`*_link` as the class), None where it has none."""
    codes, names = pd.factorize(roads["road_class"])  # few names: each is told once
    base = np.array([*(base_road_class(name) for name in names), None], dtype=object)
    return pd.Series(base[codes], index=roads.index, dtype=object)


def road_keys(roads: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return what a road counts as when it is counted once: its name, else its ref, else its feature id."""
    key: pd.Series[Any] = "id " + roads["feature_id"].astype(object).astype(str)
    for column in ("ref", "name"):
        if column in roads:
            given = roads[column].notna()
            key = key.where(~given, f"{column} " + roads[column].astype(object).astype(str))
    return key


def has_roads(frame: BorderFrame, pair: int, side: Side, around: shapely.Geometry, distance_m: float) -> bool:
    """Return whether there is any road on `side` of a border within `distance_m` of the geometry `around`."""
    disc = shapely.buffer(around, distance_m)
    member = shapely.make_valid(shapely.clip_by_rect(frame.member(side)[pair], *disc.bounds))
    # A road of the other side that ends on the line is not on this one.
    seen = shapely.buffer(shapely.intersection(member, disc), -(ON_LINE_M + ROUNDING_M))
    tree = frame.once("all_roads_tree", lambda: shapely.STRtree(frame.layers["roads"].geometry.array))
    return len(tree.query(seen, predicate="intersects")) > 0


def lonlat(frame: BorderFrame, xy: Sequence[float]) -> list[float]:
    """Return a place given in metres of the strip as evidence has it: longitude and latitude to 1 cm."""
    point = frame.strip.unproject(np.array([shapely.Point(xy)], dtype=object))[0]
    return [round(point.x, 7), round(point.y, 7)]


def named(road: pd.Series[Any] | dict[str, Any]) -> dict[str, Any]:
    """Return `id`, `name` and `ref` of a road as evidence has them; unknown is None."""
    values = {"id": road.get("feature_id"), "name": road.get("name"), "ref": road.get("ref")}
    return {key: None if value is None or pd.isna(value) else value for key, value in values.items()}


def _drivable(frame: BorderFrame) -> gpd.GeoDataFrame:
    roads = frame.layer("roads")
    if roads is None:
        columns = {name: pd.Series(dtype=object) for name in LAYERS["roads"].column_names}
        return gpd.GeoDataFrame(columns, geometry=[], crs=frame.strip.crs)
    return roads[base_classes(roads).isin(list(ROAD_CLASSES)).to_numpy(dtype=bool)]
