"""Borders: the linework two members share, in the order and direction of the chainage (METHOD 1 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.edges import Edges, edges_of
from geodata.model import STORED_CRS
from geodata.strips import Strip, lon0_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

TIE_DECIMALS = 6  # METHOD 1: ends of pieces tie to 1e-6 degree
LENGTH_DECIMALS = 2  # METHOD 1: lengths are compared after rounding to 0.01 m
BORDER_COLUMNS = ("pairing_id", "member_a", "member_b", "lon0", "length_m", "pieces")


def pairing_id_of(member_a: str, member_b: str) -> str:
    """Return the id of an adjacent pairing made from geometry."""
    return "--".join(sorted((member_a, member_b)))


def find_borders(
    districts: gpd.GeoDataFrame,
    *,
    min_piece_m: float,
    members: Mapping[str, Sequence[str]] | None = None,
    pairs: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the borders of pairs of members.

    Parameters
    ----------
    districts
        Of a clean coverage (`Coverage.districts`), EPSG:4326; uses `district_id`.
    min_piece_m
        Shorter pieces are dropped; see `Settings.min_piece_m`.
    members
        Member id -> ids of its districts; every district on its own unless given.
    pairs
        `pairing_id`, `member_a`, `member_b` (ids of members, in either order); all pairs that share a border
        unless given.

    Returns
    -------
    borders
        One row for each pair that shares a border, EPSG:4326: `pairing_id`, `member_a`, `member_b`
        (a < b in string order), `lon0` (central meridian of its strip, degrees), `length_m` and `pieces`
        (in that strip), `geometry` (MultiLineString; pieces ordered and oriented along the chainage).
        In the order of `pairs`, else sorted by members. Touching in points is no border, and neither are
        outer edges that two overlapping members have in common.
    """
    members = members if members is not None else {name: [name] for name in districts["district_id"]}
    wanted = None if pairs is None else _ordered(pairs)
    names = sorted(members if wanted is None else {*wanted["member_a"], *wanted["member_b"]})
    edges = edges_of(member_polygons(districts, {name: members[name] for name in names}))
    row, edge, wanted = _shared_edges(edges, names, wanted)
    lines = _chains(edges, row, edge, len(wanted))
    borders = gpd.GeoDataFrame(wanted, geometry=lines, crs=STORED_CRS)
    return _chained(borders, min_piece_m)


def member_polygons(districts: gpd.GeoDataFrame, members: Mapping[str, Sequence[str]]) -> NDArray[np.object_]:
    """Return the polygon of each member in order: its district's, or the union of its districts'."""
    shapes = dict(zip(districts["district_id"], districts.geometry.array, strict=True))
    # Members of several districts are few, and each is one call.
    return np.array(
        [
            shapes[ids[0]] if len(ids) == 1 else shapely.union_all([shapes[district] for district in ids])
            for ids in members.values()
        ],
        dtype=object,
    )


