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
    from collections.abc import Sequence

    import geopandas as gpd

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
        where neither is known.
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
    bounds = districts.bounds
    meridian = Strip.meridians(bounds["minx"].to_numpy(), bounds["maxx"].to_numpy())
    areas, metres, held = [], [], []
    for lon0 in np.unique(meridian):  # a strip a turn
        here = districts[meridian == lon0]
        strip = Strip(int(lon0))
        ids, shapes = here["district_id"].to_numpy(object), strip.project(here.geometry.array)
        areas.append(pd.Series(shapely.area(shapes) / KM2_M2, index=ids))
        if "roads" in region.layers:
            metres.append(_road_metres(strip, ids, shapes, _near(region, "roads", ROAD_COLUMNS, here)))
        if "parks" in region.layers:
            held.append(_held(strip, ids, shapes, _near(region, "parks", (), here)))
    return Wholes(
        area_km2=pd.concat(areas),
        people=_people(region, districts),
        metres=pd.concat(metres, ignore_index=True) if metres else None,
        facilities=_facilities(region, district_ids),
        parks=pd.concat(held, ignore_index=True) if held else None,
    )


def _near(region: Region, name: str, columns: Sequence[str], districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of a layer whose boxes meet those of `districts`: what is to be projected."""
    layer = region.layers.read(name, tuple(districts.total_bounds.tolist()), columns)
    boxes = shapely.box(*districts.bounds.to_numpy().T)
    return layer.iloc[np.unique(shapely.STRtree(geometry_of(layer)).query(boxes)[1])]


def _road_metres(strip: Strip, ids: object, shapes: object, roads: gpd.GeoDataFrame) -> pd.DataFrame:
    lines = road_lines(strip.project_frame(roads)).reset_index(drop=True)
    inside = cut(shapes, lines["geometry"].to_numpy(object))
    table = pd.DataFrame({"line": inside["feature"], "district_id": np.asarray(ids)[inside["region"]]})
    table["metres"] = shapely.length(inside["geometry"].to_numpy(object))
    return by_name(table, lines, ["district_id"])[["district_id", "name", "metres"]]


def _held(strip: Strip, ids: object, shapes: object, parks: gpd.GeoDataFrame) -> pd.DataFrame:
    geometry = strip.project(parks.geometry.array)
    inside = cut(shapes, geometry)
    whole = shapely.area(geometry)[inside["feature"]]
    part = shapely.area(inside["geometry"].to_numpy(object))
    share = np.divide(part, whole, out=np.ones_like(part), where=whole > 0)  # a point is held as a whole
    row = parks.index.to_numpy()[inside["feature"]]
    return pd.DataFrame({"district_id": np.asarray(ids)[inside["region"]], "row": row, "share": share})


def _people(region: Region, districts: gpd.GeoDataFrame) -> pd.Series:
    ids = districts["district_id"]
    official = pd.Series(pd.to_numeric(districts.get("population")), index=districts.index, dtype=np.float64)
    official.index = pd.Index(ids)
    if "population" not in region.layers:
        return official
    population = region.layers.values("population", ("people",))
    living = region.memberships["population"]
    people = population["people"].loc[living["row"]].to_numpy(np.float64)
    counted = pd.Series(people).groupby(living["district_id"].to_numpy()).sum().reindex(ids, fill_value=0.0)
    return official.where(official.notna(), counted)


def _facilities(region: Region, district_ids: Sequence[str]) -> pd.DataFrame | None:
    if "facilities" not in region.layers:
        return None
    facilities = region.layers.values("facilities", ("kind",))
    found = region.memberships["facilities"]
    found = found[found["district_id"].isin(district_ids)]
    kind = facilities["kind"].loc[found["row"]].to_numpy(object)
    return found[["district_id", "row"]].assign(kind=kind)
