"""Segments: each piece of border cut in equal lengths (METHOD 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import STORED_CRS
from geodata.strips import Strip, require_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTH_DECIMALS = 2  # METHOD 1: lengths are compared after rounding to 0.01 m
SAME_POINT_M = 1e-6  # a vertex this near to a cut is the cut
SEGMENT_COLUMNS = ("pairing_id", "segment", "piece", "chainage_from_m", "chainage_to_m")


def cut_segments(borders: gpd.GeoDataFrame, *, segment_m: float) -> gpd.GeoDataFrame:
    """Return the segments of borders in strip coordinates.

    Parameters
    ----------
    borders
        In strip coordinates (metres): `pairing_id` and MultiLineStrings in the order of the chainage.
    segment_m
        Target length: a piece of length L gives max(1, round-half-up(L / segment_m)) equal segments.

    Returns
    -------
    segments
        In the CRS and order of `borders`: `pairing_id`, `segment` (from 0 along the chainage), `piece`
        (from 0), `chainage_from_m`, `chainage_to_m`, `geometry` (LineString). An empty border has none.

    Raises
    ------
    CrsError
        If `borders` is not in metres.
    """
    require_metres(borders, "borders")
    pieces, row = shapely.get_parts(np.asarray(borders.geometry.array, dtype=object), return_index=True)
    lengths = shapely.length(pieces)
    count = np.maximum(np.floor(np.round(lengths, LENGTH_DECIMALS) / segment_m + 0.5), 1).astype(np.intp)
    piece = np.repeat(np.arange(len(pieces)), count)
    step = lengths[piece] / count[piece]
    within = _numbered(piece)
    segment_row = row[piece]
    begins = (np.cumsum(lengths) - lengths)[piece]  # of the piece, from the first border of all
    border_begins = pd.Series(begins).groupby(segment_row).transform("first").to_numpy(dtype=float)
    chainage = begins - border_begins
    return gpd.GeoDataFrame(
        {
            "pairing_id": borders["pairing_id"].to_numpy(dtype=object)[segment_row],
            "segment": _numbered(segment_row),
            "piece": piece - np.searchsorted(row, segment_row),
            "chainage_from_m": chainage + within * step,
            "chainage_to_m": chainage + (within + 1) * step,
        },
        geometry=_cut(pieces, piece, within, step),
        crs=borders.crs,
    )


def stored_segments(borders: gpd.GeoDataFrame, *, segment_m: float) -> gpd.GeoDataFrame:
    """Return the segments of `borders` (EPSG:4326, with `lon0`), cut in their strips, in EPSG:4326."""
    done = []
    for lon0, rows in borders.groupby("lon0"):  # strips
        strip = Strip(int(str(lon0)))
        segments = cut_segments(strip.project_frame(rows), segment_m=segment_m)
        done.append(strip.unproject_frame(segments))
    if not done:
        empty = gpd.GeoDataFrame({name: [] for name in SEGMENT_COLUMNS}, geometry=[], crs=STORED_CRS)
        return empty.astype({"pairing_id": object, "segment": np.intp, "piece": np.intp})
    place = pd.Series(np.arange(len(borders)), index=borders["pairing_id"].to_numpy())
    found = pd.concat(done, ignore_index=True)
    order = np.lexsort((found["segment"], found["pairing_id"].map(place)))
    return found.iloc[order].reset_index(drop=True)


def _numbered(group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return 0, 1, 2 ... within each run of equal values."""
    new = np.concatenate([[True], group[1:] != group[:-1]])[: len(group)]
    begins = np.flatnonzero(new)
    return np.arange(len(group)) - np.repeat(begins, np.diff(np.append(begins, len(group))))


def _cut(
    pieces: NDArray[np.object_],
    piece: NDArray[np.intp],
    within: NDArray[np.intp],
    step: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Return the line of each segment: `within` * `step` to the next along its `piece`.

    All pieces are laid end to end on one axis, so that cuts are found by one search and one interpolation.
    """
    if not len(pieces):
        return pieces
    xy, of = shapely.get_coordinates(pieces, return_index=True)
    hop = np.hypot(*np.diff(xy, axis=0).T)
    hop[of[1:] != of[:-1]] = 1.0  # any positive length keeps the pieces apart
    along = np.concatenate([[0.0], np.cumsum(hop)])[: len(xy)]
    first = np.searchsorted(of, np.arange(len(pieces)))
    inner = within > 0
    at = along[first][piece[inner]] + within[inner] * step[inner]
    # Vertices that a cut falls on give way to the cut.
    nearest = np.clip(np.searchsorted(along, at), 1, max(len(along) - 1, 1))
    nearest = np.where(at - along[nearest - 1] < along[nearest] - at, nearest - 1, nearest)
    cut_xy = np.column_stack([np.interp(at, along, xy[:, k]) for k in (0, 1)])
    same = np.abs(along[nearest] - at) < SAME_POINT_M
    cut_xy[same] = xy[nearest[same]]
    keep = np.ones(len(xy), dtype=bool)
    keep[nearest[same]] = False
    number = np.searchsorted(at, along[keep]) + of[keep]  # a segment more for each cut and each piece before
    cut_number = np.flatnonzero(inner)
    all_number = np.concatenate([number, cut_number - 1, cut_number])
    all_along = np.concatenate([along[keep], at, at])
    order = np.lexsort((all_along, all_number))
    return np.asarray(
        shapely.linestrings(np.concatenate([xy[keep], cut_xy, cut_xy])[order], indices=all_number[order]),
        dtype=object,
    )
