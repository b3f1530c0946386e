"""The road graph: nodes where roads join, edges between them with lengths and minutes (METHOD 4)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geodata.errors import CrsError
from geodata.model import FOOT_CLASSES, NO_MOTOR_CLASSES_ON_FOOT, STORED_CRS
from layers.access import Access, LineIndex
from layers.joints import LENGTH_DECIMALS, Joints, find_joints
from layers.lines import RoadLines, SomeLines, in_order, some_lines
from layers.roads import base_classes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from geodata.settings import Mode, Settings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]

SAME_PLACE_M = 0.01  # METHOD 1: lengths are compared after rounding to this
FORWARD_ONLY = ("yes", "1", "true")
BACKWARD_ONLY = ("-1", "reverse")
FIRST_LIMIT_M = 30_000.0  # searches look this far first, then farther: most ways round are short
CELLS_AT_ONCE = 10_000_000  # sources x nodes of one batch of searches: 80 MB


@dataclass(frozen=True)
class RoadNetwork:
    """Road graph of a workspace; plain arrays, so that it is cheap to hand to another process.

    Parameters
    ----------
    mode
        Whom it is for: `drive`, or `walk` (foot paths in, motorways and trunk roads out).
    settings
        Parameters in force.
    lines
        The usable roads; `edge_line` points into it.
    node_lonlat
        (N, 2) degrees.
    edge_line, from_m, to_m
        By edge: the line it is a piece of, and from where to where, in metres along that line. Edges are
        ordered by line and distance; `u` is at `from_m`, `v` at `to_m`.
    u, v
        By edge: nodes at its two ends.
    forward_min, back_min
        By edge: minutes from `u` to `v` and from `v` to `u`; inf against a one-way road.
    """

    mode: Mode
    settings: Settings
    lines: RoadLines
    node_lonlat: Floats
    edge_line: Ints
    from_m: Floats
    to_m: Floats
    u: Ints
    v: Ints
    forward_min: Floats
    back_min: Floats

    def __getstate__(self) -> dict[str, Any]:
        """Leave what is cached behind: trees and matrices are made anew where they are needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def node_count(self) -> int:
        """Number of nodes, N."""
        return len(self.node_lonlat)

    @property
    def road(self) -> Ints:
        """By edge: row position in the roads layer."""
        return self.lines.row[self.edge_line]

    @property
    def length_m(self) -> Floats:
        """By edge: metres in its road's strip."""
        return self.to_m - self.from_m

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """By edge: where it starts and ends, as shares of its line's length (which any CRS can use)."""
        length = self.lines.length_m[self.edge_line]
        return self.from_m / length, self.to_m / length

    @cached_property
    def degree(self) -> Ints:
        """By node: edge ends that meet in it; a scrap no longer than `snap_m`, both ends in it, is none."""
        scrap = (self.u == self.v) & (np.round(self.length_m, LENGTH_DECIMALS) <= self.settings.snap_m)
        ends = np.concatenate([self.u[~scrap], self.v[~scrap]])
        return np.bincount(ends, minlength=self.node_count).astype(np.intp)

    @cached_property
    def component(self) -> Ints:
        """By node: number of the connected piece of network it is in, whatever the direction."""
        graph = lightest(self.node_count, self.u, self.v, np.ones(len(self.u)))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)

    @cached_property
    def component_length_m(self) -> Floats:
        """By component: length of all its edges."""
        of = self.component[self.u]
        count = int(self.component.max(initial=-1)) + 1
        return np.bincount(of, weights=self.length_m, minlength=count).astype(np.float64)

    @cached_property
    def joined(self) -> Mask:
        """By edge: people and facilities join it; its component is at least `min_component_m` long."""
        long_enough = np.round(self.component_length_m, LENGTH_DECIMALS) >= self.settings.min_component_m
        return long_enough[self.component[self.u]]

    @property
    def small_components(self) -> int:
        """Number of components too short to be joined, for the intake record."""
        of_joined = np.unique(self.component[self.u[self.joined]])
        return len(self.component_length_m) - len(of_joined)

    def join(self, lonlat: ArrayLike) -> Access:
        """Return where points (n, 2, degrees) join: the nearest point of the nearest joined edge.

        Farther than `access_m` is off the network. Of edges equally near (to 0.01 m) it is the one whose
        road has the smaller id.
        """
        points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        line, at_m, apart_m = self._index.nearest(points, self.settings.access_m)
        off = line < 0
        edge = np.full(len(points), -1, dtype=np.intp)
        share = np.full(len(points), np.nan)
        edge[~off] = self.edge_at(line[~off], at_m[~off])
        on = edge[~off]
        share[~off] = _shares_along(at_m[~off] - self.from_m[on], self.length_m[on])
        walk_min = apart_m / (self.settings.walk_kmh * 1000 / 60)
        return Access(edge, share, walk_min, off)

    def edge_at(self, line: Ints, at_m: Floats) -> Ints:
        """Return the edges of `line` that hold the places `at_m` metres along it; of two, the earlier one."""
        # Lines follow one another in one ascending sequence, so that one search serves all of them.
        offset = np.concatenate([[0.0], np.cumsum(self.lines.length_m + 1.0)])[:-1]
        position = np.searchsorted(self.to_m + offset[self.edge_line], at_m + offset[line], side="left")
        first = np.searchsorted(self.edge_line, line, side="left")
        last = np.searchsorted(self.edge_line, line, side="right") - 1
        return np.asarray(np.clip(position, first, last), dtype=np.intp)

    def route_length_m(self, from_nodes: ArrayLike, to_nodes: ArrayLike) -> Floats:
        """Return the metres along the network between pairs of nodes, in either direction of travel.

        Parameters
        ----------
        from_nodes, to_nodes
            Nodes, of one length n.

        Returns
        -------
        length_m
            (n,) shortest length; inf where there is no way.
        """
        start, end = (np.asarray(nodes, dtype=np.intp).ravel() for nodes in (from_nodes, to_nodes))
        result = np.full(len(start), np.inf)
        result[start == end] = 0.0
        open_ = np.flatnonzero((self.component[start] == self.component[end]) & (start != end))
        limit = FIRST_LIMIT_M
        while len(open_):  # until all are found: within a component there always is a way
            result[open_] = self._lengths_within(start[open_], end[open_], limit)
            open_ = open_[np.isinf(result[open_])]
            limit = limit * 4 if limit < 16 * FIRST_LIMIT_M else np.inf
        return result

    def _lengths_within(self, start: Ints, end: Ints, limit_m: float) -> Floats:
        found = np.empty(len(start))
        sources, source = np.unique(start, return_inverse=True)
        batch = max(1, CELLS_AT_ONCE // max(1, self.node_count))
        for first in range(0, len(sources), batch):  # all at once would need sources x nodes of memory
            lengths = dijkstra(self._lengths, indices=sources[first : first + batch], limit=limit_m)
            here = (source >= first) & (source < first + batch)
            found[here] = lengths[source[here] - first, end[here]]
        return found

    @cached_property
    def _lengths(self) -> csr_array:
        both = np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])
        return lightest(self.node_count, *both, np.tile(self.length_m, 2))

    @cached_property
    def _index(self) -> LineIndex:
        open_lines = np.unique(self.edge_line[self.joined])
        return LineIndex.of(self.lines, open_lines)


