"""Gives the mesh its hierarchy: who is joined with whom, by which class of road, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from geodata.sample.world import STRIP, short_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.mesh import Mesh
    from geodata.sample.world import World

BIG_TOWN_PEOPLE = 30_000
TAKEN_DISCOUNT = 0.55  # a route rather follows a better road that is there than open a new one
EXTRA_TRACK_SHARE = 0.30  # of the mesh edges that nothing needs: field tracks
EXTRA_LANE_SHARE = 0.22  # and village lanes
MIN_TRIANGULATED = 4  # points that Delaunay's triangulation starts from
TRACK_SHARE = 0.12  # of the remaining needed edges
PREFIX = {"trunk": "G", "primary": "S", "secondary": "S", "tertiary": "X"}
FIRST_NUMBER = {"trunk": 501, "primary": 201, "secondary": 401, "tertiary": 1}  # free of real road numbers


@dataclass(frozen=True)
class Routes:
    """Classes and names of the mesh's edges.

    `table` has a row per edge: `edge` (its number in the mesh), `road_class`, `route` (number; -1: the edge
    alone), `u`, `v`, `before`, `after` (the nodes before u and after v on its route, or -1), `name`, `ref`.
    """

    table: pd.DataFrame


class _Painter:
    """Hands out edges to routes, best class first; what is taken stays taken."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        edges = len(mesh.edges)
        self.road_class = np.full(edges, "", dtype=object)
        self.route = np.full(edges, -1)
        self.along = np.full((edges, 4), -1)  # before, u, v, after
        self.names: list[tuple[str | None, str | None]] = []
        self._numbers = {road_class: count(first) for road_class, first in FIRST_NUMBER.items()}
        self._edge_at = {(u, v): e for e, (u, v) in enumerate(mesh.edges.tolist())}

    def paint(self, road_class: str, links: NDArray[np.intp], names: NDArray[np.object_]) -> None:
        """Lay a road of `road_class` along the shortest path of each link (pairs of nodes)."""
        mesh, nodes = self.mesh, len(self.mesh.nodes)
        cost = mesh.lengths * np.where(self.road_class == "", 1.0, TAKEN_DISCOUNT)
        graph = coo_matrix((cost, (mesh.edges[:, 0], mesh.edges[:, 1])), shape=(nodes, nodes)).tocsr()
        starts, which = np.unique(links[:, 0], return_inverse=True)
        before = dijkstra(graph, directed=False, indices=starts, return_predecessors=True)[1]
        for (_, goal), row in zip(
            links.tolist(), which.tolist(), strict=True
        ):  # a path is followed step by step
            self._lay(road_class, _path(before[row], goal), names)

    def _lay(self, road_class: str, path: list[int], names: NDArray[np.object_]) -> None:
        number = len(self.names)
        steps = list(pairwise(path))
        edges = [self._edge_at[min(step), max(step)] for step in steps]
        new = [i for i, edge in enumerate(edges) if not self.road_class[edge]]
        if not new:
            return
        padded = [-1, *path, -1]
        for i in new:
            self.road_class[edges[i]] = road_class
            self.route[edges[i]] = number
            self.along[edges[i]] = padded[i : i + 4]
        ref = f"{PREFIX[road_class]}{next(self._numbers[road_class]):03d}"
        self.names.append((f"{names[path[0]]}—{names[path[-1]]}公路", ref))


def lay_routes(world: World, mesh: Mesh) -> Routes:
    """Return every edge of the mesh that is a road, with class, name and number."""
    rng = world.rng("routes")
    names = node_names(world, mesh)
    seats = _seats(world, mesh)
    people = np.zeros(len(mesh.nodes))
    np.maximum.at(people, mesh.node_of, world.settlements["people"].fillna(0).to_numpy())
    towns = np.arange(mesh.node_of.max() + 1)
    painter = _Painter(mesh)
    every, tree = _links(mesh.nodes, seats)
    painter.paint("trunk", every[tree], names)
    painter.paint("primary", every[~tree], names)
    painter.paint(
        "secondary", _links(mesh.nodes, np.union1d(towns[people[towns] >= BIG_TOWN_PEOPLE], seats))[0], names
    )
    painter.paint("tertiary", _links(mesh.nodes, towns)[0], names)
    draw = rng.random(len(mesh.edges))
    bare = painter.road_class == ""
    extra = np.where(
        draw < EXTRA_LANE_SHARE,
        "unclassified",
        np.where(draw < EXTRA_LANE_SHARE + EXTRA_TRACK_SHARE, "track", ""),
    )
    # Over the border all of them: chance shall not make a border look closed that was not planted.
    district = world.district_of(shapely.points(mesh.nodes))
    over = district[mesh.edges[:, 0]] != district[mesh.edges[:, 1]]
    extra[over & (extra == "")] = "unclassified"
    needed = np.where(draw < TRACK_SHARE, "track", "unclassified")
    painter.road_class[bare] = np.where(mesh.essential, needed, extra)[bare]
    return Routes(_table(mesh, painter, names))


