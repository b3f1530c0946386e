"""Travel times along roads: shortest paths rooted at the stops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from layers.network import CELLS_AT_ONCE, SAME_PLACE_M, RoadNetwork, lightest
from layers.reach import NONE, Reached, Times, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from layers.access import Access

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]

SLACK_MIN = 0.0001  # so that nothing is cut off that rounding brings within a limit
FARTHER = 4.0  # how much farther a search looks that did not find all
SEARCHES = 3  # of limited reach, before one without a limit


@dataclass(frozen=True)
class RoadPlaces:
    """Places between two nodes of the graph, `a` and `b`: minutes to and from each, the walk included.

    Off the network the minutes are NaN.
    """

    a: Ints
    b: Ints
    to_a: Floats
    to_b: Floats
    from_a: Floats
    from_b: Floats
    off: Mask

    def take(self, positions: Ints | Mask) -> RoadPlaces:
        """Return the places at `positions`."""
        return RoadPlaces(
            self.a[positions],
            self.b[positions],
            self.to_a[positions],
            self.to_b[positions],
            self.from_a[positions],
            self.from_b[positions],
            self.off[positions],
        )

    def arrivals(self, node_min: Floats, *, toward: bool) -> tuple[Floats, Floats]:
        """Return minutes by way of `a` and by way of `b`, given those of the nodes (last axis)."""
        by_a, by_b = (self.to_a, self.to_b) if toward else (self.from_a, self.from_b)
        return node_min[..., self.a] + by_a, node_min[..., self.b] + by_b


@dataclass(frozen=True)
class RoadReach:
    """The road graph with stops set into it; see `Reach`.

    An edge is cut where a stop joins it, so that the stop is a node like any other: places on the same edge
    reach it along the edge, without going round by a junction.

    Parameters
    ----------
    network
        The road graph.
    access
        Where the stops join it, one entry a stop.
    """

    network: RoadNetwork
    access: Access

    @classmethod
    def of(cls, network: RoadNetwork, lonlat: ArrayLike) -> RoadReach:
        """Return the reach of stops at `lonlat` (n, 2, degrees)."""
        return cls(network, network.join(lonlat))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the graphs behind: they are made anew where they are needed."""
        return {"network": self.network, "access": self.access}

    @property
    def method(self) -> str:
        """What evidence says."""
        return "road network"

    def places(self, lonlat: ArrayLike) -> RoadPlaces:
        """Return where places (n, 2, degrees) are in the graph."""
        return self.joined_places(self.network.join(lonlat))

    def places_and_stops(self, lonlat: ArrayLike) -> RoadPlaces:
        """Return where places (n, 2, degrees), and after them all stops, are in the graph."""
        return self.joined_places(self.network.join(lonlat).followed_by(self.access))

    def joined_places(self, access: Access) -> RoadPlaces:
        """Return where places that join the network as `access` says are in the graph."""
        net = self.network
        edge = np.where(access.off, 0, access.edge)
        share = np.where(access.off, 0.0, access.share)
        if len(net.u) == 0:
            nodes, unknown = np.zeros(len(edge), dtype=np.intp), np.full(len(edge), np.nan)
            return RoadPlaces(nodes, nodes, unknown, unknown, unknown, unknown, access.off)
        key = 2.0 * edge + share
        # A place at a stop, to 0.01 m, is neither before nor behind it: on a one-way road that would matter.
        same = np.minimum(SAME_PLACE_M / net.length_m[edge], 0.5)
        before = np.searchsorted(self._cut_key, key + same, side="right") - 1
        after = np.searchsorted(self._cut_key, key - same, side="left")
        padded_edge = np.append(self._cut_edge, NONE)  # one more, so that position -1 and the end are none
        padded_share = np.append(self._cut_share, np.nan)
        cut_before, cut_after = padded_edge[before] == edge, padded_edge[after] == edge
        share_a = np.where(cut_before, padded_share[before], 0.0)
        share_b = np.where(cut_after, padded_share[after], 1.0)
        forward, back = net.forward_min[edge], net.back_min[edge]
        walk = access.walk_min
        return RoadPlaces(
            a=np.where(cut_before, net.node_count + before, net.u[edge]),
            b=np.where(cut_after, net.node_count + after, net.v[edge]),
            to_a=walk + _part(share - share_a, back),
            to_b=walk + _part(share_b - share, forward),
            from_a=walk + _part(share - share_a, forward),
            from_b=walk + _part(share_b - share, back),
            off=access.off,
        )

    def nearest(
        self,
        stops: Ints,
        places: RoadPlaces,
        *,
        toward: bool,
        likely_min: float = np.inf,
        at_most_min: float = np.inf,
    ) -> Times:
        """Return for each place the nearest of `stops` (see `Reach.nearest`).

        The search looks as far as `likely_min` first, and farther only for those it did not find. What is
        found is exact: a place beyond the limit of a search is looked for again, the last time without one.
        """
        minutes = np.where(places.off, np.nan, np.inf)
        stop = np.full(len(minutes), NONE, dtype=np.intp)
        stops = stops[~self.access.off[stops]]
        if len(stops) == 0:
            return Times(minutes, stop)
        reachable = np.isin(self._component[places.a], self._component[self._first_node + stops])
        open_ = np.flatnonzero(~places.off & reachable)
        for limit in _limits(likely_min, at_most_min):
            if len(open_) == 0:
                break
            node_min, node_stop = self._search(stops, toward=toward, limit_min=limit)
            here = places.take(open_)
            by_a, by_b = here.arrivals(node_min, toward=toward)
            best = np.minimum(by_a, by_b)
            sure = best <= limit  # beyond the limit the other way may be the shorter one
            who = np.where(by_a <= by_b, node_stop[here.a], node_stop[here.b])
            minutes[open_[sure]] = best[sure]
            stop[open_[sure]] = np.where(np.isfinite(best), who, NONE)[sure]
            open_ = open_[~sure]
        minutes = rounded(minutes)
        far = minutes > at_most_min
        return Times(np.where(far, np.inf, minutes), np.where(far, NONE, stop))

    def within(self, stops: Ints, places: RoadPlaces, limit_min: float, *, toward: bool) -> Iterator[Reached]:
        """Yield stops and places within `limit_min` of one another (see `Reach.within`).

        All ways that short stay among the nodes that some stop reaches within the limit: the searches are
        done in that part of the graph alone.
        """
        stops = stops[~self.access.off[stops]]
        if len(stops) == 0:
            return
        slack = limit_min + SLACK_MIN
        node_min, _ = self._search(stops, toward=toward, limit_min=slack)
        inside = np.flatnonzero(np.isfinite(node_min))
        local = np.full(
            len(node_min), len(inside), dtype=np.intp
        )  # the others share one that is never reached
        local[inside] = np.arange(len(inside))
        near = np.flatnonzero(
            ~places.off & ((local[places.a] < len(inside)) | (local[places.b] < len(inside)))
        )
        here = places.take(near)
        here = RoadPlaces(
            local[here.a], local[here.b], here.to_a, here.to_b, here.from_a, here.from_b, here.off
        )
        graph = self._graph(toward=toward)[inside][:, inside]
        batch = max(1, CELLS_AT_ONCE // (len(inside) + len(near) + 1))
        for first in range(0, len(stops), batch):  # all at once would need stops x nodes of memory
            some = stops[first : first + batch]
            found = dijkstra(graph, indices=local[self._first_node + some], limit=slack)
            node_min = np.column_stack([found, np.full(len(some), np.inf)])
            minutes = rounded(np.minimum(*here.arrivals(node_min, toward=toward)))
            stop, place = np.nonzero(minutes <= limit_min)
            yield Reached(some[stop], near[place], minutes[stop, place])

    def _search(self, stops: Ints, *, toward: bool, limit_min: float) -> tuple[Floats, Ints]:
        """Return by node the minutes to (or from) the nearest of `stops`, and which it is."""
        graph = self._graph(toward=toward)
        minutes, _, source = dijkstra(
            graph,
            indices=self._first_node + stops,
            min_only=True,
            return_predecessors=True,
            limit=limit_min,
        )
        return minutes, np.where(source < 0, NONE, source - self._first_node)

    # --- the graph: nodes of the network, then cuts, then one node a stop, from which searches start ---

    @cached_property
    def _cuts(self) -> tuple[Floats, Ints, Floats]:
        """Keys, edges and shares of the places inside of edges at which stops join, sorted."""
        inside = ~self.access.off & (self.access.share > 0) & (self.access.share < 1)
        edge, share = self.access.edge[inside], self.access.share[inside]
        key, first = np.unique(2.0 * edge + share, return_index=True)
        return key, edge[first], share[first]

    @property
    def _cut_key(self) -> Floats:
        return self._cuts[0]

    @property
    def _cut_edge(self) -> Ints:
        return self._cuts[1]

    @property
    def _cut_share(self) -> Floats:
        return self._cuts[2]

    @property
    def _first_node(self) -> int:
        """Node of stop 0."""
        return self.network.node_count + len(self._cut_key)

    @cached_property
    def _component(self) -> Ints:
        """By node of the graph: its component of the network; -1 for stops off it."""
        net = self.network
        of_edge = net.component[net.u]
        of_stop = np.full(len(self.access), NONE, dtype=np.intp)
        on = ~self.access.off
        of_stop[on] = of_edge[self.access.edge[on]]
        return np.concatenate([net.component, of_edge[self._cut_edge], of_stop])

    @cached_property
    def _pieces(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Start, end, minutes forward and back of every piece of an edge between cuts."""
        net = self.network
        key, cut_edge, cut_share = self._cuts
        # Starts: every edge's u, then every cut; sorted by edge and share they follow one another.
        edges = np.arange(len(net.u))
        edge = np.concatenate([edges, cut_edge])
        share = np.concatenate([np.zeros(len(edges)), cut_share])
        node = np.concatenate([net.u, net.node_count + np.arange(len(key))])
        order = np.lexsort((share, edge))
        edge, share, node = edge[order], share[order], node[order]
        last = np.append(edge[1:] != edge[:-1], np.ones(min(1, len(edge)), dtype=bool))
        end = np.where(last, net.v[edge], np.append(node[1:], NONE)[: len(edge)])
        stretch = np.where(last, 1.0, np.append(share[1:], 1.0)[: len(edge)]) - share
        return node, end, _part(stretch, net.forward_min[edge]), _part(stretch, net.back_min[edge])

    @cached_property
    def _graphs(self) -> dict[bool, csr_array]:
        return {}

    def _graph(self, *, toward: bool) -> csr_array:
        """Return the graph that searches from stops go out in: against the traffic if people come to them."""
        if np.array_equal(self.network.forward_min, self.network.back_min):
            toward = True  # both are the same
        if toward not in self._graphs:
            start, end, forward, back = self._pieces
            there, here = (back, forward) if toward else (forward, back)
            on = np.flatnonzero(~self.access.off)
            joint = self.joined_places(self.access.take(on)).a  # a stop inside an edge lies on its own cut
            joint = np.where(self.access.share[on] == 1, self.network.v[self.access.edge[on]], joint)
            count = self._first_node + len(self.access)
            self._graphs[toward] = lightest(
                count,
                np.concatenate([start, end, self._first_node + on]),
                np.concatenate([end, start, joint]),
                np.concatenate([there, here, self.access.walk_min[on]]),
            )
        return self._graphs[toward]


def _limits(likely_min: float, at_most_min: float) -> list[float]:
    """Return how far each search looks, in turn."""
    farthest = at_most_min + SLACK_MIN
    tries = [likely_min * FARTHER**attempt for attempt in range(SEARCHES)]
    return [limit for limit in tries if limit < farthest] + [farthest]


def _part(share: Floats, minutes: Floats) -> Floats:
    """Return the minutes of a share of an edge; no distance costs nothing, even against a one-way road."""
    with np.errstate(invalid="ignore"):
        return np.where(share > 0, share * minutes, 0.0)