def build_network(roads: gpd.GeoDataFrame, settings: Settings, mode: Mode | None = None) -> RoadNetwork:
    """Return the road graph of a canonical `roads` layer (EPSG:4326).

    Parameters
    ----------
    roads
        Uses `feature_id`, `road_class`, `maxspeed_kmh`, `oneway`, `layer`; all but the first two may be
        absent. Rows are referred to by position.
    settings
        Speeds, `snap_m`, `respect_oneway` and what else METHOD 4 names.
    mode
        Whose network: that of `settings.mode` unless given. Dead ends and crossings are about roads one can
        drive on, so their checks ask for `drive` whatever the mode.

    Raises
    ------
    CrsError
        If `roads` is not in EPSG:4326.
    """
    return network_of_parts([roads.reset_index(drop=True)], settings, mode)


def network_of_parts(
    parts: Iterable[gpd.GeoDataFrame], settings: Settings, mode: Mode | None = None
) -> RoadNetwork:
    """Return the road graph of a layer that comes in `parts`, each gone once its lines are numbers.

    Parameters
    ----------
    parts
        As `build_network` takes the whole; the index is the row in the layer. The graph does not depend on
        how the layer is cut, nor on the order of the parts.
    settings, mode
        As of `build_network`.
    """
    mode = settings.mode if mode is None else mode
    made = [_part(roads, settings, mode) for roads in parts]
    lines = in_order([part.lines for part in made])
    # By line, in the order that `in_order` gives them.
    order = np.argsort(np.concatenate([part.lines.row for part in made]), kind="stable")
    speed_kmh, forward, backward = (
        np.concatenate([getattr(part, name) for part in made])[order]
        for name in ("speed_kmh", "forward", "backward")
    )
    del made
    joints = find_joints(lines, settings.snap_m)
    a, b = _consecutive(joints)
    line = joints.line[a]
    minutes = (joints.at_m[b] - joints.at_m[a]) / 1000 / speed_kmh[line] * 60
    count = np.bincount(joints.node)[:, None]
    return RoadNetwork(
        mode=mode,
        settings=settings,
        lines=lines,
        node_lonlat=np.column_stack([np.bincount(joints.node, weights=axis) for axis in joints.lonlat.T])
        / count,
        edge_line=line,
        from_m=joints.at_m[a],
        to_m=joints.at_m[b],
        u=joints.node[a],
        v=joints.node[b],
        forward_min=np.where(forward[line], minutes, np.inf),
        back_min=np.where(backward[line], minutes, np.inf),
    )