def node_names(world: World, mesh: Mesh) -> NDArray[np.object_]:
    """Return a name for every node: the settlement's, or one drawn for a village (generated)."""
    rng = world.rng("names")
    first = list("石龙双新大青白黄金太高长三永福和清水沙竹梨柏松桃槐杨李周王罗谭陈胡何向冉秦")
    second = list("坪坝岩溪湾河沟桥岭坡槽垭堡坎塘井寨园林田")
    picked = zip(rng.choice(first, len(mesh.nodes)), rng.choice(second, len(mesh.nodes)), strict=True)
    names = np.array([f"{a}{b}村" for a, b in picked], dtype=object)
    order = np.argsort(
        world.settlements["people"].fillna(0).to_numpy(), kind="stable"
    )  # the biggest name wins
    names[mesh.node_of[order]] = [short_name(name) for name in world.settlements["name"].to_numpy()[order]]
    return names


def seat_nodes(world: World, mesh: Mesh) -> pd.Series:
    """Return the node of each district's seat by district id; null where GeoNames names no seat."""
    lonlat = world.districts.set_index("district_id")[["seat_lon", "seat_lat"]].astype(float)
    points = STRIP.project(shapely.points(lonlat.dropna().to_numpy()))
    nodes = cKDTree(mesh.nodes[: mesh.node_of.max() + 1]).query(shapely.get_coordinates(points))[1]
    return pd.Series(nodes, index=lonlat.dropna().index).reindex(lonlat.index)


def _seats(world: World, mesh: Mesh) -> NDArray[np.intp]:
    return np.unique(seat_nodes(world, mesh).dropna()).astype(np.intp)


def _links(nodes: NDArray[np.float64], of: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the Gabriel graph of the nodes `of`, and which of its edges are of the minimum spanning tree."""
    xy = nodes[of]
    if len(of) < MIN_TRIANGULATED:
        raise ValueError(f"{len(of)} places are too few for a network; take more districts")
    triangles = Delaunay(xy).simplices
    sides = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1
    )
    sides = np.unique(sides, axis=0)
    one, other = xy[sides[:, 0]], xy[sides[:, 1]]
    length = np.hypot(*(other - one).T)
    sides_kept = cKDTree(xy).query((one + other) / 2)[0] >= length / 2 * (1 - 1e-9)
    sides, length = sides[sides_kept], length[sides_kept]
    tree = minimum_spanning_tree(
        coo_matrix((length, (sides[:, 0], sides[:, 1])), shape=(len(of),) * 2)
    ).tocoo()
    in_tree = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    marks = np.array([(u, v) in in_tree or (v, u) in in_tree for u, v in sides.tolist()], dtype=bool)
    return of[sides], marks


def _path(before: NDArray[np.int32], goal: int) -> list[int]:
    path = [goal]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _table(mesh: Mesh, painter: _Painter, names: NDArray[np.object_]) -> pd.DataFrame:
    edges = np.flatnonzero(painter.road_class != "")
    alone = painter.route[edges] < 0
    along = painter.along[edges]
    along[alone, 1:3] = mesh.edges[edges[alone]]
    lane = [f"{names[u]}—{names[v]}" for u, v in mesh.edges[edges].tolist()]
    label, ref = zip(*[*painter.names, (None, None)], strict=True)
    return pd.DataFrame(
        {
            "edge": edges,
            "road_class": painter.road_class[edges],
            "route": painter.route[edges],
            "before": along[:, 0],
            "u": along[:, 1],
            "v": along[:, 2],
            "after": along[:, 3],
            "name": np.where(alone, lane, np.array(label, dtype=object)[painter.route[edges]]),
            "ref": np.where(alone, None, np.array(ref, dtype=object)[painter.route[edges]]),
        }
    )