def _ordered(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return `pairs` with the smaller member id first in each row."""
    one, two = pairs["member_a"].astype(object), pairs["member_b"].astype(object)
    return pd.DataFrame(
        {
            "pairing_id": pairs["pairing_id"].to_numpy(dtype=object),
            "member_a": one.where(one < two, two).to_numpy(dtype=object),
            "member_b": two.where(one < two, one).to_numpy(dtype=object),
        }
    )


def _shared_edges(
    edges: Edges, names: Sequence[str], wanted: pd.DataFrame | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], pd.DataFrame]:
    """Return by shared edge its row of `wanted` and its position on side a; and `wanted`, all if it was None.

    `names` are sorted, so that the owner with the smaller position is member a.
    """
    one, two = edges.opposite
    swap = edges.owner[one] > edges.owner[two]
    one, two = np.where(swap, two, one), np.where(swap, one, two)
    code = edges.owner[one].astype(np.int64) * len(names) + edges.owner[two]
    if wanted is None:
        found = np.unique(code)
        first, second = (np.asarray(names, dtype=object)[k] for k in np.divmod(found, max(len(names), 1)))
        ids = [pairing_id_of(a, b) for a, b in zip(first, second, strict=True)]
        wanted = pd.DataFrame({"pairing_id": ids, "member_a": first, "member_b": second}, dtype=object)
    position = {name: k for k, name in enumerate(names)}
    asked = wanted["member_a"].map(position).to_numpy(dtype=np.int64) * len(names)
    asked += wanted["member_b"].map(position).to_numpy(dtype=np.int64)
    # Two pairings may have the same two members: each gets the border.
    order = np.argsort(asked, kind="stable")
    from_row, to_row = (np.searchsorted(asked[order], code, side=side) for side in ("left", "right"))
    count = to_row - from_row
    edge = np.repeat(one, count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    row = order[np.repeat(from_row, count) + step] if len(edge) else np.empty(0, dtype=np.intp)
    return row, edge, wanted


def _chains(edges: Edges, row: NDArray[np.intp], edge: NDArray[np.intp], rows: int) -> NDArray[np.object_]:
    """Return by row the merged lines of its edges (positions on side a); consecutive edges go as one line."""
    if not len(edge):
        return np.full(rows, shapely.MultiLineString(), dtype=object)
    row, edge = np.unique(np.stack([row, edge]), axis=1)
    first = edges.start[edge]
    breaks = np.concatenate([[True], (row[1:] != row[:-1]) | (first[1:] != first[:-1] + 1)])
    run = np.cumsum(breaks) - 1
    last = np.flatnonzero(np.concatenate([breaks[1:], [True]]))
    positions = np.insert(first, last + 1, first[last] + 1)
    runs = shapely.linestrings(edges.xy[positions], indices=np.insert(run, last + 1, run[last]))
    result = np.full(rows, shapely.MultiLineString(), dtype=object)
    shapely.multilinestrings(runs, indices=row[breaks], out=result)
    return np.asarray(shapely.line_merge(result), dtype=object)


def _chained(borders: gpd.GeoDataFrame, min_piece_m: float) -> gpd.GeoDataFrame:
    """Return `borders` without short pieces, the rest in order and direction of the chainage."""
    pieces, row = shapely.get_parts(borders.geometry.array, return_index=True)
    lengths = _lengths_m(pieces, row, len(borders))
    long = np.round(lengths, LENGTH_DECIMALS) >= min_piece_m
    pieces, row = _directed(pieces[long]), row[long]
    begins = shapely.get_coordinates(shapely.get_point(pieces, 0))
    order = np.lexsort(
        (begins[:, 0], -begins[:, 1].round(TIE_DECIMALS), begins[:, 0].round(TIE_DECIMALS), row)
    )
    pieces, row = pieces[order], row[order]
    kept, number = np.unique(row, return_inverse=True)
    result = borders.iloc[kept].reset_index(drop=True)
    lines = np.full(len(kept), shapely.MultiLineString(), dtype=object)
    result = result.set_geometry(shapely.multilinestrings(pieces, indices=number, out=lines), crs=STORED_CRS)
    result["lon0"] = lon0_of(result.geometry.array)
    result["length_m"] = np.bincount(number, _lengths_m(pieces, number, len(kept)), len(kept))
    result["pieces"] = np.bincount(number, minlength=len(kept))
    return result[[*BORDER_COLUMNS, "geometry"]]


def _lengths_m(pieces: NDArray[np.object_], row: NDArray[np.intp], rows: int) -> NDArray[np.float64]:
    """Return the length of each piece in the strip of the border (`row`) it belongs to."""
    bounds = pd.DataFrame(shapely.bounds(pieces)[:, [0, 2]], columns=["west", "east"]).groupby(row)
    west, east = bounds["west"].min().reindex(range(rows)), bounds["east"].max().reindex(range(rows))
    lon0 = Strip.meridians(west.to_numpy(), east.to_numpy())[row]
    lengths = np.empty(len(pieces))
    for meridian in np.unique(lon0):  # strips: 25 for all of China
        here = lon0 == meridian
        lengths[here] = shapely.length(Strip(int(meridian)).project(pieces[here]))
    return lengths


def _directed(pieces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return lines that run from their westernmost end, rings counter-clockwise from that vertex."""
    result = pieces.copy()
    closed = shapely.is_closed(pieces)
    ends = np.stack([shapely.get_coordinates(shapely.get_point(pieces[~closed], k)) for k in (0, -1)], axis=1)
    tied = ends.round(TIE_DECIMALS)
    # Keys from the one that decides to the one that only settles what is left: a full tie to 1e-6 degree.
    backward = np.zeros(len(ends), dtype=bool)
    decided = np.zeros(len(ends), dtype=bool)
    for key in (tied[..., 0], -tied[..., 1], ends[..., 0], -ends[..., 1]):
        backward |= ~decided & (key[:, 1] < key[:, 0])
        decided |= key[:, 0] != key[:, 1]
    turned = pieces[~closed]
    turned[backward] = shapely.reverse(turned[backward])
    result[~closed] = turned
    # A ring is rolled to its own first vertex: a few of a thousand borders are rings.
    result[closed] = [_ring_from_west(ring) for ring in pieces[closed]]
    return result


def _ring_from_west(ring: shapely.LineString) -> shapely.LineString:
    """Return a closed line counter-clockwise from its westernmost (on a tie northernmost) vertex."""
    xy = shapely.get_coordinates(ring)
    if not shapely.is_ccw(shapely.linearrings(xy)):
        xy = xy[::-1]
    xy = xy[:-1]
    tied = xy.round(TIE_DECIMALS)
    first = np.lexsort((xy[:, 0], -tied[:, 1], tied[:, 0]))[0]
    rolled = np.roll(xy, -first, axis=0)
    return shapely.LineString(np.vstack([rolled, rolled[:1]]))
