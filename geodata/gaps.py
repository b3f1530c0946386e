"""Land that nobody claims between districts, and the table of wide gaps and overlaps (METHOD 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.edges import Edges, edges_of
from geodata.faces import LENGTH_DECIMALS, claimed_by
from geodata.model import STORED_CRS
from geodata.strips import measured
from geodata.widths import widths_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GAP_NEIGHBOURS = 2  # land that a single district encloses is a lake or the like, no border matter
PIECE_COLUMNS = ("district_ids", "district_a", "district_b", "width_m", "area_m2")


def enclosed_gaps(
    polygons: NDArray[np.object_],
    edges: Edges,
    names: Sequence[str],
    *,
    known: NDArray[np.object_],
    tolerance_m: float,
) -> gpd.GeoDataFrame:
    """Return the enclosed land, wide or not, that districts meet and nobody claims, but for `known` areas.

    Parameters
    ----------
    polygons, edges, names
        Districts, EPSG:4326, noded; their edges; their ids, sorted.
    known
        Points inside areas known to belong to nobody.
    tolerance_m
        See `geodata.widths.widths_m`.

    Returns
    -------
    gaps
        As `Coverage.gaps`; land that a single district meets is none.
    """
    pieces, contact = _unclaimed_pieces(polygons, edges)
    count = contact.groupby("gap")["district"].transform("size")
    contact = longest_first(contact[count >= GAP_NEIGHBOURS], "gap")
    contact = contact[~holds_any(pieces, known)[contact["gap"].to_numpy()]]
    around = contact.groupby("gap")["district"].agg(list)
    which = around.index.to_numpy()
    ids = np.asarray(names, dtype=object)
    nearest = np.sort(np.array([districts[:2] for districts in around], dtype=np.intp).reshape(-1, 2), axis=1)
    return piece_table(
        [sorted(ids[districts]) for districts in around],
        ids[nearest[:, 0]],
        ids[nearest[:, 1]],
        widths_m(pieces[which], tolerance_m),
        measured(pieces[which], shapely.area),
        pieces[which],
    )


def holds_any(geometries: NDArray[np.object_], points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether each geometry holds one of `points`."""
    held, _ = shapely.STRtree(points).query(geometries, predicate="intersects")
    return np.isin(np.arange(len(geometries)), held)


def longest_first(contact: pd.DataFrame, of: str) -> pd.DataFrame:
    """Return `of`, `district`, `length_m` sorted by `of`, the longest contact first, then the smaller id."""
    length = -contact["length_m"].round(LENGTH_DECIMALS)
    order = np.lexsort((contact["district"], length, contact[of]))
    return contact.iloc[order].reset_index(drop=True)


def piece_table(  # noqa: PLR0917 - the columns, in order
    district_ids: list[list[str]],
    one: NDArray[np.object_],
    two: NDArray[np.object_],
    width_m: NDArray[np.float64],
    area_m2: NDArray[np.float64],
    geometry: NDArray[np.object_],
) -> gpd.GeoDataFrame:
    """Return wide overlaps or gaps in the columns of `PIECE_COLUMNS`, by districts, the largest first."""
    found = gpd.GeoDataFrame(
        {
            "district_ids": pd.Series(district_ids, dtype=object),
            "district_a": one,
            "district_b": two,
            "width_m": width_m,
            "area_m2": area_m2,
        },
        geometry=geometry,
        crs=STORED_CRS,
    )
    order = np.lexsort((-area_m2, two.astype(str), one.astype(str)))
    return gpd.GeoDataFrame(found.iloc[order].reset_index(drop=True))


def no_pieces() -> gpd.GeoDataFrame:
    """Return the table of wide overlaps or gaps, without rows."""
    none = np.empty(0, dtype=object)
    return piece_table([], none, none, np.empty(0), np.empty(0), none)


def _unclaimed_pieces(
    polygons: NDArray[np.object_], edges: Edges
) -> tuple[NDArray[np.object_], pd.DataFrame]:
    """Return the enclosed land nobody claims, and `gap`, `district`, `length_m`: who meets it along a line.

    `polygons` are noded: their lines meet in common vertices only.
    """
    free = shapely.get_parts(shapely.polygonize(edges.lines(edges.free)))
    _, held = claimed_by(free, polygons)
    gaps = np.delete(free, np.unique(held))
    owners = np.unique(edges.owner[edges.free])
    owners = owners[: len(owners) if len(gaps) else 0]
    around = edges_of(np.concatenate([gaps, polygons[owners]]))
    one, two = around.opposite
    one, two = np.where(around.owner[one] < around.owner[two], [one, two], [two, one])
    met = (around.owner[one] < len(gaps)) & (around.owner[two] >= len(gaps))
    contact = pd.DataFrame(
        {
            "gap": around.owner[one[met]],
            "district": owners[around.owner[two[met]] - len(gaps)],
            "length_m": measured(around.lines(one[met]), shapely.length),
        }
    )
    return gaps, contact.groupby(["gap", "district"])["length_m"].sum().reset_index()
