"""How places off the road join it: the nearest point of the nearest line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.strips import Strip
from layers.joints import DEGREE_M, LENGTH_DECIMALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.lines import RoadLines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

ROUNDING_M = 0.01  # distances nearer to one another than this are equal


@dataclass(frozen=True)
class Access:
    """Where places join the network, one entry each.

    `edge` (-1 off the network), `share` of the edge's length from its end `u` (0 to 1; NaN off), `walk_min`
    minutes on foot between place and road (NaN off), `off` whether it is off the network.
    """

    edge: Ints
    share: Floats
    walk_min: Floats
    off: Mask

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.edge)

    def take(self, positions: Ints | Mask) -> Access:
        """Return the entries at `positions`."""
        return Access(
            self.edge[positions], self.share[positions], self.walk_min[positions], self.off[positions]
        )

    def followed_by(self, other: Access) -> Access:
        """Return these entries, and those of `other` after them."""
        return Access(
            np.concatenate([self.edge, other.edge]),
            np.concatenate([self.share, other.share]),
            np.concatenate([self.walk_min, other.walk_min]),
            np.concatenate([self.off, other.off]),
        )


@dataclass(frozen=True)
class LineIndex:
    """Search trees over lines, one a strip; distances are measured in the strip of the line."""

    lines: RoadLines
    chosen: dict[int, Ints]  # central meridian -> positions in `lines`
    trees: dict[int, shapely.STRtree]
    bounds: dict[int, Floats]  # west, south, east, north of a strip's lines, degrees

    @classmethod
    def of(cls, lines: RoadLines, positions: Ints) -> LineIndex:
        """Return the index of the lines at `positions`."""
        chosen, trees, bounds = {}, {}, {}
        vertex_line = lines.line_of_vertex
        for meridian in np.unique(lines.lon0[positions]).tolist():  # a tree a strip
            here = positions[lines.lon0[positions] == meridian]
            of_strip = np.zeros(len(lines), dtype=bool)
            of_strip[here] = True
            lonlat = lines.lonlat[of_strip[vertex_line]]
            chosen[meridian] = here
            trees[meridian] = shapely.STRtree(lines.shapes(here))
            bounds[meridian] = np.concatenate([lonlat.min(axis=0), lonlat.max(axis=0)])
        return cls(lines, chosen, trees, bounds)

    def nearest(self, lonlat: Floats, within_m: float) -> tuple[Ints, Floats, Floats]:
        """Return the line nearest to each place (n, 2, degrees), where on it, and how far away.

        Returns
        -------
        line, at_m, apart_m
            Position in `lines` (-1: none within `within_m`), metres along it and metres between (NaN there).
            Of lines equally near (to 0.01 m) the one with the smaller rank.
        """
        count = len(lonlat)
        place, line, at_m, apart_m = [], [], [], []
        for meridian, tree in self.trees.items():  # a strip a turn
            near = np.flatnonzero(_in_reach(lonlat, self.bounds[meridian], within_m))
            points = Strip(meridian).project(shapely.points(lonlat[near]))
            position, candidate = _within_nearest(tree, points, within_m)
            shapes = tree.geometries[candidate]
            place.append(near[position])
            line.append(self.chosen[meridian][candidate])
            at_m.append(shapely.line_locate_point(shapes, points[position]))
            apart_m.append(shapely.distance(shapes, points[position]))
        best_line = np.full(count, -1, dtype=np.intp)
        best_at, best_apart = np.full(count, np.nan), np.full(count, np.nan)
        if not place:
            return best_line, best_at, best_apart
        of, which, at, apart = (np.concatenate(parts) for parts in (place, line, at_m, apart_m))
        rounded = np.round(apart, LENGTH_DECIMALS)
        order = np.lexsort((which, self.lines.rank[which], rounded, of))
        order = order[np.unique(of[order], return_index=True)[1]]
        order = order[rounded[order] <= within_m]
        best_line[of[order]] = which[order]
        best_at[of[order]] = at[order]
        best_apart[of[order]] = apart[order]
        return best_line, best_at, best_apart


def _in_reach(lonlat: Floats, bounds: Floats, within_m: float) -> Mask:
    """Return which places may be within `within_m` of something inside `bounds` (degrees), generously."""
    lat = (within_m + 100.0) / DEGREE_M
    lon = lat / np.maximum(np.cos(np.radians(lonlat[:, 1])), 0.01)
    return np.asarray(
        (lonlat[:, 0] >= bounds[0] - lon)
        & (lonlat[:, 1] >= bounds[1] - lat)
        & (lonlat[:, 0] <= bounds[2] + lon)
        & (lonlat[:, 1] <= bounds[3] + lat)
    )


def _within_nearest(tree: shapely.STRtree, points: Shapes, within_m: float) -> tuple[Ints, Ints]:
    """Return `(point, line)` for the nearest line of each point and all that are as near, to 0.01 m."""
    (first, _), apart = tree.query_nearest(
        points, max_distance=within_m + ROUNDING_M, return_distance=True, all_matches=False
    )
    position, candidate = tree.query(points[first], predicate="dwithin", distance=apart + ROUNDING_M)
    return first[position], candidate
