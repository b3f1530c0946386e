"""Districts as wholes: area, people, roads, facilities and parks of each, added up for members (METHOD 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.strips import Strip
from layers.cutting import cut, geometry_of
from layers.measurables import KM2_M2, by_name, road_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.region import Region

ROAD_COLUMNS = ("road_class", "surface")


@dataclass(frozen=True)
class Wholes:
    """What districts hold; rows of different districts add up.

    Parameters
    ----------
    area_km2
        By district id.
    people
        By district id: `districts.population` where it is given, else the sum of the population layer; NaN
        where neither is known: a district without a place of people is a blank of the data, not empty.
    metres
        `district_id`, `name` (class group, `known`, `paved`), `metres`. None without a road layer.
    facilities
        `district_id`, `row`, `kind`; one on the line is of several districts. None without that layer.
    parks
        `district_id`, `row`, `share`: the part of it that the district holds, 0 to 1. None without.
    """

    area_km2: pd.Series
    people: pd.Series
    metres: pd.DataFrame | None
    facilities: pd.DataFrame | None
    parks: pd.DataFrame | None


def wholes(region: Region, district_ids: Sequence[str]) -> Wholes:
    """Return what each of `district_ids` holds, measured in the strip of its own middle."""
    districts = region.coverage.districts
    districts = districts[districts["district_id"].isin(district_ids)].reset_index(drop=True)
    areas, metres, parks = [], [], None
    for strip, here in _in_strips(districts):
        ids, shapes = here["district_id"].to_numpy(object), strip.project(here.geometry.array)
        areas.append(pd.Series(shapely.area(shapes) / KM2_M2, index=ids))
        if "roads" in region.layers:
            metres.append(_road_metres(strip, ids, shapes, _near(region, "roads", ROAD_COLUMNS, here)))
    if "parks" in region.layers:
        parks = held_parks(districts, region.layers.read("parks", tuple(districts.total_bounds.tolist()), ()))
    return Wholes(
        area_km2=pd.concat(areas),
        people=_people(region, districts),
        metres=pd.concat(metres, ignore_index=True) if metres else None,
        facilities=_facilities(region, district_ids),
        parks=parks,
    )


def held_parks(districts: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return how much of each park each district holds.

    Parameters
    ----------
    districts
        `district_id` and geometry, EPSG:4326.
    parks
        Polygons or points, EPSG:4326.

    Returns
    -------
    held
        `district_id`, `row` (of the index of `parks`), `share`: 0 to 1, of a point 1.
    """
    tree = shapely.STRtree(geometry_of(parks))
    held = [pd.DataFrame({"district_id": [], "row": [], "share": []})]
    for strip, here in _in_strips(districts):
        near = parks.iloc[np.unique(tree.query(_boxes(here))[1])]
        geometry = strip.project(near.geometry.array)
        inside = cut(strip.project(here.geometry.array), geometry)
        whole = shapely.area(geometry)[inside["feature"]]
        part = shapely.area(inside["geometry"].to_numpy(object))
        share = np.divide(part, whole, out=np.ones_like(part), where=whole > 0)  # a point is held as a whole
        ids = here["district_id"].to_numpy(object)[inside["region"]]
        row = near.index.to_numpy()[inside["feature"]]
        held.append(pd.DataFrame({"district_id": ids, "row": row, "share": share}))
    return pd.concat([each for each in held if len(each)] or held[:1], ignore_index=True)


def parks_of(held: pd.DataFrame | None, ids: Sequence[str]) -> list[int]:
    """Return the rows of the parks that the districts `ids` together hold most of, as `held_parks` tells."""
    if held is None:
        return []
    own = held["district_id"].isin(ids)
    share = held[own].groupby("row")["share"].sum()
    others = held[~own].groupby("row")["share"]
    largest = others.max().reindex(share.index, fill_value=0.0)
    # What none of the districts compared holds may be one other district's.
    elsewhere = 1.0 - share - others.sum().reindex(share.index, fill_value=0.0)
    return [int(row) for row in share.index[share >= np.maximum(largest, elsewhere)]]


def _in_strips(districts: gpd.GeoDataFrame) -> Iterator[tuple[Strip, gpd.GeoDataFrame]]:
    """Yield the districts strip by strip, each in the strip of its own middle."""
    bounds = districts.bounds
    meridian = Strip.meridians(bounds["minx"].to_numpy(), bounds["maxx"].to_numpy())
    for lon0 in np.unique(meridian):
        yield Strip(int(lon0)), districts[meridian == lon0]


def _boxes(districts: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(shapely.box(*districts.bounds.to_numpy().T), dtype=object)


def _near(region: Region, name: str, columns: Sequence[str], districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of a layer whose boxes meet those of `districts`: what is to be projected."""
    layer = region.layers.read(name, tuple(districts.total_bounds.tolist()), columns)
    return layer.iloc[np.unique(shapely.STRtree(geometry_of(layer)).query(_boxes(districts))[1])]


def _road_metres(strip: Strip, ids: object, shapes: object, roads: gpd.GeoDataFrame) -> pd.DataFrame:
    lines = road_lines(strip.project_frame(roads)).reset_index(drop=True)
    inside = cut(shapes, lines["geometry"].to_numpy(object))
    table = pd.DataFrame({"line": inside["feature"], "district_id": np.asarray(ids)[inside["region"]]})
    table["metres"] = shapely.length(inside["geometry"].to_numpy(object))
    return by_name(table, lines, ["district_id"])[["district_id", "name", "metres"]]


def _people(region: Region, districts: gpd.GeoDataFrame) -> pd.Series:
    ids = districts["district_id"]
    official = pd.Series(pd.to_numeric(districts.get("population")), index=districts.index, dtype=np.float64)
    official.index = pd.Index(ids)
    if "population" not in region.layers:
        return official
    population = region.layers.values("population", ("people",))
    living = region.memberships["population"]
    people = population["people"].loc[living["row"]].to_numpy(np.float64)
    counted = pd.Series(people).groupby(living["district_id"].to_numpy()).sum().reindex(ids)
    return official.where(official.notna(), counted)


def _facilities(region: Region, district_ids: Sequence[str]) -> pd.DataFrame | None:
    if "facilities" not in region.layers:
        return None
    facilities = region.layers.values("facilities", ("kind",))
    found = region.memberships["facilities"]
    found = found[found["district_id"].isin(district_ids)]
    kind = facilities["kind"].loc[found["row"]].to_numpy(object)
    return found[["district_id", "row"]].assign(kind=kind)
