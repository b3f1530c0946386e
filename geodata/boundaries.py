"""Repair, clean coverage, borders, segments (METHOD 3): districts made fit to be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.borders import find_borders, member_polygons, pairing_id_of
from geodata.edges import Edges, edges_of, touching_owners
from geodata.gaps import enclosed_gaps, no_pieces
from geodata.memberships import memberships
from geodata.model import STORED_CRS
from geodata.mouths import find_mouths
from geodata.nodes import is_disturbed, with_neighbours_vertices
from geodata.noise import Resolution, no_records, resolve_noise
from geodata.repair import repaired_districts
from geodata.segments import cut_segments, stored_segments
from geodata.widths import is_narrow

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.settings import Settings

__all__ = [
    "Coverage",
    "clean_districts",
    "cut_segments",
    "find_borders",
    "member_polygons",
    "memberships",
    "pairing_id_of",
    "stored_segments",
    "touching_pairs",
]


@dataclass(frozen=True)
class Coverage:
    """Districts after cleaning; geometry in EPSG:4326.

    Parameters
    ----------
    districts
        One row a district, sorted by `district_id`, all canonical columns. Neighbours have the vertices of
        their border in common, exactly; a district that needed no cleaning is as it was stored.
    repaired
        Districts whose repair changed their area by more than 0.1 %: `district_id`, `area_before_m2`,
        `area_after_m2`, `reason`.
    resolved
        Overlaps and gaps narrower than the tolerance that were resolved, of 1 m2 and more: `kind` (overlap,
        gap), `district_ids`, `given_to`, `width_m`, `area_m2`, `geometry`.
    overlaps, gaps
        Wide ones, that stay: `district_ids` (all, sorted), `district_a`, `district_b` (of a gap the two with
        the longest contact; a < b), `width_m` (diameter of the largest inscribed circle), `area_m2`,
        `geometry` (Polygon). Gaps known to belong to nobody are left out.
    """

    districts: gpd.GeoDataFrame
    repaired: pd.DataFrame
    resolved: gpd.GeoDataFrame
    overlaps: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame


def clean_districts(districts: gpd.GeoDataFrame, settings: Settings) -> Coverage:
    """Return `districts` repaired, without digitising noise, and the overlaps and gaps too wide to be noise.

    Parameters
    ----------
    districts
        Canonical layer, EPSG:4326; rows of one `district_id` are one district.
    settings
        Uses `boundary_tolerance_m` and `known_unclaimed`.

    Raises
    ------
    CrsError
        If `districts` is not in EPSG:4326.

    Notes
    -----
    On a clean coverage nothing changes, vertex by vertex. Cleaning happens twice at most: overlaps, holes and
    vertices without counterpart first, then gaps that are open at an end, once the outline is known.
    """
    whole, repaired = repaired_districts(districts)
    names = whole["district_id"].tolist()
    polygons = np.asarray(whole.geometry.array, dtype=object)
    known = shapely.points(np.asarray(settings.known_unclaimed, dtype=float).reshape(-1, 2))
    tolerance_m = settings.boundary_tolerance_m

    def gaps_of(shapes: NDArray[np.object_], edges: Edges) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
        gaps = enclosed_gaps(shapes, edges, names, known=known, tolerance_m=tolerance_m)
        return gaps, is_narrow(gaps["width_m"].to_numpy(float), gaps["area_m2"].to_numpy(float), tolerance_m)

    def resolve(shapes: NDArray[np.object_], mouths: NDArray[np.object_]) -> Resolution:
        return resolve_noise(shapes, names, tolerance_m=tolerance_m, known=known, lines=mouths)

    done = Resolution(polygons, no_records(), no_pieces())
    edges = edges_of(polygons)
    disturbed = is_disturbed(polygons, edges)
    gaps, narrow = gaps_of(polygons, edges) if not disturbed else (no_pieces(), np.zeros(0, dtype=bool))
    if disturbed or narrow.any():
        done = resolve(with_neighbours_vertices(polygons), np.empty(0, dtype=object))
        edges = edges_of(done.polygons)
    records = [done.resolved]
    mouths = find_mouths(done.polygons, edges, tolerance_m)
    if len(mouths):
        done = resolve(done.polygons, mouths)
        edges = edges_of(done.polygons)
        records.append(done.resolved)
    if done.polygons is not polygons:
        gaps, narrow = gaps_of(done.polygons, edges)
    return Coverage(
        districts=whole.set_geometry(done.polygons, crs=STORED_CRS),
        repaired=repaired,
        resolved=pd.concat(records, ignore_index=True) if len(records) > 1 else records[0],
        overlaps=done.overlaps,
        gaps=gaps[~narrow].reset_index(drop=True),
    )


def touching_pairs(coverage: Coverage) -> pd.DataFrame:
    """Return all pairs of districts that touch, if only in a point, or overlap.

    Returns
    -------
    pairs
        `district_a`, `district_b` (a < b), sorted.
    """
    names = coverage.districts["district_id"].to_numpy(dtype=object)
    edges = edges_of(coverage.districts.geometry.array)
    one, two = touching_owners(edges.vertex[edges.start], edges.owner)
    touch = pd.DataFrame({"district_a": names[one], "district_b": names[two]}, dtype=object)
    overlap = coverage.overlaps[["district_a", "district_b"]].astype(object)
    pairs = pd.concat([touch, overlap]).drop_duplicates().sort_values(["district_a", "district_b"])
    return pd.DataFrame(pairs.reset_index(drop=True))
