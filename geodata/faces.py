"""Overlaps and gaps as faces: the linework of all districts cut into areas, each with those that claim it.

Topology is worked out in the stored longitudes and latitudes, where lines are straight as they were drawn and
vertices keep their coordinates; widths, lengths and areas are measured in strips.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.edges import Edges, edges_of, number_positions
from geodata.strips import measured
from geodata.widths import widths_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID_DEG = 1e-11  # a micrometre: a grid as fine as numbers allow keeps what is drawn, yet finds every node
LENGTH_DECIMALS = 2


@dataclass(frozen=True)
class Faces:
    """Faces (EPSG:4326) of the arrangement of the districts' outlines.

    Parameters
    ----------
    polygons
        (f,) faces; they cover what the outlines enclose, without overlap.
    claims
        `face`, `district` (positions): who claims what; a face nobody claims is in no row.
    districts
        How many districts there are.
    """

    polygons: NDArray[np.object_]
    claims: pd.DataFrame
    districts: int

    @cached_property
    def edges(self) -> Edges:
        """Edges of the faces."""
        return edges_of(self.polygons)

    @cached_property
    def neighbours(self) -> pd.DataFrame:
        """`face`, `other`, `edge` (of `face`): where two faces meet, once from each side."""
        one, two = self.edges.opposite
        owner = self.edges.owner
        return pd.DataFrame(
            {
                "face": np.concatenate([owner[one], owner[two]]),
                "other": np.concatenate([owner[two], owner[one]]),
                "edge": np.concatenate([one, two]),
            }
        )

    def contacts(self, faces: NDArray[np.intp]) -> pd.DataFrame:
        """Return `face`, `other`, `length_m`: how long each of `faces` meets its neighbours."""
        near = self.neighbours[self.neighbours["face"].isin(faces)].copy()
        near["length_m"] = measured(self.edges.lines(near["edge"].to_numpy()), shapely.length)
        return near.groupby(["face", "other"])["length_m"].sum().reset_index()

    def connected(self, rows: pd.DataFrame) -> NDArray[np.intp]:
        """Return for each row (`face`, `group`) its part: faces of one group that hang together at edges."""
        numbered = rows[["face", "group"]].assign(row=np.arange(len(rows)))
        joined = numbered.merge(self.neighbours[["face", "other"]].drop_duplicates(), on="face")
        joined = joined.merge(numbered, left_on=["other", "group"], right_on=["face", "group"])
        links = coo_array(
            (np.ones(len(joined)), (joined["row_x"], joined["row_y"])), shape=(len(rows), len(rows))
        )
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


@dataclass(frozen=True)
class Pieces:
    """Connected pieces of land, each of one or more faces, that two districts claim."""

    faces: NDArray[np.intp]  # one row a face and piece, sorted by piece
    piece: NDArray[np.intp]
    one: NDArray[np.intp]  # by piece: the smaller district
    two: NDArray[np.intp]
    geometry: NDArray[np.object_]
    width_m: NDArray[np.float64]
    area_m2: NDArray[np.float64]


def cut_into_faces(
    polygons: NDArray[np.object_], involved: NDArray[np.intp], extra: NDArray[np.object_]
) -> Faces:
    """Return the faces of the outlines of `polygons[involved]` and of the lines `extra`.

    Lines are noded on a grid: that finds every crossing, and every vertex on another's edge.
    """
    lines = np.concatenate([shapely.boundary(polygons[involved]), extra])
    noded = shapely.union_all(lines, grid_size=GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    district, face = claimed_by(faces, polygons)
    claims = pd.DataFrame({"face": face, "district": district})
    return Faces(faces, claims.sort_values(["face", "district"], ignore_index=True), len(polygons))


def claimed_by(
    faces: NDArray[np.object_], polygons: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return positions `(polygon, face)` of the polygons that hold each face, told by a point inside it."""
    district, face = shapely.STRtree(shapely.point_on_surface(faces)).query(polygons, predicate="intersects")
    return district, face