@dataclass(frozen=True)
class _Part:
    """Lines of a part of the layer; by line its speed, and whether it may be used along and against it."""

    lines: SomeLines
    speed_kmh: Floats
    forward: Mask
    backward: Mask


def _part(roads: gpd.GeoDataFrame, settings: Settings, mode: Mode) -> _Part:
    if roads.crs != STORED_CRS:
        raise CrsError(f"roads: expected {STORED_CRS}, got {roads.crs}")
    base = base_classes(roads)
    lines = some_lines(roads, _usable(base, settings, mode))
    forward, backward = _directions(roads, settings, mode)
    at = roads.index.get_indexer(lines.row)
    return _Part(lines, _speeds_kmh(roads, base, settings, mode)[at], forward[at], backward[at])


def lightest(count: int, rows: Ints, columns: Ints, weights: Floats) -> csr_array:
    """Return a graph of `count` nodes; of parallel edges the lightest, none that is a loop or endless.

    A matrix would add parallel edges up. Edges of weight 0 stay: scipy takes stored zeros for edges.
    """
    real = (rows != columns) & np.isfinite(weights)
    rows, columns, weights = rows[real], columns[real], weights[real]
    order = np.lexsort((weights, columns, rows))
    rows, columns, weights = rows[order], columns[order], weights[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    pointer = np.concatenate([[0], np.cumsum(np.bincount(rows[first], minlength=count))])
    return csr_array((weights[first], columns[first], pointer), shape=(count, count))


def _shares_along(at_m: Floats, length_m: Floats) -> Floats:
    """Return how far along an edge places are; those at its ends, to 0.01 m, exactly so.

    A hair's breadth past a node must not cost a way round where the road is one-way.
    """
    share = np.clip(at_m / length_m, 0.0, 1.0)
    share = np.where(at_m <= SAME_PLACE_M, 0.0, share)
    return np.where(length_m - at_m <= np.minimum(SAME_PLACE_M, length_m / 2), 1.0, share)


def _consecutive(joints: Joints) -> tuple[Ints, Ints]:
    """Return positions of neighbouring joints of one line; a loop without length is no edge."""
    a = np.arange(len(joints.line) - 1)
    b = a + 1
    length = joints.at_m[b] - joints.at_m[a]
    real = (joints.line[a] == joints.line[b]) & (
        (joints.node[a] != joints.node[b]) | (np.round(length, LENGTH_DECIMALS) > 0)
    )
    return a[real], b[real]


def _usable(base: pd.Series[Any], settings: Settings, mode: Mode) -> Mask:
    classes = set(settings.speeds_kmh)
    if mode == "walk":
        classes = (classes | set(FOOT_CLASSES)) - set(NO_MOTOR_CLASSES_ON_FOOT)
    return np.asarray(base.isin(classes), dtype=bool)


def _speeds_kmh(roads: gpd.GeoDataFrame, base: pd.Series[Any], settings: Settings, mode: Mode) -> Floats:
    if mode == "walk":
        return np.full(len(roads), settings.walk_kmh)
    by_class = np.asarray(base.map(settings.speeds_kmh).astype(float), dtype=np.float64)
    if "maxspeed_kmh" not in roads:
        return by_class
    limit = np.asarray(pd.to_numeric(roads["maxspeed_kmh"], errors="coerce"), dtype=np.float64)
    known = np.isfinite(limit) & (limit > 0)
    return np.where(known, limit * settings.maxspeed_share, by_class)


def _directions(roads: gpd.GeoDataFrame, settings: Settings, mode: Mode) -> tuple[Mask, Mask]:
    """Return by row whether it may be used along and against its line; people on foot go both ways."""
    if "oneway" not in roads or not settings.respect_oneway or mode == "walk":
        both = np.ones(len(roads), dtype=bool)
        return both, both
    oneway = roads["oneway"].astype(object).map(lambda value: str(value).strip().lower())
    return ~oneway.isin(BACKWARD_ONLY).to_numpy(), ~oneway.isin(FORWARD_ONLY).to_numpy()
