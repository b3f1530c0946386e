"""The planar graph under the generated roads: settlements and villages, joined along the valleys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from geodata.sample.world import xy_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.world import World

SAME_PLACE_M = 400.0  # GeoNames lists subdistricts closer than this; one node of the network serves them
VILLAGE_SPACING_M = (1900.0, 3600.0)  # in the hills of the west, in the mountains of the east
HILLS_TO_MOUNTAINS_X = (380_000.0, 560_000.0)  # metres of the strip, about 106.75° and 108.6° E
VILLAGE_CLEARANCE_M = 260.0  # no junction so near to a line: ends there would be dead ends nobody planted
TOWN_CLEARANCE_M = 900.0
CANDIDATES_PER_KM2 = 2.0
RIDGE_BEARING_DEG = 28.0  # the fold ridges of the Sichuan basin's east strike north-north-east
RIDGE_STRETCH = 1.45  # a road along the valley is that much easier than one across the ridge
EDGE_CLEARANCE_M = 250.0


@dataclass(frozen=True)
class Mesh:
    """Nodes (n × 2, metres; the first are settlements) and edges (m × 2 node numbers).

    `node_of` gives the node of each settlement; `essential` marks the edges of the relative-neighbourhood
    graph.
    """

    nodes: NDArray[np.float64]
    edges: NDArray[np.intp]
    essential: NDArray[np.bool_]
    node_of: NDArray[np.intp]

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Straight length of each edge, metres."""
        ends = self.nodes[self.edges]
        return np.asarray(np.hypot(*(ends[:, 1] - ends[:, 0]).T))


def make_mesh(world: World) -> Mesh:
    """Return the graph that all roads but motorways and streets run on; it is connected and planar."""
    towns, node_of = _towns(world)
    nodes = np.concatenate([towns, _villages(world, towns)])
    edges = _delaunay_edges(_along_ridges(nodes))
    inside = _inside(world, nodes, edges)
    gabriel, essential = _proximity(_along_ridges(nodes), edges)
    keep = _connected(nodes, edges, gabriel & inside, allowed=_covered(world, nodes, edges))
    return Mesh(nodes, edges[keep], (essential | ~gabriel)[keep], node_of)


def _towns(world: World) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return one node for settlements of one place (the most populous stands for it), and whose is which."""
    xy = xy_of(world.settlements)
    order = np.argsort(-world.settlements["people"].fillna(0).to_numpy(), kind="stable")
    kept = thin(xy[order], np.full(len(xy), SAME_PLACE_M))
    towns = xy[np.sort(order[kept])]
    return towns, np.asarray(cKDTree(towns).query(xy)[1], dtype=np.intp)


def _villages(world: World, towns: NDArray[np.float64]) -> NDArray[np.float64]:
    rng = world.rng("villages")
    west, south, east, north = shapely.bounds(world.region)
    count = int((east - west) * (north - south) / 1e6 * CANDIDATES_PER_KM2 * world.scale)
    xy = np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])
    points = shapely.points(xy)
    xy = xy[shapely.contains(world.region, points)]
    xy = xy[world.distance_to_line(shapely.points(xy)) > VILLAGE_CLEARANCE_M]
    xy = xy[cKDTree(towns).query(xy)[0] > TOWN_CLEARANCE_M / np.sqrt(world.scale)]
    ease = np.clip(np.interp(xy[:, 0], HILLS_TO_MOUNTAINS_X, (0.0, 1.0)) + rng.normal(0, 0.08, len(xy)), 0, 1)
    spacing = np.interp(ease, (0, 1), VILLAGE_SPACING_M) / np.sqrt(world.scale)
    return np.asarray(xy[thin(xy, spacing)])


def thin(xy: NDArray[np.float64], spacing: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which points stay, in order, so that none is nearer to an earlier one than its `spacing`."""
    near = cKDTree(xy).query_pairs(float(spacing.max()), output_type="ndarray")
    gap = np.hypot(*(xy[near[:, 0]] - xy[near[:, 1]]).T)
    near = near[gap < spacing[near[:, 1]]]
    near = near[np.argsort(near[:, 1], kind="stable")]
    start = np.searchsorted(near[:, 1], np.arange(len(xy) + 1))
    keep = np.ones(len(xy), dtype=bool)
    for i in range(len(xy)):  # each decision rests on all earlier ones
        keep[i] = not keep[near[start[i] : start[i + 1], 0]].any()
    return np.flatnonzero(keep)


def _along_ridges(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return coordinates in which going across the ridges is farther."""
    angle = np.radians(RIDGE_BEARING_DEG)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    return np.column_stack([xy @ along, xy @ across * RIDGE_STRETCH])


def _delaunay_edges(xy: NDArray[np.float64]) -> NDArray[np.intp]:
    triangles = Delaunay(xy).simplices
    sides = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    return np.unique(sides, axis=0).astype(np.intp)


def _proximity(
    xy: NDArray[np.float64], edges: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which edges belong to the Gabriel and to the relative-neighbourhood graph."""
    one, other = xy[edges[:, 0]], xy[edges[:, 1]]
    length = np.hypot(*(other - one).T)
    tree = cKDTree(xy)
    gabriel = tree.query((one + other) / 2)[0] >= length / 2 * (1 - 1e-9)
    # A point in the lune is nearer to both ends than they are to one another; such a point is among the
    # nearest few of an end.
    distance, near = tree.query(one, k=12)
    to_other = np.hypot(*np.moveaxis(xy[near] - other[:, None], 2, 0))
    in_lune = (np.maximum(distance, to_other) < length[:, None] * (1 - 1e-9)).any(axis=1)
    return gabriel, ~in_lune


def _segments(nodes: NDArray[np.float64], edges: NDArray[np.intp]) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(nodes[edges]))


def _covered(world: World, nodes: NDArray[np.float64], edges: NDArray[np.intp]) -> NDArray[np.bool_]:
    return np.asarray(shapely.covers(world.region, _segments(nodes, edges)))


def _inside(world: World, nodes: NDArray[np.float64], edges: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which edges keep clear of the region's outline, so that their bends stay inside too."""
    core = shapely.buffer(world.region, -EDGE_CLEARANCE_M)
    shapely.prepare(core)
    return np.asarray(shapely.covers(core, _segments(nodes, edges)))


def _connected(
    nodes: NDArray[np.float64],
    edges: NDArray[np.intp],
    keep: NDArray[np.bool_],
    *,
    allowed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return `keep` with the shortest allowed edges added that join what is apart."""
    lengths = np.hypot(*(nodes[edges[:, 1]] - nodes[edges[:, 0]]).T)
    keep = keep.copy()
    while True:  # ends: each round at least halves the parts that can be joined, or finds none
        ends = edges[keep]
        graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(nodes),) * 2)
        part = connected_components(graph, directed=False)[1]
        between = np.flatnonzero(allowed & (part[edges[:, 0]] != part[edges[:, 1]]))
        if not len(between):
            return keep
        between = between[np.argsort(lengths[between], kind="stable")]
        for end in (0, 1):  # the shortest way out of each part
            keep[between[np.unique(part[edges[between, end]], return_index=True)[1]]] = True
