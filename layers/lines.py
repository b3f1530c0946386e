"""Road lines as flat arrays: vertices in degrees and in metres of each road's own strip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata.strips import STRIP_WIDTH_DEG, Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

AXIS_M = 6378137.0  # GRS80
FLATTENING = 1 / 298.257222101  # GRS80


@dataclass(frozen=True)
class RoadLines:
    """The usable roads, L lines with V vertices in all.

    Parameters
    ----------
    row
        By line: row position in the roads layer. A road of several parts has a line for each.
    rank
        By line: order of the feature ids, so that ties go to the smaller one.
    layer
        By line: level above ground, 0 where unknown.
    lon0
        By line: central meridian of its strip, that of its own middle longitude (degrees).
    start
        (L + 1,) first vertex of each line.
    lonlat
        (V, 2) degrees; no vertex repeats the one before.
    xy
        (V, 2) metres of the line's strip.
    at_m
        (V,) metres from the line's start.
    """

    row: Ints
    rank: Ints
    layer: Ints
    lon0: Ints
    start: Ints
    lonlat: Floats
    xy: Floats
    at_m: Floats

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.row)

    @property
    def line_of_vertex(self) -> Ints:
        """By vertex: the line it is of."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @property
    def length_m(self) -> Floats:
        """By line: metres in its strip."""
        return self.at_m[self.start[1:] - 1]

    def shapes(self, lines: Ints) -> Shapes:
        """Return the chosen `lines` as LineStrings in metres of their strips."""
        return polylines(self.xy, self.start, lines)


def polylines(xy: Floats, start: Ints, lines: Ints) -> Shapes:
    """Return the LineStrings at positions `lines` of vertices `xy`, each beginning at its `start`."""
    if len(lines) == 0:
        return np.empty(0, dtype=object)
    count = (start[1:] - start[:-1])[lines]
    owner = np.repeat(np.arange(len(lines)), count)
    first = np.cumsum(count) - count
    vertex = np.arange(len(owner)) - first[owner] + start[lines][owner]
    return np.asarray(shapely.linestrings(xy[vertex], indices=owner), dtype=object)


def road_lines(roads: gpd.GeoDataFrame, usable: Mask) -> RoadLines:
    """Return the roads that are `usable` (by row) and have a length, from the canonical layer (EPSG:4326)."""
    return in_order([some_lines(roads.reset_index(drop=True), usable)])


@dataclass(frozen=True)
class SomeLines:
    """Lines of some roads of a layer, in any order; what `RoadLines` says of them, and how many vertices."""

    row: Ints
    feature_id: pd.Series[Any]
    layer: Ints
    lon0: Ints
    count: Ints
    lonlat: Floats
    xy: Floats


def some_lines(roads: gpd.GeoDataFrame, usable: Mask) -> SomeLines:
    """Return the lines of those of `roads` (EPSG:4326) that are `usable` and have a length.

    The index of `roads` is the row in the whole layer. Of the geometries nothing is kept.
    """
    geometry = np.asarray(roads.geometry.array, dtype=object)
    there = np.flatnonzero(usable & ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry))
    parts, owner = shapely.get_parts(geometry[there], return_index=True)
    linear = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    parts, position = parts[linear], there[owner[linear]]
    lonlat, line = shapely.get_coordinates(parts, return_index=True)
    keep = np.ones(len(lonlat), dtype=bool)
    keep[1:] = (line[1:] != line[:-1]) | (lonlat[1:] != lonlat[:-1]).any(axis=1)
    count = np.bincount(line[keep], minlength=len(parts))
    some = count > 1  # a line of one point leads nowhere
    keep &= some[line]
    lon0 = strip_meridians(lonlat, line, len(parts))
    lonlat, line = lonlat[keep], line[keep]
    xy = np.empty_like(lonlat)
    of_vertex = lon0[line]
    for meridian in np.unique(of_vertex):  # a strip a turn: each is one projection
        here = of_vertex == meridian
        xy[here] = Strip(int(meridian)).project_places(lonlat[here])
    position = position[some]
    levels = roads["layer"] if "layer" in roads else pd.Series(0, index=roads.index)
    level = pd.to_numeric(levels, errors="coerce").fillna(0).to_numpy(dtype=np.float64)
    return SomeLines(
        row=roads.index.to_numpy(dtype=np.intp)[position],
        feature_id=roads["feature_id"].iloc[position].astype(str),
        layer=np.round(level[position]).astype(np.intp),
        lon0=lon0[some],
        count=count[some],
        lonlat=lonlat,
        xy=xy,
    )


def in_order(parts: Sequence[SomeLines]) -> RoadLines:
    """Return the lines of all `parts` in the order of their rows."""
    row = np.concatenate([part.row for part in parts])
    order = np.argsort(row, kind="stable")
    count = np.concatenate([part.count for part in parts])[order]
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.intp)
    first = np.empty(len(order), dtype=np.intp)  # by line as it comes: where its vertices go
    first[order] = start[:-1]
    lonlat, xy = np.empty((start[-1], 2)), np.empty((start[-1], 2))
    done = 0
    for part in parts:  # of 30 000 roads each
        begin = np.cumsum(part.count) - part.count
        place = np.repeat(first[done : done + len(part.row)] - begin, part.count) + np.arange(len(part.xy))
        lonlat[place], xy[place] = part.lonlat, part.xy
        done += len(part.row)
    names = pd.concat([part.feature_id for part in parts], ignore_index=True)
    return RoadLines(
        row=row[order],
        rank=names.rank(method="dense").to_numpy(dtype=np.float64)[order].astype(np.intp) - 1,
        layer=np.concatenate([part.layer for part in parts])[order],
        lon0=np.concatenate([part.lon0 for part in parts])[order],
        start=start,
        lonlat=lonlat,
        xy=xy,
        at_m=_distances_along(xy, start),
    )


def strip_meridians(lonlat: Floats, owner: Ints, count: int) -> Ints:
    """Return the central meridian of the strip of each of `count` owners of the vertices `lonlat`.

    `owner` is ascending; an owner without vertices gets 0. The rule is that of `Strip.of_longitudes`.
    """
    middle = np.zeros(count)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    if len(first):
        lon = lonlat[:, 0]
        middle[owner[first]] = (np.minimum.reduceat(lon, first) + np.maximum.reduceat(lon, first)) / 2
    return (STRIP_WIDTH_DEG * np.floor(np.round(middle / STRIP_WIDTH_DEG, 9) + 0.5)).astype(np.intp)


def earth_centred(lonlat: Floats) -> Floats:
    """Return (n, 3) metres from the centre of the earth: near points are as far apart as on the ground."""
    lon, lat = np.radians(lonlat).T
    eccentricity2 = FLATTENING * (2 - FLATTENING)
    normal = AXIS_M / np.sqrt(1 - eccentricity2 * np.sin(lat) ** 2)
    ring = normal * np.cos(lat)
    return np.column_stack(
        [ring * np.cos(lon), ring * np.sin(lon), normal * (1 - eccentricity2) * np.sin(lat)]
    )


def _distances_along(xy: Floats, start: Ints) -> Floats:
    if len(xy) == 0:
        return np.empty(0)
    total = np.zeros(len(xy))
    east, north = np.diff(xy, axis=0).T
    np.hypot(east, north, out=total[1:])
    total[start[:-1]] = 0.0
    np.cumsum(total, out=total)
    total -= np.repeat(total[start[:-1]], np.diff(start))
    return total
