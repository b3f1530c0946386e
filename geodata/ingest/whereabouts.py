"""How imported districts meet, and whether what else is imported lies where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata import datum as datums
from geodata.borders import find_borders
from geodata.boundaries import clean_districts
from geodata.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ENOUGH = 3  # places that must speak for a shift
SHOWN = 3  # examples in a note
SAMPLE = 20_000  # places looked at
_HALF = 0.5
_AT_HOME = ("facilities", "population", "parks")  # outside all districts they count for nobody
_METRES_PER_DEGREE = 111_320.0


def doubts(layers: Mapping[str, Floats], districts: gpd.GeoDataFrame, fresh: str) -> list[str]:
    """Return what is doubtful of where a layer lies that has just been read.

    Parameters
    ----------
    layers
        Vertices (EPSG:4326) of layers to hold against `districts`: of the fresh one, or, where that is the
        districts, of those already there. At most SAMPLE are looked at, evenly taken.
    districts
        Their outlines, EPSG:4326.
    fresh
        Which layer was read.
    """
    tree = shapely.STRtree(np.asarray(districts.geometry.array, dtype=object))
    notes = []
    for name, every in layers.items():
        places = every[:: max(1, -(-len(every) // SAMPLE))]
        outside = _outside(tree, places)
        if not outside.any():
            continue
        notes += _looks_like(tree, places, int(outside.sum()), name, fresh)
        often = outside.mean() > _HALF
        if fresh == name and (name in _AT_HOME or often):
            share = f"{int(outside.sum())} of {len(places)}"
            notes.append(f"{share} places of {name} lie outside all districts; kept, but of no district")
    return notes


def meeting(districts: gpd.GeoDataFrame) -> list[str]:
    """Return what is doubtful of districts (EPSG:4326): overlaps, gaps, no border, codes of two names."""
    settings = Settings()
    coverage = clean_districts(districts, settings)
    wider = f"wider than {settings.boundary_tolerance_m:.0f} m"
    notes = _of_several_names(districts)
    if len(coverage.overlaps):
        notes.append(
            f"{len(coverage.overlaps)} overlaps {wider}, where one district lies within another's outline: "
            "each becomes a finding, and other checks stop there"
        )
    if len(coverage.gaps):
        notes.append(f"{len(coverage.gaps)} gaps {wider} that no district claims: each becomes a finding")
    if len(coverage.resolved):
        notes.append(f"{len(coverage.resolved)} overlaps or gaps no {wider} are taken as digitising noise")
    if (
        len(coverage.districts) > 1
        and find_borders(coverage.districts, min_piece_m=settings.min_piece_m).empty
    ):
        notes.append("no two districts share a border: they lie apart, or their outlines do not meet")
    return notes


def _of_several_names(districts: gpd.GeoDataFrame) -> list[str]:
    """Return a note where rows of one code have different names: they become one district all the same."""
    named = districts[["district_id", "name"]].dropna().astype(str).drop_duplicates()
    names = named.groupby("district_id")["name"].agg(list)
    several = names[names.str.len() > 1]
    if several.empty:
        return []
    shown = "; ".join(f"{code} ({_some(each)})" for code, each in several.head(SHOWN).items())
    note = f"{len(several)} codes stand for rows of different names, each is taken as one district: {shown}"
    return [f"{note}; give them codes of their own if they are several"]


def _some(names: list[str]) -> str:
    more = ["…"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])


def _outside(tree: shapely.STRtree, places: Floats) -> NDArray[np.bool_]:
    found = np.zeros(len(places), dtype=bool)
    found[tree.query(shapely.points(places), predicate="intersects")[0]] = True
    return ~found


def _looks_like(tree: shapely.STRtree, places: Floats, outside: int, name: str, fresh: str) -> list[str]:
    """Return what would put most of the places that lie outside into the districts."""
    swapped = int(_outside(tree, places[:, ::-1]).sum())
    if outside > _HALF * len(places) and swapped < _HALF * len(places):
        right = f"{len(places) - swapped} of {len(places)} places"
        note = f"longitude and latitude of {fresh} look swapped: {right} lie in districts the other way round"
        return [f"{note}; change their order and import it again"]
    notes = []
    for datum in datums.DATUMS:
        moved = _moved(places, datum, back=fresh == name)
        left = int(_outside(tree, moved).sum())
        if outside - left >= ENOUGH and left <= _HALF * outside:
            east, north = (moved - places).T
            shift_m = np.median(np.hypot(east * np.cos(np.radians(places[:, 1])), north)) * _METRES_PER_DEGREE
            fewer = f"{outside} places of {name} lie outside all districts, {left} if it is so"
            looks = f"{fresh} look shifted by {shift_m:.0f} m like {datum.upper()}"
            notes.append(f"{looks}: {fewer}; import it again with --datum {datum}")
            break
    return notes


def _moved(places: Floats, datum: datums.Datum, *, back: bool) -> Floats:
    """Return places shifted back to WGS 84, or shifted as the districts are."""
    shift = datums.to_wgs84 if back else datums.from_wgs84
    return np.column_stack(shift(places[:, 0], places[:, 1], datum))
