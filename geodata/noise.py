"""Digitising noise resolved: narrow overlaps and gaps go to one district (METHOD 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.cuts import find_cuts
from geodata.edges import edges_of
from geodata.faces import (
    LENGTH_DECIMALS,
    Faces,
    Pieces,
    cut_into_faces,
    overlap_pieces,
    rebuilt,
)
from geodata.gaps import GAP_NEIGHBOURS, holds_any, longest_first, piece_table
from geodata.model import STORED_CRS
from geodata.nodes import stacked
from geodata.strips import measured
from geodata.widths import ROUNDING_M2, is_narrow, widths_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RESOLVED_COLUMNS = ("kind", "district_ids", "given_to", "width_m", "area_m2")


@dataclass(frozen=True)
class Resolution:
    """What became of polygons: the cleaned ones, what was resolved, and the wide overlaps that stay."""

    polygons: NDArray[np.object_]
    resolved: gpd.GeoDataFrame
    overlaps: gpd.GeoDataFrame


def resolve_noise(
    polygons: NDArray[np.object_],
    names: Sequence[str],
    *,
    tolerance_m: float,
    known: NDArray[np.object_],
    lines: NDArray[np.object_],
    cut: bool = True,
) -> Resolution:
    """Return `polygons` without overlaps and gaps narrower than `tolerance_m`.

    Parameters
    ----------
    polygons
        (n,) districts, EPSG:4326, valid.
    names
        Their ids, sorted.
    tolerance_m
        See `Settings.boundary_tolerance_m`. Wider overlaps stay with both districts, wider gaps open.
    known
        Points inside areas known to belong to nobody: these stay open whatever their width.
    lines
        Lines that close gaps which are open at an end (see `geodata.mouths`).
    cut
        Whether to cut long gaps where a border comes to them (see `geodata.cuts`) before giving them away.

    Notes
    -----
    An overlap goes to the district whose own land it meets along the longer line, a gap to the one it meets
    along the longest; on a tie to the smaller id. No district loses its last land. A gap of 500 m and more
    that three districts meet is cut where a border comes to it, and each stretch given away by itself.
    """
    edges = edges_of(polygons)
    involved = np.unique(np.concatenate([edges.owner[edges.free], *stacked(polygons)]))
    faces = cut_into_faces(polygons, involved, lines)
    claims = {(int(face), int(district)) for face, district in faces.claims.to_numpy()}

    pieces = overlap_pieces(faces, tolerance_m)
    narrow = is_narrow(pieces.width_m, pieces.area_m2, tolerance_m)
    winners = _share_out(claims, faces, pieces, narrow)
    crumbs = _drop_crumbs(claims, faces)
    gaps = _narrow_gaps(claims, faces, crumbs, tolerance_m, known)
    cuts = find_cuts(faces, gaps, claims, tolerance_m) if cut else lines[:0]
    if len(cuts):
        both = np.concatenate([lines, cuts])
        return resolve_noise(polygons, names, tolerance_m=tolerance_m, known=known, lines=both, cut=False)
    rows = _records("overlap", pieces, np.flatnonzero(narrow), winners, names) + _fill(
        claims, faces, gaps, names
    )
    overlaps = _piece_table(pieces, np.flatnonzero(~narrow), names)
    return Resolution(rebuilt(polygons, involved, faces, claims), _record_table(rows), overlaps)


def no_records() -> gpd.GeoDataFrame:
    """Return the table of what was resolved, without rows."""
    return _record_table([])


def _record_table(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows, columns=[*RESOLVED_COLUMNS, "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=STORED_CRS)


def _share_out(
    claims: set[tuple[int, int]], faces: Faces, pieces: Pieces, narrow: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Take narrow overlaps from the district that meets them less; return by piece who keeps it.

    `claims` is changed. One piece after the other: land lost to one district is not won from the next.
    """
    winners = np.where(_meets_more(faces, pieces), pieces.two, pieces.one)
    land = pd.Series([district for _, district in claims]).value_counts().to_dict()
    first = np.searchsorted(pieces.piece, np.arange(len(narrow) + 1))
    for k in np.flatnonzero(narrow):
        own = pieces.faces[first[k] : first[k + 1]].tolist()
        pair = [int(pieces.one[k]), int(pieces.two[k])]
        loser = pair[1] if winners[k] == pair[0] else pair[0]
        lost = [(face, loser) for face in own if {(face, pair[0]), (face, pair[1])} <= claims]
        if len(lost) == land[loser]:  # its last land
            loser = pair[0] if loser == pair[1] else pair[1]
            winners[k] = pair[0] + pair[1] - loser
            lost = [(face, loser) for face, _ in lost]
        claims.difference_update(lost)
        land[loser] -= len(lost)
    return winners


