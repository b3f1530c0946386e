"""Where roads are joined to one another: the rules for nodes (METHOD 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from geodata.strips import Strip
from layers.lines import earth_centred

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.lines import RoadLines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

LENGTH_DECIMALS = 2  # METHOD 1: lengths are compared after rounding to 0.01 m
HALF_CM = 0.005
PLACES_A_DEGREE = 10_000_000  # OSM's own precision, about a centimetre: nearer vertices are at one position
LINES_AT_ONCE = 1 << 18
DEGREE_M = 110_000.0  # a degree of latitude is nowhere shorter


@dataclass(frozen=True)
class Joints:
    """Places where lines are cut, sorted by line and distance; both ends of every line are among them.

    `line`, `at_m` (metres from the line's start), `lonlat` (degrees) and `node`: what has one node is joined.
    """

    line: Ints
    at_m: Floats
    lonlat: Floats
    node: Ints


def find_joints(lines: RoadLines, snap_m: float) -> Joints:
    """Return where `lines` are joined, by the four rules of METHOD 4.

    1. Ends within `snap_m` of one another are one node, whatever their layer; chains of such ends too.
    2. An end left alone is joined to the nearest other line of its layer within `snap_m`.
    3. Vertices at one position are joined within a layer; for inner vertices METHOD says so, and an end on
       an inner vertex of its layer lies at no distance from that line.
    4. Nothing else is joined: lines cross without meeting.
    """
    first, last = lines.start[:-1], lines.start[1:] - 1
    place = _places(lines.lonlat)
    shared, same_place = _shared_vertices(lines, place)
    is_joint = shared.copy()
    is_joint[first] = is_joint[last] = True
    ends = np.concatenate([first, last])
    cluster = _end_clusters(lines.lonlat[ends], place[ends], snap_m)
    del place  # as large as the layer has vertices, like what follows
    alone = (np.bincount(cluster)[cluster] == 1) & ~shared[ends]
    lone_end, target, target_m = _nearest_lines(lines, ends[alone], snap_m)

    # One table of cuts: vertices first, then the places on other lines at which lone ends are joined.
    vertex = np.flatnonzero(is_joint)
    cut_of_vertex = np.cumsum(is_joint) - 1
    line = np.concatenate([np.searchsorted(lines.start, vertex, side="right") - 1, target])
    at_m = np.concatenate([lines.at_m[vertex], target_m])
    lonlat = np.concatenate([lines.lonlat[vertex], lines.lonlat[lone_end]])
    order = np.lexsort((at_m, line))
    beside = order[:-1], order[1:]
    together = (line[beside[0]] == line[beside[1]]) & (at_m[beside[1]] - at_m[beside[0]] < HALF_CM)

    node = _merge(
        len(line),
        (cut_of_vertex[same_place[0]], cut_of_vertex[same_place[1]]),
        _chained(cut_of_vertex[ends], cluster),
        (cut_of_vertex[lone_end], len(vertex) + np.arange(len(lone_end))),
        (beside[0][together], beside[1][together]),
    )
    return Joints(line[order], at_m[order], lonlat[order], node[order])


def _places(lonlat: Floats) -> NDArray[np.int64]:
    """Return one number for each position, the same for positions that are the same to a centimetre."""
    whole = np.round((lonlat + np.array([180.0, 90.0])) * PLACES_A_DEGREE).astype(np.int64)
    return np.asarray((whole[:, 0] << 31) | whole[:, 1])


def _shared_vertices(
    lines: RoadLines, place: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], tuple[Ints, Ints]]:
    """Return by vertex whether another of its layer is at its position, and links between those that are."""
    shared = np.zeros(len(place), dtype=bool)
    links = []
    levels = np.unique(lines.layer)  # a handful: position and level do not fit into one integer
    for level in levels:
        if len(levels) > 1:
            vertex = np.flatnonzero(np.repeat(lines.layer == level, np.diff(lines.start)))
            order = vertex[np.argsort(place[vertex], kind="stable")]
        else:
            order = np.argsort(place, kind="stable")
        along = place[order]
        same = np.flatnonzero(along[1:] == along[:-1])
        links.append((order[same], order[same + 1]))
        shared[links[-1][0]] = shared[links[-1][1]] = True
    nothing = np.empty(0, dtype=np.intp)
    one, other = (
        (np.concatenate([nothing, *ends]) for ends in zip(*links, strict=True))
        if links
        else (nothing, nothing)
    )
    return shared, (one, other)


def _chained(items: Ints, cluster: Ints) -> tuple[Ints, Ints]:
    """Return links that make one set of the `items` of each cluster."""
    order = np.argsort(cluster, kind="stable")
    same = np.flatnonzero(cluster[order[1:]] == cluster[order[:-1]])
    return items[order[same]], items[order[same + 1]]


def _end_clusters(lonlat: Floats, place: NDArray[np.int64], snap_m: float) -> Ints:
    """Return for each road end the number of its cluster of ends within `snap_m` (rule 1)."""
    _, first, same = np.unique(place, return_index=True, return_inverse=True)
    if len(first) == 0:
        return np.empty(0, dtype=np.intp)
    at = earth_centred(lonlat[first])
    pairs = KDTree(at).query_pairs(snap_m + 2 * HALF_CM, output_type="ndarray")
    apart = np.linalg.norm(at[pairs[:, 0]] - at[pairs[:, 1]], axis=1)
    pairs = pairs[np.round(apart, LENGTH_DECIMALS) <= snap_m]
    return _merge(len(first), (pairs[:, 0], pairs[:, 1]))[same]


def _nearest_lines(lines: RoadLines, lone: Ints, snap_m: float) -> tuple[Ints, Ints, Floats]:
    """Return `(vertex, line, at_m)`: the lone ends that are joined, to which line and where (rule 2)."""
    nothing = np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    if len(lone) == 0:
        return nothing
    own, at = np.searchsorted(lines.start, lone, side="right") - 1, lines.lonlat[lone]
    reach_lat = (snap_m + 1.0) / DEGREE_M
    reach_lon = reach_lat / np.maximum(np.cos(np.radians(at[:, 1])), 0.01)
    near = shapely.box(at[:, 0] - reach_lon, at[:, 1] - reach_lat, at[:, 0] + reach_lon, at[:, 1] + reach_lat)
    end, line = _meeting(near, lines)
    fits = (line != own[end]) & (lines.layer[line] == lines.layer[own[end]])
    end, line = end[fits], line[fits]
    distance_m, at_m = np.empty(len(end)), np.empty(len(end))
    for meridian in np.unique(lines.lon0[line]):  # a strip a turn: each is one projection
        here = np.flatnonzero(lines.lon0[line] == meridian)
        points = Strip(int(meridian)).project(shapely.points(at[end[here]]))
        chosen, position = np.unique(line[here], return_inverse=True)
        shapes = lines.shapes(chosen)[position]
        distance_m[here] = shapely.distance(shapes, points)
        at_m[here] = shapely.line_locate_point(shapes, points)
    rounded = np.round(distance_m, LENGTH_DECIMALS)
    within = rounded <= snap_m
    end, line, at_m, rounded = end[within], line[within], at_m[within], rounded[within]
    order = np.lexsort((line, lines.rank[line], rounded, end))
    best = order[np.unique(end[order], return_index=True)[1]]
    return lone[end[best]], line[best], at_m[best]


def _meeting(boxes: NDArray[np.object_], lines: RoadLines) -> tuple[Ints, Ints]:
    """Return `(box, line)`: which of `lines` have bounds that meet which of the `boxes` (degrees)."""
    tree = shapely.STRtree(boxes)
    found = []
    for first in range(0, len(lines), LINES_AT_ONCE):  # the bounds of all lines would fill a gigabyte
        start = lines.start[first : first + LINES_AT_ONCE + 1]
        lonlat = lines.lonlat[start[0] : start[-1]]
        west_south, east_north = (
            edge.reduceat(lonlat, start[:-1] - start[0]) for edge in (np.minimum, np.maximum)
        )
        line, box = tree.query(shapely.box(*west_south.T, *east_north.T))
        found.append((box, first + line))
    box, line = (np.concatenate(part) for part in zip(*found, strict=True))
    return box, line


def _merge(count: int, *links: tuple[Ints, Ints]) -> Ints:
    """Return for each of `count` items the number of the set it is in, once linked items are in one set."""
    rows, columns = (np.concatenate([link[k] for link in links]) for k in (0, 1))
    narrow = np.int32 if count < np.iinfo(np.int32).max else np.int64
    ends = rows.astype(narrow), columns.astype(narrow)
    del rows, columns
    graph = coo_array((np.ones(len(ends[0]), dtype=np.float64), ends), shape=(count, count)).tocsr()
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
