"""Vertices that lie on a neighbour's edge become vertices of the neighbour too (METHOD 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.edges import Edges, edges_of
from geodata.faces import claimed_by
from geodata.strips import METRES_PER_DEGREE, Strip, lon0_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hits = tuple[NDArray[np.intp], NDArray[np.intp]]

NEAR_DEG = 1e-8  # a millimetre: linework this near without being the same is to be noded
APEX_DEG = 1e-7  # a centimetre: where two lines leave a common vertex they are near each other for that long
ON_LINE_M = 0.1  # METHOD 1: within this of the border is on the line


def stacked(polygons: NDArray[np.object_]) -> Hits:
    """Return pairs of districts one of which holds an inner point of the other.

    An overlap that no free edge crosses lies over a whole district, so that this finds it.
    """
    holder, held = claimed_by(polygons, polygons)
    return holder[holder != held], held[holder != held]


def is_disturbed(polygons: NDArray[np.object_], edges: Edges) -> bool:
    """Return whether polygons overlap, or come near each other without meeting in common vertices.

    Only free edges can tell: across the others one district takes over from the other.
    """
    if len(stacked(polygons)[0]):
        return True
    free = np.flatnonzero(edges.free)
    district, hit = shapely.STRtree(edges.lines(free)).query(polygons, predicate="dwithin", distance=NEAR_DEG)
    other = edges.owner[free[hit]] != district
    district, edge = district[other], free[hit[other]]
    # What leaves a common vertex is near it, of course: the rest of the edge must stay away.
    meets = np.stack([_has_vertex(edges, district, edges.start[edge] + k) for k in (0, 1)], axis=1)
    ends = edges.xy[edges.start[edge][:, None] + [0, 1]]
    hop = ends[:, 1] - ends[:, 0]
    short = np.minimum(APEX_DEG / np.hypot(hop[:, 0], hop[:, 1]), 0.5)[:, None] * hop
    rest = ends + np.stack([short, -short], axis=1) * meets[..., None]
    return bool(shapely.dwithin(shapely.linestrings(rest), polygons[district], NEAR_DEG).any())


def with_neighbours_vertices(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return `polygons` (EPSG:4326) whose edges run through the vertices of others within 0.1 m of them.

    Near the ends of an edge nothing is added. A polygon that this would make invalid stays as it is.
    """
    edges = edges_of(polygons)
    edge, place = _vertices_on_edges(edges)
    if not len(edge):
        return polygons
    start = edges.start[edge]
    along = ((edges.xy[place] - edges.xy[start]) * (edges.xy[start + 1] - edges.xy[start])).sum(axis=1)
    order = np.lexsort((along, start))
    xy = np.insert(edges.xy, start[order] + 1, edges.xy[place[order]], axis=0)
    counts = np.bincount(edges.ring, minlength=len(edges.part_of_ring))
    counts += np.bincount(edges.ring[start], minlength=len(counts))
    rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(counts)), counts))
    parts = shapely.polygons(rings, indices=edges.part_of_ring)
    anew = shapely.multipolygons(parts, indices=edges.owner_of_part)
    changed = np.unique(edges.owner[edge])
    changed = changed[shapely.is_valid(anew[changed])]
    result = polygons.copy()
    result[changed] = anew[changed]
    return result


def _has_vertex(edges: Edges, district: NDArray[np.intp], position: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return whether each district has the vertex at `position` of `edges.xy`."""
    asked = np.zeros(len(edges.xy), dtype=bool)
    asked[edges.vertex[position]] = True
    held = asked[edges.vertex[edges.start]]
    count = len(edges.xy)
    return np.isin(
        district * count + edges.vertex[position],
        edges.owner[held] * count + edges.vertex[edges.start[held]],
    )


def _vertices_on_edges(edges: Edges) -> Hits:
    """Return free edges and positions in `edges.xy` of others' vertices on them, not at their ends."""
    free = np.flatnonzero(edges.free)
    candidates = np.unique(
        np.stack([edges.vertex[edges.start[free]], edges.owner[free]]), axis=1, return_index=True
    )
    place = edges.start[free[candidates[1]]]
    owner = edges.owner[free[candidates[1]]]
    north = np.abs(edges.xy[:, 1]).max(initial=0)
    # Both the edge as drawn and the edge as measured (straight in the strip) count: ask for either.
    reach = 2 * ON_LINE_M / (METRES_PER_DEGREE * max(np.cos(np.radians(north)), 0.01)) + _bend_deg(
        edges, free
    )
    hit, point = shapely.STRtree(shapely.points(edges.xy[place])).query(
        edges.lines(free), predicate="dwithin", distance=reach
    )
    other = edges.owner[free[hit]] != owner[point]
    edge, position = free[hit[other]], place[point[other]]
    alien = ~_has_vertex(edges, edges.owner[edge], position)
    edge, position = edge[alien], position[alien]
    on = _is_on(edges, edge, position)
    _, first = np.unique(np.stack([edge[on], edges.vertex[position[on]]]), axis=1, return_index=True)
    return edge[on][first], position[on][first]


def _bend_deg(edges: Edges, which: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how far, in degrees, each edge as drawn may stray from the same edge straight in the strip."""
    hop = np.diff(edges.xy[edges.start[which][:, None] + [0, 1]], axis=1)[:, 0]
    length = np.hypot(hop[:, 0], hop[:, 1])
    return np.asarray(np.radians(length) * length, dtype=float)


def _is_on(edges: Edges, edge: NDArray[np.intp], position: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return whether each place is within 0.1 m of its edge, drawn or measured, and farther from its ends."""
    lines, points = edges.lines(edge), shapely.points(edges.xy[position])
    feet = shapely.get_point(shapely.shortest_line(points, lines), 1)
    lon0 = lon0_of(lines)
    result = np.zeros(len(edge), dtype=bool)
    for meridian in np.unique(lon0):  # strips
        here, strip = lon0 == meridian, Strip(int(meridian))
        line, point, foot = (strip.project(some[here]) for some in (lines, points, feet))
        near = np.minimum(shapely.distance(point, line), shapely.distance(point, foot)) <= ON_LINE_M
        result[here] = near & (shapely.distance(point, shapely.boundary(line)) > ON_LINE_M)
    return result
