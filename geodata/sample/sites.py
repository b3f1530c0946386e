"""Where a mismatch can be planted: roads that cross a border cleanly, and quiet stretches of border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geodata.sample.world import STRIP, URBAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.draft import Draft
    from geodata.sample.world import World

QUIET_STEP_M = 400.0
NODE_REACH_M = 6_000.0
ANGLE_REACH_M = 60.0  # the direction of line and road is taken over this stretch


def crossings(draft: Draft) -> gpd.GeoDataFrame:
    """Return the places where a road of the mesh crosses one border, once and for good.

    Returns
    -------
    crossings
        `road` (row of `draft.roads`), `pair` (row of `world.borders`), `along_m` (on the road), `length_m`,
        `angle_deg` (0 to 90 between road and border), `corner_m` (to the next end of a border), `next_m` (to
        the next crossing of any road), `geometry` (Point), in the order of the roads.
    """
    world, roads = draft.world, draft.roads
    lines, borders = np.asarray(roads.geometry.array), np.asarray(world.borders.geometry.array)
    pair, road = roads.sindex.query(borders, predicate="intersects")
    contact = shapely.intersection(lines[road], borders[pair])
    parts, which = shapely.get_parts(contact, return_index=True)
    parts, row = parts[shapely.get_type_id(parts) == 0], which[shapely.get_type_id(parts) == 0]
    found = gpd.GeoDataFrame({"road": road[row], "pair": pair[row]}, geometry=parts, crs=STRIP.crs)
    xy = shapely.get_coordinates(parts)
    found["next_m"] = cKDTree(xy).query(xy, k=2)[0][:, 1]
    found["corner_m"] = cKDTree(world.corners).query(xy)[0]
    once = ~found["road"].duplicated(keep=False) & (roads["edge"].to_numpy()[found["road"]] >= 0)
    found = found[once].sort_values("road", ignore_index=True)
    hosts = lines[found["road"]]
    found["along_m"] = shapely.line_locate_point(hosts, found.geometry.array)
    found["length_m"] = shapely.length(hosts)
    edge = borders[found["pair"]]
    found["angle_deg"] = _angle(hosts, found["along_m"].to_numpy(), edge, np.asarray(found.geometry.array))
    return found


def _angle(
    roads: NDArray[np.object_],
    along: NDArray[np.float64],
    borders: NDArray[np.object_],
    points: NDArray[np.object_],
) -> NDArray[np.float64]:
    before = shapely.get_coordinates(shapely.line_interpolate_point(roads, along - ANGLE_REACH_M))
    after = shapely.get_coordinates(shapely.line_interpolate_point(roads, along + ANGLE_REACH_M))
    near = shapely.intersection(borders, shapely.buffer(points, ANGLE_REACH_M))
    # The stretch of border nearby, as the long side of its box.
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.buffer(near, 1.0))).reshape(
        -1, 5, 2
    )
    side = np.diff(box[:, :3], axis=1)
    longer = np.hypot(side[..., 0], side[..., 1]).argmax(axis=1)
    line = side[np.arange(len(side)), longer]
    road = after - before
    cosine = np.abs((line * road).sum(axis=1)) / np.hypot(*line.T) / np.hypot(*road.T)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, 0, 1))))


def quiet_places(draft: Draft, *, road_m: float, corner_m: float = 3_000.0) -> gpd.GeoDataFrame:
    """Return points on borders with no road within `road_m`: `pair`, `chainage_m`, `part`, `geometry`."""
    world = draft.world
    rows = []
    for pair, line in enumerate(world.borders.geometry.array):  # 83 borders
        for part, piece in enumerate(shapely.get_parts(line)):
            at = np.arange(QUIET_STEP_M, shapely.length(piece), QUIET_STEP_M)
            points = shapely.line_interpolate_point(piece, at)
            rows.append(pd.DataFrame({"pair": pair, "part": part, "chainage_m": at, "geometry": points}))
    found = gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=STRIP.crs)
    points = np.asarray(found.geometry.array)
    near = draft.roads.sindex.query(points, predicate="dwithin", distance=road_m)[0]
    quiet = np.ones(len(points), dtype=bool)
    quiet[near] = False
    quiet &= cKDTree(world.corners).query(shapely.get_coordinates(points))[0] > corner_m
    return found[quiet].sample(frac=1, random_state=world.rng("quiet")).reset_index(drop=True)


def pair_of(world: World, row: int) -> tuple[int, int]:
    """Return the districts (positions) of a border."""
    return int(world.borders["a"].iloc[row]), int(world.borders["b"].iloc[row])


def is_urban(draft: Draft, pair: tuple[int, int]) -> bool:
    """Tell whether a border is one of the city's core, where rivers are the borders and orchards are none."""
    return any(code in URBAN for code in draft.world.ids(np.array(pair)))


def nodes_near(draft: Draft, point: Any) -> NDArray[np.intp]:
    """Return the nodes around a point, nearest first."""
    near = np.asarray(cKDTree(draft.mesh.nodes).query(point, k=15, distance_upper_bound=NODE_REACH_M)[1])
    return near[near < len(draft.mesh.nodes)].astype(np.intp)