def _meets_more(faces: Faces, pieces: Pieces) -> NDArray[np.bool_]:
    """Return by piece whether it meets land of its second district alone along the longer line."""
    rows = pd.DataFrame(
        {
            "face": pieces.faces,
            "piece": pieces.piece,
            "one": pieces.one[pieces.piece],
            "two": pieces.two[pieces.piece],
        }
    )
    near = rows.merge(faces.contacts(pieces.faces), on="face")
    codes = (faces.claims["face"] * faces.districts + faces.claims["district"]).to_numpy()
    of_one = np.isin(near["other"] * faces.districts + near["one"], codes)
    of_two = np.isin(near["other"] * faces.districts + near["two"], codes)
    length = near["length_m"].to_numpy()
    count = len(pieces.one)
    one = np.bincount(near["piece"], length * (of_one & ~of_two), count)
    two = np.bincount(near["piece"], length * (of_two & ~of_one), count)
    return np.asarray(two.round(LENGTH_DECIMALS) > one.round(LENGTH_DECIMALS))


def _drop_crumbs(claims: set[tuple[int, int]], faces: Faces) -> NDArray[np.intp]:
    """Take from districts the rounding that hangs on them only by what they lost; return the faces.

    Two outlines that are nearly one leave slivers beside an overlap: they would be border of their own.
    """
    before = faces.claims.copy()
    before["part"] = faces.connected(before.rename(columns={"district": "group"}))
    after = pd.DataFrame(sorted(claims), columns=["face", "district"])
    after["part"] = faces.connected(after.rename(columns={"district": "group"}))
    area = measured(faces.polygons, shapely.area)
    before["whole_m2"] = area[before["face"]]
    before["whole_m2"] = before.groupby("part")["whole_m2"].transform("sum")
    after["left_m2"] = area[after["face"]]
    after["left_m2"] = after.groupby("part")["left_m2"].transform("sum")
    crumbs = after.merge(before, on=["face", "district"])
    crumbs = crumbs[(crumbs["left_m2"] < ROUNDING_M2) & (crumbs["whole_m2"] >= ROUNDING_M2)]
    claims.difference_update(zip(crumbs["face"], crumbs["district"], strict=True))
    return crumbs["face"].unique()


def _narrow_gaps(
    claims: set[tuple[int, int]],
    faces: Faces,
    crumbs: NDArray[np.intp],
    tolerance_m: float,
    known: NDArray[np.object_],
) -> pd.DataFrame:
    """Return narrow gaps and crumbs.

    Returns
    -------
    gaps
        `face`, `districts` (that meet it, the longest contact first), `width_m`, `area_m2`.
    """
    held = pd.DataFrame(sorted(claims), columns=["other", "district"])
    empty = np.setdiff1d(np.arange(len(faces.polygons)), held["other"])
    contact = faces.contacts(empty).merge(held, on="other")
    contact = contact.groupby(["face", "district"])["length_m"].sum().reset_index()
    around = longest_first(contact, "face").groupby("face")["district"].agg(list)
    several = (around.map(len) >= GAP_NEIGHBOURS) | around.index.isin(crumbs)
    gaps = around[several].rename("districts").reset_index()
    shapes = faces.polygons[gaps["face"].to_numpy(np.intp)]
    gaps["width_m"] = widths_m(shapes, tolerance_m)
    gaps["area_m2"] = measured(shapes, shapely.area)
    narrow = is_narrow(gaps["width_m"].to_numpy(float), gaps["area_m2"].to_numpy(float), tolerance_m)
    return pd.DataFrame(gaps[narrow & ~holds_any(shapes, known)])


def _fill(
    claims: set[tuple[int, int]], faces: Faces, gaps: pd.DataFrame, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Give each gap to the district it meets along the longest line; return the records."""
    columns = (gaps[name].tolist() for name in ("face", "districts", "width_m", "area_m2"))
    rows = list(zip(*columns, strict=True))
    claims.update((face, districts[0]) for face, districts, _, _ in rows)
    return [
        {
            "kind": "gap",
            "district_ids": sorted(names[district] for district in districts),
            "given_to": names[districts[0]],
            "width_m": width,
            "area_m2": area,
            "geometry": faces.polygons[face],
        }
        for face, districts, width, area in rows
        if area >= ROUNDING_M2
    ]


def _records(
    kind: str,
    pieces: Pieces,
    which: NDArray[np.intp],
    winners: NDArray[np.intp],
    names: Sequence[str],
) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "district_ids": [names[pieces.one[k]], names[pieces.two[k]]],
            "given_to": names[winners[k]],
            "width_m": pieces.width_m[k],
            "area_m2": pieces.area_m2[k],
            "geometry": pieces.geometry[k],
        }
        for k in which
        if pieces.area_m2[k] >= ROUNDING_M2
    ]


def _piece_table(pieces: Pieces, which: NDArray[np.intp], names: Sequence[str]) -> gpd.GeoDataFrame:
    ids = np.asarray(names, dtype=object)
    one, two = ids[pieces.one[which]], ids[pieces.two[which]]
    return piece_table(
        [list(pair) for pair in zip(one, two, strict=True)],
        one,
        two,
        pieces.width_m[which],
        pieces.area_m2[which],
        pieces.geometry[which],
    )
