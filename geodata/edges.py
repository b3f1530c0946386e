"""Edges of polygons in one table: who shares which, and which stand alone (topology for METHOD 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]


TWINS = 2
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)  # odd, bits well spread


@dataclass(frozen=True)
class Edges:
    """All edges of some polygons, each with its polygon's inside on the left.

    Parameters
    ----------
    xy
        (v, 2) coordinates of all rings, one after the other; in whatever the polygons were.
    vertex
        (v,) a number for each distinct position.
    start
        (e,) position in `xy` where the edge begins; it ends at `start + 1`. Ascending.
    owner
        (e,) position of its polygon.
    ring, part_of_ring, owner_of_part
        (v,) ring of each position; (r,) polygon part of each ring; (p,) polygon of each part.
    key
        (e,) the same for edges between the same two positions, whatever their direction.
    """

    xy: NDArray[np.float64]
    vertex: NDArray[np.int64]
    start: NDArray[np.intp]
    owner: NDArray[np.intp]
    key: NDArray[np.int64]
    ring: NDArray[np.intp]
    part_of_ring: NDArray[np.intp]
    owner_of_part: NDArray[np.intp]

    @cached_property
    def forward(self) -> NDArray[np.bool_]:
        """Whether the edge runs from the smaller to the larger vertex number."""
        return self.vertex[self.start] < self.vertex[self.start + 1]

    @cached_property
    def opposite(self) -> Pairs:
        """Edges `(left, right)` that are equal but run the other way, of two polygons; each pair once."""
        order, sizes = self._order, self._group_sizes
        found = []
        # Equal edges stand next to each other: one step finds all twins, more where polygons overlap.
        for step in range(1, int(sizes.max(initial=1))):
            one, two = order[:-step], order[step:]
            twin = (self.key[one] == self.key[two]) & (self.forward[one] != self.forward[two])
            twin &= self.owner[one] != self.owner[two]
            found.append((one[twin], two[twin]))
        if not found:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        return np.concatenate([one for one, _ in found]), np.concatenate([two for _, two in found])

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Edges across which the number of polygons may change: all but twins that run against each other."""
        balance = np.bincount(self._group, weights=np.where(self.forward, 1, -1))
        twins = (self._group_sizes == TWINS) & (balance == 0)
        return np.asarray(~twins[self._group])

    def lines(self, which: NDArray[Any]) -> NDArray[np.object_]:
        """Return the edges `which` (mask or positions) as LineStrings of two points."""
        start = self.start[which]
        return np.asarray(shapely.linestrings(np.stack([self.xy[start], self.xy[start + 1]], axis=1)))

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.key, kind="stable")

    @cached_property
    def _group(self) -> NDArray[np.intp]:
        """Group of equal edges by edge."""
        ordered = self.key[self._order]
        group = np.empty(len(ordered), dtype=np.intp)
        group[self._order] = np.cumsum(np.concatenate([[0], ordered[1:] != ordered[:-1]]))[: len(ordered)]
        return group

    @cached_property
    def _group_sizes(self) -> NDArray[np.intp]:
        return np.bincount(self._group)


def edges_of(polygons: Any) -> Edges:
    """Return the edges of an array of (Multi)Polygons; repeated points make no edge."""
    parts, part_owner = shapely.get_parts(np.asarray(polygons, dtype=object), return_index=True)
    rings, ring_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    vertex = number_positions(xy)
    start = np.flatnonzero((ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1]))
    low, high = np.minimum(vertex[start], vertex[start + 1]), np.maximum(vertex[start], vertex[start + 1])
    return Edges(
        xy,
        vertex,
        start,
        part_owner[ring_part[ring[start]]],
        low * (len(xy) + 1) + high,
        ring,
        ring_part,
        part_owner,
    )


def number_positions(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a number for each row of `xy` (n, 2), equal where both coordinates are; by first occurrence."""
    bits = (xy + 0.0).view(np.uint64)  # + 0.0 makes one zero of two
    mixed = bits[:, 0] * _MIX[0] ^ np.bitwise_right_shift(bits[:, 1] * _MIX[1], 7)
    number, distinct = pd.factorize(mixed)
    first = np.empty(len(distinct), dtype=np.intp)
    first[number[::-1]] = np.arange(len(xy))[::-1]
    if np.array_equal(xy[first[number]], xy):
        return np.asarray(number, dtype=np.int64)
    # Two places were mixed to one number, as good as never: number them the long way.
    across, _ = pd.factorize(xy[:, 0])
    up, distinct_up = pd.factorize(xy[:, 1])
    number, _ = pd.factorize(across.astype(np.int64) * (len(distinct_up) + 1) + up)
    return np.asarray(number, dtype=np.int64)


def touching_owners(vertex: NDArray[np.int64], owner: NDArray[np.intp]) -> Pairs:
    """Return the pairs `(smaller, larger)` of owners that have a vertex in common, sorted.

    Parameters
    ----------
    vertex, owner
        (n,) vertex number and owner, in any order.
    """
    order = np.lexsort((owner, vertex))
    vertex, owner = vertex[order], owner[order]
    new = np.concatenate([[True], (vertex[1:] != vertex[:-1]) | (owner[1:] != owner[:-1])])[: len(vertex)]
    vertex, owner = vertex[new], owner[new]
    found: list[NDArray[np.intp]] = []
    step = 1
    # As many steps as polygons meet in one point: three or four.
    while True:
        together = vertex[step:] == vertex[:-step]
        if not together.any():
            break
        found.append(np.unique(np.stack([owner[:-step][together], owner[step:][together]]), axis=1))
        step += 1
    if not found:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    one, two = np.unique(np.concatenate(found, axis=1), axis=1)
    return one, two
