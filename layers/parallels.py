"""Curves that keep a distance from a border, inside the member on one side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Shapes = NDArray[np.object_]

NEARER_SHARE = 0.02  # buffers are drawn from lines simplified by a hundredth of the distance, arcs as chords
MEASURED_M = 100.0  # curves are shared out among segments in pieces of at most this length


@dataclass(frozen=True)
class Parallels:
    """The curves at one distance from the borders of a block, on one side.

    Parameters
    ----------
    edges
        Straight pieces of curve (LineStrings, metres).
    pair
        By edge: whose curve it is of, ascending.
    """

    edges: Shapes
    pair: Ints

    @cached_property
    def length_m(self) -> Floats:
        """Length of each edge."""
        return np.asarray(shapely.length(self.edges))

    def length_by_pair(self, count: int) -> Floats:
        """Return the length of curve of each of `count` pairs."""
        return np.bincount(self.pair, self.length_m, count).astype(np.float64)

    def length_by_segment(self, frame: BorderFrame, asked: NDArray[np.bool_]) -> Floats:
        """Return by segment the length of curve nearest to it, for pairs that are `asked`; else 0."""
        here = asked[self.pair]
        edges, pair, length = self.edges[here], self.pair[here], self.length_m[here]
        if len(edges) == 0:
            return np.zeros(len(frame.segments))
        pieces = np.maximum(np.ceil(length / MEASURED_M).astype(np.intp), 1)
        owner = np.repeat(np.arange(len(edges)), pieces)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        middle = shapely.line_interpolate_point(edges[owner], (number + 0.5) / pieces[owner], normalized=True)
        segment = frame.segment_at(pair[owner], middle)
        return np.bincount(segment, (length / pieces)[owner], len(frame.segments)).astype(np.float64)


def parallels(frame: BorderFrame, side: Side, distance_m: float) -> Parallels:
    """Return the curves at `distance_m` from the borders, inside the member of `side`.

    They are what of the outline of the ground within that distance is neither border nor outline of the
    member: edges whose ends and middle are all as far from the border as that.
    """
    rings, pair = shapely.get_parts(shapely.boundary(frame.within(side, distance_m)), return_index=True)
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    real = (
        np.flatnonzero((owner[:-1] == owner[1:]) & (xy[:-1] != xy[1:]).any(axis=1))
        if len(xy)
        else np.empty(0, np.intp)
    )
    of = pair[owner[real]]
    borders = frame.borders[of]
    shapely.prepare(frame.borders)
    kept = np.ones(len(real), dtype=bool)
    for share in (0.0, 0.5, 1.0):
        at = xy[real] + share * (xy[real + 1] - xy[real])
        kept &= ~shapely.dwithin(borders, shapely.points(at), distance_m * (1 - NEARER_SHARE))
    edges = np.stack([xy[real[kept]], xy[real[kept] + 1]], axis=1)
    return Parallels(np.asarray(shapely.linestrings(edges), dtype=object), of[kept])