def overlap_pieces(faces: Faces, tolerance_m: float) -> Pieces:
    """Return the connected pieces that two districts claim; a third one there makes pieces of each two."""
    twice = faces.claims.merge(faces.claims, on="face", suffixes=("_one", "_two"))
    twice = twice[twice["district_one"] < twice["district_two"]].reset_index(drop=True)
    pair = twice["district_one"].to_numpy() * faces.districts + twice["district_two"].to_numpy()
    piece = faces.connected(pd.DataFrame({"face": twice["face"], "group": pair}))
    count = int(piece.max(initial=-1)) + 1
    order = np.argsort(piece, kind="stable")
    piece, face = piece[order], twice["face"].to_numpy()[order]
    first = np.searchsorted(piece, np.arange(count))
    geometry = merged(faces.polygons[face], piece, count)
    return Pieces(
        faces=face,
        piece=piece,
        one=twice["district_one"].to_numpy()[order][first],
        two=twice["district_two"].to_numpy()[order][first],
        geometry=geometry,
        width_m=widths_m(geometry, tolerance_m),
        area_m2=measured(geometry, shapely.area),
    )


def merged(polygons: NDArray[np.object_], group: NDArray[np.intp], count: int) -> NDArray[np.object_]:
    """Return the union of the faces of each group; `group` is sorted and runs from 0 to `count` - 1."""
    first = np.searchsorted(group, np.arange(count + 1))
    result = np.full(count, shapely.Polygon(), dtype=object)
    single = np.diff(first) == 1
    result[single] = polygons[first[:-1][single]]
    for k in np.flatnonzero(np.diff(first) > 1):  # one call a group: faces of one coverage, vertices kept
        result[k] = shapely.coverage_union_all(polygons[first[k] : first[k + 1]])
    return result


def rebuilt(
    polygons: NDArray[np.object_], involved: NDArray[np.intp], faces: Faces, claims: set[tuple[int, int]]
) -> NDArray[np.object_]:
    """Return `polygons` with those of `involved` made anew of their faces, where that changes anything."""
    mine = pd.DataFrame(sorted(claims), columns=["face", "district"])
    mine = mine[mine["district"].isin(involved)].sort_values(["district", "face"])
    place = np.searchsorted(involved, mine["district"])
    anew = merged(faces.polygons[mine["face"]], place, len(involved))
    others = np.delete(polygons, involved)
    anew = _stored_vertices(anew, np.concatenate([others, polygons[involved]]))
    one, two = (_as_multi(shapes) for shapes in (anew, polygons[involved]))
    same = shapely.equals_exact(one, two, tolerance=0, normalize=True)
    result = polygons.copy()
    result[involved[~same]] = anew[~same]
    return result


def _as_multi(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    result = np.full(len(polygons), shapely.MultiPolygon(), dtype=object)
    return np.asarray(shapely.multipolygons(parts, indices=owner, out=result), dtype=object)


def _stored_vertices(anew: NDArray[np.object_], stored: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return `anew` with each vertex that `stored` has on the grid put back as it first was there.

    Vertices that differ in their last digits only become one by it.
    """
    before, after = shapely.get_coordinates(stored), shapely.get_coordinates(anew)
    # Rounded by the same hand that rounded the faces: any other differs where a value is half-way.
    rounded = shapely.set_precision(shapely.multipoints(before), GRID_DEG, mode="pointwise")
    number = number_positions(np.concatenate([shapely.get_coordinates(rounded), after]))
    # Numbers ascend with their first occurrence, and the stored vertices come first.
    known, first = np.unique(number[: len(before)], return_index=True)
    place = np.searchsorted(known, number[len(before) :])
    found = np.isin(number[len(before) :], known)
    after[found] = before[first[place[found]]]
    return np.asarray(shapely.set_coordinates(anew.copy(), after), dtype=object)
