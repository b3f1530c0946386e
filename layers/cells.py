"""Cells of segments: the ground nearer to one than to any other of its border (METHOD 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import Delaunay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

POINTS_M = 50.0  # spacing of the points along a segment whose Voronoi cells make up its own
FINER = 4  # points set for one where two segments' cells meet too coarsely,
ROUNDS = 2  # so often,
SEAM_M = 1.0  # which is where the seam might lie farther off than this
MERGE_GRID_M = 0.001  # to which cells are merged where they are no proper coverage
_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def segment_cells(lines: Sequence[shapely.LineString], reach_m: float) -> NDArray[np.object_]:
    """Return for each line the ground nearer to it than to any other, within `reach_m` of them all.

    Cells are those of points set along the lines, symmetric about the joints, so that the seam between two
    lines that meet runs through their joint as the true bisector does. Elsewhere points that stand for
    stretches of length s and lie g apart make a seam up to s² / 8g off, whatever the distance: where a
    border comes near itself they are set closer.

    Parameters
    ----------
    lines
        Segments of one border, in metres.
    """
    array = np.asarray(lines, dtype=object)
    west, south, east, north = shapely.total_bounds(array)
    extent = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    if len(array) == 1:
        return np.array([extent], dtype=object)
    xy, owner = _points_along(array, shapely.get_coordinates(extent)[:-1])
    diagram = shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=extent, ordered=True)
    cells = shapely.get_parts(diagram)
    merged = [_merged(cells[owner == k]) for k in range(len(array))]
    return np.asarray(shapely.intersection(np.array(merged, dtype=object), extent))


def cut_by_cells(
    polygons: NDArray[np.object_], cells: NDArray[np.object_], pair: NDArray[np.intp]
) -> NDArray[np.object_]:
    """Return for each cell the part of the polygon of its `pair` that lies in it."""
    return polygons_only(shapely.intersection(polygons[pair], cells))


def polygons_only(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return `geometries` without the points and lines an overlay leaves, empty where none is left."""
    mixed = ~np.isin(shapely.get_type_id(geometries), _AREAL)
    if not mixed.any():
        return geometries
    result = geometries.copy()
    parts, owner = shapely.get_parts(geometries[mixed], return_index=True)
    areal = np.isin(shapely.get_type_id(parts), _AREAL)
    parts, owner = parts[areal], owner[areal]
    result[mixed] = [shapely.union_all(parts[owner == k]) for k in range(int(mixed.sum()))]
    return result


def _points_along(
    lines: NDArray[np.object_], corners: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return points along the lines, no two at one place, and whose they are.

    `corners` lie around all lines: with them the points of a straight border can be triangulated, too.
    """
    length = shapely.length(lines)
    count = np.maximum(np.ceil(length / POINTS_M).astype(np.intp), 2)
    owner, place, width = _split(np.arange(len(lines)), np.full(len(lines), 0.5), np.ones(len(lines)), count)
    for _ in range(ROUNDS):
        xy, first = _at(lines, owner, place)
        edges = Delaunay(np.concatenate([xy, corners])).simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
        edges = first[edges[(edges < len(xy)).all(axis=1)]]
        edges = edges[owner[edges[:, 0]] != owner[edges[:, 1]]]
        ends = shapely.get_coordinates(_interpolated(lines, owner[edges], place[edges])).reshape(-1, 2, 2)
        apart = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
        stretch = (width * length[owner])[edges].max(axis=1)
        coarse = np.unique(edges[stretch**2 > 8 * SEAM_M * apart])
        finer = np.ones(len(owner), dtype=np.intp)
        finer[coarse] = FINER
        owner, place, width = _split(owner, place, width, finer)
    xy, first = _at(lines, owner, place)
    return xy, owner[first]


def _split(
    owner: NDArray[np.intp], place: NDArray[np.float64], width: NDArray[np.float64], count: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return points that stand for stretches (middle and width, of the line's length), each made `count`."""
    of = np.repeat(np.arange(len(owner)), count)
    number = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    finer = width[of] / count[of]
    return owner[of], place[of] - width[of] / 2 + (number + 0.5) * finer, finer


def _at(
    lines: NDArray[np.object_], owner: NDArray[np.intp], place: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the points' coordinates, each place once, and which of the points stands there first."""
    xy = np.round(shapely.get_coordinates(_interpolated(lines, owner, place)), 3)
    return np.unique(xy, axis=0, return_index=True)


def _interpolated(
    lines: NDArray[np.object_], owner: NDArray[np.intp], place: NDArray[np.float64]
) -> NDArray[np.object_]:
    return np.asarray(shapely.line_interpolate_point(lines[owner], place, normalized=True))


def _merged(cells: NDArray[np.object_]) -> shapely.Geometry:
    """Return Voronoi cells as one polygon.

    They are a coverage, whose union is fast, but where the symmetry of a border (a square exclave) has GEOS
    clip a cell just along the edge of the extent: that leaves a line, or a corner that its neighbour lacks.
    """
    try:
        return shapely.coverage_union_all(cells)
    except shapely.errors.GEOSException:
        return shapely.union_all(polygons_only(cells), grid_size=MERGE_GRID_M)
